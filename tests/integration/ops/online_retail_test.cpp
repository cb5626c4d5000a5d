// SPDX-License-Identifier: MIT
// The whole online retail set over four SQLite shards: the sums of its README must come out.
#include <gtest/gtest.h>

#include "../../../examples/quickstart/shop.hpp"
#include "shardwise/ops/import.hpp"
#include "shardwise/ops/verify.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {
namespace {

TEST(OnlineRetail, IsLoadedWithNothingLostAndNothingChanged) {
    const test_shards shards("sqlite", 4);
    cluster db(shards.all());
    const auto created =
        db.create_all<shop::Country, shop::Product, shop::Customer, shop::Order, shop::OrderLine>();
    ASSERT_TRUE(created.complete()) << created.to_string();
    const std::string data = SHARDWISE_SOURCE_DIR "/examples/data/online_retail/";
    const std::tuple<std::string, std::string, std::int64_t> files[] = {
        {"countries", "countries.csv", 38},
        {"products", "products.csv", 4'070},
        {"customers", "customers.csv", 4'372},
        {"orders", "orders.csv.gz", 25'900},
        {"order_lines", "order_lines.csv.gz", 541'909},
    };
    for (const auto& [table, file, rows] : files) {
        const import_report r = import_csv(db, table, data + file);
        EXPECT_EQ(r.rows_read, rows) << table;
        EXPECT_EQ(r.loaded, rows) << table;
        EXPECT_EQ(r.rejected, 0) << table;
        EXPECT_TRUE(import_csv(db, table, data + file).already_complete);
    }
    const auto sum = [&](const std::string& sql) {
        std::int64_t all = 0;
        for (std::size_t i = 0; i < 4; ++i) all += shards.ask(i, sql).at(0);
        return all;
    };
    EXPECT_EQ(sum("SELECT COUNT(*) FROM order_lines"), 541'909);
    EXPECT_EQ(sum("SELECT SUM(quantity) FROM order_lines"), 5'176'450);
    // SQLite keeps unit_price, a decimal(12,3), in thousandths.
    EXPECT_EQ(sum("SELECT SUM(quantity * unit_price) FROM order_lines"), 9'747'747'934);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM order_lines WHERE customer_id IS NULL"), 135'080);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM orders WHERE customer_id IS NULL"), 3'710);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM orders WHERE kind = 'sale'"), 22'061);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM orders WHERE kind = 'cancellation'"), 3'836);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM orders WHERE kind = 'adjustment'"), 3);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM products WHERE description IS NULL"), 4 * 112);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM countries"), 4 * 38);
    const verify_report checked = verify(db);
    EXPECT_EQ(checked.problems, 0);
    for (const auto& t : checked.tables) {
        for (const auto& [table, file, rows] : files)
            if (t.table == table) {
                EXPECT_EQ(t.rows, rows) << table;
            }
    }
}

}  // namespace
}  // namespace shardwise::test
