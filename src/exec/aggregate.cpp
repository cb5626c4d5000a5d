// SPDX-License-Identifier: MIT
// Merges partial groups. Keeps one row and one accumulator per item for each group; groups come in
// the order in which they were first seen, shard after shard, so that sums of doubles are the same
// every time.
#include <algorithm>

#include "exec/accumulator.hpp"
#include "exec/held_memory.hpp"
#include "exec/numbered_rows.hpp"
#include "exec/operators.hpp"

namespace shardwise::exec {
namespace {

class aggregation final : public operator_node {
public:
    aggregation(plan::node_ptr n, operator_ptr input, held_memory* held)
        : node_(std::move(n)),
          op_(std::get<plan::aggregate>(node_->op)),
          input_(std::move(input)),
          held_(held, "grouping"),
          groups_(op_.group_columns) {}

    bool next(std::span<arg> row) override {
        if (input_) read();
        if (at_ == groups_.size()) return false;
        std::copy_n(groups_[at_], op_.group_columns, row.begin());
        for (std::size_t i = 0; i < op_.items.size(); ++i) {
            const std::size_t column = op_.group_columns + i;
            row[column] = values_[at_ * op_.items.size() + i].result(op_.items[i].how,
                                                                     node_->columns[column]);
        }
        ++at_;
        return true;
    }

private:
    void read() {
        std::vector<arg> row(op_.input->columns.size());
        if (op_.group_columns == 0) add_group({});
        while (input_->next(row)) {
            const std::size_t group = add_group({row.data(), op_.group_columns});
            accumulator* const values = values_.data() + group * op_.items.size();
            for (std::size_t i = 0; i < op_.items.size(); ++i) {
                const plan::aggregate::item& item = op_.items[i];
                const bool pair = item.how == plan::aggregate::merge::avg;
                values[i].add(item.how, row[item.column], pair ? &row[item.column + 1] : nullptr);
            }
        }
        input_.reset();
    }

    std::size_t add_group(std::span<const arg> key) {
        const numbered_rows::found f = groups_.number_of(key);
        if (f.added) {
            held_.add(1, bytes_of(key) + numbered_rows::overhead +
                             2 * op_.items.size() * sizeof(accumulator));
            values_.resize(values_.size() + op_.items.size());
        }
        return f.number;
    }

    plan::node_ptr node_;
    const plan::aggregate& op_;
    operator_ptr input_;
    held_part held_;
    numbered_rows groups_;
    std::vector<accumulator> values_;  ///< by group, then item
    std::size_t at_ = 0;
};

}  // namespace

operator_ptr make_aggregate(const plan::node_ptr& n, operator_ptr input, const execution& how) {
    return std::make_unique<aggregation>(n, std::move(input), how.held);
}

}  // namespace shardwise::exec
