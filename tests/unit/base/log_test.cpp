// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace shardwise {
namespace {

TEST(Logger, SaysNothingByItself) {
    const logger l;
    EXPECT_FALSE(l.enabled());
    l.log(log_level::error, "nobody hears this");
}

TEST(Logger, HandsLevelEventAndFieldsToTheSink) {
    logger l;
    std::string heard;
    l.set([&](log_level level, std::string_view event, std::span<const log_field> fields) {
        heard += name_of(level);
        heard += ' ';
        heard += event;
        for (const log_field& f : fields) {
            heard += ' ';
            heard += f.key;
            heard += '=';
            heard += f.value;
        }
    });
    EXPECT_TRUE(l.enabled());
    l.log(log_level::warning, "shard down", {{"shard", "s1"}, {"server", "db1"}});
    EXPECT_EQ(heard, "warning shard down shard=s1 server=db1");
    l.set({});
    EXPECT_FALSE(l.enabled());
    l.log(log_level::warning, "unheard");
    EXPECT_EQ(heard, "warning shard down shard=s1 server=db1");
}

TEST(Logger, DropsWhatTheSinkThrows) {
    logger l;
    l.set([](log_level, std::string_view, std::span<const log_field>) { throw 1; });
    EXPECT_NO_THROW(l.log(log_level::info, "x"));
}

TEST(Logger, LetsTheSinkReplaceItself) {
    logger l;
    int calls = 0;
    l.set([&](log_level, std::string_view, std::span<const log_field>) {
        ++calls;
        l.set({});
    });
    l.log(log_level::info, "x");
    l.log(log_level::info, "x");
    EXPECT_EQ(calls, 1);
}

TEST(Logger, IsUsedAndReplacedByManyThreads) {
    logger l;
    std::atomic<int> heard{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 500; ++i) {
                if (t == 0)
                    l.set([&heard](auto&&...) { ++heard; });
                else
                    l.log(log_level::debug, "x", {{"k", "v"}});
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_LE(heard, 1500);
}

}  // namespace
}  // namespace shardwise
