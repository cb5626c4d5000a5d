// SPDX-License-Identifier: MIT
// One shard's part of a transaction over several shards, and the words for it in each engine.
//
//              begin             prepare               end
//   PostgreSQL START TRANSACTION PREPARE TRANSACTION   COMMIT PREPARED, ROLLBACK PREPARED
//   MariaDB    XA START          XA END, XA PREPARE    XA COMMIT, XA ROLLBACK
//   SQLite     BEGIN, recording  what was recorded is  the changes are applied, or forgotten
//              of changes        stored, the rest is
//                                undone, COMMIT
//
// Free functions and values; one connection, one thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"

namespace shardwise::txn {

struct branch {
    std::string id;         ///< of the transaction (transaction_id.hpp)
    std::string qualifier;  ///< the shard's mark; MariaDB: and the connection's number
};

branch make_branch(std::string_view id, std::string_view shard_mark, const engine::connection& c,
                   engine::engine_kind kind);

/// Whether a transaction must begin in another way when it is to be prepared.
bool needs_preparation(engine::engine_kind kind) noexcept;
/// How one begins that will be prepared, or rolled back with abandon_texts(). On SQLite the
/// connection's recorder is to be started, too.
std::vector<std::string> begin_texts(engine::engine_kind kind, const branch& b);
/// What a transaction sees of others, beside the usual: read committed.
enum class level : std::uint8_t { read_committed, repeatable_read, serializable };
/// For a transaction that is begun next on this connection, before its first statement; SQLite has
/// one level only, the strongest.
std::vector<std::string> level_texts(engine::engine_kind kind, level l);
/// For a transaction that has just begun and gets a savepoint: going back to it must not end what
/// was begun. MariaDB's storage engine has no part in a transaction before the first statement over
/// one of its tables, and is rolled back as a whole to savepoints from before that.
std::vector<std::string> engage_texts(engine::engine_kind kind);
std::vector<std::string> prepare_texts(engine::engine_kind kind, const branch& b);
/// ROLLBACK of one that began so and is not prepared.
std::vector<std::string> abandon_texts(engine::engine_kind kind, const branch& b);
std::vector<std::string> finish_texts(engine::engine_kind kind, const branch& b, bool commit);

/// SQLite's way to prepare: blocks, as everything there.
void store_changes(engine::connection& c, const branch& b, deadline limit);

enum class finished : std::uint8_t {
    done,
    gone,  ///< somebody else was faster
    held,  ///< MariaDB: the connection that prepared it still lives, and only that one may end it
};
/// Commits or rolls back a prepared branch, and waits for it.
finished finish_branch(engine::connection& c, engine::engine_kind kind, const branch& b,
                       bool commit, deadline limit);
/// MariaDB: ends the connection that holds the branch.
void release_holder(engine::connection& c, const branch& b, deadline limit);

struct found_branch {
    branch what;
    std::int64_t age_ms = 0;
};
/// The statement that finds them, and what one of its rows says; nothing when it is another's.
engine::statement branch_listing(engine::engine_kind kind, std::string_view cluster_mark);
std::optional<found_branch> listed_branch(engine::engine_kind kind, std::span<const arg> row,
                                          std::string_view cluster_mark,
                                          std::string_view shard_mark);
/// The prepared branches of this cluster on this shard. Those of others are never touched: not even
/// those of another shard in the same database or on the same server.
std::vector<found_branch> list_branches(engine::connection& c, engine::engine_kind kind,
                                        std::string_view cluster_mark, std::string_view shard_mark,
                                        deadline limit);

}  // namespace shardwise::txn
