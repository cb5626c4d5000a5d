// SPDX-License-Identifier: MIT
#include "orm/statement_queue.hpp"

#include "engine/engine.hpp"
#include "engine/statement_of.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {
namespace {

/// Enough to hide round trips, and a bound for memory.
constexpr std::size_t most_in_flight = 32;
/// Longer ones hardly ever come again with as many parameters.
constexpr std::size_t most_cached_parameters = 4096;

}  // namespace

engine::statement_ptr statement_for(session_core::state& s, shard_index shard,
                                    const sql::compiled& text) {
    engine::statement out = engine::statement_of(text);
    out.prepare = text.parameters.size() <= most_cached_parameters;
    return s.db.endpoint(shard).prepare(std::move(out));
}

void statement_queue::send(shard_index shard, engine::statement_ptr what, std::span<const arg> args,
                           on_end end, on_row row) {
    session_core::state::check_in_time(until_);
    if (!s_.transactions.writes(shard)) s_.transactions.begin(shard, until_);
    s_.transactions.wrote(shard);
    engine::connection& link = *s_.transactions.pinned(shard);
    link.limit_to(until_);
    shards_[shard].push_back({std::move(what), std::move(end), std::move(row)});
    try {
        link.send(*shards_[shard].back().what, args);
    } catch (const error& failure) {
        error_info info = failure.info();
        info.shard = s_.db.shard_name(shard);
        info.statement = shards_[shard].back().what->text;
        raise(std::move(info));
    }
    advance(shard, most_in_flight);
}

void statement_queue::send(shard_index shard, const sql::compiled& text, on_end end, on_row row) {
    std::vector<arg> args;
    args.reserve(text.values.size());
    for (const value& v : text.values) args.push_back(v.view());
    send(shard, statement_for(s_, shard, text), args, std::move(end), std::move(row));
}

void statement_queue::read_back(shard_index shard, const sql::change& c,
                                const sql::expr_ptr& changed, on_row row) {
    std::vector<sql::expr_ptr> items;
    for (const sql::select_item& i : c.returning) items.push_back(i.expression);
    const sql::select_ptr q =
        sql::add_where(sql::make_select(*c.target, items.data(), items.size()), changed);
    send(shard, sql::compile(*q, s_.db.endpoint(shard).dialect()), {}, std::move(row));
}

void statement_queue::advance(shard_index shard, std::size_t most) {
    std::deque<entry>& waiting = shards_[shard];
    if (waiting.empty()) return;
    engine::connection& link = *s_.transactions.pinned(shard);
    std::vector<arg> row;
    try {
        while (!waiting.empty()) {
            row.resize(waiting.front().what->columns.size());
            const engine::fetch got = link.next(row);
            if (got == engine::fetch::wait) {
                if (waiting.size() <= most) return;
                engine::wait(link, until_);
            } else if (got == engine::fetch::row) {
                if (waiting.front().row) waiting.front().row(row);
            } else {
                const entry done = std::move(waiting.front());
                waiting.pop_front();
                if (done.end) done.end(link.affected_rows());
            }
        }
    } catch (const error& failure) {
        error_info info = failure.info();
        if (info.shard.empty()) info.shard = s_.db.shard_name(shard);
        if (info.statement.empty() && !waiting.empty()) info.statement = waiting.front().what->text;
        raise(std::move(info));
    }
}

void statement_queue::finish(shard_index shard) { advance(shard, 0); }

void statement_queue::finish() {
    for (std::size_t i = 0; i < shards_.size(); ++i) finish(static_cast<shard_index>(i));
}

}  // namespace shardwise::orm
