// SPDX-License-Identifier: MIT
// Objects whose shard key is edited.
#include "fixture.hpp"

namespace shardwise::move_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_P(Move, AnObjectMovesWithWhatIsLoadedAndWhatIsNot) {
    add_account(1, 3);
    add_account(2, 3);
    session s{*db};
    const auto a = s.one(select<account>().where(accounts.id == 1));
    const auto d = s.one(select<doc>().where(docs.id == 12));
    const auto p = s.one(select<page>().where(pages.id == 110));
    EXPECT_EQ(a.shard(), 0);
    a.edit().tenant = 4;
    s.commit();
    EXPECT_EQ(a.shard(), 1);
    EXPECT_EQ(d.shard(), 1);
    EXPECT_EQ(d->tenant, 4);
    EXPECT_EQ(p->tenant, 4);
    EXPECT_THAT(count("accounts", "id = 1 AND tenant = 4"), ElementsAre(0, 1, 0));
    EXPECT_THAT(count("docs", "account_id = 1 AND tenant = 4"), ElementsAre(0, 2, 0));
    EXPECT_THAT(count("pages", "tenant = 4"), ElementsAre(0, 2, 0));
    EXPECT_THAT(count("accounts"), ElementsAre(1, 1, 0));
    EXPECT_THAT(count("docs"), ElementsAre(2, 2, 0));
    EXPECT_THAT(count("pages"), ElementsAre(2, 2, 0));
    d.edit().title = "still the same object";
    s.commit();
    session other{*db};
    EXPECT_EQ(other.one(select<doc>().where(docs.tenant == 4 && docs.id == 12))->title,
              "still the same object");
}

TEST_P(Move, ValuesOfEachTypeArriveAsTheyWere) {
    add_account(1, 0);
    session s{*db};
    s.one(select<account>().where(accounts.id == 1)).edit().tenant = 1;
    s.flush();
    s.one(select<account>().where(accounts.id == 1)).edit().tenant = 2;
    s.commit();
    EXPECT_THAT(count("pages"), ElementsAre(0, 0, 2));
    session fresh{*db};
    const page was = a_page(110, 2, 11);
    const auto p = fresh.one(select<page>().where(pages.id == 110));
    EXPECT_EQ(p->weight, was.weight);
    EXPECT_EQ(p->ratio, was.ratio);
    EXPECT_EQ(p->seen, was.seen);
    EXPECT_EQ(p->raw, was.raw);
    EXPECT_EQ(p->extra, was.extra);
    EXPECT_EQ(p->day, was.day);
    EXPECT_EQ(p->token, was.token);
    EXPECT_EQ(p->open, was.open);
}

TEST_P(Move, TheIdentityChangesWhereThePrimaryKeyIsTheShardKey) {
    add_house(3);
    session s{*db};
    const auto h = s.get<house>(3);
    const auto c = s.get<chair>(3, 2, 1);
    h.edit().id = 4;
    s.flush();
    EXPECT_EQ(s.get<house>(4), h);
    EXPECT_FALSE(s.find<house>(3));
    EXPECT_EQ(s.get<chair>(4, 2, 1), c);
    EXPECT_EQ(c->house_id, 4);
    EXPECT_FALSE(s.find<chair>(3, 2, 1));
    EXPECT_EQ(s.get<room>(4, 1)->name, "r1");
    h.edit().name = "moved";
    s.flush();
    h.edit().id = 5;
    s.commit();
    EXPECT_EQ(c->house_id, 5);
    EXPECT_EQ(s.get<house>(5), h);
    EXPECT_THAT(count("houses", "id = 5 AND name = 'moved'"), ElementsAre(0, 0, 1));
    EXPECT_THAT(count("houses"), ElementsAre(0, 0, 1));
    EXPECT_THAT(count("rooms"), ElementsAre(0, 0, 2));
    EXPECT_THAT(count("chairs"), ElementsAre(0, 0, 4));
}

TEST_P(Move, OnTheSameShardChildrenFollowAsWell) {
    add_house(3);
    add_account(1, 3);
    session s{*db};
    s.get<house>(3).edit().id = 6;
    s.one(select<account>().where(accounts.id == 1)).edit().tenant = 6;
    s.commit();
    EXPECT_THAT(count("chairs", "house_id = 6"), ElementsAre(4, 0, 0));
    EXPECT_THAT(count("pages", "tenant = 6"), ElementsAre(2, 0, 0));
    EXPECT_THAT(count("houses"), ElementsAre(1, 0, 0));
    s.add(house{1, "alone"});
    s.commit();
    s.get<house>(1).edit().id = 7;
    s.commit();
    EXPECT_THAT(count("houses", "id = 7"), ElementsAre(0, 1, 0));
}

