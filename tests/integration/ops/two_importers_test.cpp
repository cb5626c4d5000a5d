// SPDX-License-Identifier: MIT
// Two programs import one file at the same time: one of them does it, no row is loaded twice or
// lost, and the reject file is complete. Generated ids, so that no key would catch a double row.
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "fixture.hpp"

namespace shardwise::ops_test {
namespace {

class TwoImporters : public OpsTest {
protected:
    static constexpr std::int64_t good = 2'000;
    static constexpr std::int64_t bad = 20;

    std::string events(int round, bool with_bad) const {
        std::string text = "what\n";
        for (std::int64_t i = 0; i < good; ++i) {
            text += "e" + std::to_string(round) + "-" + std::to_string(i) + "\n";
            if (with_bad && i % (good / bad) == 0)
                text += "\"" + std::string(3, '\xff') + "\"\n";  // no UTF-8
        }
        return write("events" + std::to_string(round) + ".csv", text);
    }
};

TEST_P(TwoImporters, OfOneFileLoadEachRowOnce) {
    for (int round = 0; round < 6; ++round) {
        for (std::size_t i = 0; i < shard_count; ++i) shards->execute(i, "DELETE FROM events");
        const bool kept = round % 2 == 0;  // with a reject file, and rows for it
        const std::string file_name = events(round, kept);
        import_options options;
        options.batch_rows = 100;
        if (kept) options.reject_file = file("rejects" + std::to_string(round) + ".csv");
        std::array<error_info, 2> failures;
        {
            std::vector<std::thread> both;
            for (std::size_t n = 0; n < 2; ++n)
                both.emplace_back([&, n] {
                    failures.at(n) = error_of([&] {
                        cluster mine(shards->all(), small_options());
                        import_csv(mine, "events", file_name, options);
                    });
                });
            for (std::thread& t : both) t.join();
        }
        int done = 0;
        for (const error_info& e : failures) {
            if (e.message == "no error") {
                ++done;
            } else {
                EXPECT_EQ(name_of(e.code), "bad_state") << e.message;
                EXPECT_NE(e.message.find("another process"), std::string::npos) << e.message;
            }
        }
        EXPECT_GE(done, 1) << failures[0].message << "\n" << failures[1].message;
        EXPECT_EQ(count("events"), good);
        EXPECT_EQ(sum("SELECT COUNT(DISTINCT what) FROM events"), good);
        const import_report again = import_csv(*db, "events", file_name, options);
        EXPECT_TRUE(again.already_complete);
        EXPECT_EQ(again.rejected, kept ? bad : 0);
        if (!kept) continue;
        const std::string rejects = text_of(options.reject_file);
        EXPECT_EQ(std::count(rejects.begin(), rejects.end(), '\n'), 1 + bad) << round;
    }
}

TEST_P(TwoImporters, ARejectFileThatIsRefusedIsLeftAsItWas) {
    const std::string path = file("rejects.csv");
    import_options options;
    options.reject_file = path;
    EXPECT_EQ(error_of([&] { import_csv(*db, "nowhere", events(0, false), options); }).code,
              error_code::unknown_table);
    EXPECT_FALSE(std::filesystem::exists(path));
    write_text(path, "mine\n");
    EXPECT_EQ(error_of([&] { import_csv(*db, "nowhere", events(0, false), options); }).code,
              error_code::unknown_table);
    EXPECT_EQ(text_of(path), "mine\n");
}

INSTANTIATE_TEST_SUITE_P(Clusters, TwoImporters, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

}  // namespace
}  // namespace shardwise::ops_test
