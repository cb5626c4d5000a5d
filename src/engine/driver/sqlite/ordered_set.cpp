// SPDX-License-Identifier: MIT
// percentile_cont (c), percentile_disc (d) and mode (m) of the values that are not NULL:
// sw_ordered_set(x, fraction, what, descending), by PostgreSQL's rules. All values of a call are of
// one kind.
#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "engine/driver/sqlite/function_arguments.hpp"

namespace shardwise::engine::sqlite {
namespace {

struct ordered_values {
    std::vector<cell> all;
    double fraction = 0;
    char what = 'd';
    bool descending = false;
    bool bytes = false;

    void sort() {
        std::sort(all.begin(), all.end());
        if (descending) std::reverse(all.begin(), all.end());
    }
    /// Between the two values around the place.
    double between() const {
        const auto number = [&](double place) {
            const cell& e = all[static_cast<std::size_t>(place)];
            const auto* const whole = std::get_if<std::int64_t>(&e);
            return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(e);
        };
        const double place = fraction * static_cast<double>(all.size() - 1);
        const double below = number(std::floor(place)), above = number(std::ceil(place));
        return below == above ? below : below + (above - below) * (place - std::floor(place));
    }
    /// The first value that so many of all values reach.
    const cell& reached() const {
        const double count = std::ceil(fraction * static_cast<double>(all.size()));
        return all[static_cast<std::size_t>(std::max(count, 1.0)) - 1];
    }
    /// The first one of those that are there most often.
    const cell& most_frequent() const {
        std::size_t best = 0, best_count = 0;
        for (std::size_t i = 0, next = 0; i < all.size(); i = next) {
            while (next < all.size() && all[next] == all[i]) ++next;
            if (next - i <= best_count) continue;
            best = i;
            best_count = next - i;
        }
        return all[best];
    }
    void give(sqlite3_context* c, const cell& e) const {
        if (const auto* const whole = std::get_if<std::int64_t>(&e))
            return sqlite3_result_int64(c, *whole);
        if (const auto* const real = std::get_if<double>(&e))
            return sqlite3_result_double(c, *real);
        const std::string& s = std::get<std::string>(e);
        if (!bytes) return sqlite::give(c, s);
        sqlite3_result_blob64(c, s.data(), s.size(), SQLITE_TRANSIENT);
    }
};

void step(sqlite3_context* c, int, arguments a) {
    if (is_null(a[0])) return;
    auto** const state =
        static_cast<ordered_values**>(sqlite3_aggregate_context(c, sizeof(ordered_values*)));
    if (state == nullptr) return sqlite3_result_error_nomem(c);
    try {
        if (*state == nullptr) {
            *state = new ordered_values;
            (*state)->fraction = sqlite3_value_double(a[1]);
            (*state)->what = text_of(a[2]).front();
            (*state)->descending = sqlite3_value_int(a[3]) != 0;
            (*state)->bytes = sqlite3_value_type(a[0]) == SQLITE_BLOB;
        }
        (*state)->all.push_back(cell_of(a[0]));
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(c);
    }
}

void finish(sqlite3_context* c) {
    auto** const state = static_cast<ordered_values**>(sqlite3_aggregate_context(c, 0));
    if (state == nullptr || *state == nullptr) return;
    const std::unique_ptr<ordered_values> owned(*state);
    owned->sort();
    if (owned->what == 'c')
        sqlite3_result_double(c, owned->between());
    else
        owned->give(c, owned->what == 'd' ? owned->reached() : owned->most_frequent());
}

}  // namespace

void add_ordered_sets(sqlite3* db) {
    constexpr int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    if (sqlite3_create_function_v2(db, "sw_ordered_set", 4, pure, nullptr, nullptr, step, finish,
                                   nullptr) != SQLITE_OK)
        raise(error_code::internal, "SQLite refused one of shardwise's functions: out of memory");
}

}  // namespace shardwise::engine::sqlite
