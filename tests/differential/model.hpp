// SPDX-License-Identifier: MIT
// The tables of the differential tests: those of the SQL tests, and one whose shard key is text,
// with the extremes of its types. The rows are made from a seed.
#pragma once

#include <limits>
#include <random>

#include "integration/sql_text/model.hpp"

namespace shardwise::test {

struct tag {
    std::string code;
    std::int64_t big{};
    std::optional<std::int64_t> person_id{};
    std::optional<bool> flag{};
    std::optional<date> day{};
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::tag> : table<shardwise::test::tag, "tag"> {
    using row = shardwise::test::tag;
    column<&row::code, primary_key, shard_key, length<30>> code;
    column<&row::big> big;
    column<&row::person_id> person_id;
    column<&row::flag> flag;
    column<&row::day> day;
};

namespace shardwise::test {

class random_rows {
public:
    explicit random_rows(std::uint64_t seed) : random_(seed) {}

    void fill(session& s) {
        people();
        const char* const codes[] = {"de", "fr", "it", "ch", "xx"};
        for (int i = 1; i <= 30; ++i)
            items_.push_back({.id = i * 7 - 40,
                              .person_id = maybe(any_person()),
                              .label = text(),
                              .weight = decimal::from_unscaled(below(3) ? below(900) - 50 : 0, 3)});
        for (int i = 0; i < 14; ++i)
            tags_.push_back({.code = text() + std::to_string(i) + (below(3) ? "" : " "),
                             .big = extreme(),
                             .person_id = maybe(any_person()),
                             .flag = maybe(below(2) == 0),
                             .day = maybe(date{static_cast<std::int32_t>(below(9) * 400 - 1500)})});
        s.bulk_insert(people_);
        s.bulk_insert(purchases_);
        s.bulk_insert(items_);
        s.bulk_insert(tags_);
        for (const char* c : codes) s.add(land{c, std::string("land ") + c});
        s.commit();
    }

private:
    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    template <class T>
    std::optional<T> maybe(T v) {
        return below(4) == 0 ? std::nullopt : std::optional<T>(std::move(v));
    }
    /// No id is 3 modulo 16: the shard that owns this bucket alone has no people.
    std::int64_t person_id(std::int64_t i) const {
        return i - 12 + (((i - 12) & 15) == 3 ? 100 : 0);
    }
    std::int64_t any_person() { return person_id(below(3) ? below(44) : below(3)); }
    std::string text() {
        static const char* const texts[] = {"",    "Ann", "ann", "bob", "bob ", "Ä", "a_b",
                                            "50%", "x'y", "\\",  "😀",   "😀a",   "~", "zz "};
        return texts[below(14)];
    }
    std::int64_t extreme() {
        using limits = std::numeric_limits<std::int64_t>;
        const std::int64_t values[] = {limits::max(), limits::min(),  0, -1, 1,
                                       1LL << 53,     (1LL << 53) + 1};
        return values[below(7)];
    }
    void people() {
        const char* const codes[] = {"de", "de", "de", "fr", "it", "at"};
        const std::int64_t day = 86'400'000'000;
        for (std::int64_t i = 0; i < 40; ++i) {
            person p;
            p.id = person_id(i);
            p.name = maybe(text());
            p.country = codes[below(6)];
            p.age = maybe(static_cast<std::int32_t>(20 + below(8)));
            p.score = maybe(decimal::from_unscaled(below(40) * 25 - 300, 2));
            p.born = maybe(date{static_cast<std::int32_t>(below(12) * 700 - 4000)});
            p.seen = timestamp{(below(300) - 150) * day * 3 + (below(2) ? below(day) : 0)};
            p.active = below(3) != 0;
            p.ratio = maybe(static_cast<double>(below(32) - 16) / 8);
            people_.push_back(p);
            for (std::int64_t n = below(3); n > 0; --n)
                purchases_.push_back({.id = static_cast<std::int64_t>(purchases_.size()) + 1,
                                      .person_id = p.id,
                                      .total = decimal::from_unscaled(below(40) * 50, 2),
                                      .at = timestamp{(below(500) - 100) * day},
                                      .qty = static_cast<std::int16_t>(below(7) - 2)});
        }
    }

    std::mt19937_64 random_;
    std::vector<person> people_;
    std::vector<purchase> purchases_;
    std::vector<item> items_;
    std::vector<tag> tags_;
};

}  // namespace shardwise::test
