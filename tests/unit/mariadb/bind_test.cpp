// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/bind.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::mariadb {
namespace {

constexpr std::size_t packet = std::size_t{1} << 20U;

TEST(MariadbBind, KeepsCopiesThatDoNotMove) {
    const std::vector<statement::parameter> types{
        {column_type::text, 0}, {column_type::float64, 0}, {column_type::text, 0}};
    std::string a = "first", b(5000, 'b');
    parameter_set set;
    set.assign(types, {{arg{std::string_view(a)}, arg{-0.0}, arg{std::string_view(b)}}}, packet);
    a = "other", b.assign(5000, 'x');
    EXPECT_EQ(std::string(static_cast<char*>(set.binds()[0].buffer), 5), "first");
    EXPECT_EQ(std::string(static_cast<char*>(set.binds()[2].buffer), 5000), std::string(5000, 'b'));
    EXPECT_TRUE(std::signbit(*static_cast<double*>(set.binds()[1].buffer)));
}

TEST(MariadbBind, NullKeepsTheTypeOfItsPlace) {
    const std::vector<statement::parameter> types{{column_type::timestamp, 0}};
    parameter_set set;
    set.assign(types, {{arg{}}}, packet);
    EXPECT_EQ(set.binds()[0].buffer_type, MYSQL_TYPE_DATETIME);
    EXPECT_NE(*set.binds()[0].is_null, 0);
}

TEST(MariadbBind, CountsValuesAndBytes) {
    const std::vector<statement::parameter> types{{column_type::text, 0}};
    parameter_set set;
    EXPECT_THROW(set.assign(types, {}, packet), error);
    const std::string large(packet, 'x');
    try {
        set.assign(types, {{arg{std::string_view(large)}}}, packet);
        ADD_FAILURE() << "larger than a packet";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::value_not_storable);
        EXPECT_NE(e.message().find("max_allowed_packet"), std::string::npos);
    }
}

}  // namespace
}  // namespace shardwise::engine::mariadb
