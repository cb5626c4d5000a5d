// SPDX-License-Identifier: MIT
// What moves: found, locked, read and checked. row_mover_writing.cpp writes it.
#include "orm/row_mover.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "catalog/introspection.hpp"
#include "exec/row_buffer.hpp"
#include "orm/key_condition.hpp"
#include "orm/row_maker.hpp"
#include "plan/routing.hpp"
#include "schema/column_check.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {
namespace {

/// Keys that one statement asks for.
constexpr std::size_t most_keys = 200;

/// Clients that keep whole answers count them.
class counted_answer {
public:
    counted_answer(engine::connection& c, exec::held_memory& held) : connection_(c) {
        connection_.count_received(held.received());
    }
    ~counted_answer() { connection_.count_received(nullptr); }
    counted_answer(const counted_answer&) = delete;
    counted_answer& operator=(const counted_answer&) = delete;

private:
    engine::connection& connection_;
};

/// The member of the struct in the cluster's form of its table.
column_index column_of(const record& r, const schema::table& t, std::size_t member) {
    return t.column_at(r.table->table().columns[member].name);
}

/// The primary key of the row that the object stands for.
std::vector<arg> key_of(const record& r, const schema::table& t) {
    std::vector<arg> key;
    for (const column_index c : t.primary_key)
        key.push_back(
            r.table->entity().get(r.identity(), r.table->table().column_at(t.columns[c].name)));
    return key;
}

[[noreturn]] void raise_stale(const record& r, const char* what) {
    const std::string& name = r.table->table().name;
    raise(
        {.code = error_code::stale_object,
         .message = fmt::format("an object of {} cannot be moved to another shard key: its row was "
                                "{} by somebody else since it was read; roll back, read it again "
                                "and repeat the change",
                                name, what),
         .table = name});
}

}  // namespace

row_mover::row_mover(session_core::state& s, exec::held_memory& held, deadline until)
    : s_(s), held_(held), until_(until), tables_(s.db.tables()), links_(links_between(tables_)) {
    s_.identities.for_each([&](record& r) {
        const bool has_row =
            r.state == object_state::persistent || (r.state == object_state::erased && !r.deleted);
        if (!has_row || r.table->table().is_reference()) return;
        known_[row_name(r)].push_back(&r);
    });
}

void row_mover::check_mode(const schema::table& t, shard_index from, shard_index to) const {
    if (from == to || s_.options.mode == commit_mode::atomic) return;
    const bool single = s_.options.mode == commit_mode::single_shard;
    raise({.code = error_code::not_supported,
           .message = fmt::format(
               "a row of {} would move from {} to {}, {}: use commit_mode::atomic", t.name,
               s_.db.shard_name(from), s_.db.shard_name(to),
               single ? "and this session writes to one shard only (commit_mode::single_shard)"
                      : "and with commit_mode::best_effort it could be lost or doubled"),
           .shard = s_.db.shard_name(to),
           .table = t.name});
}

void row_mover::add(record& r) {
    const model::entity& e = r.table->entity();
    static_cast<void>(changed_columns(r));  // refuses what else may not be changed
    if (e.version) static_cast<void>(next_version(r));
    const plan::placement to = s_.place_object(*r.table, r.object(), until_);
    check_mode(e.table, r.shard, to.shard);
    const engine::driver& client = s_.db.endpoint(to.shard).client();
    for (std::size_t i = 0; i < e.members.size(); ++i) {
        const auto c = static_cast<column_index>(i);
        const arg v = e.get(r.object(), c);
        schema::check_column_value(e.table, c, v);
        if (!v.is_null()) client.check_storable(v, e.table.columns[i].type);
    }
    edited_.push_back(&r);
    objects_.insert(&r);
}

// ---------------------------------------------------------------- reading

void row_mover::query(shard_index shard, const sql::select_ptr& q, const row_taker& take) {
    const sql::dialect& d = s_.db.endpoint(shard).dialect();
    sql::compiled text = sql::compile(*q, d);
    // A file is locked as a whole.
    if (d.kind() != sql::dialect_kind::sqlite) text.text += " FOR UPDATE";
    std::vector<arg> args;
    for (const value& v : text.values) args.push_back(v.view());
    s_.transactions.begin(shard, until_);
    cluster_layer::shard_connection link = s_.transactions.connect(shard, until_);
    const counted_answer counted(*link.link, held_);
    try {
        engine::run(*link.link, *statement_for(s_, shard, text), args, until_, take);
    } catch (const error& failure) {
        error_info info = failure.info();
        if (info.shard.empty()) info.shard = s_.db.shard_name(shard);
        raise(std::move(info));
    }
}

