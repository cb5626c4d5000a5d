// SPDX-License-Identifier: MIT
// SQLite databases as shards, without the cluster layer: what execution needs and no more. Only for
// tests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/task_pool.hpp"
#include "cluster/connection_source.hpp"
#include "exec/executor.hpp"
#include "plan/planner.hpp"
#include "shardwise/base/error.hpp"
#include "sql/ddl_compiler.hpp"
#include "support/statements.hpp"

namespace shardwise::test {

class shard_files : public cluster_layer::connection_source {
public:
    shard_files(std::string name, std::size_t shards) {
        folder_ = std::filesystem::temp_directory_path() /
                  ("shardwise_" + name + "_" + std::to_string(::getpid()));
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        for (std::size_t i = 1; i <= shards; ++i) {
            names_.push_back("s" + std::to_string(i));
            const std::string file = (folder_ / (names_.back() + ".db")).string();
            engines_.push_back(std::make_unique<engine::engine>(
                engine::parse_url("sqlite:///" + file), engine::pool_options{}));
        }
    }
    ~shard_files() override {
        engines_.clear();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    cluster_layer::shard_connection connect(sharding::shard_index shard, deadline limit) override {
        cluster_layer::shard_connection c;
        c.endpoint = engines_.at(shard).get();
        c.borrowed = c.endpoint->acquire(limit);
        c.link = &*c.borrowed;
        return c;
    }
    const std::string& shard_name(sharding::shard_index shard) const override {
        return names_.at(shard);
    }
    engine::engine& operator[](std::size_t i) { return *engines_[i]; }
    std::size_t size() const { return engines_.size(); }

    void create(const table& t) {
        for (auto& e : engines_) {
            const engine::lease l = e->acquire(deadline::never());
            for (const std::string& s : sql::create_statements(t, e->dialect()))
                engine::run(*l, s, deadline::never());
        }
    }

    /// The row on the shard where it belongs; reference rows on every shard.
    void insert(const table& t, std::vector<value> row, const plan::cluster_view& view) {
        for (std::size_t s = 0; s < size(); ++s) {
            std::vector<schema::column_index> columns;
            std::vector<arg> args;
            std::vector<arg> key;
            for (std::size_t i = 0; i < row.size(); ++i) {
                columns.push_back(static_cast<schema::column_index>(i));
                args.push_back(row[i].view());
            }
            if (!t.is_reference()) {
                for (const auto k : t.placed.shard_key) key.push_back(row[k].view());
                if (plan::place(t, key, view, {})->shard != s) continue;
            }
            const sql::compiled c = sql::compile_insert(t, columns, 1, engines_[s]->dialect());
            engine::statement statement;
            statement.text = c.text;
            for (const auto& p : c.parameters) statement.parameters.push_back({p.type, p.scale});
            const auto ready = engines_[s]->prepare(std::move(statement));
            const engine::lease l = engines_[s]->acquire(deadline::never());
            engine::run(*l, *ready, args, deadline::never());
        }
    }

private:
    std::filesystem::path folder_;
    std::vector<std::string> names_;
    std::vector<std::unique_ptr<engine::engine>> engines_;
};

/// All rows as text, a line each.
inline std::vector<std::string> rows_of(exec::operator_node& source, std::size_t width) {
    std::vector<std::string> out;
    std::vector<arg> row(width);
    while (source.next(row)) {
        out.emplace_back();
        for (const arg& a : row) out.back() += to_display(a) + "|";
    }
    return out;
}

inline std::vector<std::string> rows_of(const plan::plan& p, const exec::execution& how) {
    return rows_of(*exec::open(p, how), p.root->columns.size());
}

}  // namespace shardwise::test
