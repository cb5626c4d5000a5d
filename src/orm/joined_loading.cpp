// SPDX-License-Identifier: MIT
#include "orm/joined_loading.hpp"

#include <algorithm>

#include "exec/row_buffer.hpp"
#include "orm/key_condition.hpp"
#include "orm/unique_reads.hpp"
#include "plan/rules/merge_rows.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

/// SQLite has at most 2000 columns in a statement, PostgreSQL 1664.
constexpr std::size_t most_columns = 1000;
/// MariaDB joins at most 61 tables.
constexpr std::size_t most_tables = 32;

bool reads_every_copy(const model::relation& r) { return r.to->table.is_reference(); }
bool stays_at_home(const model::relation& r) {
    return r.has(model::stays_on_shard) && !r.from->table.is_reference();
}

}  // namespace

bool joins_by_itself(const model::entity& e) {
    return std::any_of(e.relations.begin(), e.relations.end(),
                       [](const auto& of) { return of().has(model::joins_eagerly); });
}

joined_loading::joined_loading(session_core::state& s, const model::entity& root,
                               std::span<const load_step> steps)
    : s_(s), root_(s.bind(root)) {
    add_of_query(steps);
    add_of_mapping(0, steps);
    // Grows while it runs: related structs have relations, too.
    for (std::size_t n = 1; n <= sides_.size(); ++n) add_of_mapping(n, {});
}

void joined_loading::add_of_query(std::span<const load_step> steps) {
    std::vector<std::optional<std::size_t>> place{0};
    for (const load_step& step : steps) {
        const std::optional<std::size_t> from = place[step.from];
        place.push_back(step.joined && from ? add(*step.by, *from) : std::nullopt);
    }
}

/// `steps`: what the query says of a relation goes before what the mapping says.
void joined_loading::add_of_mapping(std::size_t from, std::span<const load_step> steps) {
    for (const auto& of : entity_at(from).relations) {
        const model::relation& r = of();
        if (!r.has(model::joins_eagerly)) continue;
        const auto says = [&](const load_step& s) { return s.from == 0 && s.by->rows == r.rows; };
        if (std::any_of(steps.begin(), steps.end(), says)) continue;
        bool in_circle = false;
        for (std::size_t n = from; n != 0; n = sides_[n - 1].from)
            in_circle = in_circle || sides_[n - 1].by->from == r.to || sides_[n - 1].by->to == r.to;
        if (!in_circle) add(r, from);
    }
}

std::optional<std::size_t> joined_loading::add(const model::relation& r, std::size_t from) {
    for (std::size_t n = 1; n <= sides_.size(); ++n)
        if (sides_[n - 1].from == from && sides_[n - 1].by->rows == r.rows) return n;
    if (const char* const why = why_not(r, from)) {
        left_out_.push_back(r.name() + ": " + why);
        return {};
    }
    sides_.push_back({&r, from, &s_.bind(*r.to)});
    if (r.has(model::gives_many)) many_ = sides_.size();
    return sides_.size();
}

const char* joined_loading::why_not(const model::relation& r, std::size_t from) const {
    if (!reads_every_copy(r) && !stays_at_home(r)) return "its rows may be on other shards";
    if (r.has(model::gives_many) && !is_above(many_, from))
        return "another list is joined, and each row of one would come with each of the other";
    std::size_t columns = root_.table().columns.size() + r.to->table.columns.size();
    for (const side& s : sides_) columns += s.table->table().columns.size();
    if (columns > most_columns || sides_.size() == most_tables)
        return "the statement would be too wide";
    return nullptr;
}

bool joined_loading::is_above(std::size_t above, std::size_t below) const {
    while (below > above) below = sides_[below - 1].from;
    return below == above;
}

const model::entity& joined_loading::entity_at(std::size_t n) const {
    return n == 0 ? root_.entity() : *sides_[n - 1].by->to;
}

std::vector<plan::related_table> joined_loading::tables() const {
    std::vector<plan::related_table> out;
    for (const side& s : sides_)
        out.push_back({&s.by->to->table, s.from, s.by->near_columns, s.by->far_columns});
    return out;
}

std::optional<plan::with_related> joined_loading::plan(const sql::select_ptr& q,
                                                       deadline until) const {
    // Read by its lookup table: one row, wherever it is.
    if (pinned_by(*q) != nullptr) return {};
    return plan::join_related(s_.make_full_plan(q, until), *q, tables());
}

