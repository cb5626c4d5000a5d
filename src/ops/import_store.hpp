// SPDX-License-Identifier: MIT
// How far each import has come, kept on every shard in the table shardwise_import and changed only
// in the transaction that also writes the shard's rows. Names and meaning of the columns are
// persisted: DO NOT CHANGE. Stateless; one connection, one thread at a time.
//
// All batches are committed one after the other, each on all shards before the next begins. So the
// shards' records differ by one batch at most, and what an unfinished batch had decided (rejected
// rows, generated ids) stands in the record of any shard that has committed it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "schema/table.hpp"
#include "sql/dialect.hpp"

namespace shardwise::ops {

inline constexpr std::string_view import_table_name = "shardwise_import";  // DO NOT CHANGE

/// A row of the file that was not loaded. Rows are counted from 1, the header and blank lines left
/// out.
struct reject {
    std::int64_t row = 0;
    std::int64_t line = 0;
    std::string reason;
    friend bool operator==(const reject&, const reject&) = default;
};

/// The state of one import on one shard.
struct import_record {
    std::string job;  ///< never changes; see import_job
    std::string table_name;
    std::string path;       ///< where the file was, absolute
    std::string file_hash;  ///< SHA-256 of the file as it is on disk
    std::int64_t file_size = 0;
    std::string delimiter;
    std::int64_t table_version = 0;  ///< of the table's entry in the catalog
    std::int64_t batch = 0;          ///< the last one that this shard has, from 1
    std::int64_t rows_before = 0;    ///< rows of the file before that batch
    std::int64_t rows = 0;           ///< rows of the file up to its end
    std::int64_t rejects_before = 0;
    std::int64_t reject_bytes = 0;  ///< size of the reject file before that batch's rejects
    std::string content_hash;       ///< SHA-256 of the header and all records up to its end
    std::string placed;             ///< which rows of the batch this shard has: a digest of them
    std::string ids;                ///< generated ids of the batch that must not change, or empty
    std::vector<reject> rejected;   ///< of the batch, on whichever shard
    bool done = false;              ///< the file was loaded to its end

    friend bool operator==(const import_record&, const import_record&) = default;
};

const schema::table& import_table();
void create_import_table(engine::connection& c, const sql::dialect& d, deadline limit);

/// The records of one table's imports; none when nothing was ever imported here.
std::vector<import_record> read_records(engine::connection& c, std::string_view table,
                                        const sql::dialect& d, deadline limit);

/// First in the transaction of a batch: locks the job on this shard. `rows_before` is what the
/// shard's record must say (`known`: that it has one). False when it says something else: another
/// process imports the same file.
bool claim(engine::connection& c, const import_record& r, bool known, const sql::dialect& d,
           deadline limit);
/// Last in the transaction of a batch. The record is there: claim() saw to it.
void write_record(engine::connection& c, const import_record& r, const sql::dialect& d,
                  deadline limit);
/// The file is loaded to its end. `r` is written when the shard has no record (an empty file).
void mark_done(engine::connection& c, const import_record& r, const sql::dialect& d,
               deadline limit);
void forget(engine::connection& c, std::string_view job, const sql::dialect& d, deadline limit);

/// The version of a table's entry in this shard's catalog; it grows when the table is created anew.
std::int64_t table_version(engine::connection& c, std::string_view table, const sql::dialect& d,
                           deadline limit);

}  // namespace shardwise::ops
