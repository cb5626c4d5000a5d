// SPDX-License-Identifier: MIT
// Partial results: the rows of the shards that answer, and the list of those that do not.
#include <filesystem>

#include "fixture.hpp"
#include "support/proxy.hpp"

namespace shardwise::test {
namespace {

class Partial : public Limits {
protected:
    void SetUp() override {
        Limits::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        add_tracks(30);
        add_plays(30);
    }
    void TearDown() override {
        if (way) way->thaw();
        Limits::TearDown();
        way.reset();
    }
    bool embedded() const { return (*shards)[1].url.starts_with("sqlite"); }
    /// From now on s2 is not there, and the cluster is told so at once (a file), or never (a server
    /// that says nothing).
    void lose_s2() {
        std::vector<shard_url> urls = shards->all();
        cluster_options o;
        o.statement_timeout_ms = 3'000;
        if (embedded()) {
            db.reset();
            const std::filesystem::path file(urls[1].url.substr(std::string("sqlite:///").size()));
            for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(file.string() + end);
            std::filesystem::rename(file, file.string() + ".away");
            std::filesystem::create_directory(file);
            db = std::make_unique<cluster>(urls, o);
            return;
        }
        way = put_proxy_before(urls[1].url);
        db = std::make_unique<cluster>(urls, o);
        session{*db}.count(select<track>());
        way->freeze();
    }

    std::unique_ptr<proxy> way;
};

TEST_P(Partial, IsCompleteWhenAllShardsAnswer) {
    session s{*db};
    const auto got = s.partial(select<track>().order_by(tracks.rating.desc(), tracks.id));
    EXPECT_TRUE(got.complete());
    EXPECT_TRUE(got.missing().empty());
    const auto all = s.all(select<track>().order_by(tracks.rating.desc(), tracks.id));
    ASSERT_EQ(got.rows().size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(got.rows()[i], all[i]);
    EXPECT_EQ(s.partial(select(tracks.id)).rows().size(), 30u);
    EXPECT_EQ(s.partial(select(tracks.rating).distinct()).rows().size(), 5u);
}

TEST_P(Partial, GivesTheRowsOfTheOthersAndNamesTheMissingOne) {
    lose_s2();
    session s{*db};
    const auto got = s.partial(select(tracks.id).order_by(tracks.id.desc()).limit(25));
    EXPECT_FALSE(got.complete());
    ASSERT_EQ(got.missing().size(), 1u);
    EXPECT_EQ(got.missing()[0].shard, "s2");
    const error_code code = got.missing()[0].why.code();
    EXPECT_TRUE(code == error_code::timeout || code == error_code::shard_unavailable ||
                code == error_code::connection_lost)
        << got.missing()[0].why.what();
    std::vector<std::int64_t> ids;
    for (const auto& [id] : got.rows()) ids.push_back(id);
    std::vector<std::int64_t> expected;
    for (std::int64_t id = 30; id > 0; --id)
        if (id % 3 != 1) expected.push_back(id);
    EXPECT_EQ(ids, expected);

    const auto objects = s.partial(select<track>().where(tracks.id.in({1, 2, 3})));
    EXPECT_EQ(objects.rows().size(), 2u);
    EXPECT_EQ(objects.missing().size(), 1u);
    const auto elsewhere = s.partial(select<track>().where(tracks.id.in({2, 3})));
    EXPECT_TRUE(elsewhere.complete()) << "the missing shard is not needed";
    EXPECT_NE(code_of([&] { s.all(select<track>()); }), "no error")
        << "nobody else gets a part for a whole";
}

TEST_P(Partial, IsRefusedForWhatWouldBeWrong) {
    session s{*db};
    const auto code = [&](const auto& q) { return code_of([&] { s.partial(q); }); };
    EXPECT_EQ(code(select_from<track>(count())), "not_supported");
    EXPECT_EQ(code(select(tracks.rating, count()).group_by(tracks.rating)), "not_supported");
    EXPECT_EQ(code(select<track>().order_by(tracks.id).offset(5)), "not_supported");
    EXPECT_EQ(code(select(tracks.id).join<play>(plays.track_id == tracks.id)), "not_supported");
    EXPECT_EQ(code(select(tracks.id, count()).group_by(tracks.id)), "no error")
        << "whole groups of one shard each";
    s.run(update<track>().set(tracks.rating, 1).where(tracks.id == 1));
    EXPECT_EQ(code(select<track>()), "bad_state");
    s.rollback();
    s.add(track{.id = 1'000, .price = 1, .words = ""});
    EXPECT_EQ(code(select<track>()), "bad_state") << "storing it would open a transaction";
}

TEST_P(Partial, OtherErrorsAreThrown) {
    shards->execute(2, "ALTER TABLE track RENAME TO gone");
    session s{*db};
    const auto failure = failure_of([&] { s.partial(select<track>()); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->shard(), "s3");
    session few{*db, {.limits = result_limits{.rows = 5}}};
    EXPECT_EQ(code_of([&] {
                  few.partial(select<track>().where(tracks.id.in({1, 3, 4, 6, 7, 9})));
              }),
              "result_too_large");
}

INSTANTIATE_TEST_SUITE_P(Clusters, Partial, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
