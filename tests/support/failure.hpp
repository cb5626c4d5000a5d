// SPDX-License-Identifier: MIT
// The error of a call that must fail, searched for passwords.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "shardwise/base/error.hpp"
#include "support/engines.hpp"

namespace shardwise::test {

/// No text of the library ever holds a password.
inline void expect_no_password(const std::string& text) {
    for (const test_engine& server : test_servers())
        if (!server.password.empty()) {
            EXPECT_THAT(text, Not(testing::HasSubstr(server.password)));
        }
}
inline void expect_no_password(const error& e) {
    const error_info& i = e.info();
    for (const std::string& text : {std::string(e.what()), i.message, i.shard, i.server,
                                    i.statement, i.constraint, i.table, i.place, i.detail})
        expect_no_password(text);
}

/// The error of a call; nothing when it succeeded. Anything else than a shardwise::error is a
/// failure. What it says is searched for passwords.
inline std::optional<error> failure_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        expect_no_password(e);
        return e;
    }
    return std::nullopt;
}

inline std::string code_of(const std::function<void()>& call) {
    const auto failure = failure_of(call);
    return failure ? std::string(name_of(failure->code())) : "no error";
}
inline std::string message_of(const std::function<void()>& call) {
    const auto failure = failure_of(call);
    return failure ? failure->message() : "no error";
}
/// "bad_state: SW604 bad_state: ..."; "none" when it succeeded.
inline std::string failure_text(const std::function<void()>& call) {
    const auto failure = failure_of(call);
    return failure ? std::string(name_of(failure->code())) + ": " + failure->what() : "none";
}

}  // namespace shardwise::test
