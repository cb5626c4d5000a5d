// SPDX-License-Identifier: MIT
#include "ops/import_store.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "catalog/contents.hpp"
#include "catalog/own_tables.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

using catalog::own_statement;

using catalog::own_column;

// In the order of values_of() and record_from().
constexpr std::array stored_columns{
    own_column{"job", column_type::text, 255},
    own_column{"table_name", column_type::text},
    own_column{"path", column_type::text},
    own_column{"file_hash", column_type::text},
    own_column{"file_size", column_type::int64},
    own_column{"delimiter", column_type::text},
    own_column{"table_version", column_type::int64},
    own_column{"batch", column_type::int64},
    own_column{"rows_before", column_type::int64},
    own_column{"rows", column_type::int64},
    own_column{"rejects_before", column_type::int64},
    own_column{"rejects", column_type::int64},  // of the batch; for people
    own_column{"reject_bytes", column_type::int64},
    own_column{"content_hash", column_type::text},
    own_column{"placed", column_type::text},
    own_column{"ids", column_type::blob},
    own_column{"rejected", column_type::text},
    own_column{"done", column_type::int16},
};
using row_values = std::array<value, stored_columns.size()>;

value text_value(std::string_view s) { return value{arg{s}}; }
value integer_value(std::int64_t v) { return value{arg{v}}; }

std::string to_json(const std::vector<reject>& rejected) {
    nlohmann::json all = nlohmann::json::array();
    for (const reject& r : rejected) all.push_back({r.row, r.line, r.reason});
    return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<reject> rejects_from(std::string_view text) {
    std::vector<reject> all;
    try {
        for (const nlohmann::json& one : nlohmann::json::parse(text))
            all.push_back({one.at(0), one.at(1), one.at(2)});
    } catch (const nlohmann::json::exception&) {
        raise(error_code::internal, "the table shardwise_import holds a record that is not ours");
    }
    return all;
}

row_values values_of(const import_record& r) {
    return {text_value(r.job),
            text_value(r.table_name),
            text_value(r.path),
            text_value(r.file_hash),
            integer_value(r.file_size),
            text_value(r.delimiter),
            integer_value(r.table_version),
            integer_value(r.batch),
            integer_value(r.rows_before),
            integer_value(r.rows),
            integer_value(r.rejects_before),
            integer_value(static_cast<std::int64_t>(r.rejected.size())),
            integer_value(r.reject_bytes),
            text_value(r.content_hash),
            text_value(r.placed),
            value{arg::of_bytes(r.ids.data(), r.ids.size())},
            text_value(to_json(r.rejected)),
            integer_value(r.done ? 1 : 0)};
}

import_record record_from(std::span<const arg> row) {
    import_record r;
    r.job = row[0].to_text();
    r.table_name = row[1].to_text();
    r.path = row[2].to_text();
    r.file_hash = row[3].to_text();
    r.file_size = row[4].to_integer();
    r.delimiter = row[5].to_text();
    r.table_version = row[6].to_integer();
    r.batch = row[7].to_integer();
    r.rows_before = row[8].to_integer();
    r.rows = row[9].to_integer();
    r.rejects_before = row[10].to_integer();
    r.reject_bytes = row[12].to_integer();
    r.content_hash = row[13].to_text();
    r.placed = row[14].to_text();
    r.ids = row[15].to_text();
    r.rejected = rejects_from(row[16].to_text());
    r.done = row[17].to_integer() != 0;
    return r;
}

std::int64_t insert(engine::connection& c, const import_record& r, const sql::dialect& d,
                    deadline limit) {
    const row_values values = values_of(r);
    return catalog::insert_own_row(c, import_table_name, stored_columns, values, d, limit);
}

}  // namespace

const schema::table& import_table() {
    static const schema::table t = catalog::own_table(import_table_name, stored_columns);
    return t;
}

void create_import_table(engine::connection& c, const sql::dialect& d, deadline limit) {
    if (!catalog::table_exists(c, import_table_name, d, limit))
        catalog::create_own_table(c, import_table(), d, limit);
}

