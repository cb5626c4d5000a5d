// SPDX-License-Identifier: MIT
// Moves where keys are looked up, and by structs that do not have all columns.
#include "fixture.hpp"

namespace shardwise::move_test {
namespace {

using testing::ElementsAre;

class MovePlacement : public Move {};

TEST_P(MovePlacement, KeysOfADirectoryAreLookedUp) {
    cluster_options o;
    o.placements = {{.table = "shops", .modulus = 3}};
    cluster by_name(shards->all(), o);
    ASSERT_TRUE((by_name.create_all<shop, item>().complete()));
    const auto key = [](const char* name) {
        return std::vector<value>{value(arg{std::string_view(name)})};
    };
    by_name.assign("shops", key("north"), 0);
    by_name.assign("shops", key("south"), 2);
    session s{by_name};
    const auto one = s.add(shop{1, "north", "s"});
    for (std::int64_t id = 1; id <= 3; ++id) s.add(item{id, "north", 1});
    s.commit();
    one.edit().region = "south";
    s.commit();
    EXPECT_THAT(count("items", "region = 'south'"), ElementsAre(0, 0, 3));
    one.edit().region = "nowhere";
    EXPECT_EQ(code_of([&] { s.flush(); }), "unroutable_key");
    EXPECT_FALSE(s.in_transaction()) << "nothing was sent";
    one.edit().region = "north";
    s.commit();
    EXPECT_THAT(count("shops"), ElementsAre(1, 0, 0));
    EXPECT_THAT(count("items"), ElementsAre(3, 0, 0));
    EXPECT_EQ(code_of([&] { s.sql("UPDATE shops SET region = 'nowhere'"); }), "unroutable_key");
    s.rollback();
    EXPECT_EQ(s.sql("UPDATE shops SET region = 'south', name = region").changed, 1);
    s.commit();
    EXPECT_THAT(count("shops", "name = 'north'"), ElementsAre(0, 0, 1)) << "the value from before";
}

TEST_P(MovePlacement, ColumnsThatAStructLacksMoveAsWell) {
    add_house(3);
    add_house(4);
    session s{*db};
    const auto h = s.get<house_number>(3);
    const auto same = s.get<house>(3);
    h.edit().id = 5;
    s.commit();
    EXPECT_EQ(same->id, 5) << "another struct of the same row";
    EXPECT_EQ(s.get<house>(5), same);
    EXPECT_EQ(s.run(update<house_number>()
                        .set(mapping<house_number>{}.id, 6)
                        .where(mapping<house_number>{}.id == 4)),
              1);
    s.commit();
    EXPECT_THAT(count("houses", "name IN ('h3', 'h4')"), ElementsAre(1, 0, 1));
    EXPECT_THAT(count("chairs"), ElementsAre(4, 0, 4));
}

INSTANTIATE_TEST_SUITE_P(Clusters, MovePlacement, testing::ValuesIn(test::cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::move_test
