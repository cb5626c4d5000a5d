// SPDX-License-Identifier: MIT
// Extreme keys under every strategy: each row is on exactly the shard that the library says, and
// every way to ask for it finds it; counted on each server behind the library's back.
#include <algorithm>
#include <set>

#include "fixture.hpp"

namespace shardwise::test {

template <class Strategy, text Name>
struct numbered {
    std::int64_t id = 0;
    std::string name;
};
using hashed = numbered<by_hash, "hashed">;
using by_residue = numbered<by_modulo, "by_residue">;
using ranged = numbered<by_range, "ranged">;
using listed = numbered<by_list, "listed">;
using looked_up = numbered<by_directory, "looked_up">;
using customised = numbered<by_custom<"parity_of_bits">, "customised">;

struct worded {
    std::string key;
    std::int32_t n = 0;
};
struct uuid_keyed {
    uuid id;
    std::int32_t n = 0;
};

}  // namespace shardwise::test

template <class Strategy, shardwise::text Name>
struct shardwise::mapping<shardwise::test::numbered<Strategy, Name>>
    : table<test::numbered<Strategy, Name>, Name, Strategy> {
    using row = test::numbered<Strategy, Name>;
    column<&row::id, primary_key, shard_key> id;
    column<&row::name> name;
};
template <>
struct shardwise::mapping<shardwise::test::worded> : table<test::worded, "worded", by_hash> {
    column<&test::worded::key, primary_key, shard_key, length<100>> key{"word"};
    column<&test::worded::n> n;
};
template <>
struct shardwise::mapping<shardwise::test::uuid_keyed>
    : table<test::uuid_keyed, "uuid_keyed", by_hash> {
    column<&test::uuid_keyed::id, primary_key, shard_key> id;
    column<&test::uuid_keyed::n> n;
};

namespace shardwise::test {
namespace {

/// Two buckets: keys with an even and with an odd number of bits.
class parity_of_bits final : public sharding_strategy {
public:
    std::uint32_t bucket_count() const noexcept override { return 2; }
    std::optional<bucket_id> bucket_of(const arg* key, std::size_t) const override {
        return static_cast<bucket_id>(
            __builtin_popcountll(static_cast<unsigned long long>(key[0].to_integer())) % 2);
    }
    std::string describe() const override { return "parity_of_bits"; }
};

const std::vector<std::int64_t> keys{
    INT64_MIN, INT64_MIN + 1, -1'000'000'007, -1'025,        -1'024,   -3, -2, -1, 0, 1, 2,
    3,         1'023,         1'024,          INT64_MAX - 1, INT64_MAX};

class ExtremeKeys : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        cluster_options o;
        placement range{.table = "ranged"};
        for (const std::int64_t bound : {-1'024, 0, 3}) range.bounds.emplace_back(arg{bound});
        placement list{.table = "listed", .default_bucket = 2};
        list.lists.resize(3);
        for (const std::int64_t k : {INT64_MIN, std::int64_t{-1}, INT64_MAX})
            list.lists[0].emplace_back(arg{k});
        for (const std::int64_t k : {0, 1}) list.lists[1].emplace_back(arg{k});
        o.placements = {std::move(range), std::move(list),
                        placement{.table = "looked_up", .modulus = 3},
                        placement{.table = "customised", .custom = &custom}};
        db = std::make_unique<cluster>(shards->all(), o);
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    /// Exactly these keys, where they are said to be.
    template <class Row>
    void check(const std::string& name, const std::vector<ref<Row>>& rows) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            std::vector<std::int64_t> here = shards->ask(i, "SELECT id FROM " + name);
            found += here.size();
            for (const ref<Row>& r : rows)
                EXPECT_EQ(std::count(here.begin(), here.end(), r->id), r.shard() == i) << r->id;
        }
        EXPECT_EQ(found, rows.size());
    }

