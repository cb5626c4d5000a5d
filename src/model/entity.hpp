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
    std::optional<schema::column_index> insert_time;
    std::optional<schema::column_index> change_time;
    hooks called{};
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
    /// A row that was read; `row` has at least a value for each member.
    void fill(void* object, const arg* row) const {
        for (std::size_t i = 0; i < members.size(); ++i)
            put(object, static_cast<schema::column_index>(i), row[i]);
        if (called.after_load != nullptr) called.after_load(object);
    }
    /// The object is about to be written: its times are set, then its hooks are called.
    bool prepares_changes() const noexcept {
        return insert_time || change_time || called.before_insert != nullptr ||
               called.before_update != nullptr || called.before_erase != nullptr;
    }
    void before_insert(void* object, timestamp now) const;
    void before_update(void* object, timestamp now) const;
    bool equal(const void* a, const void* b, schema::column_index c) const {
        const member& m = members[c];
        return m.type->equal(static_cast<const char*>(a) + m.offset,
                             static_cast<const char*>(b) + m.offset);
    }
};

}  // namespace shardwise::model
