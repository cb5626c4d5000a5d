// SPDX-License-Identifier: MIT
// Sorts in memory: for the groups of a client-side aggregation.
#include <algorithm>

#include "exec/operators.hpp"
#include "exec/row_buffer.hpp"
#include "exec/row_order.hpp"

namespace shardwise::exec {
namespace {

class sorter final : public operator_node {
public:
    sorter(const plan::sort& op, operator_ptr input, std::size_t width)
        : order_(op.keys), input_(std::move(input)), rows_(width) {}

    bool next(std::span<arg> row) override {
        if (input_) read();
        if (at_ == sorted_.size()) return false;
        std::copy_n(sorted_[at_++], row.size(), row.begin());
        return true;
    }

private:
    void read() {
        std::vector<arg> row(rows_.width());
        while (input_->next(row)) sorted_.push_back(rows_.append(row));
        input_.reset();
        std::stable_sort(sorted_.begin(), sorted_.end(),
                         [this](const arg* a, const arg* b) { return order_(a, b) < 0; });
    }

    row_order order_;
    operator_ptr input_;
    row_buffer rows_;
    std::vector<const arg*> sorted_;
    std::size_t at_ = 0;
};

}  // namespace

operator_ptr make_sort(const plan::sort& op, operator_ptr input, std::size_t width) {
    return std::make_unique<sorter>(op, std::move(input), width);
}

}  // namespace shardwise::exec
