// SPDX-License-Identifier: MIT
// The pure part of generate: names and texts that nothing breaks out of, portable literals, and how
// tables are distributed. The whole on real databases: tests/integration/generate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/table_details.hpp"
#include "ops/generate_draft.hpp"
#include "ops/generate_names.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

using sql::dialect_kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using names = std::vector<std::string>;

// ---------------------------------------------------------------- names and texts

TEST(GeneratedNames, AreIdentifiersThatStayWhatTheyAreWhenTheyCan) {
    const std::pair<const char*, const char*> cases[] = {{"customer_id", "customer_id"},
                                                         {"CustomerId", "CustomerId"},
                                                         {"ID", "id"},
                                                         {"NULL", "null"},
                                                         {"class", "class_"},
                                                         {"std", "std_"},
                                                         {"2fa", "x2fa"},
                                                         {"a b", "a_b"},
                                                         {"a__b", "a_b"},
                                                         {"_x", "x"},
                                                         {"", "x"},
                                                         {"\xC3\xA9t\xC3\xA9", "t"},
                                                         {"*/", "x"},
                                                         {"a\nb", "a_b"},
                                                         {"final", "final_"}};
    for (const auto& [from, to] : cases) EXPECT_EQ(identifier(from), to) << from;
}

TEST(GeneratedNames, AreGivenOnce) {
    std::set<std::string> taken;
    EXPECT_EQ(free_identifier("a b", taken), "a_b");
    EXPECT_EQ(free_identifier("a?b", taken), "a_b_2");
    EXPECT_EQ(free_identifier("a_b_2", taken), "a_b_2_2");
}

TEST(GeneratedNames, KnowPlainPlurals) {
    const std::pair<const char*, const char*> cases[] = {
        {"customer", "customers"}, {"country", "countries"}, {"box", "boxes"},
        {"class", "classes"},      {"branch", "branches"},   {"day", "days"}};
    for (const auto& [one, many] : cases) {
        EXPECT_EQ(plural(one), many);
        EXPECT_EQ(singular(many), one);
    }
    for (const char* alike : {"status", "analysis", "glass", "people", "bus"})
        EXPECT_EQ(singular(alike), alike);
}

TEST(GeneratedLiterals, HoldWhatTheyWereMadeOf) {
    EXPECT_EQ(string_literal("a\"b\\c"), "\"a\\\"b\\\\c\"");
    EXPECT_EQ(string_literal("a\nb\x7F"), "\"a\\012b\\177\"");
    EXPECT_EQ(string_literal("\xFF"
                             "1"),
              "\"\\3771\"");
    EXPECT_EQ(string_literal("\xE2\x80\xAE"), "\"\\342\\200\\256\"") << "turns the direction";
    EXPECT_EQ(string_literal("na\xC3\xAFve"), "\"na\xC3\xAFve\"");
}

