// SPDX-License-Identifier: MIT
// Structs of database views: read and routed like tables, never written, on every engine and on a
// mix of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "shardwise/base/error.hpp"
#include "shardwise/ops/import.hpp"
#include "shardwise/ops/verify.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::view_test {

struct Region {
    std::int32_t id{};
    std::string name{};
};
struct Customer {
    std::int64_t id{};
    std::string name{};
    std::int32_t region{};
};
struct Order {
    std::int64_t id{};
    std::int64_t customer{};
    std::int64_t total{};
};
/// One row for each customer, computed from the orders.
struct Turnover {
    std::int64_t customer{};
    std::string name{};
    std::int64_t orders{};
    std::int64_t total{};
};
/// The orders of at least 100.
struct LargeOrder {
    std::int64_t id{};
    std::int64_t customer{};
    std::int64_t total{};
};
struct NamedRegion {
    std::int32_t id{};
    std::string name{};
};

}  // namespace shardwise::view_test

template <>
struct shardwise::mapping<shardwise::view_test::Region>
    : table<view_test::Region, "regions", reference_table> {
    column<&view_test::Region::id, primary_key> id;
    column<&view_test::Region::name> name;
};
template <>
struct shardwise::mapping<shardwise::view_test::Customer>
    : table<view_test::Customer, "customers"> {
    column<&view_test::Customer::id, primary_key, shard_key> id;
    column<&view_test::Customer::name> name;
    column<&view_test::Customer::region, references<&view_test::Region::id>> region;
    has_many<&view_test::LargeOrder::customer, to<&view_test::Customer::id>> large_orders;
};
template <>
struct shardwise::mapping<shardwise::view_test::Order> : table<view_test::Order, "orders"> {
    column<&view_test::Order::id, primary_key> id;
    column<&view_test::Order::customer, references<&view_test::Customer::id>, shard_key,
           primary_key>
        customer;
    column<&view_test::Order::total> total;
};
template <>
struct shardwise::mapping<shardwise::view_test::Turnover>
    : table<view_test::Turnover, "turnovers", read_only_view, colocated_with<view_test::Customer>> {
    column<&view_test::Turnover::customer, primary_key, shard_key> customer{"customer_id"};
    column<&view_test::Turnover::name> name;
    column<&view_test::Turnover::orders> orders;
    column<&view_test::Turnover::total> total;
};
template <>
struct shardwise::mapping<shardwise::view_test::LargeOrder>
    : table<view_test::LargeOrder, "large_orders", read_only_view,
            colocated_with<view_test::Customer>> {
    column<&view_test::LargeOrder::id, primary_key> id;
    column<&view_test::LargeOrder::customer, primary_key, shard_key> customer;
    column<&view_test::LargeOrder::total> total;
    belongs_to<&view_test::LargeOrder::customer, to<&view_test::Customer::id>> owner;
};
template <>
struct shardwise::mapping<shardwise::view_test::NamedRegion>
    : table<view_test::NamedRegion, "named_regions", read_only_view, reference_table> {
    column<&view_test::NamedRegion::id, primary_key> id;
    column<&view_test::NamedRegion::name> name;
};

namespace shardwise::view_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr mapping<Customer> customers;
constexpr mapping<Turnover> turnovers;
constexpr mapping<LargeOrder> large_orders;
constexpr std::size_t shard_count = 3;
constexpr std::int64_t customer_count = 12;

error_info failure_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return e.info();
    }
    return {.code = error_code{}, .message = "no error"};
}

class Views : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), shard_count);
        db = std::make_unique<cluster>(shards->all());
        const schema_report made = db->create_all<Region, Customer, Order>();
        ASSERT_TRUE(made.complete()) << made.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    void make(const std::string& view) const {
        for (std::size_t i = 0; i < shard_count; ++i) shards->execute(i, view);
    }
    void make_views() const {
        const bool with_mariadb = GetParam() == "mariadb" || GetParam() == "mixed";
        for (std::size_t i = 0; i < shard_count; ++i) {
            const bool maria = with_mariadb && shards->all()[i].url.starts_with("mariadb");
            const std::string whole = maria ? "SIGNED" : "BIGINT";
            shards->execute(i,
                            "CREATE VIEW turnovers AS SELECT c.id AS customer_id, c.name AS "
                            "name, COUNT(o.id) AS orders, CAST(COALESCE(SUM(o.total), 0) AS " +
                                whole +
                                ") AS total, 1 AS further FROM customers c LEFT JOIN orders o "
                                "ON o.customer = c.id GROUP BY c.id, c.name");
        }
        make(
            "CREATE VIEW large_orders AS SELECT id, customer, total FROM orders WHERE total >= "
            "100");
        make("CREATE VIEW named_regions AS SELECT id, name FROM regions WHERE name <> ''");
        const schema_report known = db->create_all<Turnover, LargeOrder, NamedRegion>();
        ASSERT_TRUE(known.complete()) << known.to_string();
        for (const shard_report& r : known.shards) EXPECT_TRUE(r.statements.empty()) << r.shard;
    }
    /// Customer n has n - 1 orders of 30 * n each.
    void add_rows() const {
        session s{*db};
        s.add(Region{1, "north"});
        s.add(Region{2, ""});
        for (std::int64_t c = 1; c <= customer_count; ++c) {
            s.add(Customer{c, "c" + std::to_string(c), 1});
            for (std::int64_t o = 1; o < c; ++o) s.add(Order{100 * c + o, c, 30 * c});
        }
        s.commit();
    }

    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(Views, AreNotMadeButNamedWhenTheyAreMissing) {
    const schema_report r = db->create_all<LargeOrder>();
    EXPECT_FALSE(r.complete());
    for (const shard_report& one : r.shards)
        EXPECT_THAT(one.error, HasSubstr("view large_orders differs from the declared one: the "
                                         "view is missing: shardwise does not make views, create "
                                         "it on each shard"));
    session s{*db};
    EXPECT_EQ(failure_of([&] { s.all(select<LargeOrder>()); }).code, error_code::unknown_table);
    make_views();
    EXPECT_EQ(s.all(select<LargeOrder>()).size(), 0u);
}