plan::with_related joined_loading::plan_of_row(shard_index shard, std::span<const arg> key) const {
    const schema::table& t = root_.table();
    const sql::select_ptr q =
        sql::add_where(sql::make_select(t, nullptr, 0), has_values(t, root_.key(), key));
    plan::plan p;
    plan::scatter leaf;
    leaf.parts.push_back({shard, q});
    p.where.shards.push_back(shard);
    p.root = plan::make_node(std::move(leaf), plan::columns_of(*q));
    std::optional<plan::with_related> joined = plan::join_related(p, *q, tables());
    if (!joined) raise(error_code::internal, "a read by key takes no joins");
    return std::move(*joined);
}

std::vector<std::string> joined_loading::describe(bool joined) const {
    std::vector<std::string> out;
    for (const side& s : sides_)
        out.push_back(s.by->name() + (joined
                                          ? ": joined"
                                          : ": by a further query, this statement takes no joins"));
    for (const std::string& name : left_out_) out.push_back(name + ": by a further query");
    return out;
}

// ---------------------------------------------------------------- rows

bool joined_loading::row_key::operator<(const row_key& other) const {
    if (shard != other.shard) return shard < other.shard;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (const int c = compare(values[i].view(), other.values[i].view()); c != 0) return c < 0;
    return false;
}

void joined_loading::read(const plan::with_related& p, const exec::execution& how, row_set& rows) {
    std::size_t first = p.first_related;
    for (side& s : sides_) {
        s.first_column = first;
        first += s.table->table().columns.size();
    }
    s_.guarded([&] {
        const auto source = exec::open(p.rows, how);
        std::vector<arg> row(p.rows.root->columns.size());
        while (source->next(row)) {
            if (how.held) how.held->add(1, exec::bytes_of(row), "the list of objects");
            const shard_index shard = source->shard_of_row();
            if (record* const root = root_of(p, shard, row, rows)) take_related(shard, row, root);
        }
    });
    for (side& s : sides_)
        for (const auto& [parent, found] : s.found)
            s_.relations.put(*parent, *s.by, found, s_.epoch);
}

void joined_loading::load_further(deadline until) {
    for (const side& s : sides_) {
        std::vector<record_ptr> objects;
        for (const auto& [parent, found] : s.found)
            objects.insert(objects.end(), found.begin(), found.end());
        s_.load_eagerly(*s.by->to, std::move(objects), until);
    }
}

/// nullptr: the row is erased in this session, or the limit leaves it out.
record* joined_loading::root_of(const plan::with_related& p, shard_index shard,
                                std::span<const arg> row, row_set& rows) {
    row_key key{root_.table().is_reference() ? shard_index{0} : shard, {}};
    for (const column_index c : root_.key()) key.values.emplace_back(row[c]);
    const auto [at, is_new] = roots_.try_emplace(std::move(key));
    if (!is_new) return at->second.get();
    const std::int64_t number = seen_++;
    if (number < p.offset || (p.limit && number - p.offset >= *p.limit)) return nullptr;
    at->second = s_.adopt(root_, shard, row);
    if (!at->second) return nullptr;
    rows.records.push_back(at->second);
    ++rows.rows;
    return at->second.get();
}

void joined_loading::take_related(shard_index shard, std::span<const arg> row, record* root) {
    std::vector<record_ptr> objects(sides_.size() + 1);
    retain(root);
    objects[0] = record_ptr(root);
    for (std::size_t n = 1; n <= sides_.size(); ++n) {
        side& s = sides_[n - 1];
        record* const parent = objects[s.from].get();
        if (parent == nullptr || !has_key_of(s, *parent, row)) continue;
        std::vector<record_ptr>& found = s.found[parent];
        const auto values = row.subspan(s.first_column, s.table->table().columns.size());
        if (values[s.table->key().front()].is_null()) continue;
        objects[n] = s_.adopt(*s.table, shard, values);
        record_ptr& object = objects[n];
        if (object && s.pairs.emplace(parent, object.get()).second) found.push_back(object);
    }
}

/// An object with another key than its row (it was edited and not written) has other relatives.
bool joined_loading::has_key_of(const side& s, const record& parent,
                                std::span<const arg> row) const {
    const std::size_t first = s.from == 0 ? 0 : sides_[s.from - 1].first_column;
    for (const column_index c : s.by->near_columns) {
        const arg mine = s.by->from->get(parent.object(), c);
        const arg stored = row[first + c];
        if (mine.is_null() != stored.is_null()) return false;
        if (!mine.is_null() && compare(mine, stored) != 0) return false;
    }
    return true;
}

}  // namespace shardwise::orm
