// SPDX-License-Identifier: MIT
#include "ops/csv_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

/// Delivers `text` in pieces; the first one ends at `cut`, then `step` bytes at a time.
csv_reader::source pieces(const std::string& text, std::size_t cut, std::size_t step) {
    return [&text, cut, step, at = std::size_t{0}](std::span<char> to) mutable {
        const std::size_t until = at < cut ? cut : std::min(text.size(), at + step);
        const std::size_t n = std::min(until - at, to.size());
        std::memcpy(to.data(), text.data() + at, n);
        at += n;
        return n;
    };
}

/// "line|field|'quoted field'"
std::vector<std::string> read_all(csv_reader& reader) {
    std::vector<std::string> out;
    while (const csv_record* r = reader.next()) {
        std::string row = std::to_string(r->line);
        for (const csv_field& f : r->fields) {
            row += '|';
            row += f.quoted ? "'" + std::string(f.text) + "'" : std::string(f.text);
        }
        if (!r->defect.empty()) row += " !" + std::string(r->defect);
        out.push_back(row);
    }
    return out;
}

std::vector<std::string> read_text(const std::string& text, char delimiter = ',') {
    csv_reader reader(pieces(text, text.size(), 1), "f.csv", delimiter);
    return read_all(reader);
}

std::string failure_of(const std::string& text) {
    try {
        read_text(text);
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_input);
        return e.message();
    }
    return "no error";
}

struct good {
    std::string text;
    std::vector<std::string> rows;
};
const std::vector<good>& good_inputs() {
    using namespace std::string_literals;
    static const std::vector<good> all{
        {"", {}},
        {"a,b\n1,2\n", {"1|a|b", "2|1|2"}},
        {"a,b\r\n1,2\r\n", {"1|a|b", "2|1|2"}},
        {"a,b\n1,2", {"1|a|b", "2|1|2"}},
        {"\xef\xbb\xbf"
         "a,b\n",
         {"1|a|b"}},
        {"\xef\xbb\xbf"
         "\"a\",b\n",
         {"1|'a'|b"}},
        {"a,\n,b\n,\n", {"1|a|", "2||b", "3||"}},
        {"\"\",\n", {"1|''|"}},
        {"\"\"", {"1|''"}},
        {"a,", {"1|a|"}},
        {"\n\na\n", {"1|", "2|", "3|a"}},
        {"\"x,y\",\"line 1\nline 2\"\nz,w\n", {"1|'x,y'|'line 1\nline 2'", "3|z|w"}},
        {"\"a\r\nb\"\r\nc\r\n", {"1|'a\r\nb'", "3|c"}},
        {"\"say \"\"hi\"\"\",\"\"\"\"\n", {"1|'say \"hi\"'|'\"'"}},
        {"\"\"\"\"\"\",\"a\"\"b\"\"\"\n", {"1|'\"\"'|'a\"b\"'"}},
        {" a , b \n", {"1| a | b "}},
        {"gr\xc3\xbc\xc3\x9f,\xf0\x9f\x98\x80\n", {"1|gr\xc3\xbc\xc3\x9f|\xf0\x9f\x98\x80"}},
        {"a\0b,c\nd,e\n"s, {"1|a\0b|c !the line holds a zero byte"s, "2|d|e"}},
        {"\xff,c\nd,e\n", {"1|\xff|c !the line is not valid UTF-8", "2|d|e"}},
    };
    return all;
}

TEST(CsvReader, ReadsEveryFormOfRecord) {
    for (const good& g : good_inputs()) EXPECT_EQ(read_text(g.text), g.rows) << g.text;
}

TEST(CsvReader, ReadsTheSameWhereverTheInputIsCut) {
    for (const good& g : good_inputs()) {
        for (std::size_t cut = 1; cut < g.text.size(); ++cut) {
            for (const std::size_t step : {std::size_t{1}, std::size_t{2}, g.text.size()}) {
                csv_reader reader(pieces(g.text, cut, step), "f.csv", ',');
                EXPECT_EQ(read_all(reader), g.rows) << g.text << " cut at " << cut;
            }
        }
    }
}

TEST(CsvReader, TakesOtherDelimiters) {
    EXPECT_EQ(read_text("a;b,c\n\"x;y\";z\n", ';'),
              (std::vector<std::string>{"1|a|b,c", "2|'x;y'|z"}));
    EXPECT_EQ(read_text("a\tb\n", '\t'), (std::vector<std::string>{"1|a|b"}));
    for (const char bad : {'"', '\n', '\r', '\0', '\xe4'})
        EXPECT_THROW(read_text("a\n", bad), error) << int{bad};
}

TEST(CsvReader, RefusesWhatItWouldHaveToGuess) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"a,b\n\"x,y\nz\n", "f.csv:2: a quote that is never closed begins here"},
        {"a\n1\n\"x", "f.csv:3: a quote that is never closed"},
        {"a\n\"", "f.csv:2: a quote that is never closed"},
        {"a\n\"x\"y\n", "f.csv:2: text behind a closing quote"},
        {"a\n\"x\ny\" ,z\n", "f.csv:3: text behind a closing quote"},
        {"a\nx\"y\n", "f.csv:2: a quote inside a field"},
        {"a\rb\n", "f.csv:1: a carriage return that no line feed follows"},
        {"a\n1\r", "f.csv:2: a carriage return that no line feed follows"},
        {"a\n\"1\"\r\r\n", "f.csv:2: a carriage return that no line feed follows"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_TRUE(failure_of(text).starts_with(expected)) << text << ": " << failure_of(text);
}

TEST(CsvReader, KeepsTheRecordAsItStandsInTheFile) {
    const std::string text = "\"a\"\"b\",,\"\"\r\nnext\n";
    csv_reader reader(pieces(text, text.size(), 1), "f.csv", ',');
    EXPECT_EQ(reader.next()->raw, "\"a\"\"b\",,\"\"");
    EXPECT_EQ(reader.next()->raw, "next");
    EXPECT_EQ(reader.next(), nullptr);
}

TEST(CsvReader, ReadsRecordsThatAreLongerThanItsBuffer) {
    const std::string field(3'000'000, 'x');
    const auto rows = read_text("a,b\n" + field + ",1\n2,3\n");
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1], "2|" + field + "|1");
    EXPECT_EQ(rows[2], "3|2|3");
}

TEST(CsvReader, RefusesARecordThatWouldSwallowTheMemory) {
    std::size_t given = 0;
    csv_reader reader(
        [&](std::span<char> to) {
            std::memset(to.data(), given == 0 ? '"' : 'x', 1);
            std::memset(to.data() + 1, 'x', to.size() - 1);
            given += to.size();
            return to.size();
        },
        "f.csv", ',');
    try {
        reader.next();
        FAIL() << "no error";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_input);
        EXPECT_NE(e.message().find("f.csv:1: the record is longer than 64 MB"), std::string::npos);
    }
    EXPECT_LT(given, 4 * csv_reader::longest_record);
}

}  // namespace
}  // namespace shardwise::ops
