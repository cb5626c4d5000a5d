// SPDX-License-Identifier: MIT
#include "schema/time_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "schema/bad_value.hpp"
#include "schema/calendar.hpp"

namespace shardwise::schema {
namespace {

constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::size_t longest_name = 9;  // PostgreSQL fills names up with blanks

std::int64_t day_number(timestamp t) {
    const std::int64_t q = t.micros_since_epoch / micros_per_day;
    return t.micros_since_epoch % micros_per_day < 0 ? q - 1 : q;
}

/// 0 Sunday; 1970-01-01 was a Thursday.
int weekday(timestamp t) { return static_cast<int>(((day_number(t) + 4) % 7 + 7) % 7); }

int day_of_year(timestamp t) {
    const timestamp january = instant_of({.year = civil_of(t).year});
    return static_cast<int>(day_number(t) - day_number(january)) + 1;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return upper(c) >= 'A' && upper(c) <= 'Z'; }

/// A name in the case of its pattern: MON, Mon, mon.
std::string cased(std::string_view name, std::string_view like) {
    std::string out(name);
    const bool capital = like[0] == upper(like[0]), all = capital && like[1] == upper(like[1]);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = all || (capital && i == 0) ? upper(out[i]) : lower(out[i]);
    return out;
}

class formatter {
public:
    formatter(timestamp t, std::string_view pattern) : t_(t), c_(civil_of(t)), rest_(pattern) {}

    std::string run() {
        while (!rest_.empty()) {
            fill_ = true;
            if (starts("FM")) {  // in capitals or small letters
                fill_ = false;
                rest_.remove_prefix(2);
            }
            if (!one()) bad_value("to_char() does not know a letter of its pattern");
        }
        return std::move(out_);
    }

private:
    /// In capitals or small letters; mixed, only a name is a pattern (Month).
    bool starts(std::string_view word, bool is_name = false) const {
        if (rest_.size() < word.size()) return false;
        const std::string_view given = rest_.substr(0, word.size());
        const auto same = [&](std::size_t from, auto cased) {
            return std::equal(word.begin() + static_cast<std::ptrdiff_t>(from), word.end(),
                              given.begin() + static_cast<std::ptrdiff_t>(from),
                              [&](char a, char b) { return cased(a) == b; });
        };
        return same(0, upper) || same(0, lower) ||
               (is_name && word[0] == given[0] && same(1, lower));
    }
    /// Longer words of PostgreSQL's that begin like known ones.
    bool is_other() const {
        return starts("SSSS") || starts("IDDD") || (starts("YYY") && !starts("YYYY"));
    }
    bool number(std::string_view word, int value, int digits) {
        if (!starts(word)) return false;
        out_ += fill_ ? fmt::format("{:0{}}", value, digits) : fmt::format("{}", value);
        rest_.remove_prefix(word.size());
        return true;
    }
    /// FM leaves its zeros alone.
    bool fraction(std::string_view word, int value, int digits) {
        fill_ = fill_ || starts(word);
        return number(word, value, digits);
    }
    bool name(std::string_view word, std::string_view value, bool filled) {
        if (!starts(word, true)) return false;
        std::string text = cased(value, rest_);
        if (filled && fill_) text.resize(std::max(text.size(), longest_name), ' ');
        out_ += text;
        rest_.remove_prefix(word.size());
        return true;
    }
    bool literal() {
        const char c = rest_.front();
        if (c == '"') {
            quoted();
            return true;
        }
        if (rest_.starts_with("\\\"")) rest_.remove_prefix(1);
        if (is_letter(c)) return false;
        out_ += rest_.front();
        rest_.remove_prefix(1);
        return true;
    }
    /// A backslash protects the character behind it.
    void quoted() {
        for (rest_.remove_prefix(1); !rest_.empty(); rest_.remove_prefix(1)) {
            if (rest_.front() == '"') return rest_.remove_prefix(1);
            if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
            out_ += rest_.front();
        }
    }
    bool one() {
        if (rest_.empty()) return true;
        if (is_other()) return false;
        const int twelve = c_.hour % 12 == 0 ? 12 : c_.hour % 12;
        const int day = weekday(t_);
        const iso_week iso = iso_week_of(t_);
        const auto month = months[static_cast<std::size_t>(c_.month - 1)];
        const auto week_day = days[static_cast<std::size_t>(day)];
        // Longer words first.
        return number("YYYY", c_.year, 4) || number("YY", c_.year % 100, 2) ||
               number("IYYY", iso.year, 4) || number("IW", iso.week, 2) ||
               number("ID", day == 0 ? 7 : day, 1) || name("MONTH", month, true) ||
               name("MON", month.substr(0, 3), false) || number("MM", c_.month, 2) ||
               number("MI", c_.minute, 2) || fraction("MS", c_.micros / 1000, 3) ||
               fraction("US", c_.micros, 6) || number("HH24", c_.hour, 2) ||
               number("HH12", twelve, 2) || number("HH", twelve, 2) || number("SS", c_.second, 2) ||
               number("DDD", day_of_year(t_), 3) || number("DD", c_.day, 2) ||
               name("DAY", week_day, true) || name("DY", week_day.substr(0, 3), false) ||
               number("D", day + 1, 1) || number("Q", (c_.month + 2) / 3, 1) || noon("AM") ||
               noon("PM") || literal();
    }
    bool noon(std::string_view word) {
        if (!starts(word)) return false;
        const bool small = rest_[0] == lower(rest_[0]);
        const std::string_view said = c_.hour < 12 ? "AM" : "PM";
        for (const char c : said) out_ += small ? lower(c) : c;
        rest_.remove_prefix(word.size());
        return true;
    }

    timestamp t_;
    civil_time c_;
    std::string_view rest_;
    std::string out_;
    bool fill_ = true;
};

}  // namespace

std::string format_time(timestamp t, std::string_view pattern) {
    return formatter(t, pattern).run();
}

std::string fraction_of(timestamp t) {
    const int micros = civil_of(t).micros;
    if (micros == 0) return {};
    std::string text = fmt::format(".{:06}", micros);
    while (text.back() == '0') text.pop_back();
    return text;
}

iso_week iso_week_of(timestamp t) {
    const int from_monday = (weekday(t) + 6) % 7;
    // The Thursday of the week says which year it belongs to.
    const timestamp thursday{(day_number(t) - from_monday + 3) * micros_per_day};
    if (!in_calendar(thursday)) return {t.micros_since_epoch < 0 ? 0 : 10'000, 1};
    return {civil_of(thursday).year, (day_of_year(thursday) - 1) / 7 + 1};
}

}  // namespace shardwise::schema
