// SPDX-License-Identifier: MIT
// Stable codes of everything that can go wrong. docs/errors.md is generated from the table in
// src/base/error_code.cpp. Numbers are persisted in logs and scripts: DO NOT CHANGE them.
#pragma once

#include <cstdint>
#include <string_view>

namespace shardwise {

enum class error_code : std::uint16_t {
    // 1xx: what was said about the cluster is wrong
    bad_url = 101,      ///< a URL does not parse, or names an unknown scheme or option
    bad_config = 102,   ///< the cluster file or the cluster options are wrong
    wrong_shard = 103,  ///< a URL reaches another shard, another cluster or the same database twice
    missing_shard = 104,  ///< the cluster has a shard that the configuration does not name
    // 2xx: what was said about the model is wrong
    bad_model = 201,        ///< the declared model contradicts itself
    bad_identifier = 202,   ///< a name is empty, too long or holds a zero byte
    schema_mismatch = 203,  ///< a shard's table differs from the declared one
    unknown_table = 204,    ///< a table that is not declared in this cluster
    unknown_column = 205,   ///< a column that its table does not have
    // 3xx: a value or a statement that cannot be done
    bad_value = 301,           ///< text that is not a value of the wanted type
    value_not_storable = 302,  ///< a valid C++ value that this engine cannot keep unchanged
    no_shard_key = 303,        ///< a row without the value that places it
    unroutable_key = 304,      ///< no bucket or no shard is declared for this key
    not_supported =
        305,  ///< correct over one database, not yet (or never) over shards; never approximated
    bad_query = 306,         ///< a statement that no database would accept
    shard_key_change = 307,  ///< a change of the shard key that cannot move the row
    bad_input = 308,         ///< an input file (CSV, SQL) with an error at a place
    too_many_shards = 311,   ///< the statement asks more shards than it, or the policy, allows
    result_too_large = 312,  ///< more rows or bytes than one statement may hold
    // 4xx: the database refused
    unique_violation = 401,
    foreign_key_violation = 402,
    not_null_violation = 403,
    check_violation = 404,
    statement_failed = 405,  ///< any other error of the server for this statement
    permission_denied = 406,
    // 5xx: not now
    serialization_failure = 501,  ///< retry the transaction
    deadlock = 502,               ///< retry the transaction
    lock_timeout = 503,           ///< retry the transaction
    timeout = 504,                ///< the deadline passed
    pool_exhausted = 505,         ///< no connection became free before the deadline
    connect_failed = 506,         ///< the server cannot be reached or refused the connection
    connection_lost = 507,        ///< the connection broke; the statement's outcome may be unknown
    shard_unavailable = 508,      ///< a shard needed for the answer is down
    in_doubt = 509,               ///< a commit was sent and its answer never came
    cancelled = 510,              ///< the caller cancelled the operation
    lease_lost = 511,             ///< the id generator's worker lease cannot be renewed
    disk_full = 512,
    cannot_prepare = 513,  ///< a shard cannot take part in an atomic commit over several shards
    // 6xx: objects
    not_found = 601,     ///< get() or one() of a row that does not exist
    many_rows = 602,     ///< one() found more than one row
    stale_object = 603,  ///< the row was changed or deleted by somebody else
    bad_state = 604,     ///< a call that this object's or session's state does not allow
    not_loaded = 605,    ///< a relation that is not to be read for one object after another
    // 9xx
    internal = 901,  ///< a broken invariant of shardwise itself: please report it
};

/// The stable name of a code, e.g. "unique_violation"; the one the docs and --json use.
std::string_view name_of(error_code code) noexcept;

/// "SW401": the short form printed with every message.
/// Static storage, never empty.
std::string_view tag_of(error_code code) noexcept;

/// One sentence: what it means and the way out.
std::string_view help_of(error_code code) noexcept;

/// True when the same operation may succeed if the whole transaction is run again.
bool retryable(error_code code) noexcept;

}  // namespace shardwise