    template <class Row>
    void run(const std::string& name) {
        static constexpr mapping<Row> t;
        ASSERT_TRUE(db->create_all<Row>().complete());
        if constexpr (std::is_same_v<Row, looked_up>)
            for (std::size_t i = 0; i < keys.size(); ++i)
                db->assign(name, {value(arg{keys[i]})}, static_cast<bucket_id>(i % 3));
        session w{*db};
        std::vector<ref<Row>> rows;
        for (const std::int64_t k : keys)
            rows.push_back(w.add(Row{.id = k, .name = std::to_string(k)}));
        w.commit();
        check(name, rows);
        session s{*db};
        for (const std::int64_t k : keys) {
            ASSERT_TRUE(s.template find<Row>(k)) << k;
            EXPECT_EQ(s.one(select<Row>().where(t.id == k))->name, std::to_string(k));
        }
        const auto number = [&](auto&& keep) {
            return std::count_if(keys.begin(), keys.end(), keep);
        };
        const auto count = [&](const auto& where) { return s.count(select<Row>().where(where)); };
        for (const std::int64_t a : keys) {
            EXPECT_EQ(count(t.id < a), number([&](auto k) { return k < a; })) << a;
            EXPECT_EQ(count(t.id <= a), number([&](auto k) { return k <= a; })) << a;
            EXPECT_EQ(count(t.id > a), number([&](auto k) { return k > a; })) << a;
            EXPECT_EQ(count(t.id >= a), number([&](auto k) { return k >= a; })) << a;
            EXPECT_EQ(count(t.id != a), number([&](auto k) { return k != a; })) << a;
        }
        for (const std::int64_t a : {INT64_MIN, std::int64_t{-2}, std::int64_t{1}, INT64_MAX})
            for (const std::int64_t b : {INT64_MIN, std::int64_t{-2}, std::int64_t{2}, INT64_MAX})
                EXPECT_EQ(count(t.id.between(a, b)),
                          number([&](auto k) { return k >= a && k <= b; }))
                    << a << " " << b;
        std::vector<std::int64_t> twice = keys;
        twice.insert(twice.end(), keys.begin(), keys.end());
        EXPECT_EQ(count(t.id.in(twice)), std::ssize(keys));
        EXPECT_EQ(count(t.id.in(twice) && t.id != 0), std::ssize(keys) - 1);
        EXPECT_EQ(count(t.id.in(std::vector<std::int64_t>{})), 0);
        EXPECT_EQ(count(t.id.not_in(std::vector<std::int64_t>{})), std::ssize(keys));
        EXPECT_EQ(count(t.id.not_in(std::vector<std::int64_t>{INT64_MIN, 0, 0})),
                  std::ssize(keys) - 2);
        EXPECT_EQ(count(t.id == -1 || t.id == INT64_MAX), 2);
        EXPECT_EQ(count(!(t.id == -1 || t.id == INT64_MAX)), std::ssize(keys) - 2);
        EXPECT_EQ(count(t.id == -1 && t.id == INT64_MAX), 0);
        EXPECT_EQ(s.run(erase<Row>().where(t.id.in({INT64_MIN, std::int64_t{0}, INT64_MAX}))), 3);
        s.commit();
        EXPECT_EQ(s.count(select<Row>()), std::ssize(keys) - 3);
        std::vector<Row> again(1);
        again[0].id = INT64_MIN;
        EXPECT_EQ(s.bulk_insert(again), 1);
        s.commit();
        EXPECT_TRUE(s.template find<Row>(INT64_MIN));
    }

