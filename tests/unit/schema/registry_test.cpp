// SPDX-License-Identifier: MIT
#include "schema/registry.hpp"

#include <gtest/gtest.h>

#include "unit/schema/refusal.hpp"
#include "unit/schema/sample_tables.hpp"

namespace shardwise::schema {
namespace {

class Registry : public ::testing::Test {
protected:
    Registry() {
        known.add(countries());
        known.add(customers());
        known.add(orders());
    }
    ::testing::AssertionResult refused(const table& t, error_code code, std::string_view says) {
        const std::size_t before = known.all().size();
        auto result = refuses([&] { known.add(t); }, code, says);
        if (known.all().size() != before)
            return ::testing::AssertionFailure() << "the registry has changed";
        return result;
    }

    registry known;
};

TEST_F(Registry, GivesTablesBackInTheOrderTheyWereAdded) {
    const table& lines = known.add(order_lines());
    const auto all = known.all();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0]->name, "countries");
    EXPECT_EQ(all[3], &lines);
    EXPECT_EQ(known.find("order_lines"), &lines);
    EXPECT_EQ(&known.at("order_lines"), &lines);
    EXPECT_EQ(known.find("Order_Lines"), nullptr);
}

TEST_F(Registry, SuggestsTheTableThatWasMeant) {
    EXPECT_EQ(known.find("custmers"), nullptr);
    EXPECT_TRUE(refuses([&] { known.at("custmers"); }, error_code::unknown_table,
                        "'custmers' is not declared"));
    EXPECT_TRUE(refuses([&] { known.at("custmers"); }, error_code::unknown_table,
                        "did you mean 'customers'?"));
}

TEST_F(Registry, NeverMovesATable) {
    const table* const first = known.find("customers");
    for (int i = 0; i < 200; ++i) {
        table t = countries();
        t.name = "t" + std::to_string(i);
        known.add(t);
    }
    EXPECT_EQ(known.find("customers"), first);
}

TEST_F(Registry, FindsTheRootOfColocatedTables) {
    table lines = order_lines();
    lines.placed.strategy = strategy_kind::list;  // the root decides
    known.add(lines);
    EXPECT_EQ(known.at("customers").placed.root_table, "customers");
    EXPECT_EQ(known.at("orders").placed.root_table, "customers");
    EXPECT_EQ(known.at("order_lines").placed.root_table, "customers");
    EXPECT_EQ(known.at("order_lines").placed.strategy, strategy_kind::hash);
    EXPECT_EQ(known.at("countries").placed.root_table, "");
}

TEST_F(Registry, TakesAnEqualTableAgainAndRefusesADifferentOne) {
    const table* const first = known.find("orders");
    EXPECT_EQ(&known.add(orders()), first);
    EXPECT_EQ(&known.add(*first), first) << "as it was given back";
    EXPECT_EQ(known.all().size(), 3U);
    table t = orders();
    t.columns[2].nullable = false;
    EXPECT_TRUE(refused(t, error_code::bad_model, "declared twice"));
}

TEST_F(Registry, ValidatesEachTableAlone) {
    table t = order_lines();
    t.primary_key.clear();
    EXPECT_TRUE(refused(t, error_code::bad_model, "primary key"));
}

TEST_F(Registry, RefusesParentsThatAreNotThere) {
    table t = order_lines();
    t.placed.parent_table = "order";
    EXPECT_TRUE(refused(t, error_code::unknown_table, "did you mean 'orders'?"));
    t = order_lines();
    t.foreign_keys[0].parent_table = "ordres";
    EXPECT_TRUE(refused(t, error_code::unknown_table, "did you mean 'orders'?"));
    t = order_lines();
    t.foreign_keys[0].parent_columns = {"order_on"};
    EXPECT_TRUE(refused(t, error_code::unknown_column, "did you mean 'order_no'?"));
}

