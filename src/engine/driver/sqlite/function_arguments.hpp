// SPDX-License-Identifier: MIT
// What the functions of functions.hpp share. Pure functions over one call's arguments.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <variant>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::sqlite {

using arguments = sqlite3_value**;
using row_function = void (*)(sqlite3_context*, int, arguments);

inline bool is_null(sqlite3_value* v) { return sqlite3_value_type(v) == SQLITE_NULL; }

inline std::string_view text_of(sqlite3_value* v) {
    const auto* const p = reinterpret_cast<const char*>(sqlite3_value_text(v));
    return p == nullptr ? std::string_view{}
                        : std::string_view{p, static_cast<std::size_t>(sqlite3_value_bytes(v))};
}

/// A value of its own kind; texts and blobs are bytes.
using cell = std::variant<std::monostate, std::int64_t, double, std::string>;
inline cell cell_of(sqlite3_value* v) {
    switch (sqlite3_value_type(v)) {
        case SQLITE_NULL:
            return {};
        case SQLITE_INTEGER:
            return std::int64_t{sqlite3_value_int64(v)};
        case SQLITE_FLOAT:
            return sqlite3_value_double(v);
        default: {
            const auto* const p = static_cast<const char*>(sqlite3_value_blob(v));
            return std::string(p == nullptr ? "" : p,
                               static_cast<std::size_t>(sqlite3_value_bytes(v)));
        }
    }
}

inline void fail(sqlite3_context* c, const char* message) { sqlite3_result_error(c, message, -1); }

inline void give(sqlite3_context* c, std::string_view text) {
    sqlite3_result_text64(c, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// A function that is NULL when an argument is, and that may throw.
template <void (*F)(sqlite3_context*, arguments)>
void strict(sqlite3_context* c, int count, arguments a) {
    for (int i = 0; i < count; ++i)
        if (is_null(a[i])) return;
    try {
        F(c, a);
    } catch (const error& e) {
        fail(c, e.message().c_str());
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(c);
    }
}

/// Appends a code point.
void append_utf8(std::string& to, char32_t c);

/// Throws internal when SQLite refuses.
void add_function(sqlite3* db, const char* name, int count, row_function f);

// One for each file; add_functions() calls them.
void add_text_functions(sqlite3* db);
void add_number_functions(sqlite3* db);
void add_json_functions(sqlite3* db);
void add_string_agg(sqlite3* db);
void add_ordered_sets(sqlite3* db);

}  // namespace shardwise::engine::sqlite
