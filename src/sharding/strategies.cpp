// SPDX-License-Identifier: MIT
#include "sharding/strategies.hpp"

#include <fmt/format.h>

#include "sharding/builtin.hpp"
#include "sharding/key_kind.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

strategy_ptr make_strategy(const strategy_spec& spec) {
    switch (spec.kind) {
        case schema::strategy_kind::hash:
            return make_hash_buckets();
        case schema::strategy_kind::modulo:
            return make_modulo(spec);
        case schema::strategy_kind::range:
            return make_range(spec);
        case schema::strategy_kind::list:
            return make_list(spec);
        case schema::strategy_kind::directory:
            return make_directory(spec);
        case schema::strategy_kind::custom:
            break;
    }
    raise(error_info{.code = error_code::bad_config,
                     .message = fmt::format("the custom strategy '{}' is not known here: register "
                                            "its object in the program that opens the cluster",
                                            spec.custom_name)});
}

namespace {

/// The kind of the bounds or keys; null for strategies without any.
kind listed_kind(const strategy_spec& spec) {
    if (spec.kind == schema::strategy_kind::range && !spec.bounds.empty())
        return spec.bounds.front().kind();
    if (spec.kind == schema::strategy_kind::list)
        for (const std::vector<value>& keys : spec.lists)
            if (!keys.empty()) return keys.front().kind();
    return kind::null;
}

bool places(const strategy_spec& spec, kind key) {
    switch (spec.kind) {
        case schema::strategy_kind::modulo:
            return is_whole(key);
        case schema::strategy_kind::range:
        case schema::strategy_kind::list:
            return key == listed_kind(spec);
        default:
            return identifies(key);
    }
}

}  // namespace

void check_shard_key(const strategy_spec& spec, const std::vector<column_type>& columns) {
    if (spec.kind == schema::strategy_kind::custom) return;
    const std::string_view strategy = schema::name_of(spec.kind);
    if (columns.empty())
        raise(
            error_info{.code = error_code::bad_config,
                       .message = fmt::format("a table placed by {} needs a shard key", strategy)});
    if (spec.kind != schema::strategy_kind::hash && spec.kind != schema::strategy_kind::directory)
        require_single_column(strategy, columns.size());
    for (const column_type type : columns) {
        const kind key = kind_of(type);
        if (identifies(key) && places(spec, key)) continue;
        raise(error_info{
            .code = error_code::bad_config,
            .message = fmt::format("a shard key column of type {} cannot be placed by {}: choose "
                                   "another column or another strategy",
                                   name_of(type), make_strategy(spec)->describe())});
    }
}

}  // namespace shardwise::sharding
