// SPDX-License-Identifier: MIT
// Versioned migrations of the schema: SQL files that are run on every shard exactly once, in the
// order of their numbers. docs/guide/migrations.md tells how files are named and what happens when
// a process dies in the middle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shardwise/cluster/cluster.hpp"

namespace shardwise {

struct migrate_options {
    std::string directory = "migrations";
    /// How long a statement waits for a lock before it lets those behind it pass, and tries again.
    std::int64_t lock_timeout_ms = 2'000;
    int lock_attempts = 10;
    /// Of one statement. Rebuilding a large table takes its time.
    std::int64_t statement_timeout_ms = 3'600'000;
    /// What to take for true of a statement of which a crash has left unknown whether it has run,
    /// after you have looked. Without it such a shard is refused with bad_state.
    enum class unknown_statement : std::uint8_t { refuse, has_run, has_not_run };
    unknown_statement unknown = unknown_statement::refuse;
};

/// One migration on one shard.
struct migration_state {
    enum class kind : std::uint8_t { pending, applied, applying, undoing, changed, file_missing };
    std::int64_t version = 0;
    std::string name;
    kind state = kind::pending;
    std::int64_t started_ms = 0;  ///< since 1970, by the runner's clock; 0: not yet
    std::int64_t ended_ms = 0;
};

struct shard_migrations {
    std::string shard;
    std::string error;  ///< why it could not be asked; then `migrations` is empty
    std::vector<migration_state> migrations;
};

struct migration_status {
    std::vector<shard_migrations> shards;
    /// All shards were asked and have applied all files as they are.
    bool complete() const;
};

struct migrate_report {
    struct shard_work {
        std::string shard;
        std::vector<std::int64_t> versions;  ///< done by this call
        std::string error;                   ///< what has stopped it
    };
    std::vector<shard_work> shards;
    bool complete() const;
};

/// Writes the empty files of the next number, up and down; returns their paths. `name`: letters,
/// digits and underscores.
std::vector<std::string> new_migration(const std::string& name, const migrate_options& = {});

/// Applies what is pending, one version on all shards before the next begins. All shards must be
/// there, and their histories fit the files: otherwise it throws before anything is changed
/// (shard_unavailable, bad_state, bad_input). bad_state, too, when another process migrates. What
/// fails on a shard is in the report; the same call goes on from there.
migrate_report migrate_up(cluster& db, const migrate_options& = {});

/// Undoes the highest version that any shard has, where it has it.
migrate_report migrate_down(cluster& db, const migrate_options& = {});

/// Never throws for a shard that is down.
migration_status migrations(cluster& db, const migrate_options& = {});

}  // namespace shardwise
