// SPDX-License-Identifier: MIT
// What a call throws, for tables of refusals.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "shardwise/base/error.hpp"

namespace shardwise {

struct refusal {
    bool thrown = false;
    error_code code{};
    std::string message;
    std::string detail;
};

template <class Call>
refusal refusal_of(Call&& call) {
    try {
        call();
    } catch (const error& e) {
        return {true, e.code(), e.message(), e.info().detail};
    }
    return {};
}

/// `call` throws `code` with a sentence that holds `part`.
template <class Call>
::testing::AssertionResult refuses(Call&& call, error_code code, std::string_view part = {}) {
    const refusal r = refusal_of(call);
    if (!r.thrown) return ::testing::AssertionFailure() << "nothing was thrown";
    if (r.code != code)
        return ::testing::AssertionFailure() << name_of(r.code) << ": " << r.message;
    if (r.message.find(part) == std::string::npos)
        return ::testing::AssertionFailure()
               << "'" << r.message << "' does not say '" << part << "'";
    return ::testing::AssertionSuccess();
}

}  // namespace shardwise
