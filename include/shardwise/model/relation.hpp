// SPDX-License-Identifier: MIT
// Relations as members of a mapping, named by the foreign key that makes them:
//   has_many<&Post::author_id> posts;                                  in mapping<User>
//   has_one<&Profile::user_id> profile;                                in mapping<User>
//   belongs_to<&Post::author_id> author;                               in mapping<Post>
//   many_to_many<&Membership::user_id, &Membership::group_id> groups;  in mapping<User>
// A foreign key of several columns is columns<&Line::country, &Line::order_id>{}. Objects hold no
// references: session.load(user, users.posts) and select<User>().include(users.posts) read them
// (docs/guide/relations.md).
#pragma once

#include <cstddef>
#include <type_traits>

#include "shardwise/model/mapping.hpp"

namespace shardwise {

// ---------------------------------------------------------------- tags

namespace detail {
struct relation_tag {
    static constexpr unsigned flags = 0;
    using target = void;
    using order = void;
    static constexpr bool descending = false;
};
}  // namespace detail

/// Loaded with every list of objects, by one further query per shard (select-in).
struct eager : detail::relation_tag {
    static constexpr unsigned flags = model::loads_eagerly;
};
/// The same, by a LEFT JOIN in the statement of the objects where that is possible: one query per
/// shard instead of two.
struct eager_joined : detail::relation_tag {
    static constexpr unsigned flags = model::loads_eagerly | model::joins_eagerly;
};
/// load() of it throws not_loaded unless include() or load() of a list has read it before.
struct raise_on_load : detail::relation_tag {
    static constexpr unsigned flags = model::raises_on_load;
};
/// erase() of an object erases these, too, and what belongs to them.
struct cascade_erase : detail::relation_tag {
    static constexpr unsigned flags = model::cascades_erase;
};
/// remove_from() erases what it removes.
struct erase_orphans : detail::relation_tag {
    static constexpr unsigned flags = model::erases_orphans;
};
/// What the foreign key refers to, where no database checks it: the other side may live on another
/// shard. &Product::id, or columns<...>{}.
template <auto Key>
struct to : detail::relation_tag {
    using target = detail::as_columns<Key>;
};
/// The order of the related objects; the primary key decides among equals.
template <auto Member>
struct ordered_by : detail::relation_tag {
    using order = columns<Member>;
};
template <auto Member>
struct ordered_by_descending : ordered_by<Member> {
    static constexpr bool descending = true;
};

// ---------------------------------------------------------------- what a foreign key connects

namespace detail {

template <class Columns>
struct first_of;
template <auto M, auto... Ms>
struct first_of<columns<M, Ms...>> {
    using entity = typename member<M>::entity;
    static_assert((std::is_same_v<entity, typename member<Ms>::entity> && ...),
                  "shardwise: the columns of a key are members of one struct");
};

/// What references<> of a column names.
template <class L, auto M>
struct target_of;
template <auto M>
struct target_of<types<>, M> {
    using type = void;
};
template <class C, class... Cs, auto M>
struct target_of<types<C, Cs...>, M> {
    static auto pick() {
        if constexpr (same_member<C::pointer, M>) {
            if constexpr (std::is_same_v<decltype(C::reference::target), const std::nullptr_t>) {
                return types<void>{};
            } else {
                return types<columns<C::reference::target>>{};
            }
        } else {
            return types<typename target_of<types<Cs...>, M>::type>{};
        }
    }
    using type = typename single<decltype(pick())>::type;
};

/// What a foreign_key<> option of the table names.
template <class Options, class Key>
struct option_target {
    using type = void;
};
template <class O, class... Os, class Key>
struct option_target<types<O, Os...>, Key> : option_target<types<Os...>, Key> {};
template <class Parent, on_delete Rule, class... Os, class Key>
struct option_target<types<foreign_key<Key, Parent, Rule>, Os...>, Key> {
    using type = Parent;
};

template <class Key>
struct declared_target {
    using type = typename option_target<typename mapping<typename first_of<Key>::entity>::options,
                                        Key>::type;
};
template <auto M>
struct declared_target<columns<M>> {
    using type = typename target_of<members_of<typename member<M>::entity>, M>::type;
};

template <class... Tags>
struct said_target {
    using type = void;
};
template <class T, class... Ts>
struct said_target<T, Ts...> {
    using type = std::conditional_t<std::is_void_v<typename T::target>,
                                    typename said_target<Ts...>::type, typename T::target>;
};

template <class Child, class Parent>
struct key_pairs {
    static constexpr bool fit = false;
};
template <auto... Cs, auto... Ps>
requires(sizeof...(Cs) == sizeof...(Ps)) struct key_pairs<columns<Cs...>, columns<Ps...>> {
    static constexpr bool fit =
        (std::is_same_v<bare<typename member<Cs>::type>, bare<typename member<Ps>::type>> && ...);
    /// child = parent
    static sql::expr_ptr condition() {
        sql::expr_ptr all;
        ((all = both(all, sql::binary(sql::op::eq, sql::column(column<Cs>::ref()),
                                      sql::column(column<Ps>::ref())))),
         ...);
        return all;
    }
    static sql::expr_ptr both(const sql::expr_ptr& a, const sql::expr_ptr& b) {
        return a ? sql::binary(sql::op::conj, a, b) : b;
    }
};

template <auto ForeignKey, class... Tags>
struct relation {
    static_assert((std::is_base_of_v<relation_tag, Tags> && ...),
                  "shardwise: this is not a tag of a relation");
    using child_key = as_columns<ForeignKey>;
    using child = typename first_of<child_key>::entity;
    using said = typename said_target<Tags...>::type;
    using parent_key =
        std::conditional_t<std::is_void_v<said>, typename declared_target<child_key>::type, said>;
    static auto pick_parent() {
        if constexpr (std::is_void_v<parent_key>) {
            return types<child>{};
        } else {
            return types<typename first_of<parent_key>::entity>{};
        }
    }
    using parent = typename single<decltype(pick_parent())>::type;
    /// Related rows are on one shard: the databases check the foreign key.
    static constexpr bool on_one_shard = std::is_void_v<said> && live_together<child, parent>();
    static constexpr unsigned flags =
        (Tags::flags | ... | 0U) | (on_one_shard ? model::stays_on_shard : 0U);
    /// Mistakes that check_relation() tells. Nothing fails here: one mistake is one error.
    static constexpr bool knows_target = !std::is_void_v<parent_key>;
    static constexpr bool keys_fit = !knows_target || key_pairs<child_key, parent_key>::fit;
};

template <class Columns>
struct offsets_of {
    static constexpr std::size_t count = 0;
    static const std::ptrdiff_t* list() { return nullptr; }
};
template <auto... Ms>
struct offsets_of<columns<Ms...>> {
    static constexpr std::size_t count = sizeof...(Ms);
    static const std::ptrdiff_t* list() {
        static const std::ptrdiff_t all[] = {offset_in(Ms)...};
        return all;
    }
};

}  // namespace detail

// ---------------------------------------------------------------- relations

// Nothing in here looks at the other struct's mapping, which need not be complete yet.

/// The rows whose foreign key refers to the object.
template <auto ForeignKey, class... Tags>
struct has_many : detail::not_a_column {
    using is_relation = void;
    using facts = detail::relation<ForeignKey, Tags...>;
    using tags = detail::types<Tags...>;
    static constexpr bool many = true;
    static constexpr bool other_holds_key = true;
};

/// The only row whose foreign key refers to the object; the foreign key should be unique.
template <auto ForeignKey, class... Tags>
struct has_one : detail::not_a_column {
    using is_relation = void;
    using facts = detail::relation<ForeignKey, Tags...>;
    using tags = detail::types<Tags...>;
    static constexpr bool many = false;
    static constexpr bool other_holds_key = true;
};

/// The row that the object's foreign key refers to; none when that is NULL.
template <auto ForeignKey, class... Tags>
struct belongs_to : detail::not_a_column {
    using is_relation = void;
    using facts = detail::relation<ForeignKey, Tags...>;
    using tags = detail::types<Tags...>;
    static constexpr bool many = false;
    static constexpr bool other_holds_key = false;
    static_assert(((Tags::flags | ... | 0U) & (model::cascades_erase | model::erases_orphans)) == 0,
                  "shardwise: cascade_erase and erase_orphans are tags of has_many and has_one: "
                  "erasing a child never erases its parent");
};

/// Through the rows of a third struct, which belong to one of each. What is to happen to those rows
/// is said by a has_many of them.
template <auto ToOwner, auto ToOther>
struct many_to_many : detail::not_a_column {
    using is_relation = void;
    using tags = detail::types<>;
    using links = has_many<ToOwner>;
    using target = belongs_to<ToOther>;
    static constexpr bool many = true;
};

namespace detail {

template <class T>
concept relation_like = requires {
    typename T::is_relation;
};
template <class T>
inline constexpr bool is_many_to_many = false;
template <auto A, auto B>
inline constexpr bool is_many_to_many<many_to_many<A, B>> = true;
/// What join() takes.
template <class T>
concept joins_directly = relation_like<T> && !is_many_to_many<T>;

/// The struct whose objects have the relation, and the one that it leads to.
template <class R>
struct ends {
    using child = typename R::facts::child;
    using parent = typename R::facts::parent;
    using from = std::conditional_t<R::other_holds_key, parent, child>;
    using other = std::conditional_t<R::other_holds_key, child, parent>;
};
template <auto A, auto B>
struct ends<many_to_many<A, B>> {
    using from = typename ends<has_many<A>>::from;
    using other = typename ends<belongs_to<B>>::other;
    static_assert(
        std::is_same_v<typename ends<has_many<A>>::other, typename ends<belongs_to<B>>::from>,
        "shardwise: both foreign keys of many_to_many<> are members of one struct");
};
template <class R>
using from_of = typename ends<R>::from;
template <class R>
using other_of = typename ends<R>::other;
template <class R>
using link_of = other_of<typename R::links>;

template <class R>
constexpr bool is_sound() {
    if constexpr (is_many_to_many<R>)
        return is_sound<typename R::links>() && is_sound<typename R::target>();
    else
        return R::facts::knows_target && R::facts::keys_fit;
}
/// The mistakes of a relation, before anything that is made of it is instantiated.
template <class R>
constexpr bool check_relation() {
    if constexpr (is_many_to_many<R>) {
        return check_relation<typename R::links>() && check_relation<typename R::target>();
    } else {
        static_assert(R::facts::knows_target,
                      "shardwise: this relation needs column<&Child::key, "
                      "references<&Parent::key>> in the child's mapping, a foreign_key<> option "
                      "there, or to<&Parent::key>");
        static_assert(R::facts::keys_fit,
                      "shardwise: a foreign key and what it refers to must have as many columns "
                      "and the same types");
        return is_sound<R>();
    }
}

/// Related rows are always where the object's row is: on its shard, or on all of them.
template <class R>
constexpr bool can_be_joined() {
    if constexpr (is_many_to_many<R>) {
        return can_be_joined<typename R::links>() && can_be_joined<typename R::target>();
    } else {
        return mapping<other_of<R>>::is_reference ||
               (R::facts::on_one_shard && !mapping<from_of<R>>::is_reference);
    }
}

template <class R, class... Tags>
model::relation_description describe_relation(types<Tags...>) {
    using facts = typename R::facts;
    static_assert(!is_view<other_of<R>>() ||
                      (facts::flags & (model::cascades_erase | model::erases_orphans)) == 0,
                  "shardwise: a read_only_view is only read; a relation to it cannot erase its "
                  "rows");
    using child_key = typename facts::child_key;
    using parent_key = typename facts::parent_key;
    using near = std::conditional_t<R::other_holds_key, parent_key, child_key>;
    using far = std::conditional_t<R::other_holds_key, child_key, parent_key>;
    static_assert((facts::flags & model::joins_eagerly) == 0 || can_be_joined<R>(),
                  "shardwise: eager_joined needs related rows that are on the object's shard or in "
                  "a reference_table; use eager");
    model::relation_description d{};
    d.from = &entity_of<from_of<R>>;
    d.to = &entity_of<other_of<R>>;
    d.near_columns = offsets_of<near>::list();
    d.far_columns = offsets_of<far>::list();
    d.count = offsets_of<near>::count;
    d.flags = facts::flags | (R::many ? model::gives_many : 0U) |
              (R::other_holds_key ? 0U : model::holds_the_key);
    [[maybe_unused]] auto take_order = [&d]<class T>(types<T>) {
        if constexpr (!std::is_void_v<typename T::order>) {
            static_assert(std::is_same_v<typename first_of<typename T::order>::entity, other_of<R>>,
                          "shardwise: ordered_by<> names a member of the related struct");
            d.order = *offsets_of<typename T::order>::list();
            d.ordered = true;
            d.descending = T::descending;
        }
    };
    (take_order(types<Tags>{}), ...);
    return d;
}

/// Not defined: what uses it does not compile.
const model::relation& unsound_relation();

/// As the core knows it; built on first use, thread-safe.
template <class R>
const model::relation& relation_of() {
    if constexpr (!is_sound<R>()) {
        check_relation<R>();
        return unsound_relation();
    } else if constexpr (is_many_to_many<R>) {
        static_assert(sizeof(ends<R>) > 0);
        return relation_of<typename R::links>();
    } else {
        static const model::relation& known =
            model::make_relation(describe_relation<R>(typename R::tags{}));
        return known;
    }
}

}  // namespace detail
}  // namespace shardwise
