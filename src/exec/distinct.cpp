// SPDX-License-Identifier: MIT
// Keeps the first of equal rows, in the order in which they come. Remembers every different row.
#include "exec/numbered_rows.hpp"
#include "exec/operators.hpp"

namespace shardwise::exec {
namespace {

class distinct_rows final : public operator_node {
public:
    distinct_rows(operator_ptr input, std::size_t width) : input_(std::move(input)), seen_(width) {}

    bool next(std::span<arg> row) override {
        while (input_->next(row))
            if (seen_.number_of(row).added) return true;
        return false;
    }

    sharding::shard_index shard_of_row() const noexcept override { return input_->shard_of_row(); }

private:
    operator_ptr input_;
    numbered_rows seen_;
};

}  // namespace

operator_ptr make_distinct(operator_ptr input, std::size_t width) {
    return std::make_unique<distinct_rows>(std::move(input), width);
}

}  // namespace shardwise::exec