TEST_P(Views, AreVerifiedByNameAndTypeOfTheirColumns) {
    make_views();
    EXPECT_TRUE((db->verify_schema<Turnover, LargeOrder, NamedRegion>().empty()));
    shards->execute(1, "DROP VIEW large_orders");
    shards->execute(1, "CREATE VIEW large_orders AS SELECT id, name AS total FROM customers");
    std::vector<std::string> found;
    for (const schema_difference& d : db->verify_schema<LargeOrder>())
        found.push_back(d.shard + " " + d.table + " " + d.what);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0], "s2 large_orders column customer is missing");
    EXPECT_THAT(found[1], HasSubstr("s2 large_orders column total is "));
    shards->execute(1, "DROP VIEW large_orders");
    const auto missing = db->verify_schema<LargeOrder>();
    ASSERT_EQ(missing.size(), 1u);
    EXPECT_THAT(missing[0].what, HasSubstr("the view is missing"));
}

TEST_P(Views, ARowIsFoundByItsKeyOnOneShard) {
    make_views();
    add_rows();
    session s{*db};
    for (std::int64_t c = 1; c <= customer_count; ++c) {
        const auto t = s.get<Turnover>(c);
        EXPECT_EQ(t->name, "c" + std::to_string(c));
        EXPECT_EQ(t->orders, c - 1);
        EXPECT_EQ(t->total, 30 * c * (c - 1));
        EXPECT_EQ(t.shard(), s.get<Customer>(c).shard());
        EXPECT_EQ(s.local(select<Turnover>().where(turnovers.customer == c)).size(), 1u);
    }
    EXPECT_FALSE(s.find<Turnover>(std::int64_t{99}));
}

TEST_P(Views, RowsOfAllShardsAreMergedSortedAndSummed) {
    make_views();
    add_rows();
    session s{*db};
    std::vector<std::int64_t> best;
    for (const auto& t : s.all(select<Turnover>().order_by(turnovers.total.desc()).limit(3)))
        best.push_back(t->customer);
    EXPECT_THAT(best, ElementsAre(12, 11, 10));
    std::int64_t orders = 0;
    for (std::int64_t c = 1; c <= customer_count; ++c) orders += c - 1;
    EXPECT_EQ(std::get<0>(s.one(select(sum(turnovers.orders)))), orders);
    EXPECT_EQ(s.count(select<Turnover>().where(turnovers.orders > 5)), 6);
    const auto page = s.page(select<Turnover>().order_by(turnovers.name).limit(5));
    const auto next = s.page(select<Turnover>().order_by(turnovers.name).limit(50), page.next());
    EXPECT_EQ(page.rows().size() + next.rows().size(), static_cast<std::size_t>(customer_count));
    EXPECT_EQ(s.all(select<NamedRegion>()).size(), 1u);
}

TEST_P(Views, AreJoinedWithTablesOnEachShard) {
    make_views();
    add_rows();
    session s{*db};
    std::int64_t rows = 0;
    for (const auto& [name, total] :
         s.all(select(customers.name, large_orders.total)
                   .join<LargeOrder>(large_orders.customer == customers.id))) {
        EXPECT_GE(total, 100) << name;
        ++rows;
    }
    // Orders of 30 * c >= 100: customers 4 to 12.
    EXPECT_EQ(rows, 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11);
    const auto sql = s.sql<std::tuple<std::int64_t>>(
        "SELECT COUNT(*) FROM large_orders l JOIN turnovers t ON t.customer_id = l.customer");
    EXPECT_EQ(std::get<0>(sql.front()), rows);
}

TEST_P(Views, AreTheOtherSideOfRelations) {
    make_views();
    add_rows();
    session s{*db};
    const auto found =
        s.all(select<Customer>().order_by(customers.id).include(customers.large_orders));
    ASSERT_EQ(found.size(), static_cast<std::size_t>(customer_count));
    for (const auto& c : found) {
        const auto large = s.load(c, customers.large_orders);
        EXPECT_EQ(large.size(), c->id < 4 ? 0u : static_cast<std::size_t>(c->id - 1));
        s.load(large, large_orders.owner);
        for (const auto& o : large) EXPECT_EQ(s.load(o, large_orders.owner), c);
    }
}

