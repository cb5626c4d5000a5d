// SPDX-License-Identifier: MIT
// verify() finds what was planted behind the library's back.
#include <gtest/gtest.h>

#include <algorithm>

#include "fixture.hpp"

namespace shardwise::ops_test {
namespace {

class Verify : public OpsTest {
protected:
    void SetUp() override {
        OpsTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        load_countries();
        std::string people = "id,name,age\n";
        std::string visits = "id,person_id,what\n";
        for (int i = 1; i <= 60; ++i) {
            people += std::to_string(i) + ",p,1\n";
            visits += std::to_string(i) + "," + (i % 7 == 0 ? "" : std::to_string(i)) + ",w\n";
        }
        import_csv(*db, "people", write("p.csv", people));
        import_csv(*db, "visits", write("v.csv", visits));
    }

    std::size_t shard_of(int person) const {
        for (std::size_t i = 0; i < shard_count; ++i)
            if (shards->ask(i, "SELECT COUNT(*) FROM people WHERE id = " + std::to_string(person))
                    .at(0) == 1)
                return i;
        return shard_count;
    }
    std::int64_t bucket_of(int person) const {
        return shards
            ->ask(shard_of(person),
                  "SELECT sw_bucket FROM people WHERE id = " + std::to_string(person))
            .at(0);
    }
    void expect(const verify_report& r, std::vector<std::string> expected) {
        std::vector<std::string> found;
        for (const verify_finding& f : r.findings)
            found.push_back(f.table + " " + f.shard + " " + f.key + ": " + f.what);
        std::sort(found.begin(), found.end());
        std::sort(expected.begin(), expected.end());
        EXPECT_EQ(found, expected);
        EXPECT_EQ(r.problems, static_cast<std::int64_t>(expected.size()));
    }
    static std::string name(std::size_t shard) { return "s" + std::to_string(shard % 3 + 1); }
};

TEST_P(Verify, CountsTheRowsOfAGoodCluster) {
    const verify_report r = verify(*db);
    expect(r, {});
    std::vector<std::string> counts;
    for (const auto& t : r.tables)
        counts.push_back(t.table + " " + t.kind + " " + std::to_string(t.rows));
    std::sort(counts.begin(), counts.end());
    EXPECT_EQ(counts, (std::vector<std::string>{"countries reference 2", "events sharded 0",
                                                "people sharded 60", "places sharded 0",
                                                "tags reference 0", "visits colocated 60"}));
    EXPECT_EQ(verify(*db, {"visits"}).tables.size(), 1U);
    EXPECT_EQ(error_of([&] { verify(*db, {"nothing"}); }).code, error_code::unknown_table);
}

TEST_P(Verify, FindsARowOnTheWrongShard) {
    const std::size_t home = shard_of(5);
    const std::string bucket = std::to_string(bucket_of(5));
    shards->execute(home, "DELETE FROM visits WHERE id = 5");
    shards->execute(home, "DELETE FROM people WHERE id = 5");
    shards->execute((home + 1) % 3,
                    "INSERT INTO people (id, name, age, sw_bucket) VALUES (5, 'p', "
                    "1, " +
                        bucket + ")");
    expect(verify(*db), {"people " + name(home + 1) + " 5: belongs on " + name(home)});
}

TEST_P(Verify, FindsAWrongBucket) {
    const std::size_t home = shard_of(8);
    const std::int64_t bucket = bucket_of(8);
    shards->execute(home, "UPDATE people SET sw_bucket = 1023 - sw_bucket WHERE id = 8");
    expect(verify(*db), {"people " + name(home) + " 8: sw_bucket is " +
                         std::to_string(1023 - bucket) + " instead of " + std::to_string(bucket)});
}

TEST_P(Verify, FindsARowThatIsThereTwice) {
    const std::size_t home = shard_of(9);
    shards->execute((home + 2) % 3,
                    "INSERT INTO people (id, name, age, sw_bucket) VALUES (9, 'p', "
                    "1, " +
                        std::to_string(bucket_of(9)) + ")");
    const std::size_t first = std::min(home, (home + 2) % 3);
    const std::size_t second = std::max(home, (home + 2) % 3);
    expect(verify(*db), {"people " + name(first) + " 9: also on " + name(second),
                         "people " + name(home + 2) + " 9: belongs on " + name(home)});
}

TEST_P(Verify, FindsAKeyWithoutShardKeyThatTwoRightlyPlacedRowsShare) {
    // Visit 1 exists; another row of this key beside another person.
    std::size_t other = 1;
    while (shard_of(static_cast<int>(++other)) == shard_of(1)) {
    }
    const int person = static_cast<int>(other);
    const std::size_t at = shard_of(person);
    const bool stored = true;
    shards->execute(at, "INSERT INTO visits (id, person_id, what" +
                            std::string(stored ? ", sw_bucket" : "") + ") VALUES (1, " +
                            std::to_string(person) + ", 'w', " + std::to_string(bucket_of(person)) +
                            ")");
    expect(verify(*db), {"visits " + name(std::min(at, shard_of(1))) + " 1: also on " +
                         name(std::max(at, shard_of(1)))});
}

TEST_P(Verify, FindsReferenceRowsThatAreMissingOrDiffer) {
    shards->execute(2, "DELETE FROM countries WHERE id = 1");
    shards->execute(1, "UPDATE countries SET name = 'Belgia' WHERE id = 2");
    expect(verify(*db), {"countries s3 1: missing on s3",
                         "countries s2 2: differs on s2 from s1 in column name"});
    shards->execute(0, "DELETE FROM countries");
    expect(verify(*db), {"countries s3 1: missing on s3", "countries s1 1: missing on s1",
                         "countries s1 2: missing on s1",
                         "countries s3 2: differs on s3 from s2 in column name"});
}

TEST_P(Verify, ListsOnlySoManyFindingsAndCountsAll) {
    for (std::size_t i = 0; i < shard_count; ++i)
        shards->execute(i, "UPDATE people SET sw_bucket = 1023 - sw_bucket");
    const verify_report r = verify(*db, {"people"}, 7);
    EXPECT_EQ(r.problems, 60);
    EXPECT_EQ(r.findings.size(), 7U);
}

TEST_P(Verify, ProvesNothingWhileAShardIsDown) {
    if (GetParam() != "sqlite") return;  // a shard is stopped by moving its file
    db.reset();
    const std::string path = (*shards)[1].url.substr(std::string("sqlite:///").size());
    std::filesystem::rename(path, path + ".away");
    std::filesystem::create_directory(path);
    db = std::make_unique<cluster>(shards->all(), small_options());
    const error_info e = error_of([&] { verify(*db, {"countries"}); });
    EXPECT_EQ(e.code, error_code::shard_unavailable) << e.message;
    EXPECT_EQ(e.shard, "s2");
    const std::string more = write("more.csv", "id,name\n3,Chile\n");
    EXPECT_EQ(error_of([&] { import_csv(*db, "countries", more); }).code,
              error_code::shard_unavailable);
    std::filesystem::remove(path);
    std::filesystem::rename(path + ".away", path);
    EXPECT_EQ(import_csv(*db, "countries", more).loaded, 1);
    expect(verify(*db), {});
}

INSTANTIATE_TEST_SUITE_P(Clusters, Verify, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

}  // namespace
}  // namespace shardwise::ops_test