TEST_P(Move, AnAssignmentOfTheSameValueWritesNothing) {
    add_house(3);
    session s{*db};
    s.get<house>(3).edit().id = 3;
    s.flush();
    EXPECT_FALSE(s.in_transaction());
    s.get<house>(3).edit().id = 4;
    s.get<house>(3).edit().id = 3;
    s.flush();
    EXPECT_FALSE(s.in_transaction());
}

TEST_P(Move, RollbackBringsObjectsAndRowsBack) {
    add_house(3);
    session s{*db};
    const auto h = s.get<house>(3);
    const auto r = s.get<room>(3, 1);
    h.edit().id = 4;
    s.flush();
    EXPECT_EQ(r->house_id, 4);
    s.rollback();
    EXPECT_EQ(h->id, 3);
    EXPECT_EQ(h.shard(), 0);
    EXPECT_EQ(r->house_id, 3);
    EXPECT_EQ(r.shard(), 0);
    EXPECT_EQ(s.get<house>(3), h);
    EXPECT_EQ(s.get<room>(3, 1), r);
    EXPECT_FALSE(s.find<house>(4));
    EXPECT_THAT(count("chairs"), ElementsAre(4, 0, 0));
    r.edit().name = "kitchen";
    s.commit();
    EXPECT_THAT(count("rooms", "name = 'kitchen' AND house_id = 3"), ElementsAre(1, 0, 0));
}

TEST_P(Move, ASavepointBringsThePlaceBackThatItSaw) {
    add_house(3);
    session s{*db};
    const auto h = s.get<house>(3);
    const auto r = s.get<room>(3, 1);
    h.edit().id = 4;
    auto first = s.savepoint();
    h.edit().id = 5;
    s.flush();
    {
        auto second = s.savepoint();
        h.edit().id = 9;
        s.flush();
        EXPECT_EQ(r.shard(), 0);
        second.rollback();
    }
    EXPECT_EQ(h->id, 5);
    EXPECT_EQ(r.shard(), 2);
    EXPECT_EQ(s.get<room>(5, 1), r);
    first.rollback();
    EXPECT_EQ(h->id, 4);
    EXPECT_EQ(h.shard(), 1);
    EXPECT_EQ(r->house_id, 4);
    EXPECT_EQ(s.get<house>(4), h);
    EXPECT_EQ(s.get<room>(4, 1), r);
    r.edit().name = "attic";
    s.commit();
    EXPECT_THAT(count("rooms"), ElementsAre(0, 2, 0));
    EXPECT_THAT(count("rooms", "name = 'attic'"), ElementsAre(0, 1, 0));
    h.edit().id = 5;
    s.flush();
    s.rollback();
    EXPECT_EQ(h->id, 4);
    EXPECT_EQ(s.get<house>(4), h);
}

TEST_P(Move, ObjectsThatAreReadAtTheNewPlaceGoBackWithTheRow) {
    add_house(3);
    add_house(4);
    session s{*db};
    const auto three = s.get<house>(3);
    const auto four = s.get<house>(4);
    three.edit().id = 4;
    four.edit().id = 3;
    s.flush();
    const auto r = s.get<room>(4, 1);  // of the house that was 3
    auto sp = s.savepoint();
    three.edit().id = 5;
    s.flush();
    const auto c = s.get<chair>(5, 1, 1);
    const auto edited = s.get<room>(5, 2);
    edited.edit().name = "lost";
    s.flush();
    sp.rollback();
    EXPECT_EQ(c->house_id, 4);
    EXPECT_EQ(c.shard(), 1);
    EXPECT_EQ(edited->house_id, 4);
    EXPECT_EQ(s.get<chair>(4, 1, 1), c);
    EXPECT_EQ(s.get<room>(4, 2), edited);
    s.rollback();
    EXPECT_EQ(three->id, 3);
    EXPECT_EQ(four->id, 4);
    EXPECT_EQ(r->house_id, 3);
    EXPECT_EQ(r.shard(), 0);
    EXPECT_EQ(s.get<room>(3, 1), r);
    EXPECT_EQ(s.get<chair>(3, 1, 1), c);
    EXPECT_EQ(edited->house_id, 3);
    EXPECT_EQ(edited->name, "r2");
    r.edit().name = "right";
    s.commit();
    EXPECT_THAT(count("rooms", "name = 'right' AND house_id = 3"), ElementsAre(1, 0, 0));
}

