// SPDX-License-Identifier: MIT
#include "txn/gate.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/failpoint.hpp"
#include "txn/commit_log.hpp"

namespace shardwise::txn {
namespace {

using engine::engine_kind;
using engine::statement;

statement plain(std::string text, std::vector<column_type> columns = {}) {
    statement s;
    s.text = std::move(text);
    s.prepare = false;
    for (const column_type type : columns) s.columns.push_back({type, 0});
    return s;
}

/// As the driver counts: whole seconds, and 0 means none.
std::int64_t mariadb_seconds(std::chrono::milliseconds time) {
    return time.count() == 0 ? 0 : std::max<std::int64_t>(1, (time.count() + 999) / 1000);
}

/// One statement and one message. Without its row the gate would be open for ever.
constexpr const char* mariadb_commit =
    "BEGIN NOT ATOMIC DECLARE found INT; "
    "SELECT only_row INTO found FROM shardwise_gate WHERE only_row = 1 LOCK IN SHARE MODE; "
    "IF found IS NULL THEN SIGNAL SQLSTATE '45000' "
    "SET MESSAGE_TEXT = 'the row of table shardwise_gate is missing'; END IF; "
    "COMMIT; END";

}  // namespace

const schema::table& gate_table() {
    static const schema::table t = [] {
        schema::table gate;
        gate.name = gate_name;
        schema::column c;
        c.name = "only_row";
        c.type = column_type::int16;
        gate.columns = {c};
        gate.primary_key = {0};
        gate.placed.kind = schema::distribution_kind::reference;
        return gate;
    }();
    return t;
}

void fill_gate_table(engine::connection& c, deadline limit) {
    engine::run(c, fmt::format("INSERT IGNORE INTO {} (only_row) VALUES (1)", gate_name), limit);
}

std::int64_t gate_key(std::string_view cluster_mark, std::string_view shard_mark) {
    const std::string text = fmt::format("shardwise gate {}/{}", cluster_mark, shard_mark);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < 8; ++i) key = key << 8U | digest[i];
    return static_cast<std::int64_t>(key);
}

std::vector<engine::statement_ptr> commit_through_gate(engine_kind kind, std::int64_t key) {
    static const engine::statement_ptr commit = engine::repeated(plain("COMMIT"));
    static const auto on_mariadb = std::make_shared<const statement>(plain(mariadb_commit));
    if (failpoint_skips("txn.gate")) return {commit};
    switch (kind) {
        case engine_kind::postgres:
            return {engine::repeated(
                        plain(fmt::format("SELECT pg_advisory_xact_lock_shared({})::text", key),
                              {column_type::text})),
                    commit};
        case engine_kind::mariadb:
            return {on_mariadb};
        case engine_kind::sqlite:
            break;
    }
    return {commit};
}

std::vector<statement> close_gate(engine_kind kind, std::int64_t key,
                                  std::chrono::milliseconds idle) {
    if (kind == engine_kind::postgres)
        return {
            plain("START TRANSACTION"),
            plain(fmt::format("SET LOCAL idle_in_transaction_session_timeout = {}", idle.count())),
            plain(fmt::format("SELECT pg_advisory_xact_lock({})::text", key), {column_type::text})};
    return {plain(fmt::format("SET SESSION idle_transaction_timeout = {}", mariadb_seconds(idle))),
            plain("START TRANSACTION"),
            plain(fmt::format("SELECT CAST(only_row AS CHAR) FROM {} WHERE only_row = 1 FOR UPDATE",
                              gate_name),
                  {column_type::text})};
}

std::vector<statement> open_gate(engine_kind kind, std::chrono::milliseconds idle) {
    std::vector<statement> all{plain("COMMIT")};
    if (kind == engine_kind::mariadb)
        all.push_back(
            plain(fmt::format("SET SESSION idle_transaction_timeout = {}", mariadb_seconds(idle))));
    return all;
}

std::vector<statement> begin_snapshot(engine_kind kind) {
    switch (kind) {
        case engine_kind::postgres:  // the first statement inside takes the snapshot
            return {plain("START TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                    plain("SELECT '1'::text", {column_type::text})};
        case engine_kind::mariadb:
            return {plain("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
                    plain("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")};
        case engine_kind::sqlite:  // the first read inside takes the snapshot
            break;
    }
    return {plain("BEGIN"),
            plain("SELECT CAST(COUNT(*) AS TEXT) FROM sqlite_schema", {column_type::text})};
}

const statement& last_decision() {
    // rowid: grows with every row, and a number that is used again has another gid beside it.
    static const statement s =
        plain(fmt::format("SELECT rowid || ' ' || gid FROM {} ORDER BY rowid DESC LIMIT 1",
                          commit_log_name),
              {column_type::text});
    return s;
}

}  // namespace shardwise::txn
