// SPDX-License-Identifier: MIT
#include "shardwise/base/error_code.hpp"

#include <algorithm>
#include <array>

#include "base/error_table.hpp"

namespace shardwise {
namespace {

using enum error_code;

constexpr std::array rows{
    error_row{bad_url, "SW101", "bad_url",
              "A database URL does not parse, or names an unknown scheme or option; the message "
              "shows the place. Correct the URL."},
    error_row{bad_config, "SW102", "bad_config",
              "The cluster file or the cluster options contradict themselves or miss something. "
              "Correct the place that the message names."},
    error_row{wrong_shard, "SW103", "wrong_shard",
              "A URL reaches a database that belongs to another shard or another cluster, or that "
              "another URL reaches too. Compare the URLs with the names of the shards; nothing "
              "was changed."},
    error_row{missing_shard, "SW104", "missing_shard",
              "The cluster has a shard that the configuration does not name. Add its URL: without "
              "it a part of the rows would be missing from every answer."},
    error_row{bad_model, "SW201", "bad_model",
              "The declared tables contradict themselves or each other. Correct the declaration "
              "that the message names."},
    error_row{bad_identifier, "SW202", "bad_identifier",
              "A name is empty, longer than 63 bytes, not UTF-8 or holds a zero byte. Choose "
              "another name."},
    error_row{schema_mismatch, "SW203", "schema_mismatch",
              "A table on a shard differs from its declaration. `verify_schema` lists every "
              "difference; change the table or the declaration."},
    error_row{unknown_table, "SW204", "unknown_table",
              "The table is not declared in this cluster. Declare it together with its "
              "distribution, or correct the name."},
    error_row{unknown_column, "SW205", "unknown_column",
              "The table has no such column. Correct the name, or declare the column."},
    error_row{bad_value, "SW301", "bad_value",
              "A text or a scalar is not a value of the wanted type, or is out of its range. "
              "Correct the value."},
    error_row{value_not_storable, "SW302", "value_not_storable",
              "A valid C++ value that the engine cannot keep unchanged (docs/types.md lists them). "
              "Nothing was sent; change the value or the column's type."},
    error_row{no_shard_key, "SW303", "no_shard_key",
              "A row or a key has no value for the column that decides where it lives. Set the "
              "shard key."},
    error_row{unroutable_key, "SW304", "unroutable_key",
              "No bucket or no shard is declared for this key: it is outside of the ranges, the "
              "lists or the directory. Extend the strategy, or correct the key."},
    error_row{not_supported, "SW305", "not_supported",
              "Correct over one database, but shardwise cannot do it over shards (yet) and never "
              "answers approximately. The message names the way around."},
    error_row{bad_query, "SW306", "bad_query",
              "A statement that no database would accept. Correct the statement."},
    error_row{
        shard_key_change, "SW307", "shard_key_change",
        "A shard key is changed in a way that cannot move the row: by ON CONFLICT, by an UPDATE "
        "with subqueries, or while another row depends on it that cannot follow. The message "
        "names the way out (docs/guide/moving-objects.md)."},
    error_row{bad_input, "SW308", "bad_input",
              "An input file (CSV, SQL, model) has an error at the place that the message names. "
              "Correct the file."},
    error_row{too_many_shards, "SW311", "too_many_shards",
              "The statement would ask more shards than it, its session or its cluster allows. Add "
              "a condition on the shard key that the message names, or say with the call how far "
              "it may go (all_shards, at_most_shards(n))."},
    error_row{result_too_large, "SW312", "result_too_large",
              "The statement would hold more rows or bytes in this process than its limits allow. "
              "Read it as a stream, page by page or with a narrower condition, or raise the limit "
              "that the message names."},
    error_row{unique_violation, "SW401", "unique_violation",
              "Another row has the same value in columns that must be unique. The error names the "
              "constraint."},
    error_row{foreign_key_violation, "SW402", "foreign_key_violation",
              "The row refers to a parent row that does not exist, or other rows still refer to "
              "it. Add the parent first, or erase the children first."},
    error_row{not_null_violation, "SW403", "not_null_violation",
              "A column that must have a value has none. Set it, or declare the column nullable "
              "(std::optional)."},
    error_row{check_violation, "SW404", "check_violation",
              "The row breaks a check constraint of its table. The error names the constraint."},
    error_row{statement_failed, "SW405", "statement_failed",
              "The server refused the statement for a reason of its own; the error carries its "
              "SQLSTATE and text."},
    error_row{permission_denied, "SW406", "permission_denied",
              "The database user may not do this, or its password was refused. Grant the right, or "
              "use another user."},
    error_row{serialization_failure, "SW501", "serialization_failure",
              "Concurrent transactions could not be put in an order. Run the transaction again "
              "from its beginning.",
              true},
    error_row{deadlock, "SW502", "deadlock",
              "The server ended this transaction to resolve a deadlock. Run the transaction again "
              "from its beginning.",
              true},
    error_row{lock_timeout, "SW503", "lock_timeout",
              "A lock that another transaction holds did not become free in time. Run the "
              "transaction again from its beginning.",
              true},
    error_row{timeout, "SW504", "timeout",
              "The deadline passed before the answer came. Look at the server's load, or allow "
              "more time."},
    error_row{pool_exhausted, "SW505", "pool_exhausted",
              "No connection became free before the deadline. Finish sessions sooner, or make the "
              "pool larger."},
    error_row{connect_failed, "SW506", "connect_failed",
              "The server cannot be reached or refused the connection. Check that it runs, and its "
              "address, user and TLS settings."},
    error_row{connection_lost, "SW507", "connection_lost",
              "The connection broke before COMMIT was sent: nothing of the transaction was stored. "
              "Run it again from its beginning. After COMMIT the code is in_doubt.",
              true},
    error_row{shard_unavailable, "SW508", "shard_unavailable",
              "A shard that the answer needs is down. Bring it back; `shardwise status` shows the "
              "health of every shard."},
    error_row{in_doubt, "SW509", "in_doubt",
              "A commit was sent and its answer never came: it is unknown whether the change was "
              "made. Ask cluster::outcome_of() with the transaction's id when the error has one; "
              "otherwise read the rows again before repeating it."},
    error_row{cancelled, "SW510", "cancelled",
              "The caller cancelled the operation. Nothing is wrong with the cluster."},
    error_row{lease_lost, "SW511", "lease_lost",
              "The worker number of the id generator cannot be renewed, so no further ids are "
              "given out. Check that the catalog's shard can be reached."},
    error_row{disk_full, "SW512", "disk_full",
              "The server has no room left for the change. Free space on its disk."},
    error_row{cannot_prepare, "SW513", "cannot_prepare",
              "A shard cannot take part in an atomic commit over several shards; the message says "
              "why. Nothing was stored: correct the server's setting, keep the transaction on one "
              "shard, or choose commit_mode::best_effort for the session."},
    error_row{not_found, "SW601", "not_found",
              "The row that was asked for does not exist. Use the form that returns an optional "
              "when its absence is expected."},
    error_row{many_rows, "SW602", "many_rows",
              "one() found more than one row. Make the condition unique, or use first() or all()."},
    error_row{stale_object, "SW603", "stale_object",
              "The object's row was changed or deleted by somebody else since it was read. Read it "
              "again and repeat the change."},
    error_row{bad_state, "SW604", "bad_state",
              "The object's or session's state does not allow this call. The message names the "
              "call that must come before."},
    error_row{not_loaded, "SW605", "not_loaded",
              "A relation was to be read for one object, and it, or the session's policy, wants it "
              "to be read with the list of objects. Use include(), or load(objects, relation)."},
    error_row{internal, "SW901", "internal",
              "shardwise broke a rule of its own. Please report it with the message and the "
              "statement."},
};

static_assert(std::is_sorted(rows.begin(), rows.end(), [](const error_row& a, const error_row& b) {
    return a.code < b.code;
}));

/// A number that is not in the table (a bad cast) reads as `internal`.
const error_row& row_of(error_code code) noexcept {
    const auto* const found =
        std::lower_bound(rows.begin(), rows.end(), code,
                         [](const error_row& row, error_code c) { return row.code < c; });
    return found != rows.end() && found->code == code ? *found : rows.back();
}

}  // namespace

std::span<const error_row> error_table() noexcept { return rows; }

std::string_view name_of(error_code code) noexcept { return row_of(code).name; }

std::string_view tag_of(error_code code) noexcept { return row_of(code).tag; }

std::string_view help_of(error_code code) noexcept { return row_of(code).help; }

bool retryable(error_code code) noexcept { return row_of(code).retryable; }

}  // namespace shardwise
