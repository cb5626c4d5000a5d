// SPDX-License-Identifier: MIT
#include "ops/migration_store.hpp"

#include <array>

#include "catalog/own_tables.hpp"
#include "schema/table.hpp"

namespace shardwise::ops {

namespace {

using catalog::own_statement;

using catalog::own_column;

constexpr std::array stored_columns{
    own_column{"version", column_type::int64},
    own_column{"name", column_type::text},
    own_column{"checksum", column_type::text},
    own_column{"undoing", column_type::int16},
    own_column{"steps", column_type::int64},
    own_column{"done_checksum", column_type::text},
    own_column{"running", column_type::int16},
    own_column{"before", column_type::text},  // fingerprint
    own_column{"started_ms", column_type::int64},
    own_column{"ended_ms", column_type::int64},
};
using row_values = std::array<value, stored_columns.size()>;

value text_value(std::string_view s) { return value{arg{s}}; }
value integer_value(std::int64_t v) { return value{arg{v}}; }

row_values values_of(const history_row& r) {
    return {integer_value(r.version),         text_value(r.name),     text_value(r.checksum),
            integer_value(r.undoing ? 1 : 0), integer_value(r.steps), text_value(r.done_checksum),
            integer_value(r.running ? 1 : 0), text_value(r.before),   integer_value(r.started_ms),
            integer_value(r.ended_ms)};
}

history_row row_from(std::span<const arg> row) {
    history_row r;
    r.version = row[0].to_integer();
    r.name = row[1].to_text();
    r.checksum = row[2].to_text();
    r.undoing = row[3].to_integer() != 0;
    r.steps = row[4].to_integer();
    r.done_checksum = row[5].to_text();
    r.running = row[6].to_integer() != 0;
    r.before = row[7].to_text();
    r.started_ms = row[8].to_integer();
    r.ended_ms = row[9].to_integer();
    return r;
}

const schema::table& history_table() {
    static const schema::table t = catalog::own_table(migrations_table_name, stored_columns);
    return t;
}

}  // namespace

void create_history(engine::connection& c, const sql::dialect& d, deadline limit) {
    if (!catalog::table_exists(c, migrations_table_name, d, limit))
        catalog::create_own_table(c, history_table(), d, limit);
}

std::vector<history_row> read_history(engine::connection& c, const sql::dialect& d,
                                      deadline limit) {
    std::vector<history_row> found;
    if (!catalog::table_exists(c, migrations_table_name, d, limit)) return found;
    own_statement s(d);
    s.raw("SELECT ");
    for (std::size_t i = 0; i < stored_columns.size(); ++i) {
        s.raw(i == 0 ? "" : ", ").name(stored_columns[i].name);
        s.gives({stored_columns[i].type});
    }
    s.raw(" FROM ").name(migrations_table_name).raw(" ORDER BY ").name("version");
    s.run(c, limit, [&](std::span<const arg> row) { found.push_back(row_from(row)); });
    return found;
}

void insert_row(engine::connection& c, const history_row& r, const sql::dialect& d,
                deadline limit) {
    catalog::insert_own_row(c, migrations_table_name, stored_columns, values_of(r), d, limit);
}

void update_row(engine::connection& c, const history_row& r, const sql::dialect& d,
                deadline limit) {
    const row_values values = values_of(r);
    own_statement s(d);
    s.raw("UPDATE ").name(migrations_table_name).raw(" SET ");
    for (std::size_t i = 1; i < values.size(); ++i) {
        s.raw(i == 1 ? "" : ", ").name(stored_columns[i].name).raw(" = ");
        s.bind(values[i].view(), stored_columns[i].type);
    }
    s.raw(" WHERE ").name("version").raw(" = ").bind(r.version);
    s.run(c, limit);
}

void delete_row(engine::connection& c, std::int64_t version, const sql::dialect& d,
                deadline limit) {
    own_statement s(d);
    s.raw("DELETE FROM ").name(migrations_table_name).raw(" WHERE ").name("version");
    s.raw(" = ").bind(version);
    s.run(c, limit);
}

}  // namespace shardwise::ops
