// SPDX-License-Identifier: MIT
#include "catalog/directory_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/own_tables.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::catalog {

namespace {

struct key_column {
    std::string name;
    column_type type;
    std::uint8_t scale;
};

std::vector<key_column> key_columns(const schema::table& root) {
    std::vector<key_column> columns;
    for (std::size_t i = 0; i < root.placed.shard_key.size(); ++i) {
        const schema::column& c = root.columns.at(root.placed.shard_key[i]);
        columns.push_back({fmt::format("k{}", i), c.type, c.scale});
    }
    return columns;
}

void equals(own_statement& s, const std::vector<key_column>& columns, std::span<const value> key) {
    s.raw("(");
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) s.raw(" AND ");
        s.name(columns[i].name).raw(" = ");
        s.bind(key[i].view(), columns[i].type, columns[i].scale);
    }
    s.raw(")");
}

using key_span = std::span<const std::vector<value>>;

/// One query for some keys. Which key a row belongs to is said by its position, so that no key has
/// to be read back.
void find_some(engine::connection& c, const schema::table& root, key_span keys,
               std::span<std::optional<bucket_id>> found, const sql::dialect& d, deadline limit) {
    const std::vector<key_column> columns = key_columns(root);
    const std::string table = directory_table_name(root.name);
    own_statement s(d);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (i > 0) s.raw(" UNION ALL ");
        s.raw(fmt::format("SELECT {}, ", i)).name("bucket").raw(" FROM ").name(table);
        s.raw(" WHERE ");
        equals(s, columns, keys[i]);
    }
    s.gives({column_type::int64, column_type::int64});
    s.run(c, limit, [&](std::span<const arg> row) {
        found[static_cast<std::size_t>(row[0].to_integer())] =
            static_cast<bucket_id>(row[1].to_integer());
    });
}

}  // namespace

std::vector<std::optional<bucket_id>> find_buckets(engine::connection& c, const schema::table& root,
                                                   const std::vector<std::vector<value>>& keys,
                                                   const sql::dialect& d, deadline limit) {
    constexpr std::size_t most_at_once = 200;  // SQLite takes 500 parts of a UNION
    std::vector<std::optional<bucket_id>> found(keys.size());
    for (std::size_t from = 0; from < keys.size(); from += most_at_once) {
        const std::size_t count = std::min(most_at_once, keys.size() - from);
        find_some(c, root, key_span(keys).subspan(from, count),
                  std::span(found).subspan(from, count), d, limit);
    }
    return found;
}

bucket_id add_entry(engine::connection& c, const schema::table& root, std::span<const value> key,
                    bucket_id bucket, const sql::dialect& d, deadline limit) {
    const std::vector<key_column> columns = key_columns(root);
    const std::vector<std::vector<value>> keys{{key.begin(), key.end()}};
    if (const auto there = find_buckets(c, root, keys, d, limit).front()) return *there;
    own_statement s(d);
    s.raw("INSERT INTO ").name(directory_table_name(root.name)).raw(" (");
    for (const key_column& k : columns) s.name(k.name).raw(", ");
    s.name("bucket").raw(") VALUES (");
    for (std::size_t i = 0; i < columns.size(); ++i)
        s.bind(key[i].view(), columns[i].type, columns[i].scale).raw(", ");
    s.bind(arg{std::int64_t{bucket}}, column_type::int32).raw(")");
    try {
        s.run(c, limit);
        return bucket;
    } catch (const unique_violation&) {
        return find_buckets(c, root, keys, d, limit).front().value_or(bucket);
    }
}

}  // namespace shardwise::catalog
