// SPDX-License-Identifier: MIT
#include "catalog/identity_store.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "catalog/own_tables.hpp"

namespace shardwise::catalog {

namespace {

constexpr std::string_view initializing = "initializing";  // DO NOT CHANGE
constexpr std::string_view complete = "complete";          // DO NOT CHANGE

constexpr std::string_view stamp_columns[] = {"format",  "cluster_id", "cluster_name", "shard_name",
                                              "members", "state",      "stamp_id"};

[[noreturn]] void damaged(std::string_view what) {
    raise({.code = error_code::wrong_shard,
           .message = fmt::format("the table {} holds {}: it was not written by shardwise",
                                  identity_table_name, what)});
}

std::vector<std::string> members_from(std::string_view text) {
    const auto list = nlohmann::json::parse(text, nullptr, false);
    if (!list.is_array()) damaged("members that are no JSON list");
    std::vector<std::string> members;
    for (const auto& m : list) {
        if (!m.is_string()) damaged("a member that is no text");
        members.push_back(m.get<std::string>());
    }
    return members;
}

stamp stamp_from(std::span<const arg> row) {
    stamp s;
    s.format = static_cast<int>(row[0].to_integer());
    s.cluster_id = row[1].to_text();
    s.cluster_name = row[2].to_text();
    s.shard_name = row[3].to_text();
    if (s.format != identity_format) return s;  // the rest may mean something else
    s.members = members_from(row[4].to_text());
    if (row[5].to_text() == complete)
        s.state = stamp::progress::complete;
    else if (row[5].to_text() != initializing)
        damaged("an unknown state");
    s.stamp_id = row[6].to_text();
    return s;
}

std::optional<stamp> select_stamp(engine::connection& c, const sql::dialect& d, deadline limit) {
    std::optional<stamp> found;
    own_statement s(d);
    s.raw("SELECT ").names(stamp_columns).raw(" FROM ").name(identity_table_name);
    s.gives({column_type::int32, column_type::text, column_type::text, column_type::text,
             column_type::text, column_type::text, column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) { found = stamp_from(row); });
    return found;
}

}  // namespace

std::optional<stamp> read_stamp(engine::connection& c, const sql::dialect& d, deadline limit) {
    if (!table_exists(c, identity_table_name, d, limit)) return {};
    return select_stamp(c, d, limit);
}

std::optional<stamp> read_expected_stamp(engine::connection& c, const sql::dialect& d,
                                         deadline limit) {
    try {
        return select_stamp(c, d, limit);
    } catch (const error& e) {
        if (e.code() == error_code::statement_failed) return {};  // no such table
        throw;
    }
}

void write_stamp(engine::connection& c, const stamp& s, const sql::dialect& d, deadline limit) {
    create_own_table(c, identity_table(), d, limit);
    own_statement insert(d);
    insert.raw("INSERT INTO ").name(identity_table_name).raw(" (");
    insert.name("only_row").raw(", ").names(stamp_columns).raw(") VALUES (");
    insert.bind(arg{std::int64_t{1}}, column_type::int16).raw(", ");
    insert.bind(arg{std::int64_t{s.format}}, column_type::int32).raw(", ");
    insert.bind(s.cluster_id).raw(", ").bind(s.cluster_name).raw(", ").bind(s.shard_name);
    insert.raw(", ").bind(nlohmann::json(s.members).dump()).raw(", ");
    insert.bind(s.state == stamp::progress::complete ? complete : initializing).raw(", ");
    insert.bind(s.stamp_id).raw(")");
    try {
        insert.run(c, limit);
    } catch (const unique_violation&) {
        // Somebody else was faster; the caller reads what they wrote.
    }
}

bool mark_complete(engine::connection& c, std::string_view stamp_id, const sql::dialect& d,
                   deadline limit) {
    own_statement s(d);
    s.raw("UPDATE ").name(identity_table_name).raw(" SET ").name("state").raw(" = ");
    s.bind(complete).raw(" WHERE ").name("stamp_id").raw(" = ").bind(stamp_id);
    s.run(c, limit);
    // The number of changed rows is 0, too, when somebody else has marked it.
    const auto now = read_stamp(c, d, limit);
    return now && now->stamp_id == stamp_id && now->state == stamp::progress::complete;
}

void remove_stamp(engine::connection& c, std::string_view stamp_id, const sql::dialect& d,
                  deadline limit) {
    own_statement s(d);
    s.raw("DELETE FROM ").name(identity_table_name).raw(" WHERE ").name("stamp_id").raw(" = ");
    s.bind(stamp_id).raw(" AND ").name("state").raw(" = ").bind(initializing);
    s.run(c, limit);
}

}  // namespace shardwise::catalog
