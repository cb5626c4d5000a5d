// SPDX-License-Identifier: MIT
#include <algorithm>

#include "exec/operators.hpp"
#include "exec/shard_streams.hpp"

namespace shardwise::exec {
namespace {

class no_rows final : public operator_node {
public:
    bool next(std::span<arg>) override { return false; }
};

/// One shard: rows are decoded straight into the caller's row.
class single final : public operator_node {
public:
    single(std::vector<request> requests, const execution& how)
        : how_(how), shard_(requests.front().shard) {
        request_compiler compiler(how.streaming);
        stream_ = std::make_unique<shard_stream>(requests.front(), compiler, how, how.limit);
    }

    bool next(std::span<arg> row) override {
        if (!stream_) return false;
        for (;;) {
            switch (stream_->step(row)) {
                case engine::fetch::row:
                    if (++rows_ % 256 == 0 && how_.limit.passed()) stop_reading();
                    return true;
                case engine::fetch::end:
                    stream_->note_rows(how_.row_counts);
                    stream_.reset();
                    return false;
                case engine::fetch::wait:
                    wait();
                    break;
            }
        }
    }

    sharding::shard_index shard_of_row() const noexcept override { return shard_; }
    std::size_t expected_rows() const noexcept override {
        return stream_ ? stream_->expected_rows(how_.row_counts) : 0;
    }

private:
    void wait() {
        try {
            engine::wait(stream_->link(), how_.wait_limit());
        } catch (const error& e) {
            stream_->abandon(deadline::after(short_clean_up_time));
            error_info info = e.info();
            info.shard = stream_->shard_name();
            info.statement = stream_->statement().text;
            raise(std::move(info));
        }
    }

    /// Rows may come so fast that nobody ever waits.
    [[noreturn]] void stop_reading() {
        stream_->abandon(deadline::after(short_clean_up_time));
        raise({.code = how_.limit.late_code(),
               .message = std::string(how_.limit.why_late()) + " while rows were read",
               .shard = stream_->shard_name(),
               .statement = stream_->statement().text});
    }

    execution how_;
    sharding::shard_index shard_;
    std::size_t rows_ = 0;
    std::unique_ptr<shard_stream> stream_;
};

class many final : public operator_node {
public:
    many(std::vector<request> requests, const execution& how, arrival order)
        : streams_(std::make_unique<shard_streams>(std::move(requests), how)), order_(order) {}

    bool next(std::span<arg> row) override {
        if (!streams_) return false;
        const arg* const found = order_ == arrival::any ? streams_->pull_any(current_) : in_order();
        if (!found) {
            streams_.reset();
            return false;
        }
        std::copy_n(found, row.size(), row.begin());
        shard_ = (*streams_)[current_].shard();
        return true;
    }

    sharding::shard_index shard_of_row() const noexcept override { return shard_; }
    std::size_t expected_rows() const noexcept override {
        return streams_ ? streams_->expected_rows() : 0;
    }

private:
    const arg* in_order() {
        for (; current_ < streams_->size(); ++current_)
            if (const arg* const found = streams_->pull(current_)) return found;
        return nullptr;
    }

    std::unique_ptr<shard_streams> streams_;
    arrival order_;
    std::size_t current_ = 0;
    sharding::shard_index shard_ = 0;
};

}  // namespace

operator_ptr make_scatter(const plan::node& n, const execution& how, arrival order) {
    std::vector<request> requests = requests_of(n, how);
    if (requests.empty()) return std::make_unique<no_rows>();
    if (how.missing) return make_gathered(std::move(requests), how, {}, n.columns);
    if (requests.size() == 1) return std::make_unique<single>(std::move(requests), how);
    return std::make_unique<many>(std::move(requests), how, order);
}

}  // namespace shardwise::exec
