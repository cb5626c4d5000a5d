// SPDX-License-Identifier: MIT
#include "orm/constant_rows.hpp"

#include "engine/engine.hpp"
#include "engine/scratch.hpp"
#include "engine/statement_of.hpp"
#include "sql/compiler.hpp"

namespace shardwise::orm {
namespace {

constexpr std::size_t scratch_memory = 1024U * 1024;

/// A table of one row, for a SELECT that needs none.
const schema::table& one_row() {
    static const schema::table t = [] {
        schema::table made;
        made.name = "one_row";
        made.placed.kind = schema::distribution_kind::reference;
        made.columns.emplace_back().name = "x";
        return made;
    }();
    return t;
}

void compute(const std::vector<sql::expr_ptr>& row, std::vector<value>& to, deadline until) {
    std::vector<sql::expr_ptr> items;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!row[i] || row[i]->kind == sql::expr_kind::constant) continue;
        items.push_back(row[i]);
        places.push_back(i);
    }
    if (items.empty()) return;
    const sql::compiled text =
        sql::compile(*sql::make_select(one_row(), items.data(), items.size()),
                     sql::dialect_for(sql::dialect_kind::sqlite));
    engine::statement s = engine::statement_of(text);
    s.prepare = false;
    std::vector<arg> args;
    for (const value& v : text.values) args.push_back(v.view());
    const auto scratch = engine::open_scratch(scratch_memory);
    engine::run(*scratch, "CREATE TABLE one_row (x INTEGER)", until);
    engine::run(*scratch, "INSERT INTO one_row VALUES (0)", until);
    engine::run(*scratch, s, args, until, [&](std::span<const arg> computed) {
        for (std::size_t i = 0; i < places.size(); ++i) to[places[i]] = value(computed[i]);
    });
}

}  // namespace

std::vector<value> constant_row(const std::vector<sql::expr_ptr>& row, deadline until) {
    std::vector<value> values(row.size());
    for (std::size_t i = 0; i < row.size(); ++i)
        if (row[i] && row[i]->kind == sql::expr_kind::constant) values[i] = row[i]->literal;
    compute(row, values, until);
    return values;
}

}  // namespace shardwise::orm
