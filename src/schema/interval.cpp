// SPDX-License-Identifier: MIT
#include "schema/interval.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "schema/bad_value.hpp"
#include "schema/calendar.hpp"

namespace shardwise::schema {
namespace {

constexpr std::int64_t micros_per_minute = 60 * micros_per_second;
constexpr std::int64_t micros_per_hour = 60 * micros_per_minute;
constexpr double farthest = 1e13;  // in any unit; what is too far is refused when it is added

struct time_word {
    std::string_view name;
    std::int64_t months, days, micros;
};
constexpr std::array words{
    time_word{"microsecond", 0, 0, 1},
    time_word{"us", 0, 0, 1},
    time_word{"usec", 0, 0, 1},
    time_word{"millisecond", 0, 0, 1000},
    time_word{"ms", 0, 0, 1000},
    time_word{"msec", 0, 0, 1000},
    time_word{"second", 0, 0, micros_per_second},
    time_word{"sec", 0, 0, micros_per_second},
    time_word{"s", 0, 0, micros_per_second},
    time_word{"minute", 0, 0, micros_per_minute},
    time_word{"min", 0, 0, micros_per_minute},
    time_word{"m", 0, 0, micros_per_minute},
    time_word{"hour", 0, 0, micros_per_hour},
    time_word{"hr", 0, 0, micros_per_hour},
    time_word{"h", 0, 0, micros_per_hour},
    time_word{"day", 0, 1, 0},
    time_word{"d", 0, 1, 0},
    time_word{"week", 0, 7, 0},
    time_word{"w", 0, 7, 0},
    time_word{"month", 1, 0, 0},
    time_word{"mon", 1, 0, 0},
    time_word{"quarter", 3, 0, 0},
    time_word{"year", 12, 0, 0},
    time_word{"yr", 12, 0, 0},
    time_word{"y", 12, 0, 0},
    time_word{"decade", 120, 0, 0},
    time_word{"century", 1200, 0, 0},
};

const time_word* find_word(std::string_view name) {
    const auto named = [&](std::string_view wanted) {
        return std::find_if(words.begin(), words.end(),
                            [&](const time_word& w) { return w.name == wanted; });
    };
    auto at = named(name);
    if (at == words.end() && name.size() > 1 && name.back() == 's')
        at = named(name.substr(0, name.size() - 1));
    return at == words.end() ? nullptr : &*at;
}

/// Fractions go down to the next unit only where it is of one length.
bool add_words(interval& to, double count, const time_word& w) {
    if (!(std::abs(count) < farthest)) return false;
    const double whole = std::trunc(count), rest = count - whole;
    if (w.months != 0) {
        const double months = count * static_cast<double>(w.months);
        if (months != std::trunc(months)) return false;
        to.months += static_cast<std::int64_t>(months);
        return true;
    }
    to.days += static_cast<std::int64_t>(whole) * w.days;
    const double micros = w.days != 0 ? rest * static_cast<double>(w.days * micros_per_day)
                                      : count * static_cast<double>(w.micros);
    if (!(std::abs(micros) < 9e18)) return false;
    to.micros += std::llround(micros);
    return true;
}

/// [-]hours:minutes[:seconds[.fraction]]
bool add_clock(interval& to, std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    double parts[3] = {0, 0, 0};
    std::size_t count = 0;
    while (true) {
        if (count == 3) return false;
        const std::size_t colon = text.find(':');
        const std::string_view digits = text.substr(0, colon);
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), parts[count++]);
        if (failure != std::errc{} || end != digits.data() + digits.size()) return false;
        if (colon == std::string_view::npos) break;
        text.remove_prefix(colon + 1);
    }
    const double seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (count < 2 || parts[1] >= 60 || parts[2] >= 61 || !(seconds < farthest)) return false;
    to.micros += std::llround(seconds * 1e6) * (negative ? -1 : 1);
    return true;
}

}  // namespace

interval negated(const interval& i) { return {-i.months, -i.days, -i.micros}; }

std::optional<interval> parse_interval(std::string_view text, std::string_view unit) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    std::string_view rest = lower;
    interval out;
    bool any = false;
    const auto skip = [&] {
        while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
    };
    const auto take = [&](auto belongs) {
        std::size_t n = 0;
        while (n < rest.size() && belongs(rest[n])) ++n;
        const std::string_view word = rest.substr(0, n);
        rest.remove_prefix(n);
        return word;
    };
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    for (skip(); !rest.empty(); skip()) {
        if (any && rest == "ago") return negated(out);
        const std::string_view number = take([](char c) {
            return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == ':';
        });
        if (number.empty()) return std::nullopt;
        any = true;
        if (number.find(':') != std::string_view::npos) {
            if (!add_clock(out, number)) return std::nullopt;
            continue;
        }
        const std::string_view digits = number.starts_with('+') ? number.substr(1) : number;
        double count = 0;
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), count);
        if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        skip();
        std::string_view word = rest == "ago" ? std::string_view{} : take(is_letter);
        if (word.empty()) word = unit.empty() ? "second" : unit;
        const time_word* const known = find_word(word);
        if (known == nullptr || !add_words(out, count, *known)) return std::nullopt;
    }
    const bool near = std::abs(static_cast<double>(out.months)) <= 120'000 &&
                      std::abs(static_cast<double>(out.days)) <= 3'700'000;
    if (!any || !near) return std::nullopt;
    return out;
}

timestamp added(timestamp t, const interval& i) {
    if (i.months != 0) {
        civil_time c = civil_of(t);
        const std::int64_t month = c.year * std::int64_t{12} + (c.month - 1) + i.months;
        if (month < 12 || month >= 120'000) bad_value("a timestamp leaves the years 1 to 9999");
        c.year = static_cast<int>(month / 12);
        c.month = static_cast<int>(month % 12) + 1;
        // The last day of the month is the one before the first of the next.
        civil_time next{.year = c.month == 12 ? c.year + 1 : c.year, .month = c.month % 12 + 1};
        const int last =
            c.month == 12
                ? 31
                : civil_of(timestamp{instant_of(next).micros_since_epoch - micros_per_day}).day;
        c.day = std::min(c.day, last);
        t = instant_of(c);
    }
    std::int64_t micros = 0;
    if (__builtin_mul_overflow(i.days, micros_per_day, &micros) ||
        __builtin_add_overflow(micros, i.micros, &micros) ||
        __builtin_add_overflow(micros, t.micros_since_epoch, &micros) ||
        !in_calendar(timestamp{micros}))
        bad_value("a timestamp leaves the years 1 to 9999");
    return timestamp{micros};
}

}  // namespace shardwise::schema
