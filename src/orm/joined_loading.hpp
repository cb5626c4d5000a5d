// SPDX-License-Identifier: MIT
// Reads objects with related ones in one statement for each shard: include(joined(...)) and
// relations tagged eager_joined. What cannot be joined is left to the relation_loader: it finds
// what it has to read by what the session does not know. One call, one thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/relation.hpp"
#include "orm/reading.hpp"
#include "plan/rules/join_related.hpp"

namespace shardwise::orm {

class joined_loading {
public:
    /// `steps`: what the query says, beside the mapping of `root`.
    joined_loading(session_core::state& s, const model::entity& root,
                   std::span<const load_step> steps);

    /// Nothing is to be joined.
    bool empty() const noexcept { return sides_.empty(); }
    /// Empty: this statement is read by itself, and the relations after it.
    std::optional<plan::with_related> plan(const sql::select_ptr& q, deadline until) const;
    /// Of one row by its primary key, on its shard.
    plan::with_related plan_of_row(shard_index shard, std::span<const arg> key) const;
    /// The objects of the statement, each once, in its order. Afterwards the session knows the
    /// joined relations of all of them.
    void read(const plan::with_related& p, const exec::execution& how, row_set& rows);
    /// What the mappings of the related objects want to be read with them, by further queries.
    void load_further(deadline until);
    /// For people: what is joined, and what is not.
    std::vector<std::string> describe(bool joined) const;

private:
    struct side {
        const model::relation* by;
        std::size_t from;  ///< as plan::related_table::from
        bound_table* table;
        std::size_t first_column = 0;
        /// What belongs to each object; an object is there when all of it was read.
        std::unordered_map<record*, std::vector<record_ptr>> found = {};
        struct pair_hash {
            std::size_t operator()(
                const std::pair<const record*, const record*>& p) const noexcept {
                return std::hash<const void*>{}(p.first) * 31 + std::hash<const void*>{}(p.second);
            }
        };
        std::unordered_set<std::pair<const record*, const record*>, pair_hash> pairs = {};
    };
    struct row_key {
        shard_index shard;
        std::vector<value> values;
        bool operator<(const row_key& other) const;
    };

    /// Returns its number as plan::related_table::from; none: it cannot be joined there.
    std::optional<std::size_t> add(const model::relation& r, std::size_t from);
    void add_of_query(std::span<const load_step> steps);
    void add_of_mapping(std::size_t from, std::span<const load_step> steps);
    const char* why_not(const model::relation& r, std::size_t from) const;
    bool is_above(std::size_t above, std::size_t below) const;
    const model::entity& entity_at(std::size_t n) const;
    std::vector<plan::related_table> tables() const;

    record* root_of(const plan::with_related& p, shard_index shard, std::span<const arg> row,
                    row_set& rows);
    void take_related(shard_index shard, std::span<const arg> row, record* root);
    bool has_key_of(const side& s, const record& parent, std::span<const arg> row) const;

    session_core::state& s_;
    bound_table& root_;
    std::vector<side> sides_;
    std::size_t many_ = 0;  ///< the last of the chain of sides that multiply rows
    std::vector<std::string> left_out_;
    std::map<row_key, record_ptr> roots_;  ///< empty pointers: erased, or not within the limit
    std::int64_t seen_ = 0;                ///< different rows of the statement
};

/// The mapping of the struct joins relations.
bool joins_by_itself(const model::entity& e);

}  // namespace shardwise::orm