std::vector<import_record> read_records(engine::connection& c, std::string_view table,
                                        const sql::dialect& d, deadline limit) {
    std::vector<import_record> found;
    if (!catalog::table_exists(c, import_table_name, d, limit)) return found;
    own_statement s(d);
    s.raw("SELECT ");
    for (std::size_t i = 0; i < stored_columns.size(); ++i) {
        s.raw(i == 0 ? "" : ", ").name(stored_columns[i].name);
        s.gives({stored_columns[i].type});
    }
    s.raw(" FROM ").name(import_table_name).raw(" WHERE ").name("table_name").raw(" = ");
    s.bind(table).raw(" ORDER BY ").name("job");
    s.run(c, limit, [&](std::span<const arg> row) { found.push_back(record_from(row)); });
    return found;
}

bool claim(engine::connection& c, const import_record& r, bool known, const sql::dialect& d,
           deadline limit) {
    if (!known) {
        try {
            return insert(c, r, d, limit) == 1;
        } catch (const unique_violation&) {
            return false;
        }
    }
    own_statement s(d);
    s.raw("UPDATE ").name(import_table_name).raw(" SET ").name("rows").raw(" = ").bind(r.rows);
    s.raw(" WHERE ").name("job").raw(" = ").bind(r.job).raw(" AND ").name("rows").raw(" = ");
    s.bind(r.rows_before).raw(" AND ").name("done").raw(" = 0");
    return s.run(c, limit) == 1;
}

void write_record(engine::connection& c, const import_record& r, const sql::dialect& d,
                  deadline limit) {
    const row_values values = values_of(r);
    own_statement s(d);
    s.raw("UPDATE ").name(import_table_name).raw(" SET ");
    for (std::size_t i = 1; i < values.size(); ++i) {
        s.raw(i == 1 ? "" : ", ").name(stored_columns[i].name).raw(" = ");
        s.bind(values[i].view(), stored_columns[i].type);
    }
    s.raw(" WHERE ").name("job").raw(" = ").bind(r.job);
    s.run(c, limit);
}

void mark_done(engine::connection& c, const import_record& r, const sql::dialect& d,
               deadline limit) {
    own_statement look(d);
    bool there = false;
    look.raw("SELECT ")
        .name("rows")
        .raw(" FROM ")
        .name(import_table_name)
        .raw(" WHERE ")
        .name("job")
        .raw(" = ");
    look.bind(r.job).gives({column_type::int64});
    look.run(c, limit, [&](std::span<const arg>) { there = true; });
    if (!there) {
        import_record whole = r;
        whole.done = true;
        insert(c, whole, d, limit);
        return;
    }
    own_statement s(d);
    s.raw("UPDATE ").name(import_table_name).raw(" SET ").name("done").raw(" = 1, ");
    s.name("file_hash").raw(" = ").bind(r.file_hash).raw(", ").name("file_size").raw(" = ");
    s.bind(r.file_size).raw(" WHERE ").name("job").raw(" = ").bind(r.job);
    s.run(c, limit);
}

void forget(engine::connection& c, std::string_view job, const sql::dialect& d, deadline limit) {
    own_statement s(d);
    s.raw("DELETE FROM ").name(import_table_name).raw(" WHERE ").name("job").raw(" = ").bind(job);
    s.run(c, limit);
}

std::int64_t table_version(engine::connection& c, std::string_view table, const sql::dialect& d,
                           deadline limit) {
    std::int64_t version = 0;
    own_statement s(d);
    s.raw("SELECT ").name("version").raw(" FROM ").name(catalog::catalog_table_name);
    s.raw(" WHERE ").name("key").raw(" = ").bind(catalog::table_key(table));
    s.gives({column_type::int64});
    s.run(c, limit, [&](std::span<const arg> row) { version = row[0].to_integer(); });
    return version;
}

}  // namespace shardwise::ops
