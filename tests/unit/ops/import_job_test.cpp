// SPDX-License-Identifier: MIT
// From where an import goes on, decided from what the shards say.
#include "ops/import_job.hpp"

#include <gtest/gtest.h>

#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

const import_source file{"/data/f.csv", "hash1", 100, ','};

import_record record(std::int64_t before, std::int64_t rows) {
    import_record r;
    r.job = "t/hash1/2c";
    r.table_name = "t";
    r.path = file.path;
    r.file_hash = file.hash;
    r.delimiter = ",";
    r.table_version = 1;
    r.batch = rows / 10;
    r.rows_before = before;
    r.rows = rows;
    return r;
}
shard_records shard(std::vector<import_record> records) { return {std::move(records), 1, true}; }

std::string refusal_of(const std::vector<shard_records>& shards) {
    try {
        decide_resume(shards, "t", file, false);
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_state);
        return e.message();
    }
    return "no error";
}

TEST(ImportJob, AFileThatNobodyKnowsIsANewJob) {
    const resume_point p = decide_resume({shard({}), shard({})}, "t", file, false);
    EXPECT_EQ(p.job.job, "t/hash1/2c");
    EXPECT_FALSE(p.latest || p.complete || p.unfinished());
    EXPECT_EQ(p.complete_rows, 0);
    EXPECT_TRUE(p.forget.empty());
}

TEST(ImportJob, GoesOnBehindTheBatchThatAllShardsHave) {
    import_record r = record(10, 20);
    r.rejects_before = 3;
    r.rejected = {{12, 13, "bad"}};
    const resume_point p = decide_resume({shard({r}), shard({r})}, "t", file, false);
    EXPECT_EQ(p.complete_rows, 20);
    EXPECT_FALSE(p.unfinished());
    EXPECT_EQ(p.rejects_before(), 4);
}

TEST(ImportJob, FinishesABatchThatOnlySomeShardsHave) {
    import_record ahead = record(10, 20);
    ahead.rejects_before = 3;
    ahead.rejected = {{15, 16, "b"}};
    import_record also = ahead;
    also.rejected = {{12, 13, "a"}, {15, 16, "b"}};
    also.reject_bytes = 0;
    ahead.reject_bytes = 50;
    const resume_point p =
        decide_resume({shard({record(0, 10)}), shard({ahead}), shard({also})}, "t", file, false);
    EXPECT_TRUE(p.unfinished());
    EXPECT_EQ(p.complete_rows, 10);
    EXPECT_EQ(p.latest->rows, 20);
    EXPECT_EQ(p.rejected, (std::vector<reject>{{12, 13, "a"}, {15, 16, "b"}}));
    EXPECT_EQ(p.rejects_before(), 3);
    EXPECT_EQ(p.latest->reject_bytes, 0);
    // In the first batch the others have no record yet.
    EXPECT_TRUE(decide_resume({shard({record(0, 10)}), shard({})}, "t", file, false).unfinished());
}

TEST(ImportJob, RefusesRecordsThatDoNotFitTogether) {
    EXPECT_NE(refusal_of({shard({record(20, 30)}), shard({record(0, 10)})}).find("fit together"),
              std::string::npos);
    EXPECT_NE(refusal_of({shard({record(10, 20)}), shard({})}).find("fit together"),
              std::string::npos);
}

TEST(ImportJob, IsCompleteOnceAnyShardSaysSo) {
    import_record done = record(10, 20);
    done.done = true;
    EXPECT_TRUE(decide_resume({shard({done}), shard({record(10, 20)})}, "t", file, false).complete);
}

TEST(ImportJob, RecognisesAMendedFileByItsPathUnlessItWasComplete) {
    import_record old = record(0, 10);
    old.job = "t/old/2c";
    old.file_hash = "old";
    const resume_point p = decide_resume({shard({old}), shard({old})}, "t", file, false);
    EXPECT_EQ(p.job.job, "t/old/2c");
    EXPECT_EQ(p.job.file_hash, "hash1");
    EXPECT_EQ(p.complete_rows, 10);
    import_record done = old;
    done.done = true;
    const resume_point fresh = decide_resume({shard({old}), shard({done})}, "t", file, false);
    EXPECT_EQ(fresh.job.job, "t/hash1/2c");
    EXPECT_FALSE(fresh.latest);
    // Another delimiter makes other rows of the same bytes.
    import_source semicolons = file;
    semicolons.delimiter = ';';
    EXPECT_FALSE(decide_resume({shard({record(0, 10)})}, "t", semicolons, false).latest);
}

TEST(ImportJob, AnEmptiedTableIsLoadedAnew) {
    std::vector<shard_records> shards{shard({record(0, 10)}), shard({record(0, 10)})};
    shards[0].has_rows = shards[1].has_rows = false;
    const resume_point p = decide_resume(shards, "t", file, false);
    EXPECT_EQ(p.forget, std::vector<std::string>{"t/hash1/2c"});
    EXPECT_EQ(p.job.job, "t/hash1/2c");
    EXPECT_FALSE(p.latest);
    // Nothing was ever loaded of it: that is no sign that the table was emptied.
    import_record all_bad = record(0, 1);
    all_bad.rejected = {{1, 2, "bad"}};
    shards[0].records = shards[1].records = {all_bad};
    EXPECT_TRUE(decide_resume(shards, "t", file, false).latest);
}

TEST(ImportJob, RefusesATableThatWasCreatedAnew) {
    std::vector<shard_records> shards{shard({record(0, 10)}), shard({record(0, 10)})};
    shards[1].table_version = 3;
    EXPECT_NE(refusal_of(shards).find("created anew"), std::string::npos);
}

TEST(ImportJob, RestartForgetsWhatIsKnownOfTheFileAndItsPath) {
    import_record done = record(0, 10);
    done.done = true;
    import_record other = record(0, 10);
    other.job = "t/other/2c";
    other.file_hash = "other";
    import_record elsewhere = other;
    elsewhere.job = "t/elsewhere/2c";
    elsewhere.path = "/data/g.csv";
    const resume_point p =
        decide_resume({shard({done, other}), shard({done, elsewhere})}, "t", file, true);
    EXPECT_EQ(p.forget, (std::vector<std::string>{"t/hash1/2c", "t/other/2c"}));
    EXPECT_EQ(p.job.job, "t/hash1/2c");
    EXPECT_FALSE(p.latest || p.complete);
}

TEST(ImportJob, DoesNotTakeTheNameOfAnotherJob) {
    import_record moved_on = record(0, 10);  // began as this file, goes on as another one
    moved_on.file_hash = "hash2";
    moved_on.path = "/data/g.csv";
    EXPECT_EQ(decide_resume({shard({moved_on})}, "t", file, false).job.job, "t/hash1/2c/2");
}

}  // namespace
}  // namespace shardwise::ops
