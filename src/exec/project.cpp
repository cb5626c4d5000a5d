// SPDX-License-Identifier: MIT
#include "exec/operators.hpp"

namespace shardwise::exec {
namespace {

class projection final : public operator_node {
public:
    projection(const plan::project& op, operator_ptr input)
        : columns_(op.columns), input_(std::move(input)), row_(op.input->columns.size()) {}

    bool next(std::span<arg> row) override {
        if (!input_->next(row_)) return false;
        for (std::size_t i = 0; i < columns_.size(); ++i) row[i] = row_[columns_[i]];
        return true;
    }

    sharding::shard_index shard_of_row() const noexcept override { return input_->shard_of_row(); }

private:
    std::vector<std::size_t> columns_;
    operator_ptr input_;
    std::vector<arg> row_;
};

class row_counter final : public operator_node {
public:
    row_counter(operator_ptr input, std::size_t width) : input_(std::move(input)), row_(width) {}

    bool next(std::span<arg> row) override {
        if (!input_) return false;
        std::int64_t rows = 0;
        while (input_->next(row_)) ++rows;
        input_.reset();
        row[0] = arg{rows};
        return true;
    }

private:
    operator_ptr input_;
    std::vector<arg> row_;
};

}  // namespace

operator_ptr make_project(const plan::project& op, operator_ptr input) {
    return std::make_unique<projection>(op, std::move(input));
}

operator_ptr make_count_rows(operator_ptr input, std::size_t width) {
    return std::make_unique<row_counter>(std::move(input), width);
}

}  // namespace shardwise::exec
