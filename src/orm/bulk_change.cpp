// SPDX-License-Identifier: MIT
// UPDATE and DELETE of the rows of many structs by their keys, inside the session's transaction and
// without its identity map. Memory is bounded by one chunk of structs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "orm/flush_log.hpp"
#include "orm/session_state.hpp"
#include "orm/shard_writer.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

constexpr std::size_t structs_per_chunk = 1'024;

/// The column says which row, on which shard, or in which state.
bool finds_the_row(const bound_table& t, column_index c) {
    const auto has = [c](std::span<const column_index> some) {
        return std::find(some.begin(), some.end(), c) != some.end();
    };
    return has(t.key()) || has(t.shard_key()) || t.entity().version == c;
}

class bulk_change {
public:
    bulk_change(session_core::state& s, bound_table& t, write::verb what,
                std::vector<column_index> columns, deadline until)
        : s_(s), t_(t), what_(what), columns_(std::move(columns)), until_(until) {
        check_lookups();
    }

    void put(const void* object) {
        record_ptr row = make_record(t_, object);
        const plan::placement p = s_.place_object(t_, object, until_);
        row->shard = p.shard;
        row->bucket = p.bucket;
        row->key_hash = s_.identity_of(*row);
        // Of two structs with one key the second is written after the first.
        if (!keys_.insert(row->key_hash).second || rows_.size() == structs_per_chunk) {
            send();
            keys_.insert(row->key_hash);
        }
        changes_.push_back({what_, row.get(), columns_});
        if (what_ == write::verb::update) prepare(changes_.back(), object);
        rows_.push_back(std::move(row));
    }

    std::int64_t finish() {
        send();
        return count_;
    }

private:
    /// Nobody here knows which values become free.
    void check_lookups() const {
        const schema::table& t = t_.table();
        const bool known =
            what_ == write::verb::erase
                ? !schema::has_lookups(t)
                : std::none_of(columns_.begin(), columns_.end(),
                               [&](column_index c) { return schema::is_looked_up(t, c); });
        if (known) return;
        raise({.code = error_code::not_supported,
               .message = fmt::format(
                   "{} of rows of {} would have to know which values of its cluster_unique columns "
                   "become free; {}",
                   what_ == write::verb::erase ? "bulk_erase()" : "bulk_update()", t.name,
                   what_ == write::verb::erase
                       ? "use run(erase<T>().where(...)) or erase() objects"
                       : "name other columns, or change these with edit() or run(update<T>())"),
               .table = t.name});
    }

    /// Times and hooks; what they change is written, too.
    void prepare(object_change& c, const void* given) const {
        const model::entity& e = t_.entity();
        if (!e.prepares_changes()) return;
        e.before_update(c.object->object(), now_);
        for (std::size_t i = 0; i < e.members.size(); ++i) {
            const auto column = static_cast<column_index>(i);
            if (e.equal(c.object->object(), given, column)) continue;
            check_may_change(column);
            if (std::find(c.columns.begin(), c.columns.end(), column) == c.columns.end())
                c.columns.push_back(column);
        }
    }

    void check_may_change(column_index c) const {
        const model::entity& e = t_.entity();
        if (!finds_the_row(t_, c) && !schema::is_looked_up(e.table, c)) return;
        raise({.code = error_code::bad_state,
               .message = fmt::format("before_update() has changed {}.{}, which bulk_update() "
                                      "cannot write",
                                      e.table.name, e.table.columns[c].name),
               .table = e.table.name});
    }

    void send() {
        keys_.clear();
        if (rows_.empty()) return;
        until_ = s_.renewed(until_);
        const std::vector<shard_writes> work = plan_writes(s_, std::move(changes_));
        tell_flush(s_, {work});
        std::vector<shard_index> shards;
        for (const shard_writes& w : work) shards.push_back(w.shard);
        s_.transactions.lock_files(std::move(shards), until_);
        write_inside(s_, work, until_);
        count_ += static_cast<std::int64_t>(rows_.size());
        changes_.clear();
        rows_.clear();
        session_core::state::check_in_time(until_);
    }

    session_core::state& s_;
    bound_table& t_;
    write::verb what_;
    std::vector<column_index> columns_;
    deadline until_;
    timestamp now_ = timestamp::now();
    std::vector<record_ptr> rows_;
    std::vector<object_change> changes_;
    std::set<std::uint64_t> keys_;  ///< hashes of the chunk's keys and shards
    std::int64_t count_ = 0;
};

/// What bulk_update() writes when nothing is named.
std::vector<column_index> changeable_columns(const bound_table& t) {
    const model::entity& e = t.entity();
    std::vector<column_index> all;
    for (std::size_t i = 0; i < e.members.size(); ++i) {
        const auto c = static_cast<column_index>(i);
        if (!finds_the_row(t, c) && e.insert_time != c) all.push_back(c);
    }
    if (all.empty())
        raise({.code = error_code::bad_query,
               .message = fmt::format("{} has no columns that bulk_update() could write: all are "
                                      "part of its keys",
                                      e.table.name),
               .table = e.table.name});
    return all;
}

std::vector<column_index> checked_columns(const bound_table& t,
                                          std::span<const std::uint16_t> named) {
    if (named.empty()) return changeable_columns(t);
    const model::entity& e = t.entity();
    for (const column_index c : named) {
        if (!finds_the_row(t, c)) continue;
        raise({.code = error_code::bad_query,
               .message = fmt::format("bulk_update() finds rows by {}.{} and cannot change it",
                                      e.table.name, e.table.columns[c].name),
               .table = e.table.name});
    }
    std::vector<column_index> columns(named.begin(), named.end());
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    return columns;
}

std::int64_t change_objects(session_core::state& s, bulk_change& change, const char* call,
                            session_core::state::object_range objects) {
    try {
        while (const void* const object = objects.next(objects.context)) change.put(object);
        const std::int64_t rows = change.finish();
        ++s.epoch;  // objects are read again when they are asked for
        return rows;
    } catch (const std::exception& failure) {
        s.fail(failure.what());
        throw;
    } catch (...) {  // of the caller's range
        s.fail(fmt::format("an exception that the range of {} threw", call));
        throw;
    }
}

}  // namespace

std::int64_t session_core::bulk_update(const model::entity& e, const std::uint16_t* columns,
                                       std::size_t count, void* context,
                                       void* (*next)(void* context)) {
    state& s = *state_;
    const turn in_call(s, "bulk_update()");
    s.check_may_write();
    s.check_no_stream("bulk_update()");
    const deadline until = s.limit();
    bound_table& t = s.bind(e);
    bulk_change change(s, t, write::verb::update, checked_columns(t, {columns, count}), until);
    s.flush(state::ending::keep_open, until);  // rows that these structs may mean
    return change_objects(s, change, "bulk_update()", {context, next});
}

std::int64_t session_core::bulk_erase(const model::entity& e, void* context,
                                      void* (*next)(void* context)) {
    state& s = *state_;
    const turn in_call(s, "bulk_erase()");
    s.check_may_write();
    s.check_no_stream("bulk_erase()");
    const deadline until = s.limit();
    bulk_change change(s, s.bind(e), write::verb::erase, {}, until);
    s.flush(state::ending::keep_open, until);
    return change_objects(s, change, "bulk_erase()", {context, next});
}

}  // namespace shardwise::orm
