// SPDX-License-Identifier: MIT
#include "exec/operators.hpp"

namespace shardwise::exec {
namespace {

class limiter final : public operator_node {
public:
    limiter(const plan::limit& op, operator_ptr input)
        : left_(op.count), skip_(op.offset), input_(std::move(input)) {}

    bool next(std::span<arg> row) override {
        // The last row's views died with this call: now the input may go, and its statements stop.
        if (left_ && *left_ == 0) input_.reset();
        if (!input_) return false;
        for (; skip_ > 0; --skip_)
            if (!input_->next(row)) return finish();
        if (!input_->next(row)) return finish();
        if (left_) --*left_;
        return true;
    }

    sharding::shard_index shard_of_row() const noexcept override {
        return input_ ? input_->shard_of_row() : sharding::shard_index{0};
    }

private:
    bool finish() {
        input_.reset();
        return false;
    }

    std::optional<std::int64_t> left_;
    std::int64_t skip_;
    operator_ptr input_;
};

}  // namespace

operator_ptr make_limit(const plan::limit& op, operator_ptr input) {
    return std::make_unique<limiter>(op, std::move(input));
}

}  // namespace shardwise::exec
