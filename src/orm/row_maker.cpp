// SPDX-License-Identifier: MIT
#include "orm/row_maker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/storable.hpp"
#include "schema/column_check.hpp"
#include "sharding/uuid_v7.hpp"
#include "shardwise/base/error.hpp"
#include "sql/constants.hpp"
#include "sql/default_literal.hpp"

namespace shardwise::orm {
namespace {

bool is_number(const arg& v) {
    return v.kind() == kind::integer || v.kind() == kind::real || v.kind() == kind::decimal;
}

bool is_about_values(error_code code) {
    return code == error_code::value_not_storable || code == error_code::bad_value ||
           code == error_code::no_shard_key || code == error_code::unroutable_key;
}

}  // namespace

row_maker::row_maker(session_core::state& s, const sql::change& c, deadline until)
    : s_(s),
      table_(*c.target),
      until_(until),
      given_(table_.columns.size()),
      cells_(table_.columns.size()) {
    const timestamp now = timestamp::now();
    const auto& given = c.inserted->columns;
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        const auto at = std::find(given.begin(), given.end(), i);
        if (at != given.end()) given_[i] = static_cast<std::size_t>(at - given.begin());
        defaults_.push_back(sql::default_value(table_, table_.columns[i], now));
        const schema::column& column = table_.columns[i];
        const bool has_value = given_[i] || column.nullable || !column.default_sql.empty() ||
                               column.generated != schema::generation::none;
        if (!has_value)
            raise({.code = error_code::bad_query,
                   .message = fmt::format("an INSERT into {} without a value for column {}, which "
                                          "is declared NOT NULL and has no default",
                                          table_.name, column.name),
                   .table = table_.name});
    }
    std::set<const engine::driver*> seen;
    for (std::size_t i = 0; table_.is_reference() && i < s.db.shard_count(); ++i) {
        const auto shard = static_cast<shard_index>(i);
        if (seen.insert(&s.db.endpoint(shard).client()).second) engines_.push_back(shard);
    }
}

arg row_maker::declared(schema::column_index c) {
    const schema::column& column = table_.columns[c];
    if (column.generated != schema::generation::cluster_id) return defaults_[c].view();
    if (column.type == column_type::uuid) return arg{sharding::make_uuid_v7()};
    return arg{s_.db.next_id()};
}

arg kept_as(const schema::table& t, schema::column_index c, const arg& v) {
    const schema::column& column = t.columns[c];
    const bool open = column.type == column_type::decimal && column.precision == 0;
    if (!is_number(v) || open) return v;
    switch (column.type) {
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
        case column_type::float64:
        case column_type::decimal:
            break;
        default:
            return v;
    }
    static const sql::dialect_traits& exact =
        sql::dialect_for(sql::dialect_kind::postgres).traits();
    return sql::bind_assigned(v, t, column, exact).bound;
}

void row_maker::check_storable(std::span<const arg> cells, shard_index shard) const {
    const engine::driver& client = s_.db.endpoint(shard).client();
    for (std::size_t c = 0; c < cells.size(); ++c)
        if (!cells[c].is_null()) client.check_storable(cells[c], table_.columns[c].type);
}

row_maker::made row_maker::make(std::span<const arg> values, const std::vector<bool>& by_default) {
    session_core::state::check_in_time(until_);
    ++row_;
    try {
        return complete(values, by_default);
    } catch (const error& failure) {
        if (!is_about_values(failure.code())) throw;
        error_info info = failure.info();
        info.message = fmt::format("row {}: {}", row_, info.message);
        raise(std::move(info));
    }
}

row_maker::made row_maker::complete(std::span<const arg> values,
                                    const std::vector<bool>& by_default) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const auto c = static_cast<schema::column_index>(i);
        if (table_.columns[i].generated == schema::generation::bucket) continue;
        const bool has = given_[i] && (by_default.empty() || !by_default[*given_[i]]);
        cells_[i] = has ? kept_as(table_, c, values[*given_[i]]) : declared(c);
        schema::check_column_value(table_, c, cells_[i]);
        if (!cells_[i].is_null()) engine::check_argument(cells_[i], table_.columns[i].type);
    }
    made out{cells_, 0};
    if (table_.is_reference()) {
        for (const shard_index shard : engines_) check_storable(cells_, shard);
        return out;
    }
    key_.clear();
    for (const schema::column_index k : table_.placed.shard_key) key_.push_back(cells_[k]);
    const plan::placement p = s_.place(table_, key_, until_);
    if (const auto bucket = table_.bucket_column())
        cells_[*bucket] = arg{static_cast<std::int64_t>(p.bucket)};
    check_storable(cells_, p.shard);
    out.shard = p.shard;
    return out;
}

}  // namespace shardwise::orm
