// SPDX-License-Identifier: MIT
// Relations as members of a mapping, named by the child's foreign key:
//   has_many<&Post::author_id> posts;      in mapping<User>
//   belongs_to<&Post::author_id> author;   in mapping<Post>
#pragma once

#include <cstddef>
#include <type_traits>

#include "shardwise/model/mapping.hpp"

namespace shardwise {

template <auto ForeignKey>
struct has_many : detail::not_a_column {};
template <auto ForeignKey>
struct belongs_to : detail::not_a_column {};

namespace detail {

template <class L, auto M>
struct target_of;
template <auto M>
struct target_of<types<>, M> {
    static constexpr std::nullptr_t target = nullptr;
};
template <class C, class... Cs, auto M>
struct target_of<types<C, Cs...>, M> {
    static constexpr auto pick() {
        if constexpr (same_member<C::pointer, M>) {
            return C::reference::target;
        } else {
            return target_of<types<Cs...>, M>::target;
        }
    }
    static constexpr auto target = pick();
};

template <auto ForeignKey>
struct relation {
    using child = typename member<ForeignKey>::entity;
    static constexpr auto target = target_of<members_of<child>, ForeignKey>::target;
    static_assert(!std::is_same_v<decltype(target), const std::nullptr_t>,
                  "shardwise: this relation needs column<&Child::key, references<&Parent::key>> in "
                  "the child's mapping");
    using parent = typename member<target>::entity;
    static constexpr bool on_one_shard = live_together<child, parent>();
};

}  // namespace detail
}  // namespace shardwise
