// SPDX-License-Identifier: MIT
// Clusters of three shards with the model of model.hpp, CSV files beside them, and what the shards
// hold, asked behind the library's back.
#pragma once

#include <zlib.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "model.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/ops/import.hpp"
#include "shardwise/ops/verify.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::ops_test {

inline void write_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}
inline void write_gz(const std::string& path, const std::string& text) {
    gzFile f = gzopen(path.c_str(), "wb");
    gzwrite(f, text.data(), static_cast<unsigned>(text.size()));
    gzclose(f);
}
inline std::string text_of(const std::string& path) {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
}

inline cluster_options small_options() {
    cluster_options o;
    placement p;
    p.table = "places";
    p.modulus = 3;
    o.placements.push_back(p);
    return o;
}

/// The error that the call ends with; code 0 and "no error" without one.
inline error_info error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return e.info();
    }
    error_info none;
    none.code = error_code{};
    none.message = "no error";
    return none;
}

class OpsTest : public test::ClusterTest {
protected:
    static constexpr std::size_t shard_count = 3;

    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), shard_count);
        db = std::make_unique<cluster>(shards->all(), small_options());
        const schema_report report = db->create_all<Country, Person, Visit, Event, Tag, Place>();
        ASSERT_TRUE(report.complete()) << report.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    std::string file(const std::string& name) const { return folder.file(name); }
    std::string write(const std::string& name, const std::string& text) const {
        write_text(file(name), text);
        return file(name);
    }
    std::int64_t sum(const std::string& sql) const {
        std::int64_t all = 0;
        for (std::size_t i = 0; i < shard_count; ++i) all += shards->ask(i, sql).at(0);
        return all;
    }
    std::int64_t count(const std::string& table) const {
        return sum("SELECT COUNT(*) FROM " + table);
    }
    void load_countries() {
        import_csv(*db, "countries", write("countries.csv", "id,name\n1,Austria\n2,Belgium\n"));
    }

    test::temp_folder folder;
    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

}  // namespace shardwise::ops_test
