// SPDX-License-Identifier: MIT
// string_agg(): sw_string_agg(text, separator, distinct, directions, keys...). Directions are two
// letters for each key: a or d, then f or l for where NULLs stand. Without keys the texts come in
// the order of their bytes, so that the answer does not depend on how rows are spread.
#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <tuple>
#include <vector>

#include "engine/driver/sqlite/function_arguments.hpp"

namespace shardwise::engine::sqlite {
namespace {

struct part {
    std::string text;
    bool no_separator;  ///< NULL: after all others, as PostgreSQL has it
    std::string separator;
    std::vector<cell> keys;
};

struct parts {
    std::vector<part> all;
    std::string directions;
    bool distinct = false;

    /// -1, 0, 1 in the order that is asked for.
    int compare(const part& a, const part& b) const {
        for (std::size_t i = 0; i < a.keys.size(); ++i) {
            const bool descending = directions[2 * i] == 'd', first = directions[2 * i + 1] == 'f';
            const bool an = a.keys[i].index() == 0, bn = b.keys[i].index() == 0;
            if (an != bn) return an == first ? -1 : 1;
            if (a.keys[i] == b.keys[i]) continue;
            return (a.keys[i] < b.keys[i]) != descending ? -1 : 1;
        }
        return 0;
    }

    std::string joined() {
        const auto by_bytes = [](const part& a, const part& b) {
            return std::tie(a.text, a.no_separator, a.separator) <
                   std::tie(b.text, b.no_separator, b.separator);
        };
        // Of DISTINCT, equal parts have to stand together.
        const bool bytes_decide = directions.empty() || distinct;
        std::stable_sort(all.begin(), all.end(), [&](const part& a, const part& b) {
            const int order = compare(a, b);
            return order != 0 ? order < 0 : bytes_decide && by_bytes(a, b);
        });
        if (distinct)
            all.erase(std::unique(all.begin(), all.end(),
                                  [](const part& a, const part& b) {
                                      return a.text == b.text && a.no_separator == b.no_separator &&
                                             a.separator == b.separator;
                                  }),
                      all.end());
        std::string out;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i != 0) out += all[i].separator;
            out += all[i].text;
        }
        return out;
    }
};

void step(sqlite3_context* c, int count, arguments a) {
    if (is_null(a[0])) return;
    auto** const state = static_cast<parts**>(sqlite3_aggregate_context(c, sizeof(parts*)));
    if (state == nullptr) return sqlite3_result_error_nomem(c);
    try {
        if (*state == nullptr) {
            *state = new parts;
            (*state)->distinct = sqlite3_value_int(a[2]) != 0;
            (*state)->directions = text_of(a[3]);
        }
        part p{std::string(text_of(a[0])), is_null(a[1]), std::string(text_of(a[1])), {}};
        for (int i = 4; i < count; ++i) p.keys.push_back(cell_of(a[i]));
        (*state)->all.push_back(std::move(p));
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(c);
    }
}

void finish(sqlite3_context* c) {
    auto** const state = static_cast<parts**>(sqlite3_aggregate_context(c, 0));
    if (state == nullptr || *state == nullptr) return;
    const std::unique_ptr<parts> owned(*state);
    try {
        give(c, owned->joined());
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(c);
    }
}

}  // namespace

void add_string_agg(sqlite3* db) {
    constexpr int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    if (sqlite3_create_function_v2(db, "sw_string_agg", -1, pure, nullptr, nullptr, step, finish,
                                   nullptr) != SQLITE_OK)
        raise(error_code::internal, "SQLite refused one of shardwise's functions: out of memory");
}

}  // namespace shardwise::engine::sqlite