TEST_P(Move, TheVersionIsRaisedOnceAndOthersFindOut) {
    add_account(1, 0);
    session late{*db};
    const auto old = late.one(select<account>().where(accounts.id == 1));
    session later{*db};
    const auto older = later.one(select<account>().where(accounts.id == 1));
    const auto child = later.one(select<doc>().where(docs.id == 11));
    session s{*db};
    const auto a = s.one(select<account>().where(accounts.id == 1));
    a.edit().tenant = 1;
    s.commit();
    EXPECT_EQ(a->version, 2);
    EXPECT_THAT(count("accounts", "version = 2"), ElementsAre(0, 1, 0));
    old.edit().tenant = 2;
    EXPECT_EQ(code_of([&] { late.commit(); }), "stale_object");
    child.edit().title = "too late";
    EXPECT_EQ(code_of([&] { later.commit(); }), "stale_object");
    later.rollback();
    a.edit().tenant = 0;
    s.commit();
    EXPECT_EQ(a->version, 3);
    older.edit().tenant = 2;
    EXPECT_EQ(code_of([&] { later.commit(); }), "stale_object") << "it is back, but changed";
    EXPECT_THAT(count("docs"), ElementsAre(2, 0, 0));
}

TEST_P(Move, AddsEditsAndErasesOfTheSameFlushGoWithIt) {
    add_account(1, 0);
    add_account(2, 0);
    session s{*db};
    const auto a = s.one(select<account>().where(accounts.id == 1));
    const auto d11 = s.one(select<doc>().where(docs.id == 11));
    const auto d12 = s.one(select<doc>().where(docs.id == 12));
    const auto p120 = s.one(select<page>().where(pages.id == 120));
    a.edit().tenant = 1;
    a.edit().name = "renamed";
    s.add(doc{.id = 13, .tenant = 1, .account_id = 1, .part_of = {}, .title = "new"});
    s.add(account{.id = 7, .tenant = 2, .name = "other"});
    d11.edit().title = "edited";
    s.erase(d12);
    s.erase(p120);
    s.commit();
    EXPECT_THAT(count("accounts", "name = 'renamed'"), ElementsAre(0, 1, 0));
    EXPECT_THAT(count("accounts"), ElementsAre(1, 1, 1));
    EXPECT_THAT(count("docs"), ElementsAre(2, 2, 0));
    EXPECT_THAT(count("docs", "title = 'edited'"), ElementsAre(0, 1, 0));
    EXPECT_THAT(count("pages"), ElementsAre(2, 1, 0));
    EXPECT_EQ(d12.state(), object_state::detached);
    d11.edit().title = "again";
    s.commit();
    EXPECT_THAT(count("docs", "title = 'again'"), ElementsAre(0, 1, 0));
}

TEST_P(Move, AChildMovesToAnotherParentThatIsAddedOrMovesToo) {
    add_account(1, 0);
    session s{*db};
    const auto d = s.one(select<doc>().where(docs.id == 12));
    s.add(account{.id = 2, .tenant = 1, .name = "new"});
    d.edit().tenant = 1;
    d.edit().account_id = 2;
    d.edit().part_of = std::nullopt;
    s.commit();
    EXPECT_THAT(count("docs"), ElementsAre(1, 1, 0));
    EXPECT_THAT(count("pages"), ElementsAre(1, 1, 0));
    // Its account moves, and it stays with another one.
    add_account(3, 1);
    d.edit().account_id = 3;
    s.one(select<account>().where(accounts.id == 2)).edit().tenant = 2;
    s.commit();
    EXPECT_EQ(d->tenant, 1);
    EXPECT_THAT(count("docs", "id = 12 AND account_id = 3"), ElementsAre(0, 1, 0));
    EXPECT_THAT(count("accounts"), ElementsAre(1, 1, 1));
}

TEST_P(Move, TwoObjectsChangePlaces) {
    add_house(3);
    add_house(4);
    session s{*db};
    const auto three = s.get<house>(3);
    const auto four = s.get<house>(4);
    three.edit().id = 4;
    four.edit().id = 3;
    s.flush();
    EXPECT_EQ(s.get<house>(4), three);
    EXPECT_EQ(s.get<house>(3), four);
    s.commit();
    EXPECT_THAT(count("houses", "name = 'h3'"), ElementsAre(0, 1, 0));
    EXPECT_THAT(count("chairs"), ElementsAre(4, 4, 0));
}

