// SPDX-License-Identifier: MIT
// Tables, clusters and a few operators with which tests of planning and execution write statements
// nearly as SQL. Only for tests.
#pragma once

#include <cstdlib>
#include <initializer_list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "plan/planner.hpp"
#include "schema/registry.hpp"
#include "sql/ast.hpp"

namespace shardwise::test {

using schema::column;
using schema::table;

inline column make(std::string name, column_type type, bool nullable = false) {
    column c;
    c.name = std::move(name);
    c.type = type;
    c.nullable = nullable;
    if (type == column_type::decimal) {
        c.precision = 10;
        c.scale = 2;
    }
    return c;
}

/// An expression with operators; constants convert by themselves.
struct term {
    sql::expr_ptr e;
    term(sql::expr_ptr x) : e(std::move(x)) {}
    term(int v) : e(sql::constant(arg{std::int64_t{v}})) {}
    term(std::int64_t v) : e(sql::constant(arg{v})) {}
    term(double v) : e(sql::constant(arg{v})) {}
    term(const char* v) : e(sql::constant(arg{std::string_view{v}})) {}
    term(const decimal& v) : e(sql::constant(arg{v})) {}
    term(const value& v) : e(sql::constant(v.view())) {}
};
inline term truth(bool b) { return sql::constant(arg{b}); }
inline term null() { return sql::constant(arg{}); }

inline term operator==(const term& a, const term& b) { return sql::binary(sql::op::eq, a.e, b.e); }
inline term operator!=(const term& a, const term& b) { return sql::binary(sql::op::ne, a.e, b.e); }
inline term operator<(const term& a, const term& b) { return sql::binary(sql::op::lt, a.e, b.e); }
inline term operator<=(const term& a, const term& b) { return sql::binary(sql::op::le, a.e, b.e); }
inline term operator>(const term& a, const term& b) { return sql::binary(sql::op::gt, a.e, b.e); }
inline term operator>=(const term& a, const term& b) { return sql::binary(sql::op::ge, a.e, b.e); }
inline term operator&&(const term& a, const term& b) {
    return sql::binary(sql::op::conj, a.e, b.e);
}
inline term operator||(const term& a, const term& b) {
    return sql::binary(sql::op::disj, a.e, b.e);
}
inline term operator!(const term& a) { return sql::unary(sql::op::neg, a.e); }
inline term operator%(const term& a, const term& b) {
    return sql::binary(sql::op::modulo, a.e, b.e);
}
inline term operator+(const term& a, const term& b) { return sql::binary(sql::op::add, a.e, b.e); }
inline term operator-(const term& a, const term& b) {
    return sql::binary(sql::op::subtract, a.e, b.e);
}
inline term operator*(const term& a, const term& b) {
    return sql::binary(sql::op::multiply, a.e, b.e);
}

inline term in(const term& x, const std::vector<term>& values, bool negated = false) {
    std::vector<arg> args;
    for (const term& v : values) args.push_back(v.e->literal.view());
    return sql::in_list(x.e, args.data(), args.size(), negated);
}
inline term not_in(const term& x, const std::vector<term>& values) { return in(x, values, true); }
inline term is_null(const term& x) { return sql::is_null(x.e, false); }
inline term is_not_null(const term& x) { return sql::is_null(x.e, true); }
inline term between(const term& x, const term& low, const term& high, bool negated = false) {
    return sql::between(x.e, low.e, high.e, negated);
}
inline term like(const term& x, const char* pattern) {
    return sql::like(x.e, term(pattern).e, false);
}
inline term count() { return sql::call(sql::aggregate::count_all, {}); }
inline term count(const term& x) { return sql::call(sql::aggregate::count, x.e); }
inline term count_distinct(const term& x) { return sql::call(sql::aggregate::count_distinct, x.e); }
inline term sum(const term& x) { return sql::call(sql::aggregate::sum, x.e); }
inline term avg(const term& x) { return sql::call(sql::aggregate::avg, x.e); }
inline term min(const term& x) { return sql::call(sql::aggregate::min, x.e); }
inline term max(const term& x) { return sql::call(sql::aggregate::max, x.e); }

struct order_term {
    term by;
    bool descending = false;
};
inline order_term asc(const term& x) { return {x, false}; }
inline order_term desc(const term& x) { return {x, true}; }

/// A SELECT in the order in which SQL is written.
class query {
public:
    explicit query(const table& from) : s_(sql::make_select(from, nullptr, 0)) {}
    query(const table& from, const std::vector<term>& items) {
        std::vector<sql::expr_ptr> list;
        for (const term& t : items) list.push_back(t.e);
        s_ = sql::make_select(from, list.data(), list.size());
    }
    query join(const table& t, const term& on, std::uint8_t alias = 0) const {
        return query(sql::add_join(s_, sql::join_kind::inner, t, alias, on.e));
    }
    query left_join(const table& t, const term& on, std::uint8_t alias = 0) const {
        return query(sql::add_join(s_, sql::join_kind::left, t, alias, on.e));
    }
    query where(const term& t) const { return query(sql::add_where(s_, t.e)); }
    query group_by(const std::vector<term>& by) const {
        std::vector<sql::expr_ptr> list;
        for (const term& t : by) list.push_back(t.e);
        return query(sql::add_group(s_, list.data(), list.size()));
    }
    query having(const term& t) const { return query(sql::add_having(s_, t.e)); }
    query order_by(const std::vector<order_term>& by) const {
        std::vector<sql::ordering> list;
        for (const order_term& o : by) list.push_back({o.by.e, o.descending, o.descending});
        return query(sql::add_order(s_, list.data(), list.size()));
    }
    query limit(std::int64_t n) const { return query(sql::set_limit(s_, n)); }
    query offset(std::int64_t n) const { return query(sql::set_offset(s_, n)); }
    query distinct() const { return query(sql::set_distinct(s_)); }
    operator sql::select_ptr() const { return s_; }
    const sql::select_ptr& get() const { return s_; }

private:
    explicit query(sql::select_ptr s) : s_(std::move(s)) {}
    sql::select_ptr s_;
};

/// users (sharded by id) with orders and order_lines living beside them, countries on every shard,
/// events sharded by two columns, notes whose shard key may be NULL, machines of another group.
class shop {
public:
    explicit shop(schema::strategy_kind strategy = schema::strategy_kind::hash,
                  column_type key = column_type::int64) {
        table users =
            sharded("users",
                    {make("id", key), make("name", column_type::text, true),
                     make("country", column_type::text), make("age", column_type::int32, true),
                     make("score", column_type::decimal, true)},
                    strategy);
        registry_.add(std::move(users));
        table orders = beside(
            "orders",
            {make("id", column_type::int64), make("user_id", key),
             make("total", column_type::decimal), make("rating", column_type::float64, true)},
            1);
        registry_.add(std::move(orders));
        table lines =
            beside("order_lines",
                   {make("order_id", column_type::int64), make("line", column_type::int32),
                    make("user_id", key), make("quantity", column_type::int32)},
                   2);
        lines.primary_key = {0, 1};
        schema::foreign_key parent;
        parent.name = "order_lines_order";
        parent.columns = {0};
        parent.parent_table = "orders";
        parent.parent_columns = {"id"};
        lines.foreign_keys.push_back(parent);
        registry_.add(std::move(lines));
        table countries;
        countries.name = "countries";
        countries.columns = {make("code", column_type::text), make("title", column_type::text)};
        countries.primary_key = {0};
        countries.placed.kind = schema::distribution_kind::reference;
        registry_.add(std::move(countries));
        table events = sharded("events",
                               {make("tenant", column_type::int64), make("day", column_type::int64),
                                make("text", column_type::text, true)},
                               schema::strategy_kind::hash);
        events.primary_key = {0, 1};
        events.placed.shard_key = {0, 1};
        registry_.add(std::move(events));
        table notes =
            sharded("notes",
                    {make("id", column_type::int64), make("owner", column_type::int64, true),
                     make("text", column_type::text, true)},
                    schema::strategy_kind::modulo);
        notes.placed.shard_key = {1};
        notes.placed.null_bucket = 0;
        registry_.add(std::move(notes));
        table loose = sharded(
            "loose", {make("id", column_type::int64), make("owner", column_type::int64, true)},
            schema::strategy_kind::modulo);
        loose.placed.shard_key = {1};
        registry_.add(std::move(loose));
        table machines =
            sharded("machines", {make("id", column_type::int64), make("user_id", key, true)},
                    schema::strategy_kind::hash);
        registry_.add(std::move(machines));
    }

