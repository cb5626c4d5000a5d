// SPDX-License-Identifier: MIT
// What stands behind the opaque model::entity: the table and how to reach the struct's members.
#pragma once

#include <optional>
#include <vector>

#include "schema/table.hpp"
#include "shardwise/model/entity.hpp"

namespace shardwise::model {

struct entity {
    struct member {
        std::ptrdiff_t offset;
        const codec* type;
    };
    schema::table table;
    std::vector<member> members;                  ///< parallel to table.columns, without sw_bucket
    std::optional<schema::column_index> version;  ///< the column tagged row_version
    std::size_t size = 0;
    std::size_t alignment = 0;
    std::vector<const relation& (*)()> relations;  ///< eager and cascading ones
    void (*construct)(void*) = nullptr;
    void (*copy)(void*, const void*) = nullptr;
    void (*assign)(void*, const void*) = nullptr;
    void (*destroy)(void*) noexcept = nullptr;

    arg get(const void* object, schema::column_index c) const {
        const member& m = members[c];
        return m.type->get(static_cast<const char*>(object) + m.offset);
    }
    void put(void* object, schema::column_index c, const arg& v) const {
        const member& m = members[c];
        m.type->put(static_cast<char*>(object) + m.offset, v);
    }
    bool equal(const void* a, const void* b, schema::column_index c) const {
        const member& m = members[c];
        return m.type->equal(static_cast<const char*>(a) + m.offset,
                             static_cast<const char*>(b) + m.offset);
    }
};

}  // namespace shardwise::model
