// SPDX-License-Identifier: MIT
// Keeps the first of equal rows, in the order in which they come. Remembers every different row.
#include "exec/held_memory.hpp"
#include "exec/numbered_rows.hpp"
#include "exec/operators.hpp"

namespace shardwise::exec {
namespace {

class distinct_rows final : public operator_node {
public:
    distinct_rows(operator_ptr input, std::size_t width, held_memory* held)
        : input_(std::move(input)), held_(held, "DISTINCT"), seen_(width) {}

    bool next(std::span<arg> row) override {
        while (input_->next(row)) {
            if (!seen_.number_of(row).added) continue;
            held_.add(1, bytes_of(row) + numbered_rows::overhead);
            return true;
        }
        return false;
    }

    sharding::shard_index shard_of_row() const noexcept override { return input_->shard_of_row(); }

private:
    operator_ptr input_;
    held_part held_;
    numbered_rows seen_;
};

}  // namespace

operator_ptr make_distinct(operator_ptr input, std::size_t width, const execution& how) {
    return std::make_unique<distinct_rows>(std::move(input), width, how.held);
}

}  // namespace shardwise::exec