TEST(GeneratedComments, AreOneLineEach) {
    EXPECT_EQ(comment_text("a\r\n#include <evil>"), "a #include <evil>");
    EXPECT_EQ(comment_text("ends in \\"), "ends in \\ .");
    EXPECT_EQ(comment_text("ends in ?\?/"), "ends in ?\?/ .");
    EXPECT_EQ(comment_text("ends in \\  "), "ends in \\ .");
    EXPECT_EQ(comment_text("a\xE2\x80\xA8"
                           "b\xE2\x80\xAE"
                           "c"),
              "a?b?c");
    EXPECT_EQ(comment_text("\xFF\xFE"), "??");
    EXPECT_EQ(comment_text(std::string("a\0b", 3)), "a b");
    EXPECT_LT(comment_text(std::string(100'000, 'x')).size(), 400U);
    for (const std::size_t filled : {297U, 298U, 299U, 300U}) {  // cut behind a backslash
        const std::string text = comment_text(std::string(filled, 'x') + "\\\\\\\\");
        EXPECT_FALSE(text.ends_with('\\')) << filled;
    }
}

TEST(GeneratedNamespaces, AreNames) {
    for (const char* good : {"shop", "a::b", "a::b_c::d"}) EXPECT_TRUE(is_namespace_name(good));
    for (const char* bad : {"", "::a", "a::", "a:b", "a b", "class", "1a", "a{", "a::class"})
        EXPECT_FALSE(is_namespace_name(bad)) << bad;
}

// ---------------------------------------------------------------- literals and conditions

schema::column column_of(const char* name, column_type type) {
    schema::column c;
    c.name = name;
    c.type = type;
    if (type == column_type::decimal) c.precision = 10, c.scale = 2;
    return c;
}

schema::table some_table() {
    schema::table t;
    t.name = "t";
    t.columns = {column_of("n", column_type::int32), column_of("kind", column_type::text),
                 column_of("price", column_type::decimal), column_of("at", column_type::timestamp),
                 column_of("flag", column_type::boolean)};
    t.primary_key = {0};
    return t;
}

TEST(GeneratedDefaults, AreLiteralsOrNotKept) {
    const schema::table t = some_table();
    struct example {
        std::size_t column;
        const char* text;
        dialect_kind engine;
        std::optional<std::string> kept;
    };
    const example cases[] = {
        {0, "12", dialect_kind::sqlite, "12"},
        {0, "'-1'::integer", dialect_kind::postgres, "-1"},
        {0, "(0)::bigint", dialect_kind::postgres, "0"},
        {0, "(1 + 1)", dialect_kind::postgres, {}},
        {0, "nextval('s'::regclass)", dialect_kind::postgres, {}},
        {1, "'it''s'::character varying", dialect_kind::postgres, "'it''s'"},
        {1, "'a::b'::text", dialect_kind::postgres, "'a::b'"},
        {1, "'a' || 'b'", dialect_kind::sqlite, {}},
        {1, "'a'::text || 'b'::text", dialect_kind::postgres, {}},
        {1, "'abc'::character varying(2)", dialect_kind::postgres, {}},
        {3, "'2020-01-01 10:00:00'::date", dialect_kind::postgres, {}},
        {4, "true::boolean AND false", dialect_kind::postgres, {}},
        {1, "'it\\'s'", dialect_kind::mariadb, "'it''s'"},
        {1, "'a\\\\b'", dialect_kind::mariadb, {}},
        {1, "CURRENT_TIMESTAMP", dialect_kind::sqlite, {}},
        {2, "1.50", dialect_kind::mariadb, "1.50"},
        {2, "(0)::numeric", dialect_kind::postgres, "0"},
        {3, "now()", dialect_kind::postgres, "current_timestamp"},
        {3, "current_timestamp(6)", dialect_kind::mariadb, "current_timestamp"},
        {3, "(now() + '1 day'::interval)", dialect_kind::postgres, {}},
        {4, "1", dialect_kind::mariadb, "true"},
        {4, "false", dialect_kind::postgres, "false"}};
    for (const example& e : cases)
        EXPECT_EQ(portable_default(t, t.columns[e.column], e.text, e.engine), e.kept) << e.text;
}

TEST(GeneratedChecks, AreKeptWhenTheyMeanTheSameEverywhere) {
    const schema::table t = some_table();
    struct example {
        const char* text;
        dialect_kind engine;
        std::optional<std::string> kept;
    };
    const example cases[] = {
        {"n > 0", dialect_kind::sqlite, "(n > 0)"},
        {"`n` > 0 and `kind` <> 'a`b'", dialect_kind::mariadb, "((n > 0) AND (kind <> 'a`b'))"},
        {"[n] > 0", dialect_kind::sqlite, "(n > 0)"},
        {"((kind)::text = 'x'::text)", dialect_kind::postgres, "(kind = 'x')"},
        {"((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
         dialect_kind::postgres, "(kind IN ('a', 'b'))"},
        {"(n = ANY (ARRAY[1, 2]))", dialect_kind::postgres, "(n IN (1, 2))"},
        {"(price > (0)::numeric)", dialect_kind::postgres, "(price > 0)"},
        {"(kind <> 'a::text = ANY (ARRAY['::text)", dialect_kind::postgres,
         "(kind <> 'a::text = ANY (ARRAY[')"},
        {"((n)::text = 'x'::text)", dialect_kind::postgres, {}},
        {"length(kind) > 0", dialect_kind::sqlite, {}},
        {"kind LIKE 'a%'", dialect_kind::mariadb, {}},
        {"n > 0); DROP TABLE t; CREATE TABLE u (CHECK (1 = 1)", dialect_kind::sqlite, {}},
        {"n > 0), (n < 1", dialect_kind::sqlite, {}},
        {"n > 0 --", dialect_kind::sqlite, {}},
        {"unknown > 0", dialect_kind::sqlite, {}},
        {"`n > 0", dialect_kind::mariadb, {}},
        {"[n > 0", dialect_kind::sqlite, {}},
        {"", dialect_kind::sqlite, {}}};
    for (const example& e : cases) EXPECT_EQ(portable_check(t, e.text, e.engine), e.kept) << e.text;
}

TEST(ChecksOfACreateTable, AreFoundWithTheirNames) {
    const auto found = catalog::checks_in(
        "CREATE TABLE \"check\" (a TEXT DEFAULT 'check (no)' CHECK (a <> ')'), -- check (no)\n"
        " b INT CONSTRAINT \"b \"\"1\" CHECK(b > (1)), /* check (no) */ [check] INT,\n"
        " constraint c check (a IN ('(', 'x')))");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].sql, "a <> ')'");
    EXPECT_EQ(found[0].name, "");
    EXPECT_EQ(found[1].sql, "b > (1)");
    EXPECT_EQ(found[1].name, "b \"1");
    EXPECT_EQ(found[2].sql, "a IN ('(', 'x')");
    EXPECT_EQ(found[2].name, "c");
    EXPECT_TRUE(catalog::checks_in("CREATE TABLE t (a CHECK (a > 1").empty());
}

// ---------------------------------------------------------------- distribution

/// Tables of integers, the first key columns of which are the primary key.
class schema_of {
public:
    schema_of& table(const char* name, names columns, std::size_t keys = 1) {
        source_table& t = source_.tables.emplace_back();
        t.name = name;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const bool nullable = columns[i].ends_with('?');
            if (nullable) columns[i].pop_back();
            t.found.columns.push_back({columns[i], "bigint", nullable, false, {}});
            t.details.columns.push_back({columns[i]});
            if (i < keys) t.found.primary_key.push_back(columns[i]);
        }
        return *this;
    }
    schema_of& refers(names columns, const char* parent, names to) {
        source_.tables.back().found.foreign_keys.push_back(
            {std::move(columns), parent, std::move(to), schema::delete_rule::restrict});
        return *this;
    }
    /// "orders with customers by customer_id", "countries reference", "customers by id"
    names placed(const std::vector<cluster_config::table_distribution>& said = {}) {
        draft d = drafted(said);
        finish(d, said);
        names all;
        for (const draft_table& t : d.tables) {
            std::string key;
            for (const auto i : t.table.placed.shard_key)
                key += (key.empty() ? " by " : ",") + t.table.columns[i].name;
            all.push_back(t.table.name + (t.table.is_reference() ? " reference" : "") +
                          (t.table.placed.parent_table.empty()
                               ? ""
                               : " with " + t.table.placed.parent_table) +
                          key);
        }
        return all;
    }
    draft drafted(const std::vector<cluster_config::table_distribution>& said = {}) {
        source_.engine = dialect_kind::postgres;
        draft d = draft_tables(source_);
        distribute(d, said);
        return d;
    }

private:
    source_schema source_;
};

