// SPDX-License-Identifier: MIT
// Which import a file belongs to, and from where it has to go on. Reads the records of all shards
// and decides; decide_resume() is pure.
//
// A job is recognised by the content of its file (SHA-256 of all of it) and the table, so a copy or
// a moved file goes on, too. A file that was mended since its import was interrupted is recognised
// by its path; the part that was loaded must not have been changed (import_record::content_hash).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/core.hpp"
#include "ops/import_store.hpp"

namespace shardwise::ops {

struct import_source {
    std::string path;  ///< absolute
    std::string hash;
    std::int64_t size = 0;
    char delimiter = ',';
};

/// What one shard says.
struct shard_records {
    std::vector<import_record> records;  ///< of the table
    std::int64_t table_version = 0;
    bool has_rows = false;  ///< the table is not empty here
};

struct resume_point {
    import_record job;  ///< names of job, file and table, for the records to come
    std::vector<std::optional<import_record>> by_shard;
    /// The record of the shards that are furthest; nothing: a new job.
    std::optional<import_record> latest;
    std::vector<reject> rejected;     ///< of the latest batch
    std::int64_t complete_rows = 0;   ///< on all shards
    bool complete = false;            ///< the file was loaded to its end
    std::vector<std::string> forget;  ///< jobs whose records have to go first

    /// Some shards have a batch that the others lack.
    bool unfinished() const { return latest && complete_rows < latest->rows; }
    std::int64_t rejects_before() const {
        if (!latest) return 0;
        const auto own = static_cast<std::int64_t>(rejected.size());
        return latest->rejects_before + (unfinished() ? 0 : own);
    }
};

/// Throws bad_state when the records contradict each other or the table was created anew.
resume_point decide_resume(const std::vector<shard_records>& shards, const std::string& table,
                           const import_source& file, bool restart);

/// Reads the records, making their table where it is missing, decides, and forgets what has to be
/// forgotten. Throws shard_unavailable when a shard is down.
resume_point find_job(cluster_layer::core& db, const schema::table& t, const import_source& file,
                      bool restart);

}  // namespace shardwise::ops