TEST_F(Registry, ChecksThatColocatedTablesCanBePlacedAlike) {
    table t = order_lines();
    t.foreign_keys.clear();
    t.placed.shard_key = {2, 0};
    EXPECT_TRUE(refused(t, error_code::bad_model, "another number of columns"));
    t.placed.shard_key = {2};
    t.columns[2].type = column_type::text;
    EXPECT_TRUE(refused(t, error_code::bad_model, "another type"));
    t.columns[2].type = column_type::int32;
    EXPECT_NO_THROW(known.add(t)) << "integers of every width are placed alike";

    t = order_lines();
    t.name = "lines";
    t.foreign_keys.clear();
    t.placed.parent_table = "countries";
    EXPECT_TRUE(refused(t, error_code::bad_model, "reference table"));
}

TEST_F(Registry, ChecksTheScaleOfDecimalShardKeys) {
    table root = customers();
    root.name = "accounts";
    root.placed.shard_key = {3};
    known.add(root);
    table t = orders();
    t.name = "bookings";
    t.foreign_keys.clear();
    t.placed.parent_table = "accounts";
    t.columns[1] = decimal_of("account", 12, 3);
    EXPECT_TRUE(refused(t, error_code::bad_model, "another type"));
    t.columns[1] = decimal_of("account", 10, 2);
    EXPECT_NO_THROW(known.add(t));
}

TEST_F(Registry, RefusesAStoredBucketBesideARootWithoutHash) {
    table root = customers();
    root.name = "accounts";
    root.columns.pop_back();
    root.placed.stored_bucket = false;
    root.placed.strategy = strategy_kind::modulo;
    known.add(root);
    table t = orders();
    t.name = "bookings";
    t.foreign_keys.clear();
    t.placed.parent_table = "accounts";
    t.columns.push_back(stored_bucket_column());
    t.placed.stored_bucket = true;
    EXPECT_TRUE(refused(t, error_code::bad_model, "not placed by hash"));
    t.placed.parent_table = "customers";
    EXPECT_NO_THROW(known.add(t));
}

TEST_F(Registry, KeepsRowsWithoutAKeyTogether) {
    const auto lines_with = [](const char* name, std::uint32_t bucket) {
        table t = order_lines();
        t.name = name;
        t.foreign_keys.clear();
        t.columns[2].nullable = true;
        t.placed.null_bucket = bucket;
        return t;
    };
    known.add(lines_with("a", 5));
    EXPECT_NO_THROW(known.add(lines_with("b", 5)));
    EXPECT_TRUE(
        refused(lines_with("c", 6), error_code::bad_model, "another bucket than table 'a'"));
}

// --- foreign keys

TEST_F(Registry, AllowsForeignKeysBetweenRowsThatLiveTogether) {
    EXPECT_NO_THROW(known.add(order_lines())) << "a copied shard key";

    table to_reference = customers();
    to_reference.name = "users";
    to_reference.foreign_keys = {{"f", {2}, "countries", {"code"}, delete_rule::set_null}};
    EXPECT_NO_THROW(known.add(to_reference));

    table reference = countries();
    reference.name = "regions";
    reference.foreign_keys = {{"g", {0}, "countries", {"code"}, delete_rule::cascade}};
    EXPECT_NO_THROW(known.add(reference));

    table with_key = order_lines();
    with_key.name = "payments";
    with_key.foreign_keys = {{"h", {2}, "customers", {"id"}, delete_rule::cascade}};
    EXPECT_NO_THROW(known.add(with_key));
}

TEST_F(Registry, RefusesForeignKeysBetweenTablesThatDoNotLiveTogether) {
    table t = customers();
    t.name = "suppliers";
    t.foreign_keys = {{"f", {0}, "customers", {"id"}, delete_rule::restrict}};
    EXPECT_TRUE(refused(t, error_code::bad_model, "do not live together"));

    table reference = countries();
    reference.name = "vips";
    reference.columns.push_back(column_of("customer_id", column_type::int64));
    reference.foreign_keys = {{"f", {2}, "customers", {"id"}, delete_rule::restrict}};
    EXPECT_TRUE(refused(reference, error_code::bad_model, "only a part"));
}

