// SPDX-License-Identifier: MIT
// Rules for reading relations, and queries of objects with the relations that are read with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

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
}  // namespace orm

namespace detail {

/// Each relation of a path begins where the one before it has led.
template <class E, class... Relations>
constexpr bool is_path() {
    if constexpr (sizeof...(Relations) == 0) {
        return true;
    } else {
        return []<class R, class... Rs>(types<R, Rs...>) {
            if constexpr (!relation_like<R>) {
                return false;
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
/// relation. Paths are lists of relations that lead from one struct to the next.
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
            detail::is_path<typename detail::object_of_row<row>::type, Relations...>(),
            "shardwise: include() names relations of the selected struct, and then those of the "
            "struct that the one before it leads to");
        return including<Query, Paths..., detail::types<Relations...>>(query_);
    }

private:
    Query query_;
};

}  // namespace shardwise
