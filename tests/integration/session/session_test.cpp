// SPDX-License-Identifier: MIT
// The session on real shards: the same tests on SQLite, PostgreSQL, MariaDB and a mix of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "model.hpp"
#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {
namespace {

class Session : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report report = db->create_all<User, Post, Country, Everything>();
        ASSERT_TRUE(report.complete()) << report.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    void add_users(int count) {
        session s{*db};
        for (int i = 1; i <= count; ++i)
            s.add(User{.id = i, .name = "user" + std::to_string(i), .score = i * 10});
        s.commit();
    }
    std::int64_t rows_on(std::size_t shard, const std::string& table) const {
        return shards->ask(shard, "SELECT COUNT(*) FROM " + table).at(0);
    }

    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

error_code code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return e.code();
    }
    return error_code{};
}

TEST_P(Session, PutsEachRowOnTheShardOfItsKeyAndFindsItThere) {
    add_users(9);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(rows_on(i, "users"), 3);
        for (const std::int64_t id : shards->ask(i, "SELECT id FROM users"))
            EXPECT_EQ(static_cast<std::size_t>(id % 3), i);
    }
    session s{*db};
    for (std::int64_t id = 1; id <= 9; ++id) {
        const auto u = s.find<User>(id);
        ASSERT_TRUE(u) << id;
        EXPECT_EQ(u->name, "user" + std::to_string(id));
        EXPECT_EQ(u.shard(), static_cast<std::size_t>(id % 3));
    }
    EXPECT_FALSE(s.find<User>(10));
    EXPECT_EQ(code_of([&] { s.get<User>(10); }), error_code::not_found);
}

TEST_P(Session, PlacesNegativeAndExtremeKeys) {
    session s{*db};
    const std::int64_t keys[] = {-1, -2, -3, INT64_MIN, INT64_MAX, INT64_MIN + 1};
    for (const std::int64_t k : keys) s.add(User{.id = k, .name = std::to_string(k)});
    s.commit();
    session other{*db};
    for (const std::int64_t k : keys) {
        const auto u = other.find<User>(k);
        ASSERT_TRUE(u) << k;
        EXPECT_EQ(u->name, std::to_string(k));
    }
}

TEST_P(Session, GivesAnObjectAnIdAndAShardBeforeItIsWritten) {
    session s{*db};
    std::set<std::int64_t> ids;
    std::map<std::size_t, int> per_shard;
    for (int i = 0; i < 300; ++i) {
        const auto u = s.add(User{.name = "n"});
        EXPECT_NE(u->id, 0);
        EXPECT_EQ(u.state(), object_state::pending);
        ids.insert(u->id);
        ++per_shard[u.shard()];
    }
    s.commit();
    EXPECT_EQ(ids.size(), 300U);
    for (const auto& [shard, n] : per_shard) EXPECT_NEAR(n, 100, 10) << shard;
    EXPECT_EQ(s.count(select<User>()), 300);
}

TEST_P(Session, KeepsOneObjectPerRow) {
    add_users(3);
    session s{*db};
    const auto a = s.find<User>(2);
    const auto b = s.find<User>(2);
    const auto c = s.one(select<User>().where(users.name == "user2"));
    EXPECT_EQ(a, b);
    EXPECT_EQ(a, c);
    a.edit().name = "changed";
    EXPECT_EQ(c->name, "changed");
}

TEST_P(Session, WritesOnlyChangedColumns) {
    add_users(2);
    session mine{*db};
    session other{*db};
    const auto u = mine.get<User>(1);
    const auto v = other.get<User>(1);
    v.edit().score = 77;
    other.commit();
    u.edit().name = "new name";
    mine.commit();
    session check{*db};
    EXPECT_EQ(check.get<User>(1)->name, "new name");
    EXPECT_EQ(check.get<User>(1)->score, 77);
}

TEST_P(Session, WritesNothingForAnEditThatChangesNothing) {
    add_users(1);
    session s{*db};
    const auto u = s.get<User>(1);
    u.edit().name = "user1";
    s.flush();
    EXPECT_FALSE(s.in_transaction());
}