TEST_P(Views, ShowWhatTheTransactionHasWritten) {
    make_views();
    add_rows();
    session s{*db};
    const auto t = s.get<Turnover>(std::int64_t{3});
    EXPECT_EQ(t->orders, 2);
    s.add(Order{1'000, 3, 10});
    s.flush();
    s.refresh(t);
    EXPECT_EQ(t->orders, 3);
    EXPECT_EQ(t->total, 190);
    s.rollback();
    s.refresh(t);
    EXPECT_EQ(t->orders, 2);
}

TEST_P(Views, EveryWriteAsTextAndImportIsRefusedBeforeItIsSent) {
    make_views();
    add_rows();
    session s{*db};
    for (const char* const text :
         {"INSERT INTO large_orders (id, customer, total) VALUES (1, 1, 200)",
          "INSERT INTO large_orders SELECT id, customer, total FROM orders",
          "UPDATE large_orders SET total = 5 WHERE customer = 4",
          "UPDATE large_orders SET customer = 5 WHERE customer = 4",
          "DELETE FROM large_orders WHERE customer = 4", "DELETE FROM large_orders",
          "INSERT INTO large_orders (id, customer, total) VALUES (1, 1, 200) "
          "ON CONFLICT (id, customer) DO NOTHING"}) {
        const error_info e = failure_of([&] { s.sql(text); });
        EXPECT_EQ(e.code, error_code::not_supported) << text;
        EXPECT_THAT(e.message, HasSubstr("\"large_orders\" is a read_only_view and only read"));
    }
    EXPECT_FALSE(s.in_transaction());
    const auto file =
        std::filesystem::temp_directory_path() / ("views_" + std::to_string(::getpid()) + ".csv");
    std::ofstream(file) << "id,customer,total\n1,1,200\n";
    const error_info e = failure_of([&] { import_csv(*db, "large_orders", file.string()); });
    std::filesystem::remove(file);
    EXPECT_EQ(e.code, error_code::not_supported);
    EXPECT_THAT(e.message, HasSubstr("import into the tables that it shows"));
    EXPECT_EQ(s.count(select<LargeOrder>()), 63);
}

TEST_P(Views, AreLeftOutOfVerifyAndForgottenWithoutDropping) {
    make_views();
    add_rows();
    EXPECT_EQ(verify(*db).problems, 0);
    EXPECT_EQ(failure_of([&] { verify(*db, {"turnovers"}); }).code, error_code::not_supported);
    ASSERT_TRUE((db->drop_all<Turnover, LargeOrder, NamedRegion>().complete()));
    session s{*db};
    EXPECT_EQ(failure_of([&] { s.all(select<LargeOrder>()); }).code, error_code::unknown_table);
    for (std::size_t i = 0; i < shard_count; ++i)
        EXPECT_EQ(shards->ask(i, "SELECT COUNT(*) FROM large_orders").size(), 1u);
}

TEST_P(Views, AnotherProcessKnowsThatItIsAView) {
    make_views();
    cluster again{shards->all()};
    EXPECT_TRUE((again.verify_schema<Turnover, LargeOrder>().empty()));
}

TEST_P(Views, ANullInAMemberThatIsNotOptionalIsAnErrorAndNoZero) {
    make_views();
    add_rows();
    for (std::size_t i = 0; i < shard_count; ++i) {
        const bool maria = shards->all()[i].url.starts_with("mariadb");
        shards->execute(i, "DROP VIEW large_orders");
        shards->execute(i, std::string("CREATE VIEW large_orders AS SELECT id, customer, CAST("
                                       "NULL AS ") +
                               (maria ? "SIGNED" : "BIGINT") + ") AS total FROM orders");
    }
    session s{*db};
    EXPECT_EQ(failure_of([&] { s.all(select<LargeOrder>()); }).code, error_code::bad_value);
    EXPECT_EQ(failure_of([&] { s.values(select<LargeOrder>()); }).code, error_code::bad_value);
    EXPECT_EQ(failure_of([&] {
                  for (const auto& row : s.all(select(large_orders.total)))
                      static_cast<void>(std::get<0>(row));
              }).code,
              error_code::bad_value);
}

TEST_P(Views, RowsMoveWithoutThem) {
    make_views();
    add_rows();
    session s{*db};
    s.sql("UPDATE customers SET id = 50 WHERE id = 12");
    s.commit();
    EXPECT_EQ(s.get<Turnover>(std::int64_t{50})->orders, 11);
    EXPECT_FALSE(s.find<Turnover>(std::int64_t{12}));
    EXPECT_EQ(verify(*db).problems, 0);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Views, testing::ValuesIn(test::cluster_kinds()), test::label_of);

}  // namespace
}  // namespace shardwise::view_test
