// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/functions.hpp"

#include <clocale>
#include <cmath>
#include <cstdint>
#include <cwctype>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include "engine/driver/sqlite/function_arguments.hpp"
#include "schema/calendar.hpp"
#include "schema/time_pattern.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::sqlite {
namespace {

using schema::civil_time;
using schema::micros_per_day;

// ---------------------------------------------------------------- integers

std::int64_t floor_division(std::int64_t v, std::int64_t by) {
    const std::int64_t q = v / by;
    return v % by < 0 ? q - 1 : q;
}
std::int64_t ceiling_division(std::int64_t v, std::int64_t by) {
    const std::int64_t q = v / by;
    return v % by > 0 ? q + 1 : q;
}
/// Half away from zero, as PostgreSQL and MariaDB round decimals.
std::int64_t rounded_division(std::int64_t v, std::int64_t by) {
    const std::int64_t q = v / by, r = v % by;
    const std::uint64_t rest =
        r < 0 ? 0 - static_cast<std::uint64_t>(r) : static_cast<std::uint64_t>(r);
    if (rest < static_cast<std::uint64_t>(by) - rest) return q;
    return v < 0 ? q - 1 : q + 1;
}

template <std::int64_t (*Divide)(std::int64_t, std::int64_t)>
void divide(sqlite3_context* c, int, arguments a) {
    if (is_null(a[0])) return;
    // A sum that left 64 bits has become a double: its digits are gone.
    if (sqlite3_value_type(a[0]) != SQLITE_INTEGER) return fail(c, "integer overflow");
    sqlite3_result_int64(c, Divide(sqlite3_value_int64(a[0]), sqlite3_value_int64(a[1])));
}

template <double (*Round)(double)>
void round_real(sqlite3_context* c, int, arguments a) {
    if (!is_null(a[0])) sqlite3_result_double(c, Round(sqlite3_value_double(a[0])));
}
double down(double x) { return std::floor(x); }
double up(double x) { return std::ceil(x); }

// ---------------------------------------------------------------- letters

locale_t unicode() {
    static const locale_t all = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return all;
}

/// The next character of valid UTF-8.
wint_t take(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (at + size > text.size()) {
        ++at;
        return first;
    }
    wint_t c = size == 1   ? first
               : size == 2 ? first & 0x1FU
               : size == 3 ? first & 0x0FU
                           : first & 7U;
    for (std::size_t i = 1; i < size; ++i) c = (c << 6) | (byte(at + i) & 0x3FU);
    at += size;
    return c;
}

template <wint_t (*Map)(wint_t, locale_t)>
void change_case(sqlite3_context* c, int, arguments a) {
    if (is_null(a[0])) return;
    const locale_t letters = unicode();
    if (letters == nullptr) return fail(c, "this system has no C.UTF-8 locale");
    const std::string_view text = text_of(a[0]);
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();)
        append_utf8(out, static_cast<char32_t>(Map(take(text, at), letters)));
    sqlite3_result_text64(c, out.data(), out.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}
wint_t to_lower(wint_t c, locale_t l) { return towlower_l(c, l); }
wint_t to_upper(wint_t c, locale_t l) { return towupper_l(c, l); }

// ---------------------------------------------------------------- time

std::int64_t day_number(std::int64_t micros) { return floor_division(micros, micros_per_day); }

/// 0 Sunday; 1970-01-01 was a Thursday.
std::int64_t weekday(std::int64_t day) { return ((day + 4) % 7 + 7) % 7; }

timestamp start_of(civil_time t) { return schema::instant_of(t); }

std::int64_t part_of(std::string_view unit, std::int64_t micros) {
    const civil_time t = schema::civil_of(timestamp{micros});
    if (unit == "year") return t.year;
    if (unit == "quarter") return (t.month + 2) / 3;
    if (unit == "month") return t.month;
    if (unit == "day") return t.day;
    if (unit == "hour") return t.hour;
    if (unit == "minute") return t.minute;
    if (unit == "second") return t.second;
    if (unit == "dow") return weekday(day_number(micros));
    if (unit == "isodow") return (weekday(day_number(micros)) + 6) % 7 + 1;
    if (unit == "week") return schema::iso_week_of(timestamp{micros}).week;
    if (unit == "isoyear") return schema::iso_week_of(timestamp{micros}).year;
    const timestamp january = start_of({.year = t.year});
    return day_number(micros) - day_number(january.micros_since_epoch) + 1;
}

std::int64_t truncated(std::string_view unit, std::int64_t micros) {
    civil_time t = schema::civil_of(timestamp{micros});
    if (unit == "week") {
        const std::int64_t day = day_number(micros);
        return (day - (weekday(day) + 6) % 7) * micros_per_day;
    }
    t.micros = 0;
    if (unit != "second") {
        t.second = 0;
        if (unit != "minute") t.minute = 0;
        if (unit != "minute" && unit != "hour") t.hour = 0;
    }
    if (unit == "month" || unit == "quarter" || unit == "year") t.day = 1;
    if (unit == "quarter") t.month = (t.month - 1) / 3 * 3 + 1;
    if (unit == "year") t.month = 1;
    return start_of(t).micros_since_epoch;
}

template <std::int64_t (*F)(std::string_view, std::int64_t)>
void of_time(sqlite3_context* c, int, arguments a) {
    if (is_null(a[1])) return;
    try {
        sqlite3_result_int64(c, F(text_of(a[0]), sqlite3_value_int64(a[1])));
    } catch (const error& e) {
        fail(c, e.message().c_str());
    }
}

void date_text(sqlite3_context* c, int, arguments a) {
    if (is_null(a[0])) return;
    try {
        const std::string text =
            date{static_cast<std::int32_t>(sqlite3_value_int64(a[0]))}.to_string();
        sqlite3_result_text64(c, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    } catch (const error& e) {
        fail(c, e.message().c_str());
    }
}

// ---------------------------------------------------------------- aggregates

/// The value of the only row.
struct only_row {
    sqlite3_value* value;
    std::int64_t rows;
};
void only_step(sqlite3_context* c, int, arguments a) {
    auto* const s = static_cast<only_row*>(sqlite3_aggregate_context(c, sizeof(only_row)));
    if (s == nullptr) return sqlite3_result_error_nomem(c);
    if (++s->rows > 1) return fail(c, "a subquery that stands for one value has several rows");
    s->value = sqlite3_value_dup(a[0]);
}
void only_final(sqlite3_context* c) {
    auto* const s = static_cast<only_row*>(sqlite3_aggregate_context(c, 0));
    if (s == nullptr || s->value == nullptr) return;
    sqlite3_result_value(c, s->value);
    sqlite3_value_free(s->value);
}

/// Welford, Note on a method for calculating corrected sums of squares and products (1962).
struct moments {
    std::int64_t count;
    double mean;
    double squares;
};
void moments_step(sqlite3_context* c, int, arguments a) {
    if (is_null(a[0])) return;
    auto* const s = static_cast<moments*>(sqlite3_aggregate_context(c, sizeof(moments)));
    if (s == nullptr) return sqlite3_result_error_nomem(c);
    const double x = sqlite3_value_double(a[0]);
    const double before = x - s->mean;
    ++s->count;
    s->mean += before / static_cast<double>(s->count);
    s->squares += before * (x - s->mean);
}
template <bool Sample, bool Root>
void moments_final(sqlite3_context* c) {
    const auto* const s = static_cast<const moments*>(sqlite3_aggregate_context(c, 0));
    if (s == nullptr || s->count < (Sample ? 2 : 1)) return;
    const double variance = s->squares / static_cast<double>(s->count - (Sample ? 1 : 0));
    sqlite3_result_double(c, Root ? std::sqrt(variance) : variance);
}

// ---------------------------------------------------------------- registration

constexpr int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

void check(int rc) {
    if (rc != SQLITE_OK)
        raise(error_code::internal, "SQLite refused one of shardwise's functions: out of memory");
}

using function = void (*)(sqlite3_context*, int, arguments);
using ending = void (*)(sqlite3_context*);

void add(sqlite3* db, const char* name, int count, function f) {
    check(sqlite3_create_function_v2(db, name, count, pure, nullptr, f, nullptr, nullptr, nullptr));
}
void add(sqlite3* db, const char* name, function step, ending final) {
    check(sqlite3_create_function_v2(db, name, 1, pure, nullptr, nullptr, step, final, nullptr));
}

}  // namespace

void append_utf8(std::string& to, char32_t c) {
    const auto tail = [&](int shift) { to += static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
    if (c < 0x80) {
        to += static_cast<char>(c);
    } else if (c < 0x800) {
        to += static_cast<char>(0xC0U | (c >> 6));
        tail(0);
    } else if (c < 0x10000) {
        to += static_cast<char>(0xE0U | (c >> 12));
        tail(6);
        tail(0);
    } else {
        to += static_cast<char>(0xF0U | (c >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

void add_function(sqlite3* db, const char* name, int count, row_function f) {
    add(db, name, count, f);
}

void add_functions(sqlite3* db) {
    add_text_functions(db);
    add_number_functions(db);
    add_json_functions(db);
    add_string_agg(db);
    add_ordered_sets(db);
    add(db, "sw_floor_div", 2, divide<floor_division>);
    add(db, "sw_ceiling_div", 2, divide<ceiling_division>);
    add(db, "sw_round_div", 2, divide<rounded_division>);
    add(db, "sw_floor", 1, round_real<down>);
    add(db, "sw_ceiling", 1, round_real<up>);
    add(db, "sw_lower", 1, change_case<to_lower>);
    add(db, "sw_upper", 1, change_case<to_upper>);
    add(db, "sw_part", 2, of_time<part_of>);
    add(db, "sw_truncate", 2, of_time<truncated>);
    add(db, "sw_date_text", 1, date_text);
    add(db, "sw_only", only_step, only_final);
    add(db, "sw_var_pop", moments_step, moments_final<false, false>);
    add(db, "sw_var_samp", moments_step, moments_final<true, false>);
    add(db, "sw_stddev_pop", moments_step, moments_final<false, true>);
    add(db, "sw_stddev_samp", moments_step, moments_final<true, true>);
}

}  // namespace shardwise::engine::sqlite
