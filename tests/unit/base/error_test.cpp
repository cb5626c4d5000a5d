// SPDX-License-Identifier: MIT
#include "shardwise/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <typeinfo>

#include "base/error_table.hpp"

namespace shardwise {
namespace {

TEST(Error, SaysCodeNameMessageAndTheKnownFacts) {
    const error e{error_info{.code = error_code::unique_violation,
                             .message = "the e-mail address is taken",
                             .shard = "s1",
                             .server = "db1:5432/shop",
                             .statement = "INSERT INTO users VALUES ($1)",
                             .sqlstate = "23505",
                             .constraint = "users_email_key",
                             .table = "users",
                             .place = "users.csv:17",
                             .detail = "Key (email)=(a@example.org) already exists."}};
    EXPECT_STREQ(e.what(),
                 "SW401 unique_violation: the e-mail address is taken [shard s1, server "
                 "db1:5432/shop, table users, constraint users_email_key, sqlstate 23505, place "
                 "users.csv:17]");
}

TEST(Error, SaysNoBracketsWithoutFacts) {
    const error e{error_info{.code = error_code::not_found, .message = "no such row"}};
    EXPECT_STREQ(e.what(), "SW601 not_found: no such row");
}

TEST(Error, SeparatesOnlyTheFactsThatAreThere) {
    const error e{error_info{
        .code = error_code::unique_violation, .message = "m", .shard = "s1", .constraint = "k"}};
    EXPECT_STREQ(e.what(), "SW401 unique_violation: m [shard s1, constraint k]");
}

TEST(Error, KeepsDetailAndStatementOutOfWhat) {
    const error e{error_info{.code = error_code::statement_failed,
                             .message = "m",
                             .statement = "SELECT secret",
                             .detail = "row value"}};
    EXPECT_EQ(std::string(e.what()).find("row value"), std::string::npos);
    EXPECT_EQ(std::string(e.what()).find("SELECT"), std::string::npos);
    EXPECT_EQ(e.info().detail, "row value");
    EXPECT_EQ(e.statement(), "SELECT secret");
}

TEST(Error, SurvivesACopy) {
    std::unique_ptr<error> original =
        std::make_unique<error>(error_info{.code = error_code::deadlock, .message = "m"});
    const error copy = *original;
    original.reset();
    EXPECT_STREQ(copy.what(), "SW502 deadlock: m");
}

template <class Derived>
bool raises(error_code code) {
    try {
        raise(error_info{.code = code, .message = "m"});
    } catch (const error& e) {
        return typeid(e) == typeid(Derived) && e.code() == code;
    }
}

TEST(Raise, ThrowsTheClassThatFitsTheCode) {
    for (const error_row& row : error_table()) {
        SCOPED_TRACE(row.name);
        switch (row.code) {
            case error_code::bad_url:
            case error_code::bad_config:
            case error_code::wrong_shard:
            case error_code::missing_shard:
                EXPECT_TRUE(raises<config_error>(row.code));
                break;
            case error_code::unique_violation:
                EXPECT_TRUE(raises<shardwise::unique_violation>(row.code));
                break;
            case error_code::timeout:
                EXPECT_TRUE(raises<timeout_error>(row.code));
                break;
            case error_code::in_doubt:
                EXPECT_TRUE(raises<in_doubt_error>(row.code));
                break;
            case error_code::not_supported:
                EXPECT_TRUE(raises<not_supported_error>(row.code));
                break;
            default:
                EXPECT_TRUE(raises<error>(row.code));
        }
    }
}

TEST(Raise, HasAShortForm) {
    try {
        raise(error_code::timeout, "too late");
    } catch (const timeout_error& e) {
        EXPECT_STREQ(e.what(), "SW504 timeout: too late");
        EXPECT_EQ(e.message(), "too late");
    }
}

TEST(Error, AnswersQuestionsForEveryCode) {
    const std::set<error_code> poisoning{error_code::connection_lost, error_code::timeout,
                                         error_code::in_doubt, error_code::cancelled,
                                         error_code::connect_failed};
    for (const error_row& row : error_table()) {
        SCOPED_TRACE(row.name);
        const error e{error_info{.code = row.code}};
        EXPECT_EQ(e.poisons_connection(), poisoning.count(row.code) == 1);
        EXPECT_EQ(e.is_retryable(), retryable(row.code));
        EXPECT_EQ(e.is_in_doubt(), row.code == error_code::in_doubt);
    }
}

}  // namespace
}  // namespace shardwise