/// `take` gets one value for each column; that of sw_bucket is NULL.
void row_mover::read_rows(const schema::table& t, shard_index shard, const sql::expr_ptr& which,
                          const row_taker& take) {
    std::vector<sql::expr_ptr> items;
    const auto bucket = t.bucket_column();
    for (std::size_t i = 0; i < t.columns.size(); ++i)
        if (bucket != i) items.push_back(sql::column({&t, static_cast<column_index>(i), 0}));
    const sql::select_ptr q =
        sql::add_where(sql::make_select(t, items.data(), items.size()), which);
    std::vector<arg> cells;
    query(shard, q, [&](std::span<const arg> row) {
        cells.assign(row.begin(), row.end());
        if (bucket) cells.insert(cells.begin() + *bucket, arg{});
        held_.add(1, 2 * exec::bytes_of(cells), "moving rows to another shard");
        take(cells);
    });
}

const std::vector<record*>& row_mover::objects_of(const moving_row& row) {
    static const std::vector<record*> none;
    const auto at = known_.find(
        row_name(row.table->name, row.from, values_of(row.before, row.table->primary_key)));
    return at == known_.end() ? none : at->second;
}

std::size_t row_mover::include(const schema::table& t, shard_index shard,
                               std::span<const arg> cells) {
    const auto [at, fresh] = rows_.add(t, shard, cells);
    if (!fresh) return at;
    for (record* r : objects_of(rows_[at])) {
        retain(r);
        rows_[at].objects.emplace_back(r);
        objects_.insert(r);
        if (r->state == object_state::erased)
            erase_with(rows_[at], *r);
        else
            overlay(rows_[at], *r);
    }
    return at;
}

void row_mover::erase_with(moving_row& row, const record& r) {
    if (by_statement_)
        raise({.code = error_code::bad_state,
               .message = fmt::format("an UPDATE moves a row of {} whose object is erased and not "
                                      "flushed: call flush() before",
                                      row.table->name),
               .table = row.table->name});
    check_version(row, r);
    row.erased = true;
}

/// What the object was edited to.
void row_mover::overlay(moving_row& row, record& r) {
    if (!has_unsaved_changes(r)) return;
    if (by_statement_)
        raise({.code = error_code::bad_state,
               .message = fmt::format("an UPDATE moves a row of {} whose object is edited and not "
                                      "flushed: call flush() before",
                                      row.table->name),
               .table = row.table->name});
    check_version(row, r);
    const model::entity& e = r.table->entity();
    for (const column_index c : changed_columns(r))
        row.give(column_of(r, *row.table, c), e.get(r.object(), c));
    if (e.version) row.give(column_of(r, *row.table, *e.version), arg{next_version(r)});
}

void row_mover::check_version(const moving_row& row, const record& r) const {
    const model::entity& e = r.table->entity();
    if (!e.version) return;
    const column_index c = column_of(r, *row.table, *e.version);
    if (!(row.before[c] == value(e.get(r.stored(), *e.version)))) raise_stale(r, "changed");
}

void row_mover::lock(const std::vector<shard_writes>& others) {
    std::vector<shard_index> shards;
    for (const shard_writes& w : others) shards.push_back(w.shard);
    for (record* r : edited_) {
        shards.push_back(r->shard);
        shards.push_back(s_.place_object(*r->table, r->object(), until_).shard);
    }
    std::sort(shards.begin(), shards.end());
    shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
    for (const shard_index shard : shards) s_.transactions.begin(shard, until_);
    lock_objects();
    read_children();
    rows_.follow();
    place_all();
    check_columns();
}

