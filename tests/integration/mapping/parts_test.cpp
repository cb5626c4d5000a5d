// SPDX-License-Identifier: MIT
// Structs within structs as columns, enums as text, own types, and mappings whose order is not that
// of the members, on every engine and on a mix of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::mapping_test {

enum class Tier : int { basic = 1, gold = 7, lost = 9 };

/// An amount in cents, kept as a number.
struct Money {
    std::int64_t cents = 0;
    friend bool operator==(const Money&, const Money&) = default;
};
struct Geo {
    double lat{};
    double lon{};
};
struct Address {
    std::string street;
    std::optional<std::string> city;
    Geo at{};
};
struct Client {
    std::int64_t id{};
    std::string name;
    Address home{};
    Address work{};
    Tier tier = Tier::basic;
    std::optional<Tier> wanted{};
    Money debt{};
};
struct Shuffled {
    std::string first;
    std::int64_t id{};
    std::string second;
};

}  // namespace shardwise::mapping_test

namespace sw = shardwise;
using sw::mapping_test::Address;
using sw::mapping_test::Client;
using sw::mapping_test::Geo;
using sw::mapping_test::Money;
using sw::mapping_test::Shuffled;
using sw::mapping_test::Tier;

template <>
struct sw::enum_text<Tier> {
    static constexpr sw::enum_name<Tier> names[] = {{Tier::basic, "basic"}, {Tier::gold, "gold"}};
};
template <>
struct sw::type_traits<Money> {
    static constexpr column_type type = column_type::int64;
    static constexpr bool nullable = false;
    static arg get(const Money& m) { return arg{m.cents}; }
    static void put(Money& m, const arg& v) { m.cents = v.to_integer(); }
};
template <>
struct sw::mapping<Client> : table<Client, "clients", by_modulo> {
    column<&Client::id, primary_key, generated, shard_key> id;
    column<&Client::name> name;
    column<inside<&Client::home, &Address::street>{}> home_street;
    column<inside<&Client::home, &Address::city>{}, length<40>, indexed> home_city;
    column<inside<inside<&Client::home, &Address::at>{}, &Geo::lat>{}> home_lat;
    column<inside<inside<&Client::home, &Address::at>{}, &Geo::lon>{}> home_lon;
    column<inside<&Client::work, &Address::street>{}> work_street{"office"};
    column<inside<&Client::work, &Address::city>{}> work_city;
    column<inside<inside<&Client::work, &Address::at>{}, &Geo::lat>{}> work_lat;
    column<inside<inside<&Client::work, &Address::at>{}, &Geo::lon>{}> work_lon;
    column<&Client::tier, length<10>> tier;
    column<&Client::wanted, length<10>> wanted;
    column<&Client::debt> debt;
};
template <>
struct sw::mapping<Shuffled> : table<Shuffled, "shuffled", by_modulo> {
    column<&Shuffled::id, primary_key, shard_key> id;
    column<&Shuffled::second> second;
    column<&Shuffled::first> first;
};