TEST_P(Session, ErasesRows) {
    add_users(6);
    session s{*db};
    const auto u = s.get<User>(4);
    s.erase(u);
    EXPECT_FALSE(s.find<User>(4));
    s.commit();
    EXPECT_EQ(u.state(), object_state::detached);
    EXPECT_FALSE(s.find<User>(4));
    EXPECT_EQ(s.count(select<User>()), 5);
}

TEST_P(Session, RollbackUndoesEverythingInDatabaseAndObjects) {
    add_users(3);
    session s{*db};
    const auto changed = s.get<User>(1);
    const auto erased = s.get<User>(2);
    changed.edit().name = "x";
    s.erase(erased);
    const auto added = s.add(User{.id = 50, .name = "new"});
    s.flush();
    changed.edit().name = "y";
    s.rollback();
    EXPECT_EQ(changed->name, "user1");
    EXPECT_EQ(erased.state(), object_state::persistent);
    EXPECT_EQ(added.state(), object_state::detached);
    session check{*db};
    EXPECT_EQ(check.count(select<User>()), 3);
    EXPECT_EQ(check.get<User>(1)->name, "user1");
    EXPECT_FALSE(check.find<User>(50));
}

TEST_P(Session, ValueSetBackBetweenTwoFlushesIsWrittenBack) {
    add_users(1);
    session s{*db};
    const auto u = s.get<User>(1);
    u.edit().name = "other";
    s.flush();
    u.edit().name = "user1";
    s.commit();
    session check{*db};
    EXPECT_EQ(check.get<User>(1)->name, "user1");
}

TEST_P(Session, QueriesSeeUnsavedChanges) {
    add_users(3);
    session s{*db};
    s.add(User{.id = 7, .name = "seven"});
    s.get<User>(1).edit().score = 1000;
    EXPECT_EQ(s.count(select<User>()), 4);
    EXPECT_EQ(s.count(select<User>().where(users.score == 1000)), 1);
    session other{*db};
    s.rollback();
    EXPECT_EQ(other.count(select<User>()), 3);
}

TEST_P(Session, ReadsObjectsAgainAfterACommit) {
    add_users(1);
    session s{*db};
    const auto u = s.get<User>(1);
    session other{*db};
    other.get<User>(1).edit().name = "by another";
    other.commit();
    EXPECT_EQ(s.get<User>(1)->name, "user1");  // repeatable until the unit of work ends
    s.rollback();
    EXPECT_EQ(s.get<User>(1)->name, "by another");
    EXPECT_EQ(u->name, "by another");
}

TEST_P(Session, RefusesASecondObjectOfOneKey) {
    add_users(1);
    session s{*db};
    s.add(User{.id = 9, .name = "a"});
    EXPECT_EQ(code_of([&] { s.add(User{.id = 9, .name = "b"}); }), error_code::bad_state);
}

TEST_P(Session, NamesTheConstraintAndTheShardOfAViolation) {
    add_users(3);
    session s{*db};
    s.add(User{.id = 2, .name = "again"});
    try {
        s.commit();
        FAIL() << "the duplicate key was taken";
    } catch (const unique_violation& e) {
        EXPECT_EQ(e.shard(), "s3");
        EXPECT_EQ(std::string(e.what()).find("again"), std::string::npos);
    }
    EXPECT_EQ(code_of([&] { s.count(select<User>()); }), error_code::bad_state);
    s.rollback();
    EXPECT_EQ(s.count(select<User>()), 3);
}

TEST_P(Session, AFailedFlushLeavesNothingOnAnyShard) {
    add_users(3);
    session s{*db};
    s.add(User{.id = 10, .name = "ten"});
    s.add(User{.id = 11, .name = "eleven"});
    s.add(User{.id = 3, .name = "duplicate"});
    EXPECT_THROW(s.flush(), unique_violation);
    s.rollback();
    session check{*db};
    EXPECT_EQ(check.count(select<User>()), 3);
}

TEST_P(Session, ReportsAnObjectWhoseRowIsGone) {
    add_users(3);
    session s{*db};
    const auto u = s.get<User>(2);
    session other{*db};
    other.erase(other.get<User>(2));
    other.commit();
    u.edit().name = "too late";
    EXPECT_EQ(code_of([&] { s.commit(); }), error_code::stale_object);
    s.rollback();
    s.erase(u);
    EXPECT_EQ(code_of([&] { s.commit(); }), error_code::stale_object);
}

