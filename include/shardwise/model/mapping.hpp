// SPDX-License-Identifier: MIT
// How a struct is declared:
//
//   template <> struct shardwise::mapping<User> : table<User, "users", by_modulo> {
//       column<&User::id, primary_key, generated, shard_key> id;
//       column<&User::name>                                  name;
//   };
//   inline constexpr shardwise::mapping<User> users;
//
// The mapping object is the vocabulary of queries: users.id == 7.
#pragma once

#include <cstddef>
#include <new>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "shardwise/model/entity.hpp"
#include "shardwise/model/member.hpp"
#include "shardwise/model/tags.hpp"
#include "shardwise/model/unpack.hpp"

namespace shardwise {

/// Specialise this for each struct that is kept in the cluster.
template <class E>
struct mapping;

/// The entity of a mapped struct; built on first use, thread-safe.
template <class E>
const model::entity& entity_of();

namespace detail {

template <class T>
inline constexpr bool is_tuple = false;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;

/// model/relation.hpp
template <class R>
const model::relation& relation_of();
/// A relation that a session looks after without being asked. Only these need the mapping of the
/// other struct wherever this one's is used.
template <class... Tags>
constexpr bool works_by_itself(types<Tags...>) {
    return ((Tags::flags | ... | 0U) & (model::loads_eagerly | model::cascades_erase)) != 0;
}

template <class T>
inline constexpr bool is_reference_tag = false;
template <auto T, on_delete R>
inline constexpr bool is_reference_tag<references<T, R>> = true;

struct no_reference {
    static constexpr std::nullptr_t target = nullptr;
    static constexpr on_delete rule = on_delete::restrict;
};
template <class... Tags>
struct find_reference : no_reference {};
template <class T, class... Ts>
struct find_reference<T, Ts...>
    : std::conditional_t<is_reference_tag<T>, T, find_reference<Ts...>> {};

template <class V, auto Target>
constexpr bool same_key_type() {
    if constexpr (std::is_same_v<decltype(Target), std::nullptr_t>) {
        return true;
    } else {
        return std::is_same_v<bare<V>, bare<typename member<Target>::type>>;
    }
}

template <class E>
constexpr bool is_mapped() {
    return requires { sizeof(mapping<E>); };
}

template <class T>
concept column_like = requires {
    typename T::is_column;
};

/// Lets relations stand next to columns in a mapping.
struct not_a_column {
    static constexpr std::nullptr_t pointer = nullptr;
    static constexpr unsigned flags = 0;
};

}  // namespace detail

/// One column: the member that it is kept in, and its tags. Its database name is the member's name
/// unless given: column<&User::id, primary_key> id{"user_id"};
template <auto M, class... Tags>
struct column {
    using is_column = void;
    using entity = typename detail::member<M>::entity;
    using value_type = typename detail::member<M>::type;
    using reference = detail::find_reference<Tags...>;
    static constexpr auto pointer = M;
    static constexpr unsigned flags = (Tags::flags | ... | 0U);
    static constexpr bool pins = (flags & model::is_shard_key) != 0;
    static constexpr bool is_key = (flags & model::is_primary_key) != 0;

    static constexpr bool can_be_stored = storable<value_type>;
    static_assert(can_be_stored,
                  "shardwise: this member's type cannot be stored in a column; specialise "
                  "shardwise::type_traits for it");
    static_assert((std::is_base_of_v<detail::column_tag, Tags> && ...),
                  "shardwise: this is not a tag of a column");
    static_assert(detail::same_key_type<value_type, reference::target>(),
                  "shardwise: a foreign key and the column it references must have the same type");

    static_assert((flags & model::is_row_version) == 0 ||
                      std::is_same_v<value_type, std::int32_t> ||
                      std::is_same_v<value_type, std::int64_t>,
                  "shardwise: a row_version is a std::int32_t or a std::int64_t");
    static_assert((flags & model::is_row_version) == 0 ||
                      (flags & (model::is_primary_key | model::is_shard_key | model::is_generated |
                                model::is_unique | model::is_unique_per_shard |
                                model::is_cluster_unique)) == 0,
                  "shardwise: a row_version changes with its row and cannot be a key, unique or "
                  "generated");

