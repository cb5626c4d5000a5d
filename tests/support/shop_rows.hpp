// SPDX-License-Identifier: MIT
// The shop's rows in any number of SQLite shards, for comparing answers. Only for tests.
#pragma once

#include <unistd.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/cost_table.hpp"
#include "plan/plan_cache.hpp"
#include "support/shard_files.hpp"

namespace shardwise::test {

inline value number(std::int64_t v) { return value(arg{v}); }
inline value text(std::string_view v) { return value(arg{v}); }
inline value money(std::int64_t cents) { return value(arg{decimal::from_unscaled(cents, 2)}); }

/// The kinds of placement that tests over the shop are run with: 0, 1, 2.
inline sharding::strategy_spec strategy_number(int n) {
    switch (n) {
        case 0:
            return by_modulo(2);
        case 1:
            return by_hash();
        default:
            return by_range({-5, 10, 40});
    }
}

/// The shop's tables filled with the same rows, spread over SQLite shards.
struct shop_rows {
    const shop& s;
    plan::cluster_view view;
    shard_files shards;
    task_pool tasks{2};
    cost_table costs;
    plan::plan_cache cache;
    bool streaming = false;

    shop_rows(const shop& tables, const sharding::strategy_spec& spec, std::size_t count,
              const std::string& name)
        : s(tables), view(tables.view(spec, count)), shards(name, count), cache(endpoints()) {
        for (const char* t : {"users", "orders", "order_lines", "countries", "notes"})
            shards.create(s.at(t));
        fill();
    }

    std::vector<engine::engine*> endpoints() {
        std::vector<engine::engine*> all;
        for (std::size_t i = 0; i < shards.size(); ++i) all.push_back(&shards[i]);
        return all;
    }

    void fill() {
        std::mt19937 random(7);
        const char* const codes[] = {"de", "fr", "it", "at"};
        for (const char* c : {"de", "fr", "it", "ch"})
            add("countries", {text(c), text(std::string("land ") + c)});
        std::int64_t order = 1;
        for (std::int64_t id = -20; id < 80; ++id) {
            const auto r = [&](int n) { return static_cast<std::int64_t>(random() % unsigned(n)); };
            add("users",
                {number(id), r(6) ? text("n" + std::to_string(r(15))) : value{}, text(codes[r(4)]),
                 r(5) ? number(20 + r(30)) : value{}, r(4) ? money(r(10000) - 3000) : value{}});
            for (std::int64_t n = r(4); n > 0; --n, ++order) {
                add("orders", {number(order), number(id), money(r(50000)),
                               r(3) ? value(arg{static_cast<double>(r(8)) / 4}) : value{}});
                for (std::int64_t line = r(3); line > 0; --line)
                    add("order_lines", {number(order), number(line), number(id), number(r(9))});
            }
            add("notes", {number(id), r(3) ? number(r(30) - 15) : value{}, value{}});
        }
    }
    void add(const char* t, std::vector<value> row) {
        shards.insert(s.at(t), std::move(row), view);
    }

    exec::execution how() {
        return {.connections = shards,
                .tasks = tasks,
                .limit = deadline::after(std::chrono::seconds(20)),
                .streaming = streaming,
                .costs = &costs};
    }
    plan::plan planned(const sql::select_ptr& q) {
        return std::get<plan::plan>(plan::plan_select(q, view, {}));
    }
    std::vector<std::string> rows(const sql::select_ptr& q) { return rows_of(planned(q), how()); }
    std::string counted(const sql::select_ptr& q) {
        return rows_of(std::get<plan::plan>(plan::plan_count(q, view, {})), how()).at(0);
    }
    /// The same with the plan of the cache, if it keeps one.
    std::optional<std::vector<std::string>> cached_rows(const sql::select_ptr& q) {
        using purpose = plan::plan_cache::purpose;
        const auto p = cache.find(q, streaming ? purpose::stream : purpose::rows, view);
        if (!p) return std::nullopt;
        return rows_of(*p, how());
    }
    plan::plan planned(const query& q) { return planned(q.get()); }
    std::vector<std::string> rows(const query& q) { return rows(q.get()); }
    std::string counted(const query& q) { return counted(q.get()); }
    std::optional<std::vector<std::string>> cached_rows(const query& q) {
        return cached_rows(q.get());
    }
};

}  // namespace shardwise::test
