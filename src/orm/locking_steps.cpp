// SPDX-License-Identifier: MIT
#include "orm/locking_steps.hpp"

#include "engine/engine.hpp"
#include "orm/key_condition.hpp"
#include "orm/statement_queue.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {

std::optional<locking_steps::row> locking_steps::read(shard_index shard, const schema::table& t,
                                                      const sql::expr_ptr& condition) {
    const sql::dialect& d = s_.db.endpoint(shard).dialect();
    sql::compiled text =
        sql::compile(*sql::add_where(sql::make_select(t, nullptr, 0), condition), d);
    if (d.kind() != sql::dialect_kind::sqlite) text.text += " FOR UPDATE";
    std::optional<row> out;
    send(shard, text, views_of(text.values), [&](std::span<const arg> cells) {
        out.emplace();
        for (const arg& a : cells) out->emplace_back(a);
    });
    return out;
}

std::int64_t locking_steps::run(shard_index shard, const sql::compiled& text,
                                std::span<const arg> args) {
    const std::int64_t rows = send(shard, text, args);
    if (rows > 0) s_.transactions.wrote(shard);
    return rows;
}

std::int64_t locking_steps::send(shard_index shard, const sql::compiled& text,
                                 std::span<const arg> args,
                                 const std::function<void(std::span<const arg>)>& on_row) {
    engine::connection& link = s_.transactions.begin(shard, until_);
    try {
        return engine::run(link, *statement_for(s_, shard, text), args, until_, on_row);
    } catch (const error& failure) {
        error_info info = failure.info();
        if (info.shard.empty()) info.shard = s_.db.shard_name(shard);
        raise(std::move(info));
    }
}

std::int64_t locking_steps::run(shard_index shard, const sql::change& c) {
    const sql::compiled text = sql::compile(c, s_.db.endpoint(shard).dialect());
    return run(shard, text, views_of(text.values));
}

}  // namespace shardwise::orm
