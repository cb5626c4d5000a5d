// SPDX-License-Identifier: MIT
// What is to be done next on a shard, from its history and the files. Pure: no I/O, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/dialect.hpp"

namespace shardwise::ops {

struct migration_script {
    std::vector<std::string> statements;
    bool transactional = true;

    /// SHA-256 over the first `count` statements. Blanks between statements do not count.
    std::string checksum(std::size_t count) const;
    std::string checksum() const { return checksum(statements.size()); }
};

/// Cuts the text into statements. Throws bad_input, naming `file`, for statements that begin or end
/// transactions: that is the runner's part.
migration_script parse_migration(std::string_view text, const std::string& file,
                                 sql::dialect_kind engine);

/// One migration as it is for one engine.
struct migration {
    std::int64_t version = 0;
    std::string name;
    migration_script up;
    std::optional<migration_script> down;
};

/// A row of shardwise_migrations. A migration that was undone has none.
struct history_row {
    std::int64_t version = 0;
    std::string name;
    std::string checksum;       ///< of all statements of `up`
    bool undoing = false;       ///< the steps are those of `down`
    std::int64_t steps = 0;     ///< statements that are known to have run
    std::string done_checksum;  ///< of those
    bool running = false;       ///< the next one was begun, and its end was not written down
    std::string before;         ///< digest of its text, ':', fingerprint of its table before it
    std::int64_t started_ms = 0;
    std::int64_t ended_ms = 0;  ///< 0: in the middle
    friend bool operator==(const history_row&, const history_row&) = default;
};

struct migration_step {
    const migration* what = nullptr;
    bool undo = false;
    std::size_t first = 0;  ///< the statement to go on with
    bool unknown = false;   ///< whether that one has run is to be found out first
};

/// The next step upwards; nothing when the shard has all. Throws bad_state when the history and the
/// files contradict each other, or a down is in the middle.
std::optional<migration_step> next_up(const std::vector<migration>& files,
                                      const std::vector<history_row>& history);
/// How to undo `version` on this shard; nothing when it has it not (any more). Throws bad_state.
std::optional<migration_step> next_down(const std::vector<migration>& files,
                                        const std::vector<history_row>& history,
                                        std::int64_t version);

/// How one statement is made to run exactly once outside of a transaction.
enum class statement_kind : std::uint8_t {
    rows,              ///< changes rows: in one transaction with its step
    table,             ///< changes one table: the table's definition tells whether it has run
    concurrent_index,  ///< PostgreSQL: a valid index of this name tells it
    drop_index_concurrently,  ///< PostgreSQL: the index is there or not
    other                     ///< nothing tells
};
struct statement_shape {
    statement_kind kind = statement_kind::other;
    std::string name;  ///< of the table or index, without quotes
};
statement_shape shape_of(std::string_view statement, sql::dialect_kind engine);

}  // namespace shardwise::ops
