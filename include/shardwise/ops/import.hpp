// SPDX-License-Identifier: MIT
// Loading CSV files (also .gz) into the tables of a cluster. Runs in batches; after a crash the
// same call goes on where it stopped, and no row is lost or loaded twice: each shard keeps, in the
// same transaction as the rows, the number of the last batch that it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "shardwise/cluster/cluster.hpp"

namespace shardwise {

struct import_progress {
    std::int64_t rows = 0;         ///< read so far
    std::uint64_t bytes_done = 0;  ///< of the (compressed) file
    std::uint64_t bytes_total = 0;
};

struct import_options {
    /// Rows that cannot be loaded go here as CSV with line number and reason; empty: the first such
    /// row ends the import with bad_input, and nothing of its batch is loaded.
    std::string reject_file;
    /// Most rejected rows before the import gives up; -1: no limit.
    std::int64_t most_rejects = -1;
    std::size_t batch_rows = 20'000;  ///< 1 to 50,000
    char delimiter = ',';
    /// Called about ten times a second from the calling thread.
    void (*on_progress)(void* context, const import_progress& progress) = nullptr;
    void* context = nullptr;
    /// Forget what is known of earlier imports of this file or path and load it from its beginning,
    /// also when it was loaded to its end. Rows that are there already are not removed. Not for
    /// going on after a crash: that is what a call without it does.
    bool restart = false;
};

struct import_report {
    std::int64_t rows_read = 0;
    std::int64_t loaded = 0;    ///< by this call; a row of a reference table counts once
    std::int64_t rejected = 0;  ///< of the file, also by earlier calls
    std::int64_t resumed = 0;   ///< rows that an earlier, interrupted call had loaded
    struct shard_rows {
        std::string shard;
        std::int64_t rows;
    };
    std::vector<shard_rows> shards;  ///< loaded by this call
    bool already_complete = false;   ///< the file had been loaded to its end before
};

/// The first line names columns of `table`; columns that it leaves out get generated ids, their
/// default, or NULL. An empty field is NULL, "" (quoted) is empty text. Errors: unknown_table,
/// unknown_column, bad_input with "file:line"; bad_state when another process imports the same file
/// or the table was created anew since. A file that was mended after an interrupted import goes on,
/// unless the part that is loaded was changed: that is refused. docs/guide/import.md tells more.
import_report import_csv(cluster& db, const std::string& table, const std::string& file,
                         const import_options& options = {});

}  // namespace shardwise