namespace shardwise::mapping_test {
namespace {

constexpr mapping<Client> clients;
constexpr mapping<Shuffled> shuffled;
static_assert(clients.home_city.name() == "home_city");
static_assert(clients.home_lat.name() == "home_at_lat");
static_assert(clients.work_street.name() == "office");

Client client(std::int64_t id) {
    return {.id = id,
            .name = "n",
            .home = {.street = "s" + std::to_string(id), .city = "c", .at = {1.5, -2.5}},
            .work = {.street = "w", .city = {}, .at = {0, static_cast<double>(id)}},
            .tier = id % 2 == 0 ? Tier::gold : Tier::basic,
            .wanted = id % 3 == 0 ? std::optional(Tier::gold) : std::nullopt,
            .debt = {100 * id}};
}

class Parts : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report made = db->create_all<Client, Shuffled>();
        ASSERT_TRUE(made.complete()) << made.to_string();
        EXPECT_TRUE(db->verify_schema<Client>().empty());
        session s{*db};
        for (std::int64_t id = 1; id <= 6; ++id) s.add(client(id));
        s.commit();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(Parts, ComeBackAsTheyWere) {
    session s{*db};
    for (std::int64_t id = 1; id <= 6; ++id) {
        const auto c = s.get<Client>(id);
        EXPECT_EQ(c->home.street, "s" + std::to_string(id));
        EXPECT_EQ(c->home.city, "c");
        EXPECT_EQ(c->home.at.lon, -2.5);
        EXPECT_FALSE(c->work.city);
        EXPECT_EQ(c->work.at.lon, static_cast<double>(id));
        EXPECT_EQ(c->tier, id % 2 == 0 ? Tier::gold : Tier::basic);
        EXPECT_EQ(c->wanted.has_value(), id % 3 == 0);
        EXPECT_EQ(c->debt.cents, 100 * id);
    }
    for (const Client& c : s.values(select<Client>())) EXPECT_EQ(c.home.at.lat, 1.5);
    for (const Client& c : s.stream(select<Client>()))
        EXPECT_EQ(c.home.street, "s" + std::to_string(c.id));
}

TEST_P(Parts, AreColumnsInQueriesAndChanges) {
    session s{*db};
    const auto found = s.all(select<Client>()
                                 .where(clients.home_street == "s4" && clients.work_lon > 3.0 &&
                                        clients.tier == Tier::gold)
                                 .order_by(clients.home_city));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0]->id, 4);
    EXPECT_EQ(s.all(select<Client>().where(clients.wanted.is_null())).size(), 4u);
    EXPECT_EQ(s.all(select<Client>().where(clients.debt >= Money{500})).size(), 2u);
    const auto cities = s.all(select(clients.id, clients.home_city, clients.tier)
                                  .where(clients.tier.in({Tier::basic}))
                                  .order_by(clients.id));
    ASSERT_EQ(cities.size(), 3u);
    EXPECT_EQ(std::get<2>(cities[0]), Tier::basic);
    EXPECT_EQ(s.run(update<Client>()
                        .set(clients.home_city, "moved")
                        .set(clients.tier, Tier::gold)
                        .where(clients.id == 1)),
              1);
    s.commit();
    EXPECT_EQ(session{*db}.get<Client>(1)->home.city, "moved");
    EXPECT_EQ(session{*db}.get<Client>(1)->tier, Tier::gold);
}

TEST_P(Parts, AreWrittenAloneWhenTheyChange) {
    session s{*db};
    session other{*db};
    s.get<Client>(2).edit().home.at.lat = 9;
    other.get<Client>(2).edit().home.street = "other";
    s.commit();
    other.commit();
    const auto c = session{*db}.get<Client>(2);
    EXPECT_EQ(c->home.at.lat, 9) << "the other session wrote its column only";
    EXPECT_EQ(c->home.street, "other");
    Client again = client(2);
    again.work.city = "x";
    EXPECT_EQ(s.upsert(again), 1);
    std::vector<Client> more{client(11), client(12)};
    EXPECT_EQ(s.bulk_insert(more), 2);
    s.commit();
    EXPECT_EQ(session{*db}.get<Client>(2)->work.city, "x");
    EXPECT_EQ(session{*db}.get<Client>(12)->home.street, "s12");
}

TEST_P(Parts, EnumsWithoutANameAreRefused) {
    session s{*db};
    s.get<Client>(1).edit().tier = Tier::lost;
    try {
        s.commit();
        FAIL() << "no name, no text";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_value) << e.what();
    }
    s.rollback();
    for (std::size_t i = 0; i < 3; ++i)
        shards->execute(i, "UPDATE clients SET tier = 'odd' WHERE id = 3");
    try {
        s.get<Client>(3);
        FAIL() << "no such name";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_value) << e.what();
    }
    EXPECT_NO_THROW(s.get<Client>(4));
}

TEST_P(Parts, TheOrderOfTheMappingNeedNotBeThatOfTheMembers) {
    session s{*db};
    s.add(Shuffled{.first = "f", .id = 5, .second = "s"});
    s.commit();
    const auto check = [](const Shuffled& x) {
        EXPECT_EQ(x.first, "f");
        EXPECT_EQ(x.id, 5);
        EXPECT_EQ(x.second, "s");
    };
    check(*session{*db}.get<Shuffled>(5));
    check(s.values(select<Shuffled>()).at(0));
    int seen = 0;
    for (const Shuffled& x : s.stream(select<Shuffled>())) {
        check(x);
        ++seen;
    }
    EXPECT_EQ(seen, 1);
    EXPECT_EQ(s.all(select<Shuffled>().where(shuffled.first == "f")).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Parts, testing::ValuesIn(test::cluster_kinds()), test::label_of);

}  // namespace
}  // namespace shardwise::mapping_test
