// SPDX-License-Identifier: MIT
// Messages of COPY BINARY, good ones and ones that no server should send.
#include "engine/driver/postgres/copied_rows.hpp"

#include <gtest/gtest.h>

#include <string>

#include "engine/driver/postgres/byte_order.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

using namespace std::string_literals;

const std::string header = "PGCOPY\n\377\r\n\0"s + std::string(8, '\0');

result_handle description(std::initializer_list<Oid> types) {
    result_handle r(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
    std::vector<PGresAttDesc> columns;
    for (const Oid type : types) columns.push_back({const_cast<char*>("c"), 0, 0, 0, type, -1, -1});
    PQsetResultAttrs(r.get(), static_cast<int>(columns.size()), columns.data());
    return r;
}

const std::vector<statement::result_column> number_and_text{{column_type::int64, 0},
                                                            {column_type::text, 0}};

std::string field(const std::string& data) {
    std::string out;
    append(out, static_cast<std::int32_t>(data.size()));
    return out + data;
}
std::string number(std::int64_t v) {
    std::string out;
    append(out, v);
    return field(out);
}
std::string with_count(int columns, const std::string& fields) {
    std::string out;
    append(out, static_cast<std::int16_t>(columns));
    return out + fields;
}
const std::string trailer = with_count(-1, "");
const std::string null_field = "\377\377\377\377";

class CopiedRows : public ::testing::Test {
protected:
    void SetUp() override {
        rows_.describe(description({oids::int8, oids::text}), number_and_text);
    }

    /// Takes and reads a message; must be refused as not understood.
    void expect_refused(const std::string& message) {
        try {
            if (rows_.take(message)) {
                std::vector<arg> row(2);
                rows_.read(row);
            }
            ADD_FAILURE() << "was taken";
        } catch (const error& e) {
            EXPECT_EQ(e.code(), error_code::internal);
        }
        SetUp();
    }

    copied_rows rows_;
};

TEST_F(CopiedRows, ReadsRowsBetweenHeaderAndTrailer) {
    std::vector<arg> row(2);
    const std::string first = header + with_count(2, number(-7) + field("it's"));
    ASSERT_TRUE(rows_.take(first));
    EXPECT_TRUE(rows_.has_row());
    rows_.read(row);
    EXPECT_EQ(row[0].integer(), -7);
    EXPECT_EQ(row[1].text(), "it's");
    const std::string second = with_count(2, null_field + field(""));
    ASSERT_TRUE(rows_.take(second));
    rows_.read(row);
    EXPECT_TRUE(row[0].is_null());
    EXPECT_FALSE(row[1].is_null());
    EXPECT_FALSE(rows_.complete());
    EXPECT_FALSE(rows_.take(trailer));
    EXPECT_FALSE(rows_.has_row());
    EXPECT_TRUE(rows_.complete());
    EXPECT_EQ(rows_.count(), 2);
}

TEST_F(CopiedRows, TakesNoRowsAndAHeaderAlone) {
    EXPECT_FALSE(rows_.take(header + trailer));
    EXPECT_TRUE(rows_.complete());
    SetUp();
    EXPECT_FALSE(rows_.take(header));
    EXPECT_FALSE(rows_.take(trailer));
    EXPECT_TRUE(rows_.complete());
}

TEST_F(CopiedRows, RefusesWhatIsNotExactlyARow) {
    expect_refused("");
    expect_refused(with_count(2, number(1) + field("x")));         // no header
    expect_refused("PGCOPY\n\377\r\n\1"s + std::string(8, '\0'));  // another signature
    std::string flagged = header;
    flagged[12] = '\1';
    expect_refused(flagged);
    std::string extended = header;
    extended.back() = '\5';
    expect_refused(extended + "1234");
    expect_refused(header + "\0"s);
    expect_refused(header + with_count(1, number(1)));
    expect_refused(header + with_count(3, number(1) + field("x") + field("y")));
    expect_refused(header + with_count(2, number(1)));
    expect_refused(header + with_count(2, number(1) + field("x") + "y"));
    expect_refused(header + with_count(2, number(1) + "\0\0\0\5abcd"s));
    expect_refused(header + with_count(2, number(1) + "\377\377\377\376"s));
    expect_refused(header + trailer + "x");
    EXPECT_FALSE(rows_.take(header + trailer));
    expect_refused(with_count(2, number(1) + field("x")));
}

TEST_F(CopiedRows, NamesTheColumnWhoseTypeOrValueCannotBeRead) {
    try {
        rows_.describe(description({oids::timestamptz, oids::text}), number_and_text);
        ADD_FAILURE() << "was taken";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_value);
        EXPECT_NE(e.info().message.find("'c'"), std::string::npos);
    }
    EXPECT_THROW(rows_.describe(description({oids::int8}), number_and_text), error);
    SetUp();
    const std::string message = header + with_count(2, field("123") + field("x"));
    ASSERT_TRUE(rows_.take(message));
    std::vector<arg> row(2);
    try {
        rows_.read(row);
        ADD_FAILURE() << "was read";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_value);
    }
}

}  // namespace
}  // namespace shardwise::engine::postgres