TEST_P(Move, AKeyThatIsTakenIsAUniqueViolationAndNothingHappens) {
    add_house(3);
    add_house(4);
    session s{*db};
    const auto h = s.get<house>(3);
    h.edit().id = 4;
    EXPECT_EQ(code_of([&] { s.commit(); }), "unique_violation");
    s.rollback();
    EXPECT_EQ(h->id, 3);
    EXPECT_EQ(s.get<house>(3), h);
    EXPECT_THAT(count("houses"), ElementsAre(1, 1, 0));
    EXPECT_THAT(count("chairs"), ElementsAre(4, 4, 0));
}

TEST_P(Move, WhatIsUniqueInTheClusterFollows) {
    add_account(1, 0);
    session s{*db};
    const auto a = s.one(select<account>().where(accounts.id == 1));
    a.edit().tenant = 1;
    s.commit();
    const auto second = [&] {
        session other{*db};
        other.add(account{.id = 9, .tenant = 0, .name = "thief", .email = "1@x"});
        other.commit();
    };
    EXPECT_EQ(code_of(second), "unique_violation");
    EXPECT_EQ(s.one(select<account>().where(accounts.email == std::string("1@x")))->id, 1);
    a.edit().tenant = 2;
    a.edit().email = "new@x";
    s.commit();
    EXPECT_EQ(code_of(second), "no error");
    session fresh{*db};
    EXPECT_EQ(fresh.one(select<account>().where(accounts.email == std::string("new@x")))->tenant,
              2);
    a.edit().tenant = 0;
    a.edit().email = "1@x";
    EXPECT_EQ(code_of([&] { s.commit(); }), "unique_violation");
    s.rollback();
    EXPECT_THAT(count("accounts"), ElementsAre(1, 0, 1));
    EXPECT_THAT(count("docs"), ElementsAre(0, 0, 2));
}

TEST_P(Move, ModesThatAreNotAtomicRefuseItBeforeAnythingIsSent) {
    add_house(3);
    for (const commit_mode mode : {commit_mode::best_effort, commit_mode::single_shard}) {
        session s{*db, {.mode = mode}};
        const auto h = s.get<house>(3);
        h.edit().id = 4;
        EXPECT_EQ(code_of([&] { s.flush(); }), "not_supported");
        EXPECT_FALSE(s.in_transaction());
        h.edit().id = 6;
        s.commit();
        h.edit().id = 3;
        s.commit();
    }
    EXPECT_THAT(count("chairs", "house_id = 3"), ElementsAre(4, 0, 0));
}

TEST_P(Move, WhatCannotGoAlongIsRefused) {
    add_account(1, 0);
    // Of another tenant, on the same shard by chance; no database minds.
    shards->execute(0, "UPDATE docs SET tenant = 3 WHERE id = 12");
    session s{*db};
    s.one(select<account>().where(accounts.id == 1)).edit().tenant = 1;
    try {
        s.commit();
        ADD_FAILURE() << "moved";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::shard_key_change);
        EXPECT_THAT(e.what(), HasSubstr("docs"));
    }
    s.rollback();
    EXPECT_THAT(count("docs"), ElementsAre(2, 0, 0));
}

TEST_P(Move, ColumnsThatTheClusterDoesNotKnowAreNotLost) {
    add_house(3);
    shards->execute(0, "ALTER TABLE rooms ADD COLUMN secret TEXT");
    session s{*db};
    s.get<house>(3).edit().id = 4;
    EXPECT_EQ(code_of([&] { s.commit(); }), "not_supported");
    s.rollback();
    EXPECT_THAT(count("rooms"), ElementsAre(2, 0, 0));
}

TEST_P(Move, MoreThanOneCallMayHoldIsRefused) {
    add_house(3);
    session s{*db, {.limits = result_limits{.rows = 5}}};
    const auto h = s.get<house>(3);
    h.edit().id = 4;
    EXPECT_EQ(code_of([&] { s.commit(); }), "result_too_large");
    s.rollback();
    EXPECT_EQ(h->id, 3);
    EXPECT_THAT(count("chairs"), ElementsAre(4, 0, 0));
}

TEST_P(Move, ARowThatIsGoneIsAStaleObject) {
    add_house(3);
    session s{*db};
    const auto h = s.get<house>(3);
    session other{*db};
    other.get<house>(3).edit().id = 5;
    other.commit();
    h.edit().id = 4;
    EXPECT_EQ(code_of([&] { s.commit(); }), "stale_object");
    s.rollback();
    EXPECT_THAT(count("houses"), ElementsAre(0, 0, 1));
}

INSTANTIATE_TEST_SUITE_P(Clusters, Move, testing::ValuesIn(test::cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::move_test
