// SPDX-License-Identifier: MIT
#include "txn/commit_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/failpoint.hpp"
#include "catalog/own_tables.hpp"
#include "shardwise/base/error.hpp"
#include "txn/transaction_id.hpp"

namespace shardwise::txn {
namespace {

constexpr std::string_view committed = "C";  // DO NOT CHANGE
constexpr std::string_view aborted = "A";    // DO NOT CHANGE

std::string values(std::string_view id, std::string_view state, std::string_view participants) {
    return fmt::format("{} (gid, state, participants, at_ms) VALUES ('{}', '{}', '{}', {})",
                       commit_log_name, id, state, participants, now_ms());
}

/// Waits while another transaction has the row but has not ended.
std::string insert_unless_there(std::string_view id, const sql::dialect& d) {
    switch (d.kind()) {
        case sql::dialect_kind::sqlite:
            return "INSERT OR IGNORE INTO " + values(id, aborted, "");
        case sql::dialect_kind::mariadb:
            return "INSERT IGNORE INTO " + values(id, aborted, "");
        case sql::dialect_kind::postgres:
            break;
    }
    return "INSERT INTO " + values(id, aborted, "") + " ON CONFLICT DO NOTHING";
}

/// Ids go into text: they are ours, but come back from users and databases.
void check_id(std::string_view id) {
    if (!parse_transaction_id(id))
        raise(error_code::bad_value, "this is not the id of a transaction of shardwise");
}

}  // namespace

const schema::table& commit_log_table() {
    static const schema::table t = catalog::own_table(
        commit_log_name, std::array{catalog::own_column{"gid", column_type::text, 64},
                                    catalog::own_column{"state", column_type::text},
                                    catalog::own_column{"participants", column_type::text},
                                    catalog::own_column{"at_ms", column_type::int64}});
    return t;
}

const schema::table& prepared_table() {
    static const schema::table t = catalog::own_table(
        prepared_name, std::array{catalog::own_column{"gid", column_type::text, 100},
                                  catalog::own_column{"changes", column_type::blob},
                                  catalog::own_column{"at_ms", column_type::int64}});
    return t;
}

engine::statement decision_statement(engine::engine_kind kind, bool durable) {
    engine::statement s;
    s.text = fmt::format("INSERT INTO {} (gid, state, participants, at_ms) ", commit_log_name);
    const std::string setting = "current_setting('synchronous_commit')";
    if (kind != engine::engine_kind::postgres)
        s.text += fmt::format("VALUES (?, '{}', ?, ?)", committed);
    else
        s.text += fmt::format(
            "SELECT $1, '{}', $2, $3 WHERE set_config('synchronous_commit', {}, true) <> ''",
            committed,
            durable
                ? fmt::format("CASE WHEN {0} IN ('off', 'local') THEN 'on' ELSE {0} END", setting)
                : "'off'");
    s.parameters = {{column_type::text, 0}, {column_type::text, 0}, {column_type::int64, 0}};
    return s;
}

verdict look_up(engine::connection& c, std::string_view id, const sql::dialect& d, deadline limit) {
    verdict found = verdict::unknown;
    catalog::own_statement s(d);
    s.raw("SELECT state FROM ").raw(commit_log_name).raw(" WHERE gid = ").bind(id);
    s.gives({column_type::text}).run(c, limit, [&](std::span<const arg> row) {
        found = row[0].to_text() == committed ? verdict::committed : verdict::aborted;
    });
    return found;
}

verdict decide(engine::connection& c, std::string_view id, const sql::dialect& d, deadline limit) {
    check_id(id);
    if (failpoint_skips("txn.record_absence")) {  // the negative control of the crash tests
        const verdict found = look_up(c, id, d, limit);
        return found == verdict::unknown ? verdict::aborted : found;
    }
    try {
        engine::run(c, insert_unless_there(id, d), limit);
    } catch (const error& e) {
        if (e.code() == error_code::lock_timeout || e.code() == error_code::deadlock)
            return verdict::unknown;
        throw;
    }
    return look_up(c, id, d, limit);
}

engine::statement committed_among(const std::vector<std::string>& ids) {
    engine::statement s;
    s.text = fmt::format("SELECT gid FROM {} WHERE state = '{}' AND gid IN (", commit_log_name,
                         committed);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        check_id(ids[i]);
        s.text += fmt::format("{}'{}'", i == 0 ? "" : ", ", ids[i]);
    }
    s.text += ")";
    s.prepare = false;
    s.columns = {{column_type::text, 0}};
    return s;
}

std::size_t remove_old(engine::connection& c, std::int64_t before_ms,
                       const std::vector<std::string>& keep, const sql::dialect& d,
                       deadline limit) {
    std::string ids;
    std::size_t count = 0;
    catalog::own_statement find(d);
    find.raw("SELECT gid FROM ").raw(commit_log_name).raw(" WHERE at_ms < ").bind(before_ms);
    find.raw(" ORDER BY gid LIMIT 1000").gives({column_type::text});
    find.run(c, limit, [&](std::span<const arg> row) {
        const std::string id(row[0].to_text());
        if (!parse_transaction_id(id) || std::find(keep.begin(), keep.end(), id) != keep.end())
            return;
        ids += fmt::format("{}'{}'", ids.empty() ? "" : ", ", id);
        ++count;
    });
    if (count > 0)
        engine::run(c, fmt::format("DELETE FROM {} WHERE gid IN ({})", commit_log_name, ids),
                    limit);
    return count;
}

}  // namespace shardwise::txn