TEST_F(Registry, RefusesForeignKeysThatPairAShardKeyWithAnotherColumn) {
    // A customer recommended by another customer: the two may be on different shards.
    table t = customers();
    t.name = "people";
    t.columns[1] = column_of("recommended_by", column_type::int64, true);
    t.foreign_keys = {{"f", {1}, "people", {"id"}, delete_rule::restrict}};
    EXPECT_TRUE(refused(t, error_code::bad_model, "only one of them is the shard key"));

    // The shard key refers to something else.
    table lines = order_lines();
    lines.foreign_keys = {{"f", {2}, "orders", {"order_no"}, delete_rule::restrict}};
    EXPECT_TRUE(refused(lines, error_code::bad_model, "only one of them is the shard key"));
}

TEST_F(Registry, AllowsATableToReferToItself) {
    table t = orders();
    t.name = "threads";
    t.foreign_keys = {{"f", {0}, "threads", {"order_no"}, delete_rule::restrict}};
    EXPECT_NO_THROW(known.add(t));
}

TEST_F(Registry, PairsCompositeShardKeysColumnByColumn) {
    table root = customers();
    root.name = "sites";
    root.columns[1] = column_of("site", column_type::int64);
    root.primary_key = {0, 1};
    root.placed.shard_key = {0, 1};
    known.add(root);
    table t = orders();
    t.name = "visits";
    t.placed.parent_table = "sites";
    t.placed.shard_key = {0, 1};
    t.foreign_keys = {{"f", {0, 1}, "sites", {"id", "site"}, delete_rule::restrict}};
    table crossed = t;
    crossed.foreign_keys[0].columns = {1, 0};
    EXPECT_TRUE(refused(crossed, error_code::bad_model, "only one of them is the shard key"));
    EXPECT_NO_THROW(known.add(t));
}

TEST_F(Registry, RefusesForeignKeysThatDoNotReferToAKey) {
    table t = order_lines();
    t.columns[0] = column_of("note", column_type::text);
    t.foreign_keys[0].parent_columns = {"note"};
    EXPECT_TRUE(refused(t, error_code::bad_model, "primary key or a unique constraint"));

    table parent = countries();
    parent.name = "cities";
    parent.primary_key = {0, 1};
    known.add(parent);
    table reference = countries();
    reference.name = "streets";
    reference.foreign_keys = {{"f", {0, 1}, "cities", {"name", "code"}, delete_rule::restrict}};
    EXPECT_TRUE(refused(reference, error_code::bad_model, "same order"));
    reference.foreign_keys[0].parent_columns = {"code", "name"};
    EXPECT_NO_THROW(known.add(reference));
}

TEST_F(Registry, AllowsForeignKeysToUniqueConstraints) {
    table parent = countries();
    parent.name = "currencies";
    parent.uniques = {{"currencies_name_key", {1}, unique_scope::implied}};
    known.add(parent);
    table t = countries();
    t.name = "banks";
    t.foreign_keys = {{"f", {1}, "currencies", {"name"}, delete_rule::restrict}};
    EXPECT_NO_THROW(known.add(t));
}

TEST_F(Registry, RefusesForeignKeysBetweenDifferentTypes) {
    table t = order_lines();
    t.columns[0].type = column_type::int32;
    EXPECT_TRUE(refused(t, error_code::bad_model, "of another type"));
}

TEST_F(Registry, RefusesNamesThatAreTakenInTheDatabase) {
    table t = countries();
    t.name = "Customers";
    EXPECT_TRUE(refused(t, error_code::bad_model, "'customers'"));

    table indexed = countries();
    indexed.name = "regions";
    indexed.indexes = {{"orders", {1}}};
    EXPECT_TRUE(refused(indexed, error_code::bad_model, "'orders'"));
    indexed.indexes = {{"Customers_PKEY", {1}}};
    EXPECT_TRUE(refused(indexed, error_code::bad_model, "customers_pkey"));
    indexed.indexes = {{"by_name", {1}}};
    EXPECT_NO_THROW(known.add(indexed));

    table again = countries();
    again.name = "cities";
    again.uniques = {{"BY_NAME", {1}, unique_scope::implied}};
    EXPECT_TRUE(refused(again, error_code::bad_model, "'by_name'"));

    table lines = order_lines();
    lines.foreign_keys[0].name = "orders_customer_id_fkey";
    EXPECT_TRUE(refused(lines, error_code::bad_model, "orders_customer_id_fkey"));
}

}  // namespace
}  // namespace shardwise::schema
