// SPDX-License-Identifier: MIT
// A cluster's picture without a cluster: `users` on four shards by modulo, `posts` beside them.
#pragma once

#include <string_view>

#include "plan/routing.hpp"
#include "schema/registry.hpp"
#include "sharding/strategies.hpp"
#include "sql/ast.hpp"

namespace bench {

struct picture {
    shardwise::schema::registry registry;
    shardwise::plan::cluster_view view;

    explicit picture(std::size_t more_tables = 0);
    const shardwise::schema::table& users() const { return registry.at("users"); }
    shardwise::sql::expr_ptr column(std::string_view name) const {
        return shardwise::sql::column({&users(), users().column_at(name), 0});
    }
    /// SELECT all columns of users.
    shardwise::sql::select_ptr all_users() const {
        return shardwise::sql::make_select(users(), nullptr, 0);
    }
    /// W5: WHERE country = ? ORDER BY created DESC LIMIT 50
    shardwise::sql::select_ptr newest(std::string_view country = "HA") const;
    /// WHERE id = ?
    shardwise::sql::select_ptr with_id(std::int64_t id) const;
};

}  // namespace bench
