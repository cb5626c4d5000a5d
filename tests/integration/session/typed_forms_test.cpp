// SPDX-License-Identifier: MIT
// Smaller forms of the typed language against the same statement as SQL text: see
// typed_language.hpp.
#include "shardwise/base/error.hpp"
#include "typed_language.hpp"

namespace shardwise::test {
namespace {

class TypedForms : public TypedLanguage {};

TEST_P(TypedForms, GreatestAndLeastPassOverNulls) {
    same(select(users.id, greatest(users.score, 5, users.id), least(users.score, 5),
                greatest(users.email, "e5"), least(users.email, users.email))
             .order_by(users.id),
         "SELECT id, greatest(score, 5, id), least(score, 5), greatest(email, 'e5'), least(email, "
         "email) FROM users ORDER BY id");
    static_assert(std::same_as<decltype(greatest(users.email, "x"))::value_type, std::string>);
}

TEST_P(TypedForms, PatternsTakeLettersOfBothCasesAndOtherEscapes) {
    same(select(users.id)
             .where(ilike(users.name, "ANN%") && not_ilike(users.email, "E1@%") &&
                    like(users.name, "Ann%", "") && not_like(users.name, "Ann!%%", "!") &&
                    like(users.name, "A#nn%", "#"))
             .order_by(users.id),
         "SELECT id FROM users WHERE name ILIKE 'ANN%' AND email NOT ILIKE 'E1@%' AND name LIKE "
         "'Ann%' ESCAPE '' AND name NOT LIKE 'Ann!%%' ESCAPE '!' AND name LIKE "
         "'A#nn%' ESCAPE '#' ORDER BY id");
    EXPECT_THROW(like(users.name, "x!", "!"), error);
}

TEST_P(TypedForms, AnyAndAllLookAtTheRowsOfASubquery) {
    const auto large = select(everything.large);
    same(select(users.id).where(users.score > any_of(large)).order_by(users.id),
         "SELECT id FROM users WHERE score > ANY (SELECT large FROM everything) ORDER BY id");
    same(select(users.id)
             .where(users.score >= all_of(large.where(everything.large < 9)))
             .order_by(users.id),
         "SELECT id FROM users WHERE score >= ALL (SELECT large FROM everything WHERE large < 9) "
         "ORDER BY id");
    same(select(users.id)
             .where(users.id == any_of(large) || users.id != all_of(large))
             .order_by(users.id),
         "SELECT id FROM users WHERE id = ANY (SELECT large FROM everything) OR id <> ALL (SELECT "
         "large FROM everything) ORDER BY id");
    same(select(users.id)
             .where(users.score < all_of(select(everything.large)
                                             .correlated_with<User>()
                                             .where(everything.large > users.id)))
             .order_by(users.id),
         "SELECT id FROM users WHERE score < ALL (SELECT large FROM everything WHERE large > "
         "users.id) ORDER BY id");
}

TEST_P(TypedForms, PercentilesAndTheMostFrequentValue) {
    same(select_from<User>(percentile_cont(users.score, 0.5), percentile_disc(users.name, 0.25),
                           mode(users.email), percentile_cont(users.score, 1)),
         "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY score), percentile_disc(0.25) WITHIN "
         "GROUP (ORDER BY name), mode() WITHIN GROUP (ORDER BY email), percentile_cont(1) WITHIN "
         "GROUP (ORDER BY score) FROM users");
    same(select(users.score % 2, percentile_cont(users.score, 0.5).filter(users.id > 2), count())
             .group_by(users.score % 2)
             .order_by(users.score % 2),
         "SELECT score % 2, percentile_cont(0.5) WITHIN GROUP (ORDER BY score) FILTER (WHERE id > "
         "2), count(*) FROM users GROUP BY score % 2 ORDER BY 1");
    EXPECT_THROW(percentile_cont(users.score, 1.5), error);
}

TEST_P(TypedForms, CastsToNarrowIntegersAreChecked) {
    same(select(users.id, cast_to<std::int16_t>(users.score), cast_to<std::int32_t>(users.id))
             .order_by(users.id),
         "SELECT id, CAST(score AS smallint), CAST(id AS int) FROM users ORDER BY users.id");
    session s{*db};
    EXPECT_THROW(s.all(select(cast_to<std::int16_t>(users.score * 10000))), error);
    EXPECT_THROW(s.all(select_from<User>(count()).where(
                     cast_to<std::int32_t>(users.id * 3'000'000'000) > 0)),
                 error);
}

INSTANTIATE_TEST_SUITE_P(Clusters, TypedForms, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