TEST_P(Session, AChangedShardKeyMovesTheRowUnlessItIsTaken) {
    add_users(3);
    session s{*db};
    const auto u = s.get<User>(2);
    u.edit().id = 3;
    EXPECT_EQ(code_of([&] { s.flush(); }), error_code::unique_violation);
    s.rollback();
    EXPECT_EQ(u->id, 2);
    u.edit().id = 30;
    s.commit();
    EXPECT_EQ(s.get<User>(30), u);
    EXPECT_FALSE(s.find<User>(2));
}

TEST_P(Session, ParentsAreInsertedBeforeChildrenAndErasedAfterThem) {
    session s{*db};
    const auto author = s.add(User{.name = "Ann"});
    std::vector<ref<Post>> all;
    for (int i = 0; i < 5; ++i)
        all.push_back(s.add(Post{.author_id = author->id, .title = "t", .likes = i}));
    s.commit();
    for (const auto& p : all) EXPECT_EQ(p.shard(), author.shard());
    EXPECT_EQ(rows_on(author.shard(), "posts"), 5);
    for (const auto& p : all) s.erase(p);
    s.erase(author);
    s.commit();
    EXPECT_EQ(s.count(select<Post>()), 0);
}

TEST_P(Session, AForeignKeyIsEnforcedInsideAShard) {
    session s{*db};
    s.add(Post{.author_id = 12345, .title = "orphan"});
    EXPECT_EQ(code_of([&] { s.commit(); }), error_code::foreign_key_violation);
}

TEST_P(Session, FindsARowWhosePrimaryKeyDoesNotTellTheShard) {
    session s{*db};
    s.add(User{.id = 5, .name = "Eve"});
    const auto p = s.add(Post{.author_id = 5, .title = "hello"});
    s.commit();
    session other{*db};
    const auto found = other.find_everywhere<Post>(p->id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->title, "hello");
    EXPECT_EQ(found.shard(), p.shard());
    EXPECT_FALSE(other.find_everywhere<Post>(1));
}

TEST_P(Session, ReferenceTablesAreOnEveryShard) {
    session s{*db};
    s.add(Country{.id = 1, .name = "Chad"});
    const auto peru = s.add(Country{.id = 2, .name = "Peru"});
    s.commit();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(rows_on(i, "countries"), 2);
    EXPECT_EQ(s.count(select<Country>()), 2);
    peru.edit().name = "Perú";
    s.commit();
    EXPECT_EQ(s.run(update<Country>().set(countries.name, "Tchad").where(countries.id == 1)), 1);
    s.commit();
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(shards->ask(i, "SELECT COUNT(*) FROM countries WHERE name IN ('Perú', 'Tchad')"),
                  std::vector<std::int64_t>{2});
    s.erase(peru);
    s.commit();
    EXPECT_EQ(s.count(select<Country>()), 1);
}

TEST_P(Session, OrdersLimitsAndCountsOverAllShards) {
    add_users(20);
    session s{*db};
    const auto page = s.all(select<User>().order_by(users.score.desc()).limit(4).offset(3));
    ASSERT_EQ(page.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(page[i]->id, 17 - static_cast<int>(i));
    EXPECT_EQ(s.count(select<User>().where(users.score > 50)), 15);
    EXPECT_EQ(s.count(select<User>().limit(7)), 7);
    EXPECT_TRUE(s.exists(select<User>().where(users.id == 20)));
    EXPECT_FALSE(s.exists(select<User>().where(users.id == 21)));
    const auto first = s.first(select<User>().order_by(users.id));
    ASSERT_TRUE(first);
    EXPECT_EQ((*first)->id, 1);
    EXPECT_EQ(code_of([&] { s.one(select<User>()); }), error_code::many_rows);
}

TEST_P(Session, AggregatesOverAllShardsAsOneDatabaseWould) {
    add_users(10);
    session s{*db};
    const auto [n, total, mean, low, high] = s.one(select(
        count(users.id), sum(users.score), avg(users.score), min(users.name), max(users.score)));
    EXPECT_EQ(n, 10);
    EXPECT_EQ(total, 550);
    EXPECT_DOUBLE_EQ(mean.value(), 55.0);
    EXPECT_EQ(low, "user1");
    EXPECT_EQ(high, 100);
    const auto [none, nothing] =
        s.one(select(count(users.id), sum(users.score)).where(users.id == 99));
    EXPECT_EQ(none, 0);
    EXPECT_EQ(nothing, std::nullopt);
    const auto [never] = s.one(select(count(users.id)).where(users.id == 1 && users.id == 2));
    EXPECT_EQ(never, 0);
}

TEST_P(Session, GroupsRowsOfSeveralShards) {
    session s{*db};
    for (int i = 1; i <= 30; ++i)
        s.add(User{.id = i, .name = i % 2 == 0 ? "even" : "odd", .score = i});
    s.commit();
    const auto groups = s.all(select(users.name, count(users.id), sum(users.score))
                                  .group_by(users.name)
                                  .order_by(users.name));
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0], (std::tuple{std::string("even"), std::int64_t{15},
                                     std::optional<std::int64_t>(240)}));
    EXPECT_EQ(groups[1],
              (std::tuple{std::string("odd"), std::int64_t{15}, std::optional<std::int64_t>(225)}));
}