    static_assert((flags & (model::is_insert_time | model::is_change_time)) == 0 ||
                      std::is_same_v<detail::bare<value_type>, timestamp>,
                  "shardwise: a time_of_insert or time_of_change is a timestamp");

    std::string_view renamed{};

    constexpr column() = default;
    constexpr column(std::string_view database_name)  // NOLINT(google-explicit-constructor)
        : renamed(database_name) {}

    constexpr std::string_view name() const {
        return renamed.empty() ? detail::member_name<M>() : renamed;
    }
    /// This column as a node of a statement.
    static sql::column_ref ref() {
        static const sql::column_ref r{&model::table_of(entity_of<entity>()),
                                       model::column_at(entity_of<entity>(), detail::offset_in(M)),
                                       0};
        return r;
    }

    // Predicates beside the comparison operators: model/expression.hpp.
    template <class Range>
    auto in(const Range& values) const;
    template <class V>
    auto in(std::initializer_list<V> values) const;
    template <class Range>
    auto not_in(const Range& values) const;
    template <class V>
    auto not_in(std::initializer_list<V> values) const;
    template <class A, class B>
    auto between(const A& low, const B& high) const;
    auto like(std::string_view pattern) const;
    auto is_null() const;
    auto is_not_null() const;
    auto asc() const;
    auto desc() const;
};

namespace detail {

template <class O>
struct option {
    static constexpr model::strategy strategy = model::strategy::none;
    static constexpr std::string_view custom{};
    static constexpr std::int64_t null_bucket = -1;
};
template <>
struct option<by_hash> : option<void> {
    static constexpr model::strategy strategy = model::strategy::hash;
};
template <>
struct option<by_modulo> : option<void> {
    static constexpr model::strategy strategy = model::strategy::modulo;
};
template <>
struct option<by_range> : option<void> {
    static constexpr model::strategy strategy = model::strategy::range;
};
template <>
struct option<by_list> : option<void> {
    static constexpr model::strategy strategy = model::strategy::list;
};
template <>
struct option<by_directory> : option<void> {
    static constexpr model::strategy strategy = model::strategy::directory;
};
template <text Name>
struct option<by_custom<Name>> : option<void> {
    static constexpr model::strategy strategy = model::strategy::custom;
    static constexpr std::string_view custom = Name.view();
};
template <std::uint32_t Bucket>
struct option<nulls_in_bucket<Bucket>> : option<void> {
    static constexpr std::int64_t null_bucket = Bucket;
};

template <class... Options>
struct find_parent {
    using type = void;
};
template <class O, class... Os>
struct find_parent<O, Os...> : find_parent<Os...> {};
template <class P, class... Os>
struct find_parent<colocated_with<P>, Os...> {
    using type = P;
};

}  // namespace detail

/// The base of a mapping: struct, table name, options.
template <class E, text Name, class... Options>
struct table {
    using is_table = table;
    using entity = E;
    using options = detail::types<Options...>;
    using explicit_parent = typename detail::find_parent<Options...>::type;
    static constexpr std::string_view table_name() { return Name.view(); }
    static constexpr bool is_reference = detail::one_of<reference_table, Options...>;
    static constexpr bool is_partial = detail::one_of<partial, Options...>;
    static constexpr bool is_view = detail::one_of<read_only_view, Options...>;
    static constexpr bool by_expression = detail::one_of<bucket_by_expression, Options...>;
    static constexpr int strategies =
        (int{detail::option<Options>::strategy != model::strategy::none} + ... + 0);
    static constexpr model::strategy placed_by = static_cast<model::strategy>(
        (static_cast<int>(detail::option<Options>::strategy) + ... + 0));
    static constexpr std::int64_t null_bucket =
        (detail::option<Options>::null_bucket + ... +
         (static_cast<std::int64_t>(sizeof...(Options)) - 1));
    static_assert(strategies <= 1, "shardwise: a table has one sharding strategy, not several");
};

namespace detail {

struct anything {
    template <class T>
    operator T() const;  // NOLINT(google-explicit-constructor)
};

template <class T, class... Base, std::size_t... I>
constexpr bool braces(types<Base...>, std::index_sequence<I...>) {
    return requires { T{Base{}..., (static_cast<void>(I), anything{})...}; };
}

/// The number of members of an aggregate, by binary search.
template <class T, class Base, std::size_t Low, std::size_t High>
constexpr std::size_t count_members() {
    if constexpr (High - Low <= 1) {
        return Low;
    } else {
        constexpr std::size_t middle = (Low + High) / 2;
        if constexpr (braces<T>(Base{}, std::make_index_sequence<middle>{})) {
            return count_members<T, Base, middle, High>();
        } else {
            return count_members<T, Base, Low, middle>();
        }
    }
}

/// A mapping's members are one string_view wide, so the first guess is usually right.
template <class M>
constexpr std::size_t mapping_size() {
    using base = types<typename M::is_table>;
    constexpr std::size_t guess = sizeof(M) / sizeof(std::string_view);
    if constexpr (guess > 0 && guess <= 96) {
        if constexpr (braces<M>(base{}, std::make_index_sequence<guess>{}) &&
                      !braces<M>(base{}, std::make_index_sequence<guess + 1>{})) {
            return guess;
        } else {
            return count_members<M, base, 0, 97>();
        }
    } else {
        return count_members<M, base, 0, 97>();
    }
}
template <class M>
inline constexpr std::size_t mapping_size_v = mapping_size<M>();

struct to_types {
    template <class... Ms>
    constexpr types<Ms...> operator()(const Ms&...) const {
        return {};
    }
};
template <class E>
using members_of =
    decltype(unpack<mapping_size_v<mapping<E>>>(std::declval<const mapping<E>&>(), to_types{}));

/// Compile-time facts of a mapping, computed from the types of its members.
template <class E, class L>
struct facts;
template <class E, class... Ms>
struct facts<E, types<Ms...>> {
    template <auto M>
    static constexpr bool is_mapped = (same_member<Ms::pointer, M> || ...);
    template <class C>
    static constexpr bool refers() {
        if constexpr (column_like<C>)
            return !std::is_same_v<decltype(C::reference::target), const std::nullptr_t>;
        else
            return false;
    }
    static constexpr std::size_t columns = (std::size_t{column_like<Ms>} + ... + 0);
    static constexpr bool has_parts = (is_inside<std::remove_cv_t<decltype(Ms::pointer)>> || ...);
    static constexpr std::size_t keys =
        (std::size_t{(Ms::flags & model::is_primary_key) != 0} + ... + 0);
    static constexpr std::size_t versions =
        (std::size_t{(Ms::flags & model::is_row_version) != 0} + ... + 0);
    static constexpr std::size_t insert_times =
        (std::size_t{(Ms::flags & model::is_insert_time) != 0} + ... + 0);
    static constexpr std::size_t change_times =
        (std::size_t{(Ms::flags & model::is_change_time) != 0} + ... + 0);
    static constexpr bool sharded = (((Ms::flags & model::is_shard_key) != 0) || ...);
    /// Some column has a foreign key, an index, or is more than read: not of a view.
    static constexpr bool has_more_than_keys =
        (((Ms::flags & ~(model::is_primary_key | model::is_shard_key)) != 0 || refers<Ms>()) ||
         ...);
    static constexpr bool unique_needs_scope =
        (((Ms::flags & model::is_unique) != 0 && (Ms::flags & model::is_shard_key) == 0) || ...);
    /// Every shard key column is part of the primary key: a lookup by key asks one shard.
    static constexpr bool key_pins_shard =
        sharded &&
        (((Ms::flags & model::is_shard_key) == 0 || (Ms::flags & model::is_primary_key) != 0) &&
         ...);
    /// All shard key columns are in the list of pinned members.
    template <class Pins>
    static constexpr bool pinned_by = [] {
        bool all = sharded;
        ((all = all && ((Ms::flags & model::is_shard_key) == 0 || in_members<Ms::pointer, Pins>)),
         ...);
        return all;
    }();

