// SPDX-License-Identifier: MIT
#include "txn/branch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/failpoint.hpp"
#include "catalog/own_tables.hpp"
#include "shardwise/base/error.hpp"
#include "txn/commit_log.hpp"
#include "txn/transaction_id.hpp"

namespace shardwise::txn {
namespace {

using engine::engine_kind;

std::string gid(const branch& b) { return fmt::format("{}/{}", b.id, b.qualifier); }
std::string xid(const branch& b) { return fmt::format("'{}','{}'", b.id, b.qualifier); }

/// "<id>/<qualifier>", nothing when it is not of this cluster and shard.
std::optional<branch> branch_from(std::string_view id, std::string_view qualifier,
                                  std::string_view cluster_mark, std::string_view shard_mark) {
    const auto parts = parse_transaction_id(id);
    if (!parts || parts->cluster != cluster_mark) return {};
    if (qualifier.substr(0, qualifier.find('/')) != shard_mark) return {};
    return branch{std::string(id), std::string(qualifier)};
}

std::optional<branch> branch_from_gid(std::string_view text, std::string_view cluster_mark,
                                      std::string_view shard_mark) {
    const std::size_t cut = text.rfind('/');
    if (cut == std::string_view::npos) return {};
    return branch_from(text.substr(0, cut), text.substr(cut + 1), cluster_mark, shard_mark);
}

std::int64_t age_of(const branch& b) {
    return std::max<std::int64_t>(0, now_ms() - parse_transaction_id(b.id)->started_ms);
}

engine::statement asking(std::string text, std::vector<column_type> columns) {
    engine::statement s;
    s.text = std::move(text);
    s.prepare = false;
    for (const column_type type : columns) s.columns.push_back({type, 0});
    return s;
}

const sql::dialect& sqlite() { return sql::dialect_for(sql::dialect_kind::sqlite); }

/// Nobody else comes between: writers wait while there is a row in the table of prepared branches
/// (change_recorder::wait_while), and BEGIN EXCLUSIVE is not asked.
finished finish_stored(engine::connection& c, const branch& b, bool commit, deadline limit) {
    engine::run(c, "BEGIN EXCLUSIVE", limit);
    try {
        std::optional<std::string> changes;
        catalog::own_statement find(sqlite());
        find.raw("SELECT changes FROM ").raw(prepared_name).raw(" WHERE gid = ").bind(gid(b));
        find.gives({column_type::blob}).run(c, limit, [&](std::span<const arg> row) {
            changes = std::string(row[0].text());
        });
        if (!changes) {
            engine::run(c, "ROLLBACK", limit);
            return finished::gone;
        }
        if (commit) c.recorder()->apply(*changes);
        catalog::own_statement forget(sqlite());
        forget.raw("DELETE FROM ").raw(prepared_name).raw(" WHERE gid = ").bind(gid(b));
        forget.run(c, limit);
        failpoint("txn.before_applied");
        engine::run(c, "COMMIT", limit);
        return finished::done;
    } catch (...) {
        if (c.in_transaction())
            engine::run(c, "ROLLBACK", deadline::after(std::chrono::seconds(1)));
        throw;
    }
}

}  // namespace

branch make_branch(std::string_view id, std::string_view shard_mark, const engine::connection& c,
                   engine_kind kind) {
    branch b{std::string(id), std::string(shard_mark)};
    if (kind == engine_kind::mariadb) b.qualifier += fmt::format("/{}", c.number());
    return b;
}

bool needs_preparation(engine_kind kind) noexcept { return kind != engine_kind::postgres; }

std::vector<std::string> begin_texts(engine_kind kind, const branch& b) {
    switch (kind) {
        case engine_kind::sqlite:
            return {"BEGIN IMMEDIATE", "SAVEPOINT shardwise"};
        case engine_kind::mariadb:
            return {"XA START " + xid(b)};
        case engine_kind::postgres:
            break;
    }
    return {"START TRANSACTION"};
}

std::vector<std::string> level_texts(engine_kind kind, level l) {
    if (l == level::read_committed || kind == engine_kind::sqlite) return {};
    const std::string name = l == level::serializable ? "SERIALIZABLE" : "REPEATABLE READ";
    if (kind == engine_kind::postgres) return {"SET TRANSACTION ISOLATION LEVEL " + name};
    // Without this setting MariaDB changes rows that the transaction does not see.
    return {
        "SET /*M!101108 SESSION innodb_snapshot_isolation = ON, */ "
        "SESSION tx_isolation = @@SESSION.tx_isolation",
        "SET TRANSACTION ISOLATION LEVEL " + name};
}

std::vector<std::string> engage_texts(engine_kind kind) {
    if (kind != engine_kind::mariadb) return {};
    return {fmt::format("DO (SELECT COUNT(*) FROM {})", catalog::identity_table_name)};
}

std::vector<std::string> prepare_texts(engine_kind kind, const branch& b) {
    if (kind == engine_kind::mariadb) return {"XA END " + xid(b), "XA PREPARE " + xid(b)};
    return {fmt::format("PREPARE TRANSACTION '{}'", gid(b))};
}

std::vector<std::string> abandon_texts(engine_kind kind, const branch& b) {
    if (kind == engine_kind::mariadb) return {"XA END " + xid(b), "XA ROLLBACK " + xid(b)};
    return {"ROLLBACK"};
}

std::vector<std::string> finish_texts(engine_kind kind, const branch& b, bool commit) {
    if (kind == engine_kind::mariadb) return {(commit ? "XA COMMIT " : "XA ROLLBACK ") + xid(b)};
    return {fmt::format("{} PREPARED '{}'", commit ? "COMMIT" : "ROLLBACK", gid(b))};
}

void store_changes(engine::connection& c, const branch& b, deadline limit) {
    const std::string changes = c.recorder()->take();
    engine::run(c, "ROLLBACK TO SAVEPOINT shardwise", limit);
    catalog::own_statement s(sqlite());
    s.raw("INSERT INTO ").raw(prepared_name).raw(" (gid, changes, at_ms) VALUES (").bind(gid(b));
    s.raw(", ")
        .bind(arg::of_bytes(changes.data(), changes.size()), column_type::blob)
        .raw(", ")
        .bind(now_ms())
        .raw(")");
    s.run(c, limit);
    failpoint("txn.before_stored");
    engine::run(c, "COMMIT", limit);
}

finished finish_branch(engine::connection& c, engine_kind kind, const branch& b, bool commit,
                       deadline limit) {
    if (kind == engine_kind::sqlite) return finish_stored(c, b, commit, limit);
    try {
        for (const std::string& text : finish_texts(kind, b, commit)) engine::run(c, text, limit);
        return finished::done;
    } catch (const error& e) {
        if (e.sqlstate() == "42704") return finished::gone;          // no such prepared transaction
        if (e.sqlstate() == "55000") return finished::held;          // another session is ending it
        if (e.sqlstate() == "XAE04") return finished::held;          // or gone: the list tells
        if (e.sqlstate().starts_with("XA1")) return finished::done;  // it had written nothing
        throw;
    }
}

void release_holder(engine::connection& c, const branch& b, deadline limit) {
    const std::size_t cut = b.qualifier.find('/');
    if (cut == std::string::npos) return;
    const std::string number = b.qualifier.substr(cut + 1);
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) return;
    try {
        engine::run(c, "KILL " + number, limit);
    } catch (const error& e) {
        if (e.poisons_connection()) throw;  // otherwise: it is gone already
    }
}