/// In the order of shards and tables, parents first: as others would lock them.
void row_mover::lock_objects() {
    std::map<std::pair<shard_index, std::size_t>, std::vector<record*>> by_place;
    for (record* r : edited_) by_place[{r->shard, r->table->order()}].push_back(r);
    for (const auto& [place, objects] : by_place) {
        const schema::table& t = table_of(*objects.front());
        const shard_index shard = place.first;
        for (std::size_t from = 0; from < objects.size(); from += most_keys) {
            const std::size_t to = std::min(objects.size(), from + most_keys);
            std::vector<std::vector<arg>> keys;
            for (std::size_t i = from; i < to; ++i) keys.push_back(key_of(*objects[i], t));
            std::vector<const arg*> firsts;
            for (const std::vector<arg>& key : keys) firsts.push_back(key.data());
            read_rows(t, shard, is_one_of(t, t.primary_key, firsts),
                      [&](std::span<const arg> cells) { include(t, shard, cells); });
        }
    }
    if (by_statement_) return;
    first_count_ = rows_.size();
    record_set seen;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        for (const record_ptr& r : rows_[i].objects) seen.insert(r.get());
    for (record* r : edited_)
        if (seen.count(r) == 0) raise_stale(*r, "deleted");
}

void row_mover::find(const plan::moved_rows& m, std::span<const shard_index> shards) {
    by_statement_ = true;
    const sql::change& c = *m.change;
    const schema::table& target = *c.target;
    const schema::table& t = s_.db.table(target.name);
    const std::size_t width = target.primary_key.size();
    for (const shard_index shard : shards) s_.transactions.begin(shard, until_);
    for (const shard_index shard : shards) {
        // Rows are read as a whole by their keys: the struct may have fewer columns.
        std::map<std::string, std::vector<value>> computed;
        std::vector<std::vector<value>> keys;
        query(shard, m.rows, [&](std::span<const arg> row) {
            std::vector<value> key;
            for (const arg& a : row.first(width)) key.emplace_back(a);
            std::vector<value>& values = computed[plan::encode_key(row.data(), width)];
            for (const arg& a : row.subspan(width)) values.emplace_back(a);
            held_.add(0, exec::bytes_of(row), "moving rows to another shard");
            keys.push_back(std::move(key));
        });
        const auto take = [&](std::span<const arg> cells) {
            moving_row& row = rows_[include(t, shard, cells)];
            const std::vector<value>& values =
                computed.at(encoded(values_of(row.before, t.primary_key)));
            for (const sql::change::assignment& a : c.assignments)
                if (a.to->kind == sql::expr_kind::constant)
                    row.give(t.column_at(target.columns[a.column].name),
                             kept_as(target, a.column, a.to->literal.view()));
            for (std::size_t i = 0; i < m.computed.size(); ++i) {
                const column_index column = c.assignments[m.computed[i]].column;
                row.give(t.column_at(target.columns[column].name),
                         kept_as(target, column, values[i].view()));
            }
        };
        for (std::size_t from = 0; from < keys.size(); from += most_keys) {
            const std::size_t to = std::min(keys.size(), from + most_keys);
            std::vector<std::vector<arg>> some;
            for (std::size_t i = from; i < to; ++i) {
                some.emplace_back();
                for (const value& v : keys[i]) some.back().push_back(v.view());
            }
            std::vector<const arg*> firsts;
            for (const std::vector<arg>& key : some) firsts.push_back(key.data());
            read_rows(t, shard, is_one_of(t, t.primary_key, firsts), take);
        }
    }
    first_count_ = rows_.size();
}

// ---------------------------------------------------------------- those that live with them

void row_mover::read_children() {
    for (std::size_t first = 0; first < rows_.size();) {
        const std::size_t end = rows_.size();
        for (const key_link& by : links_) {
            std::map<shard_index, std::vector<std::size_t>> parents;
            for (std::size_t i = first; i < end; ++i)
                if (rows_[i].table == by.parent && (rows_[i].key_changed() || i >= first_count_))
                    parents[rows_[i].from].push_back(i);
            for (const auto& [shard, all] : parents)
                for (std::size_t at = 0; at < all.size(); at += most_keys)
                    read_children(by, shard,
                                  std::span(all).subspan(at, std::min(most_keys, all.size() - at)));
        }
        first = end;
    }
}