    template <class C>
    static constexpr auto parent_through() {
        if constexpr (column_like<C>) {
            if constexpr (C::pins &&
                          !std::is_same_v<decltype(C::reference::target), const std::nullptr_t>) {
                return types<typename member<C::reference::target>::entity>{};
            } else {
                return types<>{};
            }
        } else {
            return types<>{};
        }
    }
    template <class T>
    struct first {
        using type = void;
    };
    template <class T, class... Ts>
    struct first<types<T, Ts...>> {
        using type = T;
    };
    template <class... Ls>
    struct concat {
        using type = types<>;
    };
    template <class... As, class... Bs, class... Ls>
    struct concat<types<As...>, types<Bs...>, Ls...> : concat<types<As..., Bs...>, Ls...> {};
    template <class... As>
    struct concat<types<As...>> {
        using type = types<As...>;
    };
    /// The struct whose rows these live with: colocated_with<P>, or the parent that a shard key
    /// column references; void for a root.
    using implied_parent =
        typename first<typename concat<types<>, decltype(parent_through<Ms>())...>::type>::type;
};
template <class E>
using facts_of = facts<E, members_of<E>>;

template <class E>
struct parent_of {
    static auto pick() {
        if constexpr (mapping<E>::is_reference || mapping<E>::strategies != 0) {
            return types<void>{};
        } else if constexpr (!std::is_void_v<typename mapping<E>::explicit_parent>) {
            return types<typename mapping<E>::explicit_parent>{};
        } else {
            return types<typename facts_of<E>::implied_parent>{};
        }
    }
    using type = typename single<decltype(pick())>::type;
};

/// The root of the colocation chain; E itself for a root, void for a reference table.
template <class E>
struct root_of {
    static auto pick() {
        using parent = typename parent_of<E>::type;
        if constexpr (mapping<E>::is_reference) {
            return types<void>{};
        } else if constexpr (std::is_void_v<parent> || std::is_same_v<parent, E>) {
            return types<E>{};
        } else {
            return types<typename root_of<parent>::type>{};
        }
    }
    using type = typename single<decltype(pick())>::type;
};

/// False also for a struct without a mapping, which is told elsewhere.
template <class E>
constexpr bool is_view() {
    if constexpr (is_mapped<E>()) {
        return mapping<E>::is_view;
    } else {
        return false;
    }
}
template <class E>
constexpr void check_written() {
    static_assert(!is_view<E>(),
                  "shardwise: a read_only_view is only read; change the rows of the tables that it "
                  "shows");
}
/// A view has rows where the rows are that it shows.
template <class E>
constexpr bool view_has_a_place() {
    return !is_view<E>() || mapping<E>::is_reference ||
           !std::is_void_v<typename mapping<E>::explicit_parent>;
}

template <class A, class B>
constexpr bool live_together() {
    if constexpr (mapping<A>::is_reference || mapping<B>::is_reference) {
        return true;
    } else {
        return std::is_same_v<typename root_of<A>::type, typename root_of<B>::type>;
    }
}

/// A foreign key works only where the database can check it: inside a shard.
template <class E, class C>
constexpr bool foreign_key_stays_on_shard() {
    if constexpr (!column_like<C>) {
        return true;
    } else if constexpr (std::is_same_v<decltype(C::reference::target), const std::nullptr_t>) {
        return true;
    } else {
        using parent = typename member<C::reference::target>::entity;
        if constexpr (mapping<parent>::is_reference) {
            return true;
        } else {
            return !mapping<E>::is_reference && live_together<E, parent>();
        }
    }
}
template <class E, class L>
inline constexpr bool foreign_keys_stay_on_shard = true;
template <class E, class... Ms>
inline constexpr bool foreign_keys_stay_on_shard<E, types<Ms...>> =
    (foreign_key_stays_on_shard<E, Ms>() && ...);

/// The member of the struct that `Part` is, by which the column T (a pointer or inside<>) is
/// reached; none for columns elsewhere.
template <auto Part, class T>
struct child_in {
    using type = members<>;
};
template <auto Part, auto Above, auto Member>
struct child_in<Part, inside<Above, Member>> {
    using type =
        std::conditional_t<same_member<Part, Above>, members<Member>,
                           typename child_in<Part, std::remove_cv_t<decltype(Above)>>::type>;
};
template <class Seen, class New>
struct united_members {
    using type = Seen;
};
template <auto... Seen, auto M>
struct united_members<members<Seen...>, members<M>> {
    using type =
        std::conditional_t<in_members<M, members<Seen...>>, members<Seen...>, members<Seen..., M>>;
};
template <auto... Ms>
constexpr std::size_t length_of(members<Ms...>) {
    return sizeof...(Ms);
}
/// How many members of the struct `Part` have columns, or parts with columns.
template <auto Part, class Seen>
constexpr std::size_t kept_in(types<>) {
    return length_of(Seen{});
}
template <auto Part, class Seen, class C, class... Cs>
constexpr std::size_t kept_in(types<C, Cs...>) {
    using child = typename child_in<Part, std::remove_cv_t<decltype(C::pointer)>>::type;
    return kept_in<Part, typename united_members<Seen, child>::type>(types<Cs...>{});
}
/// The same for the mapped struct.
template <class Seen>
constexpr std::size_t kept_outside(types<>) {
    return length_of(Seen{});
}
template <class Seen, class C, class... Cs>
constexpr std::size_t kept_outside(types<C, Cs...>) {
    if constexpr (column_like<C>) {
        using outer = members<member<C::pointer>::outermost>;
        return kept_outside<typename united_members<Seen, outer>::type>(types<Cs...>{});
    } else {
        return kept_outside<Seen>(types<Cs...>{});
    }
}
template <class L, class T>
inline constexpr bool complete_part = true;
template <class L, auto Part, auto Member>
inline constexpr bool complete_part<L, inside<Part, Member>> =
    (!std::is_aggregate_v<typename member<Part>::type> ||
     kept_in<Part, members<>>(L{}) ==
         count_members<typename member<Part>::type, types<>, 0, 97>()) &&
    complete_part<L, std::remove_cv_t<decltype(Part)>>;
template <class L>
inline constexpr bool complete_parts = true;
template <class... Cs>
inline constexpr bool complete_parts<types<Cs...>> =
    (complete_part<types<Cs...>, std::remove_cv_t<decltype(Cs::pointer)>> && ...);

template <class E>
constexpr bool complete_mapping() {
    if constexpr (mapping<E>::is_partial || !std::is_aggregate_v<E>) {
        return true;
    } else {
        constexpr std::size_t all = count_members<E, types<>, 0, 97>();
        if constexpr (facts_of<E>::has_parts) {
            return all == kept_outside<members<>>(members_of<E>{}) && complete_parts<members_of<E>>;
        } else {
            return all == facts_of<E>::columns;
        }
    }
}

template <class O>
struct describe_option;
template <class... Options>
constexpr bool lists_constraints(types<Options...>) {
    return (describe_option<Options>::listed || ...);
}

/// One sentence for each likely mistake.
template <class E>
constexpr bool check_model() {
    static_assert(is_mapped<E>(),
                  "shardwise: this struct is not mapped; write  template <> struct "
                  "shardwise::mapping<T> : table<T, \"name\"> { ... };");
    if constexpr (is_mapped<E>()) {
        static_assert(complete_mapping<E>(),
                      "shardwise: the struct (or one that is a part of it) has a member that its "
                      "mapping does not list; add a column, or the table option 'partial'");
        static_assert(facts_of<E>::keys > 0,
                      "shardwise: this mapping has no primary key; tag a column 'primary_key'");
        static_assert(facts_of<E>::versions <= 1,
                      "shardwise: a table has one row_version, not several");
        static_assert(facts_of<E>::insert_times <= 1 && facts_of<E>::change_times <= 1,
                      "shardwise: a table has one time_of_insert and one time_of_change, not "
                      "several");
        static_assert(mapping<E>::is_reference || facts_of<E>::sharded,
                      "shardwise: this table is sharded but no column is tagged 'shard_key'; tag "
                      "one, or make it a 'reference_table'");
        static_assert(!(mapping<E>::is_reference && facts_of<E>::sharded),
                      "shardwise: a reference table is on every shard and has no shard key");
        static_assert(mapping<E>::is_reference || !facts_of<E>::unique_needs_scope,
                      "shardwise: this unique column does not contain the shard key; say "
                      "'cluster_unique' or 'unique_per_shard'");
        static_assert(view_has_a_place<E>(),
                      "shardwise: a read_only_view has its rows where the rows are that it shows; "
                      "add 'colocated_with<Table>', or 'reference_table'");
        static_assert(!is_view<E>() || !(facts_of<E>::has_more_than_keys ||
                                         lists_constraints(typename mapping<E>::options{})),
                      "shardwise: a read_only_view has a primary key and a shard key, and no other "
                      "constraints, indexes or generated columns; relations of it say "
                      "to<&Parent::key>");
        static_assert(foreign_keys_stay_on_shard<E, members_of<E>>,
                      "shardwise: a foreign key connects tables that do not live together; shard "
                      "this table by the foreign key, or make the parent a 'reference_table'");
    }
    return true;
}

/// Rows of hash-sharded groups carry their bucket, so that any engine can select by it.
template <class E>
constexpr bool stores_bucket() {
    using root = typename root_of<E>::type;
    if constexpr (std::is_void_v<root>) {
        return false;
    } else {
        return !mapping<E>::by_expression && !mapping<E>::is_view &&
               (mapping<root>::placed_by == model::strategy::none ||
                mapping<root>::placed_by == model::strategy::hash);
    }
}

/// The database name of the column kept in member M.
template <auto M>
std::string_view column_name() {
    using E = typename member<M>::entity;
    static constexpr mapping<E> m{};
    return unpack<mapping_size_v<mapping<E>>>(m, []<class... C>(const C&... c) {
        std::string_view name;
        auto look = [&name]<class X>(const X& x) {
            if constexpr (same_member<X::pointer, M>) name = x.name();
        };
        (look(c), ...);
        return name;
    });
}

template <class E>
constexpr std::string_view table_name_of() {
    if constexpr (std::is_void_v<E>) {
        return {};
    } else {
        return mapping<E>::table_name();
    }
}

template <class C>
model::column_description describe_column(const C& c) {
    model::column_description d{};
    d.name = c.name();
    d.type = &codec_of<typename C::value_type>;
    d.offset = offset_in(C::pointer);
    d.flags = C::flags;
    if constexpr (!std::is_same_v<decltype(C::reference::target), const std::nullptr_t>) {
        d.parent_table = mapping<typename member<C::reference::target>::entity>::table_name();
        d.parent_column = &column_name<C::reference::target>;
        d.rule = C::reference::rule;
    }
    return d;
}
template <auto M, class... Tags>
model::column_description describe(const column<M, Tags...>& c) {
    model::column_description d = describe_column(c);
    ((d.max_length += Tags::max_length), ...);
    ((d.precision = static_cast<std::uint8_t>(d.precision + Tags::precision)), ...);
    ((d.scale = static_cast<std::uint8_t>(d.scale + Tags::scale)), ...);
    [[maybe_unused]] auto take_default = [&d](std::string_view sql) {
        if (!sql.empty()) d.default_sql = sql;
    };
    (take_default(Tags::default_sql), ...);
    return d;
}

/// Table options with members. `Offsets` keeps what the description points to.
template <class O>
struct describe_option {
    static constexpr bool listed = false;
};
template <model::option_description::kind Kind, auto... Ms>
model::option_description describe_members() {
    static const std::ptrdiff_t offsets[] = {offset_in(Ms)...};
    model::option_description d{};
    d.what = Kind;
    d.offsets = offsets;
    d.offset_count = sizeof...(Ms);
    return d;
}
template <text Name, text Sql>
struct describe_option<check<Name, Sql>> {
    static constexpr bool listed = true;
    static model::option_description make() {
        model::option_description d{};
        d.what = model::option_description::kind::check;
        d.name = Name.view();
        d.sql = Sql.view();
        return d;
    }
};
template <auto... Ms>
struct describe_option<unique_together<Ms...>> {
    static constexpr bool listed = true;
    static model::option_description make() {
        return describe_members<model::option_description::kind::unique, Ms...>();
    }
};
template <auto... Ms>
struct describe_option<unique_together_per_shard<Ms...>> {
    static constexpr bool listed = true;
    static model::option_description make() {
        return describe_members<model::option_description::kind::unique_per_shard, Ms...>();
    }
};
template <auto... Ms>
struct describe_option<cluster_unique_together<Ms...>> {
    static constexpr bool listed = true;
    static model::option_description make() {
        return describe_members<model::option_description::kind::cluster_unique, Ms...>();
    }
};
template <auto... Ms>
struct describe_option<index_on<Ms...>> {
    static constexpr bool listed = true;
    static model::option_description make() {
        return describe_members<model::option_description::kind::index, Ms...>();
    }
};
template <auto... Cs, auto P, auto... Ps, on_delete Rule>
struct describe_option<foreign_key<columns<Cs...>, columns<P, Ps...>, Rule>> {
    static_assert(sizeof...(Cs) == 1 + sizeof...(Ps),
                  "shardwise: a foreign key has as many columns as the key it references");
    static constexpr bool listed = true;
    static model::option_description make() {
        auto d = describe_members<model::option_description::kind::foreign_key, Cs...>();
        d.parent_table = mapping<typename member<P>::entity>::table_name();
        d.parent_columns = [](std::size_t i) -> const std::string_view {
            const std::string_view names[] = {column_name<P>(), column_name<Ps>()...};
            return names[i];
        };
        d.rule = Rule;
        return d;
    }
};

template <class E>
void construct(void* room) {
    ::new (room) E{};
}
template <class E>
void copy(void* room, const void* from) {
    ::new (room) E(*static_cast<const E*>(from));
}
template <class E>
void assign(void* object, const void* from) {
    *static_cast<E*>(object) = *static_cast<const E*>(from);
}
template <class E>
void destroy(void* object) noexcept {
    static_cast<E*>(object)->~E();
}

// A mapping's hooks are static functions with these names. What has another form does not compile:
// it would never be called.
template <class E>
model::hooks hooks_of() {
    model::hooks h{};
    using m = mapping<E>;
    if constexpr (requires { &m::before_insert; }) {
        static_assert(
            requires(E & e) { m::before_insert(e); },
            "shardwise: a hook is static: static void before_insert(T&)");
        h.before_insert = [](void* e) { m::before_insert(*static_cast<E*>(e)); };
    }
    if constexpr (requires { &m::before_update; }) {
        static_assert(
            requires(E & e) { m::before_update(e); },
            "shardwise: a hook is static: static void before_update(T&)");
        h.before_update = [](void* e) { m::before_update(*static_cast<E*>(e)); };
    }
    if constexpr (requires { &m::before_erase; }) {
        static_assert(
            requires(const E& e) { m::before_erase(e); },
            "shardwise: a hook is static: static void before_erase(const T&)");
        h.before_erase = [](const void* e) { m::before_erase(*static_cast<const E*>(e)); };
    }
    if constexpr (requires { &m::after_load; }) {
        static_assert(
            requires(E & e) { m::after_load(e); },
            "shardwise: a hook is static: static void after_load(T&)");
        h.after_load = [](void* e) { m::after_load(*static_cast<E*>(e)); };
    }
    if constexpr (requires { &m::after_insert; }) {
        static_assert(
            requires(const E& e) {
                { m::after_insert(e) }
                noexcept;
            },
            "shardwise: what is called after writing is static and must not throw: "
            "static void after_insert(const T&) noexcept");
        h.after_insert = [](const void* e) noexcept { m::after_insert(*static_cast<const E*>(e)); };
    }
    if constexpr (requires { &m::after_update; }) {
        static_assert(
            requires(const E& e) {
                { m::after_update(e) }
                noexcept;
            },
            "shardwise: what is called after writing is static and must not throw: "
            "static void after_update(const T&) noexcept");
        h.after_update = [](const void* e) noexcept { m::after_update(*static_cast<const E*>(e)); };
    }
    if constexpr (requires { &m::after_erase; }) {
        static_assert(
            requires(const E& e) {
                { m::after_erase(e) }
                noexcept;
            },
            "shardwise: what is called after writing is static and must not throw: "
            "static void after_erase(const T&) noexcept");
        h.after_erase = [](const void* e) noexcept { m::after_erase(*static_cast<const E*>(e)); };
    }
    return h;
}

template <class E, class... Options>
const model::entity& build_entity(types<Options...>) {
    static constexpr mapping<E> m{};
    return unpack<mapping_size_v<mapping<E>>>(
        m, []<class... C>(const C&... c) -> const model::entity& {
            model::column_description columns[sizeof...(C) + 1];
            std::size_t count = 0;
            auto add = [&]<class X>(const X& x) {
                if constexpr (column_like<X>) columns[count++] = describe(x);
            };
            (add(c), ...);
            model::option_description options[sizeof...(Options) + 1];
            std::size_t option_count = 0;
            [[maybe_unused]] auto add_option = [&]<class O>(types<O>) {
                if constexpr (describe_option<O>::listed)
                    options[option_count++] = describe_option<O>::make();
            };
            (add_option(types<Options>{}), ...);
            const model::relation& (*relations[sizeof...(C) + 1])();
            std::size_t relation_count = 0;
            [[maybe_unused]] auto add_relation = [&]<class X>(const X&) {
                if constexpr (requires { typename X::is_relation; })
                    if constexpr (works_by_itself(typename X::tags{}))
                        relations[relation_count++] = &relation_of<X>;
            };
            (add_relation(c), ...);
            std::string_view custom;
            ((custom = option<Options>::custom.empty() ? custom : option<Options>::custom), ...);

            model::entity_description d{};
            d.table = mapping<E>::table_name();
            d.placed_by = mapping<E>::placed_by;
            d.custom_strategy = custom;
            d.reference = mapping<E>::is_reference;
            d.view = mapping<E>::is_view;
            d.stores_bucket = stores_bucket<E>();
            d.null_bucket = mapping<E>::null_bucket;
            d.colocated_parent = table_name_of<typename parent_of<E>::type>();
            d.root_table = table_name_of<typename root_of<E>::type>();
            d.columns = columns;
            d.column_count = count;
            d.options = options;
            d.option_count = option_count;
            d.relations = relations;
            d.relation_count = relation_count;
            d.called = hooks_of<E>();
            d.size = sizeof(E);
            d.alignment = alignof(E);
            d.construct = &construct<E>;
            d.copy = &copy<E>;
            d.assign = &assign<E>;
            d.destroy = &destroy<E>;
            return model::make_entity(d);
        });
}

}  // namespace detail

template <class E>
const model::entity& entity_of() {
    static_assert(detail::check_model<E>());
    static const model::entity& e = detail::build_entity<E>(typename mapping<E>::options{});
    return e;
}

}  // namespace shardwise
