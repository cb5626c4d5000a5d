// SPDX-License-Identifier: MIT
#include "engine/storable.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

error_code refusal(const arg& a, column_type type) {
    try {
        check_argument(a, type);
    } catch (const error& e) {
        return e.code();
    }
    return {};
}

TEST(Storable, AnEmptyTextMayHaveNoAddress) {
    for (const column_type type : {column_type::text, column_type::json}) {
        EXPECT_NO_THROW(check_argument(arg{std::string_view{}}, type));
        EXPECT_NO_THROW(check_argument(arg{std::string_view{""}}, type));
    }
    EXPECT_NO_THROW(check_argument(arg::of_bytes(nullptr, 0), column_type::blob));
}

TEST(Storable, AZeroByteIsForBytesOnly) {
    using namespace std::string_view_literals;
    for (const std::string_view text : {"\0"sv, "a\0"sv, "\0a"sv, "a\0b"sv}) {
        EXPECT_EQ(refusal(arg{text}, column_type::text), error_code::value_not_storable);
        EXPECT_NO_THROW(check_argument(arg::of_bytes(text.data(), text.size()), column_type::blob));
    }
}

}  // namespace
}  // namespace shardwise::engine