void row_mover::read_children(const key_link& by, shard_index shard,
                              std::span<const std::size_t> parents) {
    std::unordered_map<std::string, std::size_t> by_key;
    std::vector<std::vector<arg>> keys;
    std::vector<std::vector<value>> copies;  // rows_ grows while keys point to its values
    for (const std::size_t p : parents) {
        std::vector<value>& copy = copies.emplace_back();
        bool has_null = false;
        for (const column_index c : by.parent_columns) {
            copy.push_back(rows_[p].before[c]);
            has_null = has_null || copy.back().view().is_null();
        }
        if (has_null) copies.pop_back();
    }
    for (const std::vector<value>& copy : copies) {
        keys.emplace_back();
        for (const value& v : copy) keys.back().push_back(v.view());
    }
    for (const std::size_t p : parents)
        by_key.emplace(encoded(values_of(rows_[p].before, by.parent_columns)), p);
    if (keys.empty()) return;
    std::vector<const arg*> firsts;
    for (const std::vector<arg>& key : keys) firsts.push_back(key.data());
    const auto take = [&](std::span<const arg> cells) {
        std::vector<arg> key;
        for (const column_index c : by.columns) key.push_back(cells[c]);
        const auto parent = by_key.find(encoded(key));
        if (parent == by_key.end())
            raise(
                {.code = error_code::not_supported,
                 .message = fmt::format("rows of {} refer to a moved row of {} by values that are "
                                        "equal to the server but not the same: change them first",
                                        by.child->name, by.parent->name),
                 .table = by.child->name});
        // What goes with an erased parent is for the database to say, but for what was erased, too.
        if (rows_[parent->second].erased && !has_erased_object(*by.child, shard, cells)) return;
        const std::size_t child = include(*by.child, shard, cells);
        rows_.link(parent->second, child, by);
    };
    read_rows(*by.child, shard, is_one_of(*by.child, by.columns, firsts), take);
}

bool row_mover::has_erased_object(const schema::table& t, shard_index shard,
                                  std::span<const arg> cells) {
    std::vector<arg> key;
    for (const column_index c : t.primary_key) key.push_back(cells[c]);
    const auto at = known_.find(row_name(t.name, shard, key));
    return at != known_.end() &&
           std::any_of(at->second.begin(), at->second.end(),
                       [](const record* r) { return r->state == object_state::erased; });
}

// ---------------------------------------------------------------- checking

void row_mover::place_all() {
    std::unordered_map<std::string, plan::placement> known;  // most go to the same place
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        moving_row& row = rows_[i];
        if (row.erased) continue;
        const std::vector<arg> key = values_of(row.after, row.table->placed.shard_key);
        const std::string name = row.table->name + '\0' + encoded(key);
        auto at = known.find(name);
        if (at == known.end()) at = known.emplace(name, s_.place(*row.table, key, until_)).first;
        row.to = at->second;
        check_mode(*row.table, row.from, row.to.shard);
        check_values(row);
    }
}

void row_mover::check_values(const moving_row& row) const {
    const engine::driver& client = s_.db.endpoint(row.to.shard).client();
    const auto bucket = row.table->bucket_column();
    for (std::size_t i = 0; i < row.after.size(); ++i) {
        if (bucket == i) continue;
        const auto c = static_cast<column_index>(i);
        if (row.sources[i] == moving_row::origin::stored && row.to.shard == row.from) continue;
        const arg v = row.after[i].view();
        if (row.sources[i] != moving_row::origin::stored)
            schema::check_column_value(*row.table, c, v);
        if (!v.is_null()) client.check_storable(v, row.table->columns[i].type);
    }
}

/// A column that the cluster does not know would be lost.
void row_mover::check_columns() {
    std::set<std::pair<const schema::table*, shard_index>> places;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (rows_[i].rewritten()) places.insert({rows_[i].table, rows_[i].from});
    for (const auto& [table, shard] : places) {
        const schema::table& t = *table;
        cluster_layer::shard_connection link = s_.transactions.connect(shard, until_);
        const auto found =
            catalog::read_table(*link.link, t.name, link.endpoint->dialect(), until_);
        if (!found) continue;
        for (const catalog::found_column& c : found->columns) {
            const bool known =
                std::any_of(t.columns.begin(), t.columns.end(), [&](const schema::column& mine) {
                    return ascii_lower(std::string_view(mine.name)) ==
                           ascii_lower(std::string_view(c.name));
                });
            if (known) continue;
            raise(
                {.code = error_code::not_supported,
                 .message = fmt::format("table {} on {} has a column {} that the cluster does not "
                                        "know: a row that moved to another shard would lose it; "
                                        "add it to the model, or drop it",
                                        t.name, s_.db.shard_name(shard), c.name),
                 .shard = s_.db.shard_name(shard),
                 .table = t.name});
        }
    }
}

}  // namespace shardwise::orm