TEST_P(Session, JoinsTablesThatLiveTogether) {
    session s{*db};
    for (int i = 1; i <= 6; ++i) {
        s.add(User{.id = i, .name = "u" + std::to_string(i)});
        for (int k = 0; k < i; ++k) s.add(Post{.author_id = i, .title = "t", .likes = k});
    }
    s.commit();
    const auto rows = s.all(select(users.name, count(posts.id), avg(posts.likes))
                                .join(users.posts)
                                .group_by(users.name)
                                .order_by(users.name));
    ASSERT_EQ(rows.size(), 6U);
    for (std::int64_t i = 1; i <= 6; ++i) {
        const auto [name, n, likes] = rows[static_cast<std::size_t>(i - 1)];
        EXPECT_EQ(name, "u" + std::to_string(i));
        EXPECT_EQ(n, i);
        EXPECT_DOUBLE_EQ(likes.value(), static_cast<double>(i - 1) / 2);
    }
    const auto of_one = select<Post>().join(posts.author).where(users.id == 4);
    if (!rewrites_are_off()) {
        EXPECT_EQ(s.explain(of_one).shards, std::vector<std::string>{"s2"});
    }
    EXPECT_EQ(s.all(of_one).size(), 4U);
}

TEST_P(Session, AsksOnlyTheShardsThatCanAnswer) {
    session s{*db};
    const auto asks = [&](const auto& q) { return s.explain(q).shards; };
    using names = std::vector<std::string>;
    EXPECT_EQ(asks(select<User>().where(users.id == 4)), names{"s2"});
    EXPECT_EQ(asks(select<User>().where(users.id.in({3, 6, 9}))), names{"s1"});
    EXPECT_EQ(asks(select<User>().where(users.id.in({3, 4}))), (names{"s1", "s2"}));
    EXPECT_EQ(asks(select<User>().where(users.id % 3 == 2)), names{"s3"});
    EXPECT_EQ(asks(select<User>().where(users.id == 3 && users.id == 4)), names{});
    EXPECT_EQ(asks(select<User>().where(users.id.between(4, 5))), (names{"s2", "s3"}));
    EXPECT_EQ(asks(select<User>().where(users.name == "x")).size(), 3U);
    EXPECT_EQ(asks(select<User>().where(users.id == 4 || users.name == "x")).size(), 3U);
    EXPECT_EQ(asks(select<Country>()).size(), 1U);
}

