// SPDX-License-Identifier: MIT
// C++ member type <-> scalar. One codec per C++ type, never per column: that keeps the generated
// code small. To store a type of your own, specialise shardwise::type_traits for it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "shardwise/schema/value.hpp"

namespace shardwise {

/// Customisation point. A specialisation has
///   static constexpr column_type type;      static constexpr bool nullable = false;
///   static arg get(const T&) ;              borrowed from the argument
///   static void put(T&, const arg&);        throws bad_value if the scalar does not fit
template <class T>
struct type_traits;

namespace detail {
/// Throws bad_value: "the integer does not fit the member's 16 bits, signed"; the number itself is
/// in the error's detail only.
[[noreturn]] void integer_out_of_range(std::int64_t v, int bits, bool is_signed);

template <class T>
T checked_integer(const arg& v) {
    const std::int64_t wide = v.to_integer();
    if constexpr (sizeof(T) < sizeof(std::int64_t)) {
        if (wide < std::int64_t{std::numeric_limits<T>::min()} ||
            wide > std::int64_t{std::numeric_limits<T>::max()})
            integer_out_of_range(wide, static_cast<int>(sizeof(T)) * 8, std::signed_integral<T>);
    }
    return static_cast<T>(wide);
}
}  // namespace detail

template <>
struct type_traits<bool> {
    static constexpr column_type type = column_type::boolean;
    static constexpr bool nullable = false;
    static arg get(bool v) noexcept { return arg{v}; }
    static void put(bool& to, const arg& v) { to = v.to_boolean(); }
};

/// Signed integers of 8 to 64 bits and unsigned ones below 64 bits: a 64-bit unsigned integer has
/// no column type that keeps its whole range on all engines.
template <class T>
concept storable_integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                           (std::signed_integral<T> || sizeof(T) < 8);

template <storable_integer T>
struct type_traits<T> {
    static constexpr int bits = static_cast<int>(sizeof(T)) * (std::signed_integral<T> ? 8 : 16);
    static constexpr column_type type = bits <= 16   ? column_type::int16
                                        : bits <= 32 ? column_type::int32
                                                     : column_type::int64;
    static constexpr bool nullable = false;
    static arg get(T v) noexcept { return arg{static_cast<std::int64_t>(v)}; }
    static void put(T& to, const arg& v) { to = detail::checked_integer<T>(v); }
};

template <>
struct type_traits<double> {
    static constexpr column_type type = column_type::float64;
    static constexpr bool nullable = false;
    static arg get(double v) noexcept { return arg{v}; }
    static void put(double& to, const arg& v) { to = v.to_real(); }
};

template <>
struct type_traits<std::string> {
    static constexpr column_type type = column_type::text;
    static constexpr bool nullable = false;
    static arg get(const std::string& v) noexcept { return arg{std::string_view{v}}; }
    static void put(std::string& to, const arg& v) { to = v.to_text(); }
};

template <>
struct type_traits<bytes> {
    static constexpr column_type type = column_type::blob;
    static constexpr bool nullable = false;
    static arg get(const bytes& v) noexcept { return arg::of_bytes(v.data(), v.size()); }
    static void put(bytes& to, const arg& v) {
        const std::string_view s = v.to_text();
        const auto* const p = reinterpret_cast<const std::byte*>(s.data());
        to.assign(p, p + s.size());
    }
};

template <>
struct type_traits<uuid> {
    static constexpr column_type type = column_type::uuid;
    static constexpr bool nullable = false;
    static arg get(const uuid& v) noexcept { return arg{v}; }
    static void put(uuid& to, const arg& v) { to = v.to_uuid(); }
};

template <>
struct type_traits<date> {
    static constexpr column_type type = column_type::date;
    static constexpr bool nullable = false;
    static arg get(date v) noexcept { return arg{v}; }
    static void put(date& to, const arg& v) { to = v.to_date(); }
};

template <>
struct type_traits<timestamp> {
    static constexpr column_type type = column_type::timestamp;
    static constexpr bool nullable = false;
    static arg get(timestamp v) noexcept { return arg{v}; }
    static void put(timestamp& to, const arg& v) { to = v.to_timestamp(); }
};

template <>
struct type_traits<decimal> {
    static constexpr column_type type = column_type::decimal;
    static constexpr bool nullable = false;
    static arg get(const decimal& v) noexcept { return arg{v}; }
    static void put(decimal& to, const arg& v) { to = v.to_decimal(); }
};

template <>
struct type_traits<json> {
    static constexpr column_type type = column_type::json;
    static constexpr bool nullable = false;
    static arg get(const json& v) noexcept { return arg{v}; }
    static void put(json& to, const arg& v) { to.text = v.to_text(); }
};

template <class T>
concept storable_enum = std::is_enum_v<T> && storable_integer<std::underlying_type_t<T>>;

/// Enums are kept as their underlying integer.
template <storable_enum T>
struct type_traits<T> {
    using integer = std::underlying_type_t<T>;
    static constexpr column_type type = type_traits<integer>::type;
    static constexpr bool nullable = false;
    static arg get(T v) noexcept { return arg{static_cast<std::int64_t>(v)}; }
    static void put(T& to, const arg& v) {
        to = static_cast<T>(detail::checked_integer<integer>(v));
    }
};

template <class T>
struct enum_name {
    T value;
    std::string_view name;
};
/// Specialise it to keep an enum as text:
///     template <> struct shardwise::enum_text<Color> {
///         static constexpr shardwise::enum_name<Color> names[] = {{Color::red, "red"}};
///     };
/// Values without a name, and texts that are none, are bad_value.
template <class T>
struct enum_text {};
template <class T>
concept named_enum = storable_enum<T> && requires {
    enum_text<T>::names;
};

namespace detail {
[[noreturn]] void enum_without_name(std::int64_t v);
[[noreturn]] void text_is_no_name(std::string_view text);
}  // namespace detail

template <storable_enum T>
requires named_enum<T>
struct type_traits<T> {
    static constexpr column_type type = column_type::text;
    static constexpr bool nullable = false;
    static arg get(T v) {
        for (const auto& n : enum_text<T>::names)
            if (n.value == v) return arg{n.name};
        detail::enum_without_name(static_cast<std::int64_t>(v));
    }
    static void put(T& to, const arg& v) {
        const std::string_view text = v.to_text();
        for (const auto& n : enum_text<T>::names) {
            if (n.name != text) continue;
            to = n.value;
            return;
        }
        detail::text_is_no_name(text);
    }
};

template <class T>
struct type_traits<std::optional<T>> {
    static constexpr column_type type = type_traits<T>::type;
    static constexpr bool nullable = true;
    static arg get(const std::optional<T>& v) { return v ? type_traits<T>::get(*v) : arg{}; }
    static void put(std::optional<T>& to, const arg& v) {
        if (v.is_null()) {
            to.reset();
        } else {
            if (!to) to.emplace();
            type_traits<T>::put(*to, v);
        }
    }
};

/// T can be a column's C++ type.
template <class T>
concept storable = requires(T& to, const T& from, const arg& v) {
    { type_traits<T>::type } -> std::convertible_to<column_type>;
    { type_traits<T>::get(from) } -> std::same_as<arg>;
    type_traits<T>::put(to, v);
};

/// The type-erased form: how the compiled core reads and writes a member.
struct codec {
    column_type type;
    bool nullable;
    arg (*get)(const void* member);
    void (*put)(void* member, const arg& v);
    bool (*equal)(const void* a, const void* b);
};

template <storable T>
inline constexpr codec codec_of{
    type_traits<T>::type, type_traits<T>::nullable,
    [](const void* p) -> arg { return type_traits<T>::get(*static_cast<const T*>(p)); },
    [](void* p, const arg& v) { type_traits<T>::put(*static_cast<T*>(p), v); },
    [](const void* a, const void* b) {
        return *static_cast<const T*>(a) == *static_cast<const T*>(b);
    }};

}  // namespace shardwise
