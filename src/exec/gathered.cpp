// SPDX-License-Identifier: MIT
// A scatter that may lack shards: every shard's rows are read to their end before the first row is
// given, so that a shard that fails or is late in the middle leaves nothing behind. What is missing
// is noted; all other errors are thrown as ever.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "exec/held_memory.hpp"
#include "exec/operators.hpp"
#include "exec/row_buffer.hpp"
#include "exec/row_order.hpp"
#include "exec/shard_stream.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {

/// The shard cannot be asked now; nothing is wrong with the statement.
bool is_absence(const error& e) {
    switch (e.code()) {
        case error_code::timeout:
        case error_code::pool_exhausted:
        case error_code::connect_failed:
        case error_code::connection_lost:
        case error_code::shard_unavailable:
            return true;
        default:
            return false;
    }
}

bool has_text(const row_order& order, const std::vector<sql::typed>& columns) {
    return std::any_of(order.keys().begin(), order.keys().end(), [&](const plan::sort_key& k) {
        return columns[k.column].type == column_type::text;
    });
}

class gathered final : public operator_node {
public:
    gathered(std::vector<request> requests, const execution& how, std::vector<plan::sort_key> keys,
             const std::vector<sql::typed>& columns)
        : requests_(std::move(requests)),
          how_(how),
          order_(std::move(keys)),
          checks_(has_text(order_, columns)),
          width_(columns.size()),
          held_(how.held, "gathering") {}

    bool next(std::span<arg> row) override {
        if (!read_) gather();
        source* least = nullptr;
        for (const auto& s : sources_) {
            if (s->at == s->rows.size()) continue;
            if (least == nullptr || order_(s->rows[s->at], least->rows[least->at]) < 0)
                least = s.get();
        }
        if (least == nullptr) return false;
        std::copy_n(least->rows[least->at++], row.size(), row.begin());
        shard_ = least->shard;
        return true;
    }

    sharding::shard_index shard_of_row() const noexcept override { return shard_; }

private:
    struct source {
        source(sharding::shard_index s, std::size_t width) : shard(s), rows(width) {}
        sharding::shard_index shard;
        std::unique_ptr<shard_stream> stream;  ///< empty at its end
        row_buffer rows;
        std::size_t at = 0;
        bool missing = false;
    };

    void gather() {
        read_ = true;
        start();
        // A first look sends to all servers before anybody is waited for.
        while (step_all()) wait();
        std::erase_if(sources_, [](const auto& s) { return s->missing; });
    }

    /// The time that is left is divided, so that one shard that cannot be reached does not use up
    /// that of the others.
    void start() {
        std::sort(requests_.begin(), requests_.end(),
                  [](const request& a, const request& b) { return a.shard < b.shard; });
        request_compiler compiler(how_.streaming);
        for (std::size_t i = 0; i < requests_.size(); ++i) {
            const request& r = requests_[i];
            auto& s = sources_.emplace_back(std::make_unique<source>(r.shard, width_));
            const auto share = static_cast<std::int64_t>(requests_.size() - i + 1);
            const deadline connect_by =
                earlier(how_.limit, deadline::after(how_.limit.left() / share));
            try {
                s->stream = std::make_unique<shard_stream>(r, compiler, how_, connect_by);
            } catch (const error& e) {
                note(*s, e);
            }
        }
    }

    /// True: somebody has to be waited for. Servers come first: an embedded shard works in here,
    /// and they shall work meanwhile.
    bool step_all() {
        const bool waits = step_some(false);
        return step_some(true) || waits;
    }
    bool step_some(bool embedded) {
        bool waits = false;
        for (const auto& s : sources_) {
            if (!s->stream || s->stream->embedded() != embedded) continue;
            try {
                waits = !read_rows(*s) || waits;
            } catch (const error& e) {
                note(*s, e);
            }
        }
        return waits;
    }

    /// False: it has to wait.
    bool read_rows(source& s) {
        std::vector<arg> row(width_);
        for (;;) {
            switch (s.stream->step(row)) {
                case engine::fetch::wait:
                    return false;
                case engine::fetch::end:
                    s.stream.reset();
                    return true;
                case engine::fetch::row:
                    keep(s, row);
                    break;
            }
        }
    }

    void keep(source& s, std::span<const arg> row) {
        if (how_.limit.passed() && s.rows.size() % 256 == 0) late(s);
        const std::size_t before = s.rows.bytes();
        const arg* const kept = s.rows.append(row);
        held_.add(1, s.rows.bytes() - before);
        const std::size_t n = s.rows.size();
        if (checks_ && n > 1 && order_(s.rows[n - 2], kept) > 0) refuse_text_order(*s.stream);
    }

    [[noreturn]] void late(source& s) {
        s.stream->abandon(deadline::after(short_clean_up_time));
        raise({.code = how_.limit.late_code(),
               .message = fmt::format("{} before shard \"{}\" had answered", how_.limit.why_late(),
                                      s.stream->shard_name()),
               .shard = s.stream->shard_name(),
               .statement = s.stream->statement().text});
    }

    void wait() {
        std::vector<pollfd> polled;
        for (const auto& s : sources_) {
            if (!s->stream) continue;
            const engine::wait_handle h = s->stream->link().waits_on();
            if (h.fd >= 0) polled.push_back({h.fd, h.events, 0});
        }
        if (polled.empty()) return;
        const int ready =
            ::poll(polled.data(), static_cast<nfds_t>(polled.size()), how_.limit.poll_timeout());
        if (ready > 0 || !how_.limit.passed()) return;
        for (const auto& s : sources_) {
            if (!s->stream) continue;
            try {
                late(*s);
            } catch (const error& e) {
                note(*s, e);
            }
        }
    }

    void note(source& s, const error& e) {
        if (!is_absence(e)) {
            const deadline patience = deadline::after(short_clean_up_time);
            for (const auto& other : sources_)
                if (other->stream && !other->stream->abandoned()) other->stream->abandon(patience);
            throw;
        }
        s.missing = true;
        s.stream.reset();
        how_.missing->push_back({s.shard, e});
    }

    std::vector<request> requests_;
    execution how_;
    row_order order_;
    bool checks_;
    std::size_t width_;
    held_part held_;
    std::vector<std::unique_ptr<source>> sources_;  ///< by shard; after gather() the complete ones
    bool read_ = false;
    sharding::shard_index shard_ = 0;
};

}  // namespace

operator_ptr make_gathered(std::vector<request> requests, const execution& how,
                           std::vector<plan::sort_key> keys,
                           const std::vector<sql::typed>& columns) {
    return std::make_unique<gathered>(std::move(requests), how, std::move(keys), columns);
}

}  // namespace shardwise::exec
