// SPDX-License-Identifier: MIT
#include "shardwise/base/error_code.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/error_table.hpp"
#include "base/errors_doc.hpp"

namespace shardwise {
namespace {

struct expected_row {
    error_code code;
    unsigned number;
    std::string_view name;
    bool retryable = false;
};

using enum error_code;

/// Frozen: numbers and names are in logs and scripts of users.
constexpr expected_row expected[] = {
    {bad_url, 101, "bad_url"},
    {bad_config, 102, "bad_config"},
    {wrong_shard, 103, "wrong_shard"},
    {missing_shard, 104, "missing_shard"},
    {bad_model, 201, "bad_model"},
    {bad_identifier, 202, "bad_identifier"},
    {schema_mismatch, 203, "schema_mismatch"},
    {unknown_table, 204, "unknown_table"},
    {unknown_column, 205, "unknown_column"},
    {bad_value, 301, "bad_value"},
    {value_not_storable, 302, "value_not_storable"},
    {no_shard_key, 303, "no_shard_key"},
    {unroutable_key, 304, "unroutable_key"},
    {not_supported, 305, "not_supported"},
    {bad_query, 306, "bad_query"},
    {shard_key_change, 307, "shard_key_change"},
    {bad_input, 308, "bad_input"},
    {too_many_shards, 311, "too_many_shards"},
    {result_too_large, 312, "result_too_large"},
    {unique_violation, 401, "unique_violation"},
    {foreign_key_violation, 402, "foreign_key_violation"},
    {not_null_violation, 403, "not_null_violation"},
    {check_violation, 404, "check_violation"},
    {statement_failed, 405, "statement_failed"},
    {permission_denied, 406, "permission_denied"},
    {serialization_failure, 501, "serialization_failure", true},
    {deadlock, 502, "deadlock", true},
    {lock_timeout, 503, "lock_timeout", true},
    {timeout, 504, "timeout"},
    {pool_exhausted, 505, "pool_exhausted"},
    {connect_failed, 506, "connect_failed"},
    {connection_lost, 507, "connection_lost", true},
    {shard_unavailable, 508, "shard_unavailable"},
    {in_doubt, 509, "in_doubt"},
    {cancelled, 510, "cancelled"},
    {lease_lost, 511, "lease_lost"},
    {disk_full, 512, "disk_full"},
    {cannot_prepare, 513, "cannot_prepare"},
    {not_found, 601, "not_found"},
    {many_rows, 602, "many_rows"},
    {stale_object, 603, "stale_object"},
    {bad_state, 604, "bad_state"},
    {not_loaded, 605, "not_loaded"},
    {internal, 901, "internal"},
};

TEST(ErrorCode, HasAFrozenNumberNameAndTagAndAHelpfulSentence) {
    ASSERT_EQ(error_table().size(), std::size(expected));
    std::size_t i = 0;
    for (const expected_row& e : expected) {
        SCOPED_TRACE(e.name);
        EXPECT_EQ(error_table()[i++].code, e.code);
        EXPECT_EQ(static_cast<unsigned>(e.code), e.number);
        EXPECT_EQ(name_of(e.code), e.name);
        EXPECT_EQ(tag_of(e.code), "SW" + std::to_string(e.number));
        EXPECT_EQ(retryable(e.code), e.retryable);
        EXPECT_GT(help_of(e.code).size(), 40U);
        EXPECT_EQ(help_of(e.code).back(), '.');
    }
}

TEST(ErrorCode, TagsNamesAndHelpAreUnique) {
    std::set<std::string_view> tags;
    std::set<std::string_view> names;
    std::set<std::string_view> helps;
    for (const error_row& row : error_table()) {
        EXPECT_TRUE(tags.insert(row.tag).second) << row.tag;
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_TRUE(helps.insert(row.help).second) << row.help;
    }
}

TEST(ErrorCode, ANumberThatIsNoCodeReadsAsInternal) {
    for (const unsigned number : {0U, 1U, 100U, 105U, 400U, 902U, 65535U}) {
        const auto code = static_cast<error_code>(number);
        EXPECT_EQ(name_of(code), "internal");
        EXPECT_EQ(tag_of(code), "SW901");
        EXPECT_FALSE(help_of(code).empty());
        EXPECT_FALSE(retryable(code));
    }
}

TEST(ErrorsDocument, IsEqualToTheTable) {
    const std::string path = std::string(SHARDWISE_SOURCE_DIR) + "/docs/errors.md";
    if (std::getenv("SHARDWISE_UPDATE") != nullptr) std::ofstream(path) << errors_markdown();
    std::ostringstream written;
    written << std::ifstream(path).rdbuf();
    EXPECT_EQ(written.str(), errors_markdown())
        << "run this test with SHARDWISE_UPDATE=1 in the environment";
}

TEST(ErrorsDocument, MentionsEachCodeOnce) {
    const std::string text = errors_markdown();
    for (const error_row& row : error_table()) {
        const std::string start = "| " + std::string(row.tag) + " | `" + std::string(row.name);
        const std::size_t at = text.find(start);
        ASSERT_NE(at, std::string::npos) << row.name;
        EXPECT_EQ(text.find(start, at + 1), std::string::npos) << row.name;
    }
}

}  // namespace
}  // namespace shardwise
