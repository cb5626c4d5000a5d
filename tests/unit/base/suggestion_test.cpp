// SPDX-License-Identifier: MIT
#include "base/suggestion.hpp"

#include <gtest/gtest.h>

namespace shardwise {
namespace {

TEST(Suggestion, FindsTheNameThatWasMeant) {
    const std::vector<std::string_view> known{"users", "orders", "order_lines", "id", "name"};
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"user", "users"},
        {"usres", "users"},
        {"USERS", "users"},
        {"oders", "orders"},
        {"orderlines", "order_lines"},
        {"naem", "name"},
        {"di", "id"},
        {"i", "id"},
        {"customers", ""},
        {"x", ""},
        {"", ""},
        {"qq", ""},
    };
    for (const auto& [wanted, expected] : cases)
        EXPECT_EQ(nearest_name(wanted, known), expected) << wanted;
    EXPECT_EQ(nearest_name("users", {}), "");
    EXPECT_EQ(nearest_name(std::string(1'000'000, 'x'), known), "");
}

TEST(Suggestion, IsTheEndOfASentenceOrNothing) {
    EXPECT_EQ(did_you_mean("user", {"users"}), "; did you mean 'users'?");
    EXPECT_EQ(did_you_mean("zebra", {"users"}), "");
}

}  // namespace
}  // namespace shardwise
