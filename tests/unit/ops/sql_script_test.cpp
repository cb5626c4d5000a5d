// SPDX-License-Identifier: MIT
#include "shardwise/ops/sql_script.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace shardwise {
namespace {

using texts = std::vector<std::string>;

/// The complete statements, then what is left.
texts cut(std::string_view text) {
    sql_script s;
    s.add(text);
    texts out;
    while (const auto one = s.next()) out.push_back(*one);
    out.push_back(s.rest());
    return out;
}

TEST(SqlScript, CutsAtSemicolonsOutsideOfQuotesAndComments) {
    EXPECT_EQ(cut("a;b;"), (texts{"a", "b", ""}));
    EXPECT_EQ(cut("a; b"), (texts{"a", "b"}));
    EXPECT_EQ(cut("a ';' b; c"), (texts{"a ';' b", "c"}));
    EXPECT_EQ(cut("a 'it''s;' b; c"), (texts{"a 'it''s;' b", "c"}));
    EXPECT_EQ(cut("\"a;b\"\"c;\"; d"), (texts{"\"a;b\"\"c;\"", "d"}));
    EXPECT_EQ(cut("a -- x; y\n; b"), (texts{"a -- x; y\n", "b"}));
    EXPECT_EQ(cut("a /* ; /* ; */ ; */ b; c"), (texts{"a /* ; /* ; */ ; */ b", "c"}));
}

TEST(SqlScript, KnowsEscapeStringsAndDollarQuotes) {
    EXPECT_EQ(cut("E'it\\'s; x'; b"), (texts{"E'it\\'s; x'", "b"}));
    // Not an escape string: a name that ends in e, and a plain text.
    EXPECT_EQ(cut("name'a\\'; b"), (texts{"name'a\\'", "b"}));
    EXPECT_EQ(cut("'a\\'; b"), (texts{"'a\\'", "b"}));
    EXPECT_EQ(cut("$$ ; ' $$; b"), (texts{"$$ ; ' $$", "b"}));
    EXPECT_EQ(cut("$t$ ; $$ $t$; b"), (texts{"$t$ ; $$ $t$", "b"}));
    EXPECT_EQ(cut("a = $1; b"), (texts{"a = $1", "b"}));
}

TEST(SqlScript, WaitsForWhatIsNotComplete) {
    sql_script s;
    s.add("SELECT 'a;\n");
    EXPECT_EQ(s.next(), std::nullopt);
    EXPECT_TRUE(s.pending());
    s.add("b'\n;\n");
    EXPECT_EQ(s.next(), "SELECT 'a;\nb'\n");
    EXPECT_FALSE(s.pending());
    s.add("/* ;");
    EXPECT_EQ(s.next(), std::nullopt);
    EXPECT_FALSE(s.pending());
}

TEST(SqlScript, PassesOverBlankStatementsAndComments) {
    EXPECT_EQ(cut(" ;; -- nothing\n ; a"), (texts{"a"}));
    EXPECT_EQ(cut("-- a comment; with a semicolon\n"), (texts{""}));
    EXPECT_EQ(cut(""), (texts{""}));
}

TEST(SqlScript, TellsThePlaceOfAStatementInAllTheText) {
    sql_script s;
    s.add("SELECT 1;\n\n  SELECT 'ä;';  SELECT\nx; y");
    struct row {
        const char* statement;
        std::size_t line, column;
    };
    for (const row& r :
         {row{"SELECT 1", 1, 1}, row{"SELECT 'ä;'", 3, 3}, row{"SELECT\nx", 3, 17}}) {
        EXPECT_EQ(s.next(), r.statement);
        EXPECT_EQ(s.line(), r.line) << r.statement;
        EXPECT_EQ(s.column(), r.column) << r.statement;
    }
    EXPECT_EQ(s.place_in_text("1:8"), "3:24");
    EXPECT_EQ(s.place_in_text("2:1"), "4:1");
    EXPECT_EQ(s.place_in_text("shop.sql"), "shop.sql");
    EXPECT_EQ(s.place_in_text("1:x"), "1:x");
    EXPECT_EQ(s.rest(), "y");
    EXPECT_EQ(s.line(), 4U);
    EXPECT_EQ(s.column(), 4U);
}

}  // namespace
}  // namespace shardwise
