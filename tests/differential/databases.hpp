// SPDX-License-Identifier: MIT
// The same rows in clusters of several numbers of shards, with and without the planner's rewrites,
// and in PostgreSQL itself; and their answers in one form that can be compared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "differential/random_schema.hpp"
#include "shardwise/shardwise.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

struct answer {
    enum class outcome {
        rows,
        refused,  ///< before anything was sent, with a reason
        failed,   ///< by the data: an overflow, a value that an engine cannot keep
        broken,   ///< anything else
    } is = outcome::rows;
    std::vector<std::string> rows{};
    std::string message{};
};

class database {
public:
    virtual ~database() = default;
    /// `types`: random_column::type of each column of the answer.
    virtual answer ask(const std::string& sql, const std::string& types, bool ordered) = 0;
    /// The rows of `table` after `change`, which is rolled back.
    virtual answer change(const std::string& change, const random_table& table) = 0;
    const std::string& name() const noexcept { return name_; }
    /// Answers by a planner that is not ours: what it refuses says nothing.
    bool is_foreign() const noexcept { return foreign_; }

protected:
    database(std::string name, bool foreign) : name_(std::move(name)), foreign_(foreign) {}

private:
    std::string name_;
    bool foreign_;
};

/// Shards of one kind ("sqlite", "postgres", "mariadb", "mixed") with the rows of a schema.
class filled_shards {
public:
    filled_shards(std::string kind, std::size_t count, const random_schema& schema);
    ~filled_shards();

    /// A cluster over them.
    std::unique_ptr<database> open(bool rewrites) const;
    /// The first shard by itself, as a PostgreSQL database.
    std::unique_ptr<database> open_natively() const;
    /// A cluster file for the same shards of SQLite: no passwords.
    std::string file_for_people() const;

private:
    std::string cluster_file() const;
    cluster_config config() const;

    std::string kind_;
    const random_schema& schema_;
    temp_folder folder_;
    test_shards shards_;
};

}  // namespace shardwise::test
