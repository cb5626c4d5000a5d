// SPDX-License-Identifier: MIT
// The databases of these tests: SQL files beside this one, run on shards of each engine.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "support/test_cluster.hpp"

namespace shardwise::test {

inline std::string file_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline const std::string generate_folder =
    std::string(SHARDWISE_SOURCE_DIR) + "/tests/integration/generate/";

/// "chinook", "retail" or "zoo", in the words of the engine.
inline std::string schema_sql(const std::string& name, const std::string& engine) {
    if (name == "zoo") return file_text(generate_folder + "schemas/zoo_" + engine + ".sql");
    std::string sql = file_text(generate_folder + "schemas/" + name + ".sql");
    const auto replace = [&sql](const std::string& word, const std::string& by) {
        for (std::size_t at = sql.find(word); at != std::string::npos; at = sql.find(word, at))
            sql.replace(at, word.size(), by);
    };
    replace("@time", engine == "postgres"  ? "timestamp"
                     : engine == "mariadb" ? "datetime(6)"
                                           : "integer");
    replace("@money", engine == "sqlite" ? "integer" : "numeric(10,2)");
    return sql;
}

/// Statements end with a semicolon at the end of a line.
inline void run_script(const test_shards& shards, std::size_t shard, const std::string& sql) {
    if (shards[shard].url.starts_with("mariadb"))
        shards.execute(shard, "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin");
    std::size_t begin = 0;
    for (std::size_t end = sql.find(";\n"); end != std::string::npos;
         begin = end + 2, end = sql.find(";\n", begin))
        shards.execute(shard, sql.substr(begin, end - begin));
}

}  // namespace shardwise::test
