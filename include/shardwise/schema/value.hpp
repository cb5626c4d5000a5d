// SPDX-License-Identifier: MIT
// Scalars as they cross the borders of the library, in both directions.
//   arg    a borrowed scalar: trivial, 24 bytes, text and bytes are views
//   value  an owned scalar
// Plain values; no locks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "shardwise/schema/types.hpp"

namespace shardwise {

/// The declared type of a column.
enum class column_type : std::uint8_t {
    boolean,
    int16,
    int32,
    int64,
    float64,
    text,
    blob,
    uuid,
    date,
    timestamp,
    decimal,
    json,
};

/// "int64", "text", ...
std::string_view name_of(column_type type) noexcept;

/// The kind of a scalar. All integer widths are one kind, so that placement and comparison never
/// depend on the width of a C++ type.
enum class kind : std::uint8_t {
    null,
    boolean,
    integer,
    real,
    text,
    blob,
    uuid,
    date,
    timestamp,
    decimal,
    json,
};

std::string_view name_of(kind k) noexcept;
kind kind_of(column_type type) noexcept;

/// A borrowed scalar. What a text, bytes or json arg points to must outlive it.
class arg {
public:
    constexpr arg() noexcept : integer_(0) {}
    constexpr explicit arg(bool v) noexcept : kind_(kind::boolean), integer_(v ? 1 : 0) {}
    constexpr explicit arg(std::int64_t v) noexcept : kind_(kind::integer), integer_(v) {}
    constexpr explicit arg(double v) noexcept : kind_(kind::real), real_(v) {}
    constexpr explicit arg(std::string_view v) noexcept
        : kind_(kind::text), view_{v.data(), v.size()} {}
    explicit arg(const uuid& v) noexcept : kind_(kind::uuid), octets_{} {
        for (std::size_t i = 0; i < 16; ++i) octets_[i] = v.octets[i];
    }
    constexpr explicit arg(date v) noexcept : kind_(kind::date), integer_(v.days_since_epoch) {}
    constexpr explicit arg(timestamp v) noexcept
        : kind_(kind::timestamp), integer_(v.micros_since_epoch) {}
    explicit arg(const decimal& v) noexcept
        : kind_(kind::decimal),
          scale_(static_cast<std::uint8_t>(v.scale())),
          wide_{v.low(), v.high()} {}
    explicit arg(const json& v) noexcept : kind_(kind::json), view_{v.text.data(), v.text.size()} {}
    static arg of_bytes(const void* data, std::size_t size) noexcept {
        arg a{std::string_view(static_cast<const char*>(data), size)};
        a.kind_ = kind::blob;
        return a;
    }
    static arg of_json(std::string_view text) noexcept {
        arg a{text};
        a.kind_ = kind::json;
        return a;
    }

    shardwise::kind kind() const noexcept { return kind_; }
    bool is_null() const noexcept { return kind_ == kind::null; }

    // Unchecked access: the caller knows the kind. Codecs use the checked forms below.
    bool boolean() const noexcept { return integer_ != 0; }
    std::int64_t integer() const noexcept { return integer_; }  ///< also date and timestamp
    double real() const noexcept { return real_; }
    /// Also bytes and JSON.
    std::string_view text() const noexcept { return {view_.data, view_.size}; }
    uuid as_uuid() const noexcept {
        uuid u;
        for (std::size_t i = 0; i < 16; ++i) u.octets[i] = octets_[i];
        return u;
    }
    decimal as_decimal() const noexcept { return {wide_.high, wide_.low, scale_}; }

