// SPDX-License-Identifier: MIT
// One shard while it is migrated: a connection of its own, which holds the lock against other
// runners. When it is lost, the lock is, and so is the work: nobody can go on by mistake.
#pragma once

#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "ops/migration.hpp"
#include "shardwise/ops/migrate.hpp"

namespace shardwise::ops {

class migration_runner {
public:
    /// Connects, takes the lock and makes the history's table. Throws shard_unavailable, bad_state.
    migration_runner(cluster_layer::core& db, sharding::shard_index shard,
                     const migrate_options& options);

    const std::vector<migration>& files() const noexcept { return files_; }
    std::vector<history_row> history();
    /// Runs the step to its end, with what was begun before. On SQLite another runner may have been
    /// faster: then nothing is done, and false returned.
    bool run(const migration_step& step);

private:
    deadline limit() const;
    void prepare_session();
    void lock();
    bool try_lock();
    std::int64_t ask(const std::string& text);
    bool run_in_transaction(const migration_step& step);
    void transaction(const migration_step& step, const migration_script& script);
    void run_by_steps(const migration_step& step, const migration_script& script);
    void run_statement(const std::string& text, history_row& row, const migration_script& script);
    /// Errors name the statement.
    void execute(const std::string& text, std::size_t index, const history_row& row);
    void finish_statement(history_row& row, const migration_script& script);
    /// Whether the statement that was running when the last runner died has run.
    bool has_run(const std::string& text, const history_row& row);
    std::string fingerprint(const statement_shape& shape);
    /// 0: no such index, 1: invalid, 2: valid.
    int index_state(const std::string& name);
    void drop_invalid(const statement_shape& shape);
    template <class F>
    void with_retries(const F& work);

    cluster_layer::core& db_;
    sharding::shard_index shard_;
    const migrate_options& options_;
    const sql::dialect& dialect_;
    std::vector<migration> files_;
    cluster_layer::shard_connection pooled_;  ///< of a database in memory
    std::unique_ptr<engine::connection> own_;
    engine::connection* link_ = nullptr;
};

}  // namespace shardwise::ops
