// SPDX-License-Identifier: MIT
// Sorts in memory: for the groups of a client-side aggregation.
#include <algorithm>

#include "exec/held_memory.hpp"
#include "exec/operators.hpp"
#include "exec/row_buffer.hpp"
#include "exec/row_order.hpp"

namespace shardwise::exec {
namespace {

class sorter final : public operator_node {
public:
    sorter(const plan::sort& op, operator_ptr input, std::size_t width, held_memory* held)
        : order_(op.keys), input_(std::move(input)), held_(held, "sorting"), rows_(width) {}

    bool next(std::span<arg> row) override {
        if (input_) read();
        if (at_ == sorted_.size()) return false;
        std::copy_n(sorted_[at_++], row.size(), row.begin());
        return true;
    }

private:
    void read() {
        std::vector<arg> row(rows_.width());
        while (input_->next(row)) {
            held_.add(1, bytes_of(row) + 2 * sizeof(const arg*));
            sorted_.push_back(rows_.append(row));
        }
        input_.reset();
        std::stable_sort(sorted_.begin(), sorted_.end(),
                         [this](const arg* a, const arg* b) { return order_(a, b) < 0; });
    }

    row_order order_;
    operator_ptr input_;
    held_part held_;
    row_buffer rows_;
    std::vector<const arg*> sorted_;
    std::size_t at_ = 0;
};

}  // namespace

operator_ptr make_sort(const plan::sort& op, operator_ptr input, std::size_t width,
                       const execution& how) {
    return std::make_unique<sorter>(op, std::move(input), width, how.held);
}

}  // namespace shardwise::exec