cluster_config::table_distribution said_of(const char* table) {
    cluster_config::table_distribution d;
    d.table = table;
    return d;
}

TEST(GeneratedDistribution, PutsChildrenWithTheirParent) {
    EXPECT_THAT(schema_of()
                    .table("comments", {"id", "post_id", "user_id"})
                    .refers({"post_id", "user_id"}, "posts", {"id", "user_id"})
                    .table("posts", {"id", "user_id"}, 2)
                    .refers({"user_id"}, "users", {"id"})
                    .table("users", {"id"})
                    .placed(),
                ElementsAre("comments with posts by user_id", "posts with users by user_id",
                            "users by id"));
}

TEST(GeneratedDistribution, MakesParentsRootsWhenChildrenDoNotCarryTheShardKey) {
    EXPECT_THAT(
        schema_of()
            .table("customers", {"id"})
            .table("invoices", {"id", "customer_id"})
            .refers({"customer_id"}, "customers", {"id"})
            .table("lines", {"id", "invoice_id"})
            .refers({"invoice_id"}, "invoices", {"id"})
            .placed(),
        ElementsAre("customers reference", "invoices by id", "lines with invoices by invoice_id"));
}

TEST(GeneratedDistribution, CopiesAsFewTablesAsItCan) {
    EXPECT_THAT(
        schema_of()
            .table("customers", {"id"})
            .table("lines", {"id", "order_id", "customer_id"})
            .refers({"customer_id"}, "customers", {"id"})
            .refers({"order_id"}, "orders", {"id"})
            .table("orders", {"id", "customer_id"})
            .refers({"customer_id"}, "customers", {"id"})
            .placed(),
        ElementsAre("customers reference", "lines with orders by order_id", "orders by id"));
}

