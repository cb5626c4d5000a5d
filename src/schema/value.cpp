// SPDX-License-Identifier: MIT
// Names of types and kinds, and the conversions between kinds that lose nothing.
#include "shardwise/schema/value.hpp"

#include <cmath>

#include "schema/bad_value.hpp"
#include "schema/decimal_parts.hpp"

namespace shardwise {
namespace {

/// 2^63: the first double above all 64-bit integers.
constexpr double integer_limit = 9223372036854775808.0;

bool is_whole_integer(double r) noexcept {
    return r >= -integer_limit && r < integer_limit && std::trunc(r) == r;
}

}  // namespace

std::string_view name_of(column_type type) noexcept {
    switch (type) {
        case column_type::boolean:
            return "boolean";
        case column_type::int16:
            return "int16";
        case column_type::int32:
            return "int32";
        case column_type::int64:
            return "int64";
        case column_type::float64:
            return "float64";
        case column_type::text:
            return "text";
        case column_type::blob:
            return "blob";
        case column_type::uuid:
            return "uuid";
        case column_type::date:
            return "date";
        case column_type::timestamp:
            return "timestamp";
        case column_type::decimal:
            return "decimal";
        case column_type::json:
            return "json";
    }
    return "unknown";
}

std::string_view name_of(kind k) noexcept {
    switch (k) {
        case kind::null:
            return "null";
        case kind::boolean:
            return "boolean";
        case kind::integer:
            return "integer";
        case kind::real:
            return "real";
        case kind::text:
            return "text";
        case kind::blob:
            return "blob";
        case kind::uuid:
            return "uuid";
        case kind::date:
            return "date";
        case kind::timestamp:
            return "timestamp";
        case kind::decimal:
            return "decimal";
        case kind::json:
            return "json";
    }
    return "unknown";
}

kind kind_of(column_type type) noexcept {
    switch (type) {
        case column_type::boolean:
            return kind::boolean;
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            return kind::integer;
        case column_type::float64:
            return kind::real;
        case column_type::text:
            return kind::text;
        case column_type::blob:
            return kind::blob;
        case column_type::uuid:
            return kind::uuid;
        case column_type::date:
            return kind::date;
        case column_type::timestamp:
            return kind::timestamp;
        case column_type::decimal:
            return kind::decimal;
        case column_type::json:
            return kind::json;
    }
    return kind::null;
}

void arg::refuse(enum kind wanted) const {
    std::string sentence;
    if (is_null()) {
        sentence += "NULL in a member that is not std::optional (a value of kind ";
        sentence += name_of(wanted);
        sentence += " is wanted)";
    } else {
        sentence += "a value of kind ";
        sentence += name_of(kind_);
        sentence += " cannot be read as kind ";
        sentence += name_of(wanted);
        sentence += " without loss";
    }
    schema::bad_value(sentence);
}

bool arg::converted_boolean() const {
    if (kind_ != kind::integer || (integer_ != 0 && integer_ != 1)) refuse(kind::boolean);
    return integer_ != 0;
}

std::int64_t arg::converted_integer() const {
    if (kind_ == kind::boolean) return integer_;
    if (kind_ == kind::real && is_whole_integer(real_)) return static_cast<std::int64_t>(real_);
    if (kind_ != kind::decimal) refuse(kind::integer);
    const decimal d = as_decimal();
    const auto power = static_cast<int128>(schema::power_of_ten(d.scale()));
    const int128 whole = schema::unscaled_of(d) / power;
    const auto narrow = static_cast<std::int64_t>(whole);
    if (schema::unscaled_of(d) % power != 0 || narrow != whole) refuse(kind::integer);
    return narrow;
}

double arg::converted_real() const {
    if (kind_ != kind::integer) refuse(kind::real);
    const auto rounded = static_cast<double>(integer_);
    if (!is_whole_integer(rounded) || static_cast<std::int64_t>(rounded) != integer_)
        refuse(kind::real);
    return rounded;
}

decimal arg::converted_decimal() const {
    if (kind_ != kind::integer) refuse(kind::decimal);
    return decimal{integer_};
}

}  // namespace shardwise
