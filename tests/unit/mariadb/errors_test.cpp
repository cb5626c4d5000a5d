// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/errors.hpp"

#include <gtest/gtest.h>

namespace shardwise::engine::mariadb {
namespace {

TEST(MariadbErrorTable, TranslatesNumbersToCodes) {
    const struct {
        unsigned number;
        error_code code;
    } cases[] = {
        {1020, error_code::serialization_failure},
        {1021, error_code::disk_full},
        {1040, error_code::connect_failed},
        {1044, error_code::permission_denied},
        {1045, error_code::permission_denied},
        {1048, error_code::not_null_violation},
        {1049, error_code::connect_failed},
        {1062, error_code::unique_violation},
        {1114, error_code::disk_full},
        {1142, error_code::permission_denied},
        {1205, error_code::lock_timeout},
        {1213, error_code::deadlock},
        {1264, error_code::bad_value},
        {1317, error_code::cancelled},
        {1364, error_code::not_null_violation},
        {1406, error_code::bad_value},
        {1451, error_code::foreign_key_violation},
        {1452, error_code::foreign_key_violation},
        {1614, error_code::deadlock},
        {1969, error_code::timeout},
        {2002, error_code::connect_failed},
        {2003, error_code::connect_failed},
        {2005, error_code::connect_failed},
        {2006, error_code::connection_lost},
        {2013, error_code::connection_lost},
        {2055, error_code::connection_lost},
        {3024, error_code::timeout},
        {4025, error_code::check_violation},
        {1146, error_code::statement_failed},
        {9999, error_code::statement_failed},
    };
    for (const auto& c : cases) {
        const error_info e = translate({c.number, "HY000", "text"});
        EXPECT_EQ(e.code, c.code) << c.number;
        EXPECT_FALSE(e.message.empty()) << c.number;
        EXPECT_EQ(e.sqlstate, "HY000");
    }
}

TEST(MariadbErrorTable, FindsConstraintNamesWithQuotesInThem) {
    EXPECT_EQ(translate({1062, "23000", "Duplicate entry 'for key 'x' for key 'it's'"}).constraint,
              "it's");
    EXPECT_EQ(translate({4025, "23000", "CONSTRAINT `a``b` failed for `d`.`t`"}).constraint, "a`b");
    const error_info e =
        translate({1452, "23000",
                   "Cannot add or update a child row: a foreign key constraint fails (`d`.`child`, "
                   "CONSTRAINT `fk` FOREIGN KEY (`p`) REFERENCES `parent` (`id`))"});
    EXPECT_EQ(e.constraint, "fk");
    EXPECT_EQ(e.table, "child");
}

TEST(MariadbErrorTable, KeepsValuesOutOfMessages) {
    const server_error leaking[] = {
        {1062, "23000", "Duplicate entry 'hidden' for key 'k'"},
        {1366, "22007", "Incorrect integer value: 'hid'den' for column `d`.`t`.`c` at row 1"},
        {1292, "22007", "Truncated incorrect DOUBLE value: 'hidden'"},
        {1411, "HY000", "Incorrect datetime value: 'hidden' for function str_to_date"},
        {9999, "HY000", "Something \"hidden\" happened"},
    };
    for (const auto& e : leaking) {
        EXPECT_EQ(translate(e).message.find("hid"), std::string::npos) << translate(e).message;
        EXPECT_NE(translate(e).detail.find("hid"), std::string::npos);
    }
    EXPECT_NE(translate({1146, "42S02", "Table 'd.t' doesn't exist"}).message.find("d.t"),
              std::string::npos);
}

TEST(MariadbErrorTable, KnowsWhatEndsConnectionsAndTransactions) {
    for (const unsigned n : {1053U, 1153U, 1927U, 2006U, 2013U, 2027U}) {
        EXPECT_TRUE(breaks_connection(n)) << n;
    }
    for (const unsigned n : {1062U, 1213U, 1317U}) EXPECT_FALSE(breaks_connection(n)) << n;
    EXPECT_TRUE(rolls_back_transaction(1213, false));
    EXPECT_FALSE(rolls_back_transaction(1205, false));
    EXPECT_TRUE(rolls_back_transaction(1205, true));
    EXPECT_FALSE(rolls_back_transaction(1062, true));
}

}  // namespace
}  // namespace shardwise::engine::mariadb
