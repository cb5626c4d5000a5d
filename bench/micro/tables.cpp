// SPDX-License-Identifier: MIT
#include "micro/tables.hpp"

#include <memory>
#include <string>

namespace bench {

using shardwise::column_type;
namespace sql = shardwise::sql;

picture::picture(std::size_t more_tables) {
    shardwise::schema::table users;
    users.name = "users";
    const std::pair<const char*, column_type> columns[] = {
        {"id", column_type::int64},      {"name", column_type::text},
        {"email", column_type::text},    {"country", column_type::text},
        {"balance", column_type::int64}, {"created", column_type::timestamp}};
    for (const auto& [name, type] : columns) {
        shardwise::schema::column c;
        c.name = name;
        c.type = type;
        users.columns.push_back(c);
    }
    users.primary_key = {0};
    users.placed.kind = shardwise::schema::distribution_kind::sharded;
    users.placed.strategy = shardwise::schema::strategy_kind::modulo;
    users.placed.shard_key = {0};
    registry.add(users);
    for (std::size_t i = 0; i < more_tables; ++i) {
        users.name = "more" + std::to_string(i);
        registry.add(users);
    }

    view.shard_count = 4;
    view.shard_names = {"shard0", "shard1", "shard2", "shard3"};
    shardwise::sharding::strategy_spec spec;
    spec.kind = shardwise::schema::strategy_kind::modulo;
    spec.modulus = 4;
    const auto strategy = shardwise::sharding::make_strategy(spec);
    view.maps["users"] = std::make_shared<const shardwise::sharding::shard_map>(
        "users", spec, strategy,
        shardwise::sharding::initial_owners(spec.kind, strategy->bucket_count(), view.shard_count),
        view.shard_count, 1);
}

sql::select_ptr picture::with_id(std::int64_t id) const {
    return sql::add_where(
        all_users(), sql::binary(sql::op::eq, column("id"), sql::constant(shardwise::arg{id})));
}

sql::select_ptr picture::newest(std::string_view country) const {
    const sql::ordering order{column("created"), true, true};
    const auto where =
        sql::binary(sql::op::eq, column("country"), sql::constant(shardwise::arg{country}));
    return sql::set_limit(sql::add_order(sql::add_where(all_users(), where), &order, 1), 50);
}

}  // namespace bench
