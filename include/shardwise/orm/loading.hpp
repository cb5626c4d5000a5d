// SPDX-License-Identifier: MIT
// Rules for reading relations, and queries of objects with the relations that are read with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "shardwise/model/statement.hpp"

namespace shardwise {

/// A relation that is read for one object after another: N+1 queries where two would do.
struct repeated_load {
    std::string relation;  ///< "users -> posts by posts.author_id"
    const char* file;      ///< where the program asks
    unsigned line;
    std::size_t queries;  ///< in this session, up to now
};

/// What happens when load(object, relation) has asked a server more often than `few` times for one
/// relation in one session.
struct lazy_loading {
    enum class policy : std::uint8_t { allow, warn, refuse };
    policy singles = policy::warn;
    std::size_t few = 10;
    /// Of warn: called once for each relation, in the session's thread. nullptr: one line on the
    /// standard error output.
    void (*on_repeat)(void* context, const repeated_load& what) = nullptr;
    void* context = nullptr;
};

namespace orm {
/// A place in the program (std::source_location, which clang 14 does not have).
struct call_place {
    const char* file;
    unsigned line;
    static constexpr call_place here(const char* file = __builtin_FILE(),
                                     unsigned line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

/// One relation of an include(), of the paths one after the other.
struct load_step {
    const model::relation* by;
    std::size_t from;  ///< 0: of the query's objects; n: of what the n-th step leads to, from 1
    bool joined;
};
}  // namespace orm

/// A relation that is read by a LEFT JOIN in the statement of the objects; see joined().
template <class Relation>
struct joined_relation {};

/// In include(): the related objects come in the same statement, where a further one would be sent
/// otherwise. It cannot be joined to a statement that has joins, groups, DISTINCT, or locks, nor
/// beside another list: then it is read by a further query per shard; explain() tells.
///     session.all(select<Post>().include(joined(posts.author)))
template <class Relation>
constexpr auto joined(const Relation&) {
    constexpr bool is_relation = detail::relation_like<Relation>;
    static_assert(is_relation,
                  "shardwise: joined() takes a relation: include(joined(users.posts))");
    if constexpr (!is_relation) {
        return joined_relation<void>{};
    } else {
        if constexpr (detail::check_relation<Relation>())
            static_assert(detail::can_be_joined<Relation>(),
                          "shardwise: joined() needs related rows that are on the object's shard "
                          "or in a reference_table; leave joined() out, and they are read by a "
                          "query of their own");
        return joined_relation<Relation>{};
    }
}

namespace detail {

/// What stands in a path without the way in which it is read.
template <class Step>
struct step_of {
    using relation = Step;
    static constexpr bool joined = false;
};
template <class Relation>
struct step_of<joined_relation<Relation>> {
    using relation = Relation;
    static constexpr bool joined = true;
};

/// No joined step comes after one that is read by a query of its own.
template <class... Steps>
constexpr bool joined_come_first() {
    bool joined = true;
    bool in_order = true;
    ((in_order = in_order && (joined || !step_of<Steps>::joined),
      joined = joined && step_of<Steps>::joined),
     ...);
    return in_order;
}

/// The steps of the paths, as far as they say how the objects' own statement is read.
template <class... Steps>
void add_steps(std::vector<orm::load_step>& to, types<Steps...>) {
    std::size_t from = 0;
    [[maybe_unused]] const auto add = [&]<class Step>(types<Step>) {
        using relation = typename step_of<Step>::relation;
        constexpr bool joined = step_of<Step>::joined;
        if (!joined && from != 0) return;
        to.push_back({&relation_of<relation>(), from, joined});
        from = to.size();
        if constexpr (is_many_to_many<relation>) {
            to.push_back({&relation_of<typename relation::target>(), from, joined});
            from = to.size();
        }
    };
    (add(types<Steps>{}), ...);
}
template <class... Paths>
std::vector<orm::load_step> steps_of() {
    std::vector<orm::load_step> all;
    (add_steps(all, Paths{}), ...);
    return all;
}

/// Each relation of a path begins where the one before it has led.
template <class E, class... Relations>
constexpr bool is_path() {
    if constexpr (sizeof...(Relations) == 0) {
        return true;
    } else {
        return []<class R, class... Rs>(types<R, Rs...>) {
            if constexpr (std::is_void_v<R>) {
                return true;  // told already, by joined()
            } else if constexpr (!relation_like<R>) {
                return false;
            } else if constexpr (!check_relation<R>()) {
                return true;  // told already
            } else if constexpr (!std::is_same_v<from_of<R>, E>) {
                return false;
            } else {
                return is_path<other_of<R>, Rs...>();
            }
        }(types<Relations...>{});
    }
}

template <class Row>
struct object_of_row {
    using type = void;
};
template <class E>
struct object_of_row<ref<E>> {
    using type = E;
};

}  // namespace detail

/// A query of objects whose related objects are read with it, by one further query per shard and
/// relation, or joined(). Paths are lists of relations that lead from one struct to the next.
template <class Query, class... Paths>
class including {
public:
    explicit including(Query q) : query_(static_cast<Query&&>(q)) {}
    const Query& query() const noexcept { return query_; }
    const sql::select_ptr& statement() const noexcept { return query_.statement(); }

    template <class... Relations>
    auto include(const Relations&...) const {
        using row = typename Query::row_type;
        static_assert(sizeof...(Relations) > 0, "shardwise: include() names relations");
        static_assert(detail::is_object<row>,
                      "shardwise: include() needs a query of objects: select<T>()");
        static_assert(
            detail::is_path<typename detail::object_of_row<row>::type,
                            typename detail::step_of<Relations>::relation...>(),
            "shardwise: include() names relations of the selected struct, and then those of the "
            "struct that the one before it leads to");
        static_assert(detail::joined_come_first<Relations...>(),
                      "shardwise: joined() stands at the beginning of a path: what comes after a "
                      "relation that has a query of its own is not read by the objects' statement");
        return including<Query, Paths..., detail::types<Relations...>>(query_);
    }

private:
    Query query_;
};

}  // namespace shardwise