TEST(GeneratedDistribution, CopiesWhatCannotBeBesideItsChildren) {
    EXPECT_THAT(schema_of()
                    .table("entries", {"list_id", "track_id"}, 2)
                    .refers({"list_id"}, "lists", {"id"})
                    .refers({"track_id"}, "tracks", {"id"})
                    .table("labels", {"id"})
                    .table("lists", {"id"})
                    .table("tracks", {"id", "label_id?"})
                    .refers({"label_id"}, "labels", {"id"})
                    .placed(),
                ElementsAre("entries with lists by list_id", "labels reference", "lists by id",
                            "tracks reference"));
}

TEST(GeneratedDistribution, CopiesParentsOfRowsThatMayHaveNone) {
    EXPECT_THAT(schema_of()
                    .table("authors", {"id"})
                    .table("books", {"id", "author_id?"})
                    .refers({"author_id"}, "authors", {"id"})
                    .placed(),
                ElementsAre("authors reference", "books by id"));
}

TEST(GeneratedDistribution, CopiesTablesThatReferToThemselves) {
    EXPECT_THAT(schema_of()
                    .table("employees", {"id", "boss_id?"})
                    .refers({"boss_id"}, "employees", {"id"})
                    .placed(),
                ElementsAre("employees reference"));
    EXPECT_THAT(schema_of()
                    .table("nodes", {"tenant", "id", "parent_id?"}, 2)
                    .refers({"tenant", "parent_id"}, "nodes", {"tenant", "id"})
                    .placed({[] {
                        auto d = said_of("nodes");
                        d.shard_key = {"tenant"};
                        return d;
                    }()}),
                ElementsAre("nodes by tenant"));
}

TEST(GeneratedDistribution, KeepsTheOrderOfPrimaryKeys) {
    EXPECT_THAT(schema_of()
                    .table("items", {"code", "tenant", "n"}, 3)
                    .refers({"tenant", "code"}, "tenants", {"tenant", "code"})
                    .table("tenants", {"tenant", "code"}, 2)
                    .placed(),
                ElementsAre("items by code,tenant,n", "tenants reference"))
        << "items.code stands before items.tenant, in the shard key of tenants behind it";
}

TEST(GeneratedDistribution, CopiesCirclesAndSaysWhichForeignKeyIsLeftOut) {
    schema_of circle;
    circle.table("a", {"id", "b_id?"})
        .refers({"b_id"}, "b", {"id"})
        .table("b", {"id", "a_id?"})
        .refers({"a_id"}, "a", {"id"})
        .table("c", {"id", "a_id"})
        .refers({"a_id"}, "a", {"id"});
    EXPECT_THAT(circle.placed(), ElementsAre("a reference", "b reference", "c by id"));
    EXPECT_THAT(circle.drafted().find("b")->missing,
                ElementsAre(HasSubstr("foreign key to a, which closes a circle")));
}

TEST(GeneratedDistribution, FollowsWhatIsSaid) {
    schema_of shop;
    shop.table("customers", {"id"})
        .table("lines", {"id", "order_id", "customer_id?"})
        .refers({"order_id"}, "orders", {"id"})
        .refers({"customer_id"}, "customers", {"id"})
        .table("orders", {"id", "customer_id"})
        .refers({"customer_id"}, "customers", {"id"});
    auto orders = said_of("orders");
    orders.shard_key = {"customer_id"};
    auto lines = said_of("lines");
    lines.colocated_with = "orders";
    lines.shard_key = {"customer_id"};
    const auto nullable = shop.placed({orders, lines});
    EXPECT_THAT(nullable, ElementsAre("customers by id", "lines with orders by customer_id",
                                      "orders with customers by customer_id"));
    auto customers = said_of("customers");
    customers.reference = true;
    EXPECT_THAT(
        shop.placed({customers}),
        ElementsAre("customers reference", "lines with orders by order_id", "orders by id"));
}

TEST(GeneratedDistribution, IsRefusedWhenItTearsForeignKeysApart) {
    schema_of shop;
    shop.table("customers", {"id"})
        .table("orders", {"id", "customer_id"})
        .refers({"customer_id"}, "customers", {"id"});
    auto customers = said_of("customers");
    customers.shard_key = {"id"};
    auto orders = said_of("orders");
    orders.shard_key = {"id"};
    orders.strategy = "hash";
    try {
        shop.placed({customers, orders});
        ADD_FAILURE();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::not_supported);
        EXPECT_EQ(e.info().table, "orders");
        EXPECT_THAT(e.what(), HasSubstr("table orders refers to customers"));
    }
}

}  // namespace
}  // namespace shardwise::ops
