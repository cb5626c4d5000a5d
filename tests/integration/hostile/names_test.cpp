// SPDX-License-Identifier: MIT
// Names and values that would break careless SQL, through every call of a session.
#include "fixture.hpp"

namespace shardwise::test {

struct odd {
    std::int64_t id = 0;
    std::string order;
    std::optional<std::string> quoted;
    std::int64_t tick = 0;
    std::int64_t longest = 0;
};
struct odd_child {
    std::int64_t id = 0;
    std::int64_t parent = 0;
    std::string text;
};
struct emoji {
    std::int64_t id = 0;
    std::int64_t smile = 0;
};
struct too_long {
    std::int64_t id = 0;
    std::int64_t n = 0;
};

/// 63 and 64 bytes.
inline constexpr std::string_view bytes_63 =
    "a23456789b23456789c23456789d23456789e23456789f23456789g23456789";
inline constexpr std::string_view bytes_64 =
    "a23456789b23456789c23456789d23456789e23456789f23456789g234567890";

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::odd> : table<test::odd, "we\"ird", by_hash> {
    column<&test::odd::id, primary_key, generated, shard_key> id{"from"};
    column<&test::odd::order, indexed> order{"order"};
    column<&test::odd::quoted, unique_per_shard> quoted{"se\"lect"};
    column<&test::odd::tick> tick{"`tick` ; DROP TABLE x;--"};
    column<&test::odd::longest, indexed> longest{test::bytes_63};
    has_many<&test::odd_child::parent> children;
};
template <>
struct shardwise::mapping<shardwise::test::odd_child>
    : table<test::odd_child, "b23456789b23456789c23456789d23456789e23456789f23456789g23456789"> {
    column<&test::odd_child::id, primary_key, generated> id{"group"};
    column<&test::odd_child::parent, references<&test::odd::id, on_delete::cascade>, shard_key>
        parent{test::bytes_63};
    column<&test::odd_child::text> text{"?$1:a%s{}"};
};
template <>
struct shardwise::mapping<shardwise::test::emoji> : table<test::emoji, "emoji"> {
    column<&test::emoji::id, primary_key, shard_key> id;
    column<&test::emoji::smile> smile{"\xF0\x9F\x98\x80"};
};
template <>
struct shardwise::mapping<shardwise::test::too_long> : table<test::too_long, "too_long"> {
    column<&test::too_long::id, primary_key, shard_key> id;
    column<&test::too_long::n> n{test::bytes_64};
};

namespace shardwise::test {
namespace {

inline constexpr mapping<odd> odds;
inline constexpr mapping<odd_child> children;
inline constexpr mapping<emoji> emojis;

const std::vector<std::string> hostile_texts{
    "Robert\"); DROP TABLE users;--",
    "Robert'); DROP TABLE users;--",
    "' OR '1'='1",
    "\\",
    "\\'; --",
    "%",
    "_",
    "{} {0} %s %n $1 ? :a @b",
    "\r\n\t\x01\x7f",
    "/* */ -- #",
    "\xEF\xBF\xBF\xF4\x8F\xBF\xBF",
    "\\N",
    "",
};

class Names : public Hostile {};

TEST_P(Names, HostileNamesGoThroughEveryCall) {
    const schema_report report = db->create_all<odd, odd_child>();
    ASSERT_TRUE(report.complete()) << report.to_string();
    EXPECT_TRUE((db->create_all<odd, odd_child>().complete()));
    EXPECT_TRUE((db->verify_schema<odd, odd_child>().empty()));

    session s{*db};
    std::vector<ref<odd>> all;
    for (const std::string& text : hostile_texts) {
        all.push_back(s.add(odd{.order = text, .quoted = text, .tick = 1, .longest = 2}));
        s.add(odd_child{.parent = all.back()->id, .text = text});
    }
    s.commit();
    session other{*db};
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string& text = hostile_texts[i];
        EXPECT_EQ(other.get<odd>(all[i]->id)->order, text);
        EXPECT_EQ(other.count(select<odd>().where(odds.order == text)), 1) << text;
        EXPECT_EQ(other.count(select<odd>().where(odds.quoted == text && odds.longest == 2)), 1);
        EXPECT_EQ(other.count(select<odd_child>().where(children.text.in({text, text}))), 1);
    }
    const auto page = other.all(select<odd>().order_by(odds.order.desc(), odds.longest).limit(3));
    EXPECT_EQ(page.size(), 3U);
    EXPECT_EQ(other
                  .all(select(odds.order, count(odds.id), max(odds.longest))
                           .group_by(odds.order)
                           .order_by(odds.order))
                  .size(),
              hostile_texts.size());
    EXPECT_EQ(
        other.all(select(odds.tick, children.text).join(odds.children).order_by(children.text))
            .size(),
        hostile_texts.size());
    other.get<odd>(all[0]->id).edit().tick = 7;
    other.commit();
    EXPECT_EQ(other.run(update<odd>()
                            .set(odds.longest, odds.longest + 1)
                            .set(odds.order, hostile_texts[1])
                            .where(odds.tick == 7)),
              1);
    other.commit();
    std::vector<odd> more(50);
    for (std::size_t i = 0; i < more.size(); ++i) more[i].order = hostile_texts[i % 13];
    EXPECT_EQ(other.bulk_insert(more), 50);
    other.commit();
    std::int64_t streamed = 0;
    for (const odd& o : other.stream(select<odd>())) streamed += o.id != 0;
    EXPECT_EQ(streamed, 63);
    other.erase(other.get<odd>(all[1]->id));
    other.commit();
    EXPECT_EQ(other.count(select<odd_child>()), 12) << "the child goes with its parent";
    EXPECT_EQ(other.run(erase<odd>().where(odds.tick == 7)), 1);
    other.commit();
    EXPECT_EQ(other.count(select<odd>()), 61);
    EXPECT_FALSE(other.explain(select<odd>().where(odds.order == "x")).shards.empty());

    const auto failure = failure_of([&] {
        session d{*db};
        d.add(odd{.id = all[2]->id, .order = "secret row value", .quoted = {}});
        d.commit();
    });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), error_code::unique_violation);
    EXPECT_EQ(std::string(failure->what()).find("secret row value"), std::string::npos);

    EXPECT_TRUE((db->drop_all<odd, odd_child>().complete()));
    EXPECT_TRUE((db->drop_all<odd, odd_child>().complete()));
    EXPECT_FALSE((db->verify_schema<odd, odd_child>().empty()));
}

TEST_P(Names, ANameThatAnEngineCannotHaveIsRefusedOrKept) {
    const auto failure = failure_of([&] {
        const schema_report report = db->create_all<emoji>();
        if (!report.complete()) raise(error_code::bad_identifier, report.to_string());
    });
    if (failure) {
        EXPECT_EQ(failure->code(), error_code::bad_identifier) << failure->what();
        EXPECT_TRUE(GetParam() == "mariadb" || GetParam() == "mixed") << failure->what();
        return;
    }
    session s{*db};
    s.add(emoji{.id = 1, .smile = 2});
    s.commit();
    EXPECT_EQ(s.count(select<emoji>().where(emojis.smile == 2)), 1);
    EXPECT_TRUE(db->verify_schema<emoji>().empty());
}

TEST_P(Names, ANameOf64BytesIsRefused) {
    EXPECT_EQ(code_of([&] { db->create_all<too_long>(); }), "bad_identifier");
}

INSTANTIATE_TEST_SUITE_P(Clusters, Names, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
