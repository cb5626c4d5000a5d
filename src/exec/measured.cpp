// SPDX-License-Identifier: MIT
// Counts what an operator gives and how long it takes, with all that is below it.
#include <chrono>

#include "exec/operators.hpp"
#include "exec/row_buffer.hpp"
#include "plan/explain.hpp"

namespace shardwise::exec {
namespace {

using clock = std::chrono::steady_clock;

std::uint64_t us_since(clock::time_point begin) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - begin).count());
}

class measured final : public operator_node {
public:
    measured(operator_ptr inner, std::size_t width, explanation::measure& took,
             clock::time_point opened)
        : inner_(std::move(inner)), width_(width), took_(took), opened_(opened) {
        spent_ = clock::now() - opened;
    }

    bool next(std::span<arg> row) override {
        const clock::time_point begin = clock::now();
        const bool found = inner_->next(row);
        spent_ += clock::now() - begin;
        took_.total_us = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(spent_).count());
        if (!answered_) took_.first_us = us_since(opened_);
        answered_ = true;
        if (!found) return false;
        ++took_.rows;
        took_.bytes += bytes_of(row.first(width_));
        return true;
    }
    sharding::shard_index shard_of_row() const noexcept override { return inner_->shard_of_row(); }
    std::size_t expected_rows() const noexcept override { return inner_->expected_rows(); }

private:
    operator_ptr inner_;
    std::size_t width_;
    explanation::measure& took_;
    clock::time_point opened_;
    clock::duration spent_{};
    bool answered_ = false;
};

}  // namespace

operator_ptr open_measured(const plan::node_ptr& n, const execution& how, arrival order) {
    const clock::time_point opened = clock::now();
    operator_ptr inner = open_plain(n, how, order);
    return std::make_unique<measured>(std::move(inner), n->columns.size(),
                                      how.measured->steps[n.get()], opened);
}

}  // namespace shardwise::exec
