// SPDX-License-Identifier: MIT
// Dates and timestamps as text.
#include <chrono>

#include "schema/bad_value.hpp"
#include "schema/calendar.hpp"
#include "shardwise/schema/types.hpp"

namespace shardwise {
namespace {

/// Takes characters from the front; every step tells whether the text went on as expected.
class text_reader {
public:
    explicit text_reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    bool literal(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool any_of(std::string_view choices, char* taken = nullptr) {
        if (rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) return false;
        if (taken != nullptr) *taken = rest_.front();
        rest_.remove_prefix(1);
        return true;
    }
    /// Exactly `count` digits.
    bool number(int count, int& to) {
        to = 0;
        for (int i = 0; i < count; ++i) {
            char digit = '0';
            if (!any_of("0123456789", &digit)) return false;
            to = to * 10 + (digit - '0');
        }
        return true;
    }

private:
    std::string_view rest_;
};

bool read_date(text_reader& in, schema::civil_time& to) {
    return in.number(4, to.year) && in.literal('-') && in.number(2, to.month) && in.literal('-') &&
           in.number(2, to.day);
}

/// At least one digit; those behind the sixth must be 0.
bool read_fraction(text_reader& in, int& micros) {
    constexpr int digits = 6;
    micros = 0;
    int count = 0;
    char c = '0';
    while (in.any_of("0123456789", &c)) {
        if (count < digits) {
            micros = micros * 10 + (c - '0');
        } else if (c != '0') {
            return false;
        }
        ++count;
    }
    for (int i = count; i < digits; ++i) micros *= 10;
    return count > 0;
}

bool read_time(text_reader& in, schema::civil_time& to) {
    if (!in.number(2, to.hour) || !in.literal(':') || !in.number(2, to.minute)) return false;
    if (!in.literal(':')) return true;
    if (!in.number(2, to.second)) return false;
    return !in.literal('.') || read_fraction(in, to.micros);
}

/// Nothing, Z, +HH or +HH:MM; at most 15:59 away from UTC, more than any zone ever was.
bool read_zone(text_reader& in, int& offset_minutes) {
    offset_minutes = 0;
    if (in.at_end() || in.any_of("Zz")) return in.at_end();
    char sign = '+';
    int hours = 0;
    int minutes = 0;
    if (!in.any_of("+-", &sign) || !in.number(2, hours)) return false;
    if (in.literal(':') && !in.number(2, minutes)) return false;
    if (!in.at_end() || hours > 15 || minutes > 59) return false;
    offset_minutes = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return true;
}

void append_number(std::string& to, int number, int width) {
    const std::string digits = std::to_string(number);
    to.append(static_cast<std::size_t>(width) - digits.size(), '0');
    to += digits;
}

void append_date(std::string& to, const schema::civil_time& fields) {
    append_number(to, fields.year, 4);
    to += '-';
    append_number(to, fields.month, 2);
    to += '-';
    append_number(to, fields.day, 2);
}

}  // namespace

date date::parse(std::string_view text) {
    text_reader in{text};
    schema::civil_time fields;
    if (!read_date(in, fields) || !in.at_end())
        schema::bad_value("the text is not a date of the form YYYY-MM-DD", text);
    return from_ymd(fields.year, fields.month, fields.day);
}

std::string date::to_string() const {
    std::string text;
    append_date(text, schema::civil_of(*this));
    return text;
}

timestamp timestamp::now() {
    using namespace std::chrono;
    return {floor<microseconds>(system_clock::now().time_since_epoch()).count()};
}

timestamp timestamp::parse(std::string_view text) {
    text_reader in{text};
    schema::civil_time fields;
    int offset_minutes = 0;
    if (!read_date(in, fields) || !in.any_of(" Tt") || !read_time(in, fields) ||
        !read_zone(in, offset_minutes))
        schema::bad_value(
            "the text is not a timestamp of the form YYYY-MM-DD HH:MM[:SS[.ffffff]][Z|+HH[:MM]]",
            text);
    timestamp t = schema::instant_of(fields);
    t.micros_since_epoch -= offset_minutes * 60 * schema::micros_per_second;
    if (!schema::in_calendar(t))
        schema::bad_value("a timestamp is, in UTC, outside of the years 1 to 9999", text);
    return t;
}

std::string timestamp::to_string() const {
    const schema::civil_time fields = schema::civil_of(*this);
    std::string text;
    append_date(text, fields);
    text += ' ';
    append_number(text, fields.hour, 2);
    text += ':';
    append_number(text, fields.minute, 2);
    text += ':';
    append_number(text, fields.second, 2);
    if (fields.micros != 0) {
        text += '.';
        append_number(text, fields.micros, 6);
    }
    text += "+00";
    return text;
}

}  // namespace shardwise