    static inline const parity_of_bits custom;
    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(ExtremeKeys, UnderHash) { run<hashed>("hashed"); }
TEST_P(ExtremeKeys, UnderModulo) { run<by_residue>("by_residue"); }
TEST_P(ExtremeKeys, UnderRange) { run<ranged>("ranged"); }
TEST_P(ExtremeKeys, UnderList) { run<listed>("listed"); }
TEST_P(ExtremeKeys, UnderDirectory) { run<looked_up>("looked_up"); }
TEST_P(ExtremeKeys, UnderACustomFunction) { run<customised>("customised"); }

TEST_P(ExtremeKeys, TextsThatOnlyLookAlikeAreDifferentKeys) {
    static constexpr mapping<worded> t;
    ASSERT_TRUE(db->create_all<worded>().complete());
    const std::vector<std::string> words{"",
                                         " ",
                                         "a",
                                         "A",
                                         "a ",
                                         " a",
                                         "a\t",
                                         "\xC3\xA4",
                                         "a\xCC\x88",
                                         "\xC3\x84",
                                         "ss",
                                         "\xC3\x9F",
                                         "\xE2\x84\xAB",
                                         "\xC3\x85",
                                         "i",
                                         "I",
                                         "\xC4\xB0",
                                         "\xC4\xB1",
                                         "0",
                                         "00",
                                         "\xF0\x9F\x98\x80",
                                         "\xF0\x9F\x98\x81",
                                         "null",
                                         "NULL",
                                         "\\",
                                         "\\\\",
                                         "'",
                                         "\"",
                                         "%",
                                         "_",
                                         "Robert\"); DROP TABLE worded;--"};
    session w{*db};
    std::vector<ref<worded>> rows;
    for (const std::string& word : words)
        rows.push_back(w.add(worded{.key = word, .n = static_cast<int>(rows.size())}));
    w.commit();
    session s{*db};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto found = s.find<worded>(words[i]);
        ASSERT_TRUE(found) << words[i];
        EXPECT_EQ(found->n, static_cast<int>(i));
        EXPECT_EQ(found.shard(), rows[i].shard());
        const auto listed_rows = s.all(select<worded>().where(t.key == words[i]));
        ASSERT_EQ(listed_rows.size(), 1U) << words[i];
        EXPECT_EQ(listed_rows.front(), found);
        EXPECT_EQ(s.count(select<worded>().where(t.key.in({words[i], words[i]}))), 1);
        EXPECT_EQ(shards->ask(found.shard(),
                              "SELECT COUNT(*) FROM worded WHERE n = " + std::to_string(i)),
                  std::vector<std::int64_t>{1});
    }
    EXPECT_EQ(s.count(select<worded>().where(t.key.in(words))), std::ssize(words));
    std::vector<std::string> sorted = words;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::string> got;
    for (const auto& r : s.all(select<worded>().order_by(t.key))) got.push_back(r->key);
    EXPECT_EQ(got, sorted);
    for (const std::string& word : words)
        EXPECT_EQ(s.count(select<worded>().where(t.key < word)),
                  std::count_if(words.begin(), words.end(), [&](auto& x) { return x < word; }))
            << word;
    EXPECT_EQ(code_of([&] {
                  s.add(worded{.key = "a", .n = 0});
                  s.commit();
              }),
              "unique_violation");
}

TEST_P(ExtremeKeys, UuidsOfAllBits) {
    static constexpr mapping<uuid_keyed> t;
    ASSERT_TRUE(db->create_all<uuid_keyed>().complete());
    std::vector<uuid> ids(4);
    ids[1].octets.fill(255);
    ids[2].octets[15] = 1;
    ids[3].octets[0] = 128;
    session w{*db};
    for (const uuid& id : ids) w.add(uuid_keyed{.id = id, .n = 1});
    w.commit();
    session s{*db};
    for (const uuid& id : ids) {
        const auto found = s.find<uuid_keyed>(id);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->id, id);
        EXPECT_EQ(s.count(select<uuid_keyed>().where(t.id == id)), 1);
        EXPECT_EQ(s.count(select<uuid_keyed>().where(t.id.in({id, id}))), 1);
    }
    EXPECT_EQ(s.count(select<uuid_keyed>().where(t.id > ids[0])), 3);
    const auto rows = s.all(select<uuid_keyed>().order_by(t.id));
    EXPECT_EQ(rows[0]->id, ids[0]);
    EXPECT_EQ(rows[3]->id, ids[1]);
}

INSTANTIATE_TEST_SUITE_P(Clusters, ExtremeKeys, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
