// SPDX-License-Identifier: MIT
// Facts about member pointers: owner, type, name, offset. Compile-time only.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

namespace shardwise {

/// A member of a struct that is itself a member: &Customer::address and &Address::street are the
/// column customers.address_street. Parts of parts: inside<inside<...>{}, &Part::member>.
template <auto Part, auto Member>
struct inside {};

}  // namespace shardwise

namespace shardwise::detail {

/// Of a pointer to a member, or of inside<>.
template <class T>
struct part_of;
template <auto M>
struct member : part_of<std::remove_cv_t<decltype(M)>> {};
template <class C, class V, V C::*M>
struct member<M> {
    using entity = C;
    using type = V;
    static constexpr auto outermost = M;
};
template <auto Part, auto Member>
struct part_of<inside<Part, Member>> {
    using entity = typename member<Part>::entity;
    using type = typename member<Member>::type;
    static constexpr auto outermost = member<Part>::outermost;
    static_assert(
        std::is_same_v<typename member<Part>::type, typename member<Member>::entity>,
        "shardwise: inside<&Whole::part, &Part::member> names a member of the struct that "
        "the first one is");
};
template <class T>
inline constexpr bool is_inside = false;
template <auto Part, auto Member>
inline constexpr bool is_inside<inside<Part, Member>> = true;

template <auto A, auto B>
inline constexpr bool same_member = false;
template <auto A>
inline constexpr bool same_member<A, A> = true;

/// "... [with auto M = &User::email; ...]" (g++), "... [M = &User::email]" (clang) -> "email".
/// A static_assert below checks that the running compiler still prints it that way.
constexpr std::string_view name_in(std::string_view printed) {
    printed = printed.substr(printed.find("M = ") + 4);
    printed = printed.substr(0, printed.find_first_of(";]"));
    return printed.substr(printed.rfind("::") + 2);
}
template <class Part>
struct name_of_part;
/// Of inside<&Customer::address, &Address::street>: "address_street".
template <auto M>
constexpr std::string_view member_name() {
    if constexpr (is_inside<std::remove_cv_t<decltype(M)>>) {
        return name_of_part<std::remove_cv_t<decltype(M)>>::name;
    } else {
        return name_in(__PRETTY_FUNCTION__);
    }
}
template <auto Part, auto Member>
struct name_of_part<inside<Part, Member>> {
    static constexpr std::string_view first = member_name<Part>();
    static constexpr std::string_view last = member_name<Member>();
    struct joined {
        char data[first.size() + last.size() + 1]{};
        constexpr joined() {
            char* to = data;
            for (const char c : first) *to++ = c;
            *to++ = '_';
            for (const char c : last) *to++ = c;
        }
    };
    static constexpr joined kept{};
    static constexpr std::string_view name{kept.data, sizeof kept.data};
};
struct name_probe {
    int some_field;
};
static_assert(
    member_name<&name_probe::some_field>() == "some_field",
    "shardwise: this compiler prints member pointers in an unknown form; name the columns "
    "explicitly and report it");

template <class C, class V>
std::ptrdiff_t offset_in(V C::*m) {
    alignas(C) static const unsigned char room[sizeof(C)] = {};
    const auto* const object = reinterpret_cast<const C*>(room);
    return reinterpret_cast<const unsigned char*>(&(object->*m)) - room;
}

template <auto Part, auto Member>
std::ptrdiff_t offset_in(inside<Part, Member>) {
    return offset_in(Part) + offset_in(Member);
}

template <class T>
struct strip_optional {
    using type = T;
};
template <class T>
struct strip_optional<std::optional<T>> {
    using type = T;
};
template <class T>
using bare = typename strip_optional<T>::type;

/// A list of types, and a list of member pointers.
template <class... Ts>
struct types {};
template <auto... Ms>
struct members {};
/// The type in a list of one.
template <class L>
struct single;
template <class T>
struct single<types<T>> {
    using type = T;
};

template <class T, class... Ts>
inline constexpr bool one_of = false;
template <class T, class U, class... Ts>
inline constexpr bool one_of<T, U, Ts...> = one_of<T, Ts...>;
template <class T, class... Ts>
inline constexpr bool one_of<T, T, Ts...> = true;

template <class Out, class In>
struct unite;
template <class... Os>
struct unite<types<Os...>, types<>> {
    using type = types<Os...>;
};
template <class... Os, class I, class... Is>
struct unite<types<Os...>, types<I, Is...>> {
    static auto pick() {
        if constexpr (one_of<I, Os...>) {
            return unite<types<Os...>, types<Is...>>{};
        } else {
            return unite<types<Os..., I>, types<Is...>>{};
        }
    }
    using type = typename decltype(pick())::type;
};

template <auto M, class L>
inline constexpr bool in_members = false;
template <auto M, auto... Ms>
inline constexpr bool in_members<M, members<Ms...>> = (same_member<M, Ms> || ...);

template <class A, class B>
struct all_members;
template <auto... As, auto... Bs>
struct all_members<members<As...>, members<Bs...>> {
    using type = members<As..., Bs...>;
};
template <class A, class B>
struct both_members;
template <class B>
struct both_members<members<>, B> {
    using type = members<>;
};
template <auto A, auto... As, class B>
struct both_members<members<A, As...>, B> {
    using rest = typename both_members<members<As...>, B>::type;
    static auto pick() {
        if constexpr (in_members<A, B>) {
            return all_members<members<A>, rest>{};
        } else {
            return all_members<members<>, rest>{};
        }
    }
    using type = typename decltype(pick())::type;
};

}  // namespace shardwise::detail