    const table& at(std::string_view name) const { return registry_.at(name); }
    /// "users.id"; `alias` for further appearances.
    term col(std::string_view path, std::uint8_t alias = 0) const {
        const std::size_t dot = path.find('.');
        const table& t = at(path.substr(0, dot));
        return sql::column({&t, t.column_at(path.substr(dot + 1)), alias});
    }

    /// A cluster with `shards` shards s1, s2, ...; the users' group by `users`, other groups by
    /// hash, notes and loose by modulo(shards). The rewrites that SHARDWISE_WITHOUT_REWRITES names
    /// are off, as in a cluster.
    plan::cluster_view view(const sharding::strategy_spec& users, std::size_t shards) const {
        plan::cluster_view v;
        v.shard_count = shards;
        if (const char* off = std::getenv("SHARDWISE_WITHOUT_REWRITES"))
            v.rules.switch_off_all(off);
        for (std::size_t i = 1; i <= shards; ++i) v.shard_names.push_back("s" + std::to_string(i));
        sharding::strategy_spec modulo;
        modulo.kind = schema::strategy_kind::modulo;
        modulo.modulus = static_cast<std::uint32_t>(shards);
        add_group(v, "users", users);
        add_group(v, "events", {});
        add_group(v, "machines", {});
        add_group(v, "notes", modulo);
        add_group(v, "loose", modulo);
        return v;
    }

private:
    static table sharded(std::string name, std::vector<column> columns,
                         schema::strategy_kind strategy) {
        table t;
        t.name = std::move(name);
        t.columns = std::move(columns);
        t.primary_key = {0};
        t.placed.kind = schema::distribution_kind::sharded;
        t.placed.strategy = strategy;
        t.placed.shard_key = {0};
        return t;
    }
    static table beside(std::string name, std::vector<column> columns, schema::column_index key) {
        table t = sharded(std::move(name), std::move(columns), schema::strategy_kind::hash);
        t.placed.kind = schema::distribution_kind::colocated;
        t.placed.parent_table = "users";
        t.placed.shard_key = {key};
        return t;
    }
    static void add_group(plan::cluster_view& v, const std::string& root,
                          const sharding::strategy_spec& spec) {
        const sharding::strategy_ptr strategy = sharding::make_strategy(spec);
        v.maps[root] = std::make_shared<const sharding::shard_map>(
            root, spec, strategy,
            sharding::initial_owners(spec.kind, strategy->bucket_count(), v.shard_count),
            v.shard_count, 1);
    }

    schema::registry registry_;
};

inline sharding::strategy_spec by_hash() { return {}; }
inline sharding::strategy_spec by_modulo(std::uint32_t n) {
    sharding::strategy_spec s;
    s.kind = schema::strategy_kind::modulo;
    s.modulus = n;
    return s;
}
inline sharding::strategy_spec by_range(const std::vector<std::int64_t>& bounds) {
    sharding::strategy_spec s;
    s.kind = schema::strategy_kind::range;
    for (const std::int64_t b : bounds) s.bounds.emplace_back(arg{b});
    return s;
}
inline sharding::strategy_spec by_list(const std::vector<std::vector<std::int64_t>>& lists,
                                       std::optional<bucket_id> fallback = {}) {
    sharding::strategy_spec s;
    s.kind = schema::strategy_kind::list;
    for (const auto& l : lists) {
        s.lists.emplace_back();
        for (const std::int64_t k : l) s.lists.back().emplace_back(arg{k});
    }
    s.default_bucket = fallback;
    return s;
}
inline sharding::strategy_spec by_directory(std::uint32_t buckets) {
    sharding::strategy_spec s;
    s.kind = schema::strategy_kind::directory;
    s.modulus = buckets;
    return s;
}

}  // namespace shardwise::test