TEST_P(Session, KeepsEveryTypeUnchanged) {
    session s{*db};
    Everything e;
    e.flag = true;
    e.small = -32768;
    e.medium = 2147483647;
    e.large = INT64_MIN;
    e.real = -0.1;
    e.words = "Zoë 🙂 'quoted\" \\ \n";
    e.raw = {std::byte{0}, std::byte{255}, std::byte{39}};
    e.mood = Mood::angry;
    e.day = date::parse("1582-10-15");
    e.at = timestamp::parse("1969-12-31 23:59:59.999999");
    e.price = decimal::parse("-12345678901234.5678");
    e.document = json{R"({"a": [1, 2.50, null]})"};
    e.maybe_words = "";
    const auto added = s.add(e);
    s.commit();
    session other{*db};
    const auto got = other.get<Everything>(added->id);
    EXPECT_EQ(got->flag, true);
    EXPECT_EQ(got->small, -32768);
    EXPECT_EQ(got->medium, 2147483647);
    EXPECT_EQ(got->large, INT64_MIN);
    EXPECT_EQ(got->real, -0.1);
    EXPECT_EQ(got->words, e.words);
    EXPECT_EQ(got->raw, e.raw);
    EXPECT_EQ(got->mood, Mood::angry);
    EXPECT_EQ(got->day, e.day);
    EXPECT_EQ(got->at, e.at);
    EXPECT_EQ(got->price, e.price);
    EXPECT_EQ(got->price.to_string(), "-12345678901234.5678");
    EXPECT_EQ(got->document, e.document);
    EXPECT_EQ(got->maybe_number, std::nullopt);
    EXPECT_EQ(got->maybe_words, "");
}

TEST_P(Session, RefusesWhatNoEngineKeepsBeforeAnythingIsSent) {
    session s{*db};
    const auto refused = [&](auto&& spoil) {
        Everything e;
        spoil(e);
        const auto r = s.add(e);
        const error_code code = code_of([&] { s.flush(); });
        EXPECT_FALSE(s.in_transaction());
        s.detach(r);
        return code;
    };
    EXPECT_EQ(refused([](Everything& e) { e.words = std::string("a\0b", 3); }),
              error_code::value_not_storable);
    EXPECT_EQ(refused([](Everything& e) { e.words = "\xff"; }), error_code::value_not_storable);
    EXPECT_EQ(refused([](Everything& e) { e.price = decimal::parse("0.00001"); }),
              error_code::value_not_storable);
    EXPECT_EQ(refused([](Everything& e) { e.price = decimal::parse("100000000000000"); }),
              error_code::value_not_storable);
    EXPECT_EQ(refused([](Everything& e) { e.document.text = "{"; }),
              error_code::value_not_storable);
    EXPECT_EQ(s.count(select<Everything>()), 0);
}