    // Checked access. They throw bad_value naming both kinds, except for the conversions that lose
    // nothing whatever the value is written as:
    //   to_boolean  the integers 0 and 1          to_integer  booleans; whole reals and decimals
    //   to_real     integers that a double holds  to_decimal  integers
    //   to_text     bytes and JSON, as they are
    bool to_boolean() const { return kind_ == kind::boolean ? integer_ != 0 : converted_boolean(); }
    std::int64_t to_integer() const {
        return kind_ == kind::integer ? integer_ : converted_integer();
    }
    double to_real() const { return kind_ == kind::real ? real_ : converted_real(); }
    std::string_view to_text() const {
        if (kind_ != kind::text && kind_ != kind::blob && kind_ != kind::json) refuse(kind::text);
        return text();
    }
    uuid to_uuid() const {
        if (kind_ != kind::uuid) refuse(kind::uuid);
        return as_uuid();
    }
    date to_date() const {
        if (kind_ != kind::date) refuse(kind::date);
        return {static_cast<std::int32_t>(integer_)};
    }
    timestamp to_timestamp() const {
        if (kind_ != kind::timestamp) refuse(kind::timestamp);
        return {integer_};
    }
    decimal to_decimal() const {
        return kind_ == kind::decimal ? as_decimal() : converted_decimal();
    }

private:
    // Off the good path, so that reading rows stays small and inline.
    [[noreturn]] void refuse(enum kind wanted) const;
    bool converted_boolean() const;
    std::int64_t converted_integer() const;
    double converted_real() const;
    decimal converted_decimal() const;

    enum kind kind_ = kind::null;
    std::uint8_t scale_ = 0;
    struct view {
        const char* data;
        std::size_t size;
    };
    struct wide {
        std::uint64_t low;
        std::int64_t high;
    };
    union {
        std::int64_t integer_;
        double real_;
        view view_;
        wide wide_;
        std::uint8_t octets_[16];
    };
};
static_assert(std::is_trivially_copyable_v<arg> && sizeof(arg) == 24);

/// An owned scalar.
class value {
public:
    value() = default;
    explicit value(const arg& borrowed) : scalar_(borrowed) {
        const enum kind k = borrowed.kind();
        if (k == kind::text || k == kind::blob || k == kind::json) storage_ = borrowed.text();
    }

    enum kind kind() const noexcept { return scalar_.kind(); }
    bool is_null() const noexcept { return scalar_.is_null(); }
    /// A view of this value; valid as long as it is not changed, moved or destroyed.
    arg view() const noexcept {
        switch (scalar_.kind()) {
            case kind::text:
                return arg{std::string_view{storage_}};
            case kind::blob:
                return arg::of_bytes(storage_.data(), storage_.size());
            case kind::json:
                return arg::of_json(storage_);
            default:
                return scalar_;
        }
    }
    friend bool operator==(const value& a, const value& b);

private:
    arg scalar_;
    std::string storage_;
};

/// The order in which shardwise merges rows: NULL is the caller's business (never passed here).
/// Integers, reals and decimals compare by value, also with each other; NaN equals itself and is
/// greater than every number, -0.0 equals 0.0; text and bytes compare byte by byte (the order of
/// PostgreSQL's "C", MariaDB's utf8mb4_nopad_bin and SQLite's BINARY collation). Throws internal
/// when the kinds cannot be compared. Returns <0, 0, >0.
int compare(const arg& a, const arg& b);

/// Equal as SQL's IS NOT DISTINCT FROM: NULL equals NULL. Kinds that cannot be compared are
/// different.
bool same(const arg& a, const arg& b);

/// Consistent with same(): equal values of any numeric kind have equal hashes. In-memory only:
/// never stored, not stable between versions (placement uses sharding/bucket_hash).
std::uint64_t hash_of(const arg& a) noexcept;

/// For messages, EXPLAIN and --json: 42, true, 'text', '2024-02-29', NULL, x'00ff'. A quote within
/// text is doubled. Not for SQL: values are bound. Never throws for a bad value.
std::string to_display(const arg& a);

/// Reads a value of `type` from text as it stands in CSV files and on command lines. Throws
/// bad_value naming the type; the text itself is only in the error's detail(). `scale` applies to
/// decimals: -1 keeps the digits as they are. Nothing is trimmed. Booleans: true/false, t/f,
/// yes/no, 1/0 in either case; bytes: "\\x" and hexadecimal digits; text must be UTF-8 without zero
/// bytes.
value parse_value(std::string_view text, column_type type, int scale = -1);

}  // namespace shardwise
