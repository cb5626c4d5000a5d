// SPDX-License-Identifier: MIT
// The same workloads by hand on the client libraries: the limit that shardwise is measured against
// (docs/performance.md). No pools, no deadlines, no retries: only the work.
#pragma once

#include <memory>
#include <string>

#include "common/measure.hpp"

namespace bench {

/// nullptr when there is no such workload.
std::unique_ptr<client> sqlite_client(const shards_file& file, const std::string& workload,
                                      unsigned number);
std::unique_ptr<client> postgres_client(const shards_file& file, const std::string& workload,
                                        unsigned number);
std::unique_ptr<client> mariadb_client(const shards_file& file, const std::string& workload,
                                       unsigned number);

/// W2u.
std::unique_ptr<client> sqlite_unique(const shards_file& file, unsigned number);
std::unique_ptr<client> postgres_unique(const shards_file& file, unsigned number);
std::unique_ptr<client> mariadb_unique(const shards_file& file, unsigned number);

/// W8 and its forms.
std::unique_ptr<client> sqlite_transfer(const shards_file& file, const std::string& workload,
                                        unsigned number);
std::unique_ptr<client> postgres_transfer(const shards_file& file, const std::string& workload,
                                          unsigned number);
std::unique_ptr<client> mariadb_transfer(const shards_file& file, const std::string& workload,
                                         unsigned number);

}  // namespace bench