TEST_P(Session, KeepsTwoMegabytesOfText) {
    session s{*db};
    Everything e;
    for (int i = 0; i < 200'000; ++i) e.words += "0123456é9";
    const auto r = s.add(e);
    s.commit();
    session other{*db};
    EXPECT_EQ(other.get<Everything>(r->id)->words, e.words);
}

TEST_P(Session, BulkInsertsAndStreamsManyObjects) {
    std::vector<User> many;
    for (int i = 1; i <= 20'000; ++i)
        many.push_back({.id = i, .name = "n" + std::to_string(i), .score = i % 100});
    session s{*db};
    EXPECT_EQ(s.bulk_insert(many), 20'000);
    s.commit();
    std::int64_t total = 0;
    for (std::size_t i = 0; i < 3; ++i) total += rows_on(i, "users");
    EXPECT_EQ(total, 20'000);
    std::int64_t sum_of_ids = 0;
    for (const User& u : s.stream(select<User>())) sum_of_ids += u.id;
    EXPECT_EQ(sum_of_ids, 20'000LL * 20'001 / 2);
    EXPECT_EQ(s.values(select<User>().where(users.score == 7)).size(), 200U);
}

TEST_P(Session, ABulkInsertThatFailsLeavesNothing) {
    add_users(1);
    std::vector<User> many;
    for (int i = 5000; i >= 1; --i) many.push_back({.id = i, .name = "n"});
    session s{*db};
    EXPECT_THROW(
        {
            s.bulk_insert(many);
            s.commit();
        },
        unique_violation);
    s.rollback();
    session check{*db};
    EXPECT_EQ(check.count(select<User>()), 1);
}

TEST_P(Session, RollsBackABulkInsert) {
    std::vector<User> many(1000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i].name = "n";
    {
        session s{*db};
        s.bulk_insert(many);
        EXPECT_NE(many[0].id, 0);
    }  // destroyed without commit
    session check{*db};
    EXPECT_EQ(check.count(select<User>()), 0);
}

TEST_P(Session, UpdatesAndDeletesWithoutLoading) {
    add_users(12);
    session s{*db};
    EXPECT_EQ(s.run(update<User>().set(users.score, users.score + 1).where(users.id > 6)), 6);
    EXPECT_EQ(s.run(erase<User>().where(users.id.in({1, 2, 100}))), 2);
    s.commit();
    const auto [n, total] = s.one(select(count(users.id), sum(users.score)));
    EXPECT_EQ(n, 10);
    EXPECT_EQ(total, 780 - 30 + 6);
}

TEST_P(Session, AFilterGrowsAtRunTime) {
    add_users(10);
    session s{*db};
    filter<User> f;
    EXPECT_EQ(s.all(select<User>().where(f)).size(), 10U);
    f &= users.score >= 50;
    f &= users.id % 2 == 0;
    EXPECT_EQ(s.all(select<User>().where(f)).size(), 3U);
    f &= users.id == 8;
    if (!rewrites_are_off()) {
        EXPECT_EQ(s.explain(select<User>().where(f)).shards, std::vector<std::string>{"s3"});
    }
}

TEST_P(Session, AnotherClusterObjectFindsTheSameRows) {
    add_users(5);
    cluster again(shards->all());
    session s{again};
    EXPECT_EQ(s.get<User>(4)->name, "user4");
    EXPECT_EQ(s.count(select<User>()), 5);
    EXPECT_EQ(again.id(), db->id());
}

TEST_P(Session, AFailedQueryInATransactionNeverLetsCommitLoseTheWrites) {
    add_users(3);
    session s{*db};
    s.add(User{.id = 40, .name = "kept or refused"});
    s.flush();
    bool failed = false;
    try {  // leaves 64 bits: an error on some servers
        s.all(select(users.id * INT64_MAX).where(users.id == 40));
    } catch (const error&) {
        failed = true;
    }
    bool committed = true;
    try {
        s.commit();
    } catch (const error& e) {
        committed = false;
        EXPECT_TRUE(failed);
        EXPECT_EQ(e.code(), error_code::bad_state);
        s.rollback();
    }
    session check{*db};
    EXPECT_EQ(static_cast<bool>(check.find<User>(40)), committed);
}

/// Makes each object inside its iterator.
struct numbered_users {
    struct iterator {
        mutable User user;
        int i = 1;
        User& operator*() const {
            user.id = i;
            user.name = "a name that does not fit a short string " + std::to_string(i);
            return user;
        }
        iterator& operator++() {
            ++i;
            return *this;
        }
        bool operator==(const iterator& other) const { return i == other.i; }
    };
    iterator begin() const { return {{}, 1}; }
    iterator end() const { return {{}, 101}; }
};

TEST_P(Session, BulkInsertTakesRangesWhoseIteratorsKeepTheObject) {
    session s{*db};
    EXPECT_EQ(s.bulk_insert(numbered_users{}), 100);
    s.commit();
    EXPECT_EQ(s.get<User>(77)->name, "a name that does not fit a short string 77");
}

TEST_P(Session, NullsSortAsTheGreatestValueOnEveryEngine) {
    session s{*db};
    for (int i = 1; i <= 6; ++i) {
        User u{.id = i, .name = "n"};
        if (i % 2 == 0) u.email = "mail" + std::to_string(i);
        s.add(u);
    }
    s.commit();
    const auto up = s.all(select<User>().order_by(users.email, users.id));
    std::vector<std::int64_t> ids;
    for (const auto& u : up) ids.push_back(u->id);
    EXPECT_EQ(ids, (std::vector<std::int64_t>{2, 4, 6, 1, 3, 5}));
    ids.clear();
    for (const auto& u : s.all(select<User>().order_by(users.email.desc(), users.id)))
        ids.push_back(u->id);
    EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 3, 5, 6, 4, 2}));
}

TEST(Cluster, OpensFromTwoLiteralsInBraces) {
    const temp_folder folder;
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    {
        cluster two{{{"a", "sqlite:///a.db"}, {"b", "sqlite:///b.db"}}};
        EXPECT_EQ(two.shard_count(), 2U);
        EXPECT_EQ(two.shard_name(1), "b");
    }
    std::filesystem::current_path(before);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Session, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