engine::statement branch_listing(engine_kind kind, std::string_view cluster_mark) {
    switch (kind) {
        case engine_kind::postgres:
            return asking(
                fmt::format("SELECT gid::text, (extract(epoch FROM now() - prepared) * 1000)::int8 "
                            "FROM pg_catalog.pg_prepared_xacts WHERE database = current_database() "
                            "AND starts_with(gid, '{}{}/')",
                            id_prefix, cluster_mark),
                {column_type::text, column_type::int64});
        case engine_kind::mariadb:
            return asking("XA RECOVER", {column_type::int64, column_type::int64, column_type::int64,
                                         column_type::blob});
        case engine_kind::sqlite:
            break;
    }
    return asking(fmt::format("SELECT gid FROM {}", prepared_name), {column_type::text});
}

std::optional<found_branch> listed_branch(engine_kind kind, std::span<const arg> row,
                                          std::string_view cluster_mark,
                                          std::string_view shard_mark) {
    std::optional<branch> b;
    if (kind == engine_kind::mariadb) {
        const std::string_view data = row[3].text();
        const auto cut = static_cast<std::size_t>(row[1].to_integer());
        if (cut > data.size()) return {};
        b = branch_from(data.substr(0, cut), data.substr(cut), cluster_mark, shard_mark);
    } else {
        b = branch_from_gid(row[0].text(), cluster_mark, shard_mark);
    }
    if (!b) return {};
    const std::int64_t age = kind == engine_kind::postgres ? row[1].to_integer() : age_of(*b);
    return found_branch{std::move(*b), age};
}

std::vector<found_branch> list_branches(engine::connection& c, engine_kind kind,
                                        std::string_view cluster_mark, std::string_view shard_mark,
                                        deadline limit) {
    std::vector<found_branch> all;
    engine::run(c, branch_listing(kind, cluster_mark), {}, limit, [&](std::span<const arg> row) {
        if (auto found = listed_branch(kind, row, cluster_mark, shard_mark))
            all.push_back(std::move(*found));
    });
    return all;
}

}  // namespace shardwise::txn
