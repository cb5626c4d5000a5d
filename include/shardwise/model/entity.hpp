// SPDX-License-Identifier: MIT
// A mapped struct as the compiled core sees it: trivial descriptions written by templates, turned
// once into an entity. The type-erasure point of the library: below here nothing is a template.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shardwise/model/tags.hpp"
#include "shardwise/schema/codec.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::model {

struct column_description {
    std::string_view name;
    const codec* type;
    std::ptrdiff_t offset;
    unsigned flags;
    std::uint32_t max_length;
    std::uint8_t precision;
    std::uint8_t scale;
    std::string_view default_sql;
    std::string_view parent_table;        ///< references<>: else empty
    std::string_view (*parent_column)();  ///< its name in the database
    on_delete rule;
};

enum class strategy : std::uint8_t { none, hash, modulo, range, list, directory, custom };

/// A table option with its members; `what` tells which fields count.
struct option_description {
    enum class kind : std::uint8_t {
        check,
        unique,
        unique_per_shard,
        cluster_unique,
        index,
        foreign_key
    };
    kind what;
    std::string_view name;  ///< check
    std::string_view sql;   ///< check
    const std::ptrdiff_t* offsets;
    std::size_t offset_count;
    std::string_view parent_table;                          ///< foreign_key
    const std::string_view (*parent_columns)(std::size_t);  ///< foreign_key, by position
    on_delete rule;
};

/// Opaque: one relation of a struct. Immutable; lives as long as the process.
struct relation;
/// Opaque: see below.
struct entity;

/// Related are the rows of `to` whose far columns equal the near columns of the object.
struct relation_description {
    const entity& (*from)();
    const entity& (*to)();
    const std::ptrdiff_t* near_columns;
    const std::ptrdiff_t* far_columns;
    std::size_t count;
    unsigned flags;
    std::ptrdiff_t order;  ///< of `to`, when `ordered`
    bool ordered;
    bool descending;
};
const relation& make_relation(const relation_description& d);

/// What a mapping wants to be told; nullptr: nothing (docs/guide/model.md).
struct hooks {
    void (*before_insert)(void* object);
    void (*before_update)(void* object);
    void (*before_erase)(const void* object);
    void (*after_load)(void* object);
    void (*after_insert)(const void* object) noexcept;
    void (*after_update)(const void* object) noexcept;
    void (*after_erase)(const void* object) noexcept;
};

struct entity_description {
    std::string_view table;
    strategy placed_by;
    std::string_view custom_strategy;
    bool reference;
    bool view;                 ///< read_only_view
    bool stores_bucket;        ///< the rows carry their hash bucket in sw_bucket
    std::int64_t null_bucket;  ///< -1: none
    std::string_view
        colocated_parent;         ///< colocated_with<> or the parent of the shard key; or empty
    std::string_view root_table;  ///< end of the colocation chain; empty: reference table
    const column_description* columns;
    std::size_t column_count;
    const option_description* options;
    std::size_t option_count;
    const relation& (*const* relations)();  ///< eager and cascading ones; called when needed
    std::size_t relation_count;
    hooks called;
    std::size_t size;                                ///< of the struct, in bytes
    std::size_t alignment;                           ///< of the struct
    void (*construct)(void* room);                   ///< E{} in the given room
    void (*copy)(void* room, const void* from);      ///< E(from) in the given room
    void (*assign)(void* object, const void* from);  ///< object = from
    void (*destroy)(void* object) noexcept;          ///< ~E(), the room stays
};

/// Opaque: table metadata and the way to read and write the members. Immutable; lives as long as
/// the process.
struct entity;

/// Throws bad_model / bad_identifier.
const entity& make_entity(const entity_description& d);
const schema::table& table_of(const entity& e) noexcept;
/// The position of the column kept in the member at `offset`.
std::uint16_t column_at(const entity& e, std::ptrdiff_t offset);
/// A row into a struct; `row` has a value for each member.
void fill(const entity& e, void* object, const arg* row);
/// INSERT of all columns, and the same with ON CONFLICT of the primary key, which updates all other
/// columns.
sql::change_ptr insert_of(const entity& e);
sql::change_ptr upsert_of(const entity& e);

}  // namespace shardwise::model
