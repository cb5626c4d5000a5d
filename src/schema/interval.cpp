// SPDX-License-Identifier: MIT
#include "schema/interval.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

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
    double micros = count * static_cast<double>(w.micros);
    if (w.days != 0) {
        const double more = rest * static_cast<double>(w.days);
        to.days += static_cast<std::int64_t>(whole) * w.days + static_cast<std::int64_t>(more);
        micros = (more - std::trunc(more)) * static_cast<double>(micros_per_day);
    }
    if (!(std::abs(micros) < 9e18)) return false;
    to.micros += std::llround(micros);
    return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<double> number_of(std::string_view digits) {
    double n = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return n;
}

/// [-]hours:minutes[:seconds[.fraction]] or [-]minutes:seconds.fraction
bool add_clock(interval& to, std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    double parts[3] = {0, 0, 0};
    std::size_t count = 0;
    bool fraction = false;
    for (bool last = false; !last;) {
        if (count == 3) return false;
        const std::size_t colon = text.find(':');
        last = colon == std::string_view::npos;
        const std::string_view part = text.substr(0, colon);
        fraction = part.find('.') != std::string_view::npos;
        if (part.empty() || !is_digit(part.front()) || (fraction && !last)) return false;
        const std::optional<double> n = number_of(part);
        if (!n) return false;
        parts[count++] = *n;
        if (!last) text.remove_prefix(colon + 1);
    }
    if (count == 2 && fraction) {
        parts[2] = parts[1];
        parts[1] = parts[0];
        parts[0] = 0;
    }
    const double seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (count < 2 || parts[1] >= 60 || parts[2] >= 61 || !(seconds < farthest)) return false;
    to.micros += std::llround(seconds * 1e6) * (negative ? -1 : 1);
    return true;
}

/// INTERVAL '1 day 02:03:04' HOUR: what is smaller than the unit is cut off.
void cut_to(interval& i, const time_word& unit) {
    if (unit.months != 0) {
        i.months -= i.months % unit.months;
        i.days = i.micros = 0;
    } else if (unit.days != 0) {
        i.micros = 0;
    } else if (unit.micros > micros_per_second) {
        i.micros -= i.micros % unit.micros;
    }
}

/// Reads from left to right: numbers with their units, and one clock.
class interval_reader {
public:
    interval_reader(std::string_view text, std::string_view unit) : rest_(text), unit_(unit) {}

    std::optional<interval> run() {
        bool any = false;
        for (skip(); !rest_.empty(); skip()) {
            if (any && rest_ == "ago") return negated(out_);
            if (!part()) return std::nullopt;
            any = true;
        }
        if (!any) return std::nullopt;
        return out_;
    }

private:
    void skip() {
        while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
    }
    template <class Belongs>
    std::string_view take(Belongs belongs) {
        std::size_t n = 0;
        while (n < rest_.size() && belongs(rest_[n])) ++n;
        const std::string_view word = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return word;
    }
    std::string_view take_number() {
        return take(
            [](char c) { return is_digit(c) || c == '+' || c == '-' || c == '.' || c == ':'; });
    }
    bool clock_follows() {
        const std::string_view before = rest_;
        const bool clock = take_number().find(':') != std::string_view::npos;
        rest_ = before;
        return clock;
    }
    /// Nothing may be said twice.
    bool is_new(const time_word& w) {
        for (const time_word* u : used_)
            if (u->months == w.months && u->days == w.days && u->micros == w.micros) return false;
        used_.push_back(&w);
        return true;
    }
    bool part() {
        const std::string_view number = take_number();
        if (number.empty()) return false;
        if (number.find(':') != std::string_view::npos)
            return is_new(*find_word("hour")) && is_new(*find_word("minute")) &&
                   is_new(*find_word("second")) && add_clock(out_, number);
        const auto count = number_of(number.starts_with('+') ? number.substr(1) : number);
        if (!count) return false;
        skip();
        std::string_view word =
            rest_ == "ago" ? std::string_view{} : take([](char c) { return c >= 'a' && c <= 'z'; });
        if (!word.empty() && !rest_.empty() && is_digit(rest_.front())) return false;
        if (word.empty()) {  // the last one, or days before a clock: '1 12:59:10'
            if (clock_follows())
                word = "day";
            else if (rest_.empty() || rest_ == "ago")
                word = unit_.empty() ? std::string_view{"second"} : unit_;
            else
                return false;
        }
        const time_word* const known = find_word(word);
        return known != nullptr && is_new(*known) && add_words(out_, *count, *known);
    }

    std::string_view rest_, unit_;
    interval out_;
    std::vector<const time_word*> used_;
};

}  // namespace

interval negated(const interval& i) { return {-i.months, -i.days, -i.micros}; }

std::optional<interval> parse_interval(std::string_view text, std::string_view unit) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    std::optional<interval> out = interval_reader(lower, unit).run();
    if (!out) return std::nullopt;
    if (!unit.empty()) cut_to(*out, *find_word(unit));
    const bool near = std::abs(static_cast<double>(out->months)) <= 120'000 &&
                      std::abs(static_cast<double>(out->days)) <= 3'700'000;
    if (!near) return std::nullopt;
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
