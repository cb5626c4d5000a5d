// SPDX-License-Identifier: MIT
#include "orm/unique_repair.hpp"

#include <fmt/format.h>

#include <array>

#include "orm/key_condition.hpp"
#include "orm/locking_steps.hpp"
#include "orm/lookup_row.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

class one_value {
public:
    one_value(session_core::state& s, const schema::table& owner,
              const schema::unique_constraint& u, deadline until)
        : s_(s),
          owner_(owner),
          u_(u),
          columns_(schema::looked_up_columns(owner, u)),
          until_(until),
          steps_(s, until) {}

    repaired repair(const std::vector<value>& cells) {
        const lookup_row mine = lookup_row_of(s_, owner_, u_, by_position(cells), until_);
        const auto known =
            steps_.read(mine.shard, *mine.table, same(*mine.table, mine.cells, true));
        const bool row_has_it = has_value(cells);
        if (!known) {
            if (!row_has_it) return repaired::nothing;
            insert(mine);
            return repaired::inserted;
        }
        if (has_value(*known)) {
            const bool itself = views_equal(*known, mine.cells);
            return itself || !row_has_it ? repaired::nothing : repaired::duplicate;
        }
        std::vector<value> all = *known;
        steps_.run(mine.shard,
                   *sql::add_where(sql::make_delete(*mine.table), same(*mine.table, all, false)));
        if (!row_has_it) return repaired::erased;
        insert(mine);
        return repaired::corrected;
    }

    /// Of the lookup row and of the row that these cells name.
    std::array<shard_index, 2> shards_of(const std::vector<value>& cells) {
        const std::vector<arg> row = by_position(cells);
        return {lookup_row_of(s_, owner_, u_, row, until_).shard, home_of(row)};
    }

    /// The row that these cells name is there, and has these values.
    bool has_value(const std::vector<value>& cells) {
        const std::vector<arg> row = by_position(cells);
        std::vector<arg> key;
        for (const column_index c : owner_.primary_key) key.push_back(row[c]);
        const auto there =
            steps_.read(home_of(row), owner_, has_values(owner_, owner_.primary_key, key));
        if (!there) return false;
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (!((*there)[columns_[i]] == cells[i])) return false;
        return true;
    }

private:
    shard_index home_of(const std::vector<arg>& row) {
        std::vector<arg> shard_key;
        for (const column_index c : owner_.placed.shard_key) shard_key.push_back(row[c]);
        return s_.place(owner_, shard_key, until_).shard;
    }
    std::vector<arg> by_position(const std::vector<value>& cells) const {
        std::vector<arg> row(owner_.columns.size());
        for (std::size_t i = 0; i < columns_.size(); ++i) row[columns_[i]] = cells[i].view();
        return row;
    }
    bool views_equal(const std::vector<value>& a, const std::vector<value>& b) const {
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (!(a[i] == b[i])) return false;
        return true;
    }
    sql::expr_ptr same(const schema::table& lookup, const std::vector<value>& cells,
                       bool values_only) const {
        std::vector<column_index> columns = columns_of_lookup(lookup);
        if (values_only) columns.resize(u_.columns.size());
        return has_values(lookup, columns, views_of(cells));
    }
    /// What was not there cannot be locked: until the row was, somebody may have written it.
    void insert(const lookup_row& mine) {
        const sql::dialect& d = s_.db.endpoint(mine.shard).dialect();
        try {
            steps_.run(mine.shard, sql::compile_rows(*insert_into_lookup(*mine.table), 1, d),
                       views_of(mine.cells));
        } catch (const error& failure) {
            if (failure.code() != error_code::unique_violation) throw;
            raise({.code = error_code::serialization_failure,
                   .message = fmt::format("a lookup row of constraint {} was written by somebody "
                                          "else since it was looked for; look again",
                                          u_.name),
                   .shard = s_.db.shard_name(mine.shard),
                   .constraint = u_.name,
                   .table = owner_.name});
        }
    }

    session_core::state& s_;
    const schema::table& owner_;
    const schema::unique_constraint& u_;
    std::vector<column_index> columns_;
    deadline until_;
    locking_steps steps_;
};

bool has_files(cluster_layer::core& db) {
    for (std::size_t i = 0; i < db.shard_count(); ++i)
        if (db.endpoint(static_cast<shard_index>(i)).embedded()) return true;
    return false;
}

/// Where most of them will be locked: a lookup row may name a row of another shard.
std::vector<shard_index> shards_of(session_core::state& s, const schema::table& owner,
                                   const schema::unique_constraint& u,
                                   std::span<const std::vector<value>> rows, deadline until) {
    std::vector<shard_index> all;
    for (const std::vector<value>& cells : rows)
        for (const shard_index i : one_value(s, owner, u, until).shards_of(cells)) all.push_back(i);
    return all;
}

}  // namespace

bool lock_row_with(session_core::state& s, const schema::table& owner,
                   const schema::unique_constraint& u, const std::vector<value>& cells,
                   deadline until) {
    return one_value(s, owner, u, until).has_value(cells);
}

std::vector<repaired> repair_some(cluster_layer::core& db, const schema::table& owner,
                                  const schema::unique_constraint& u,
                                  std::span<const std::vector<value>> rows, deadline until) {
    session_core::state s(db, {});
    try {
        if (has_files(db)) s.transactions.lock_files(shards_of(s, owner, u, rows, until), until);
        std::vector<repaired> done;
        for (const std::vector<value>& cells : rows)
            done.push_back(one_value(s, owner, u, until).repair(cells));
        if (s.transactions.active()) s.transactions.commit(until);
        return done;
    } catch (...) {
        s.transactions.rollback();
        throw;
    }
}

repaired repair_unique(cluster_layer::core& db, const schema::table& owner,
                       const schema::unique_constraint& u, const std::vector<value>& cells,
                       deadline until) {
    return repair_some(db, owner, u, {&cells, 1}, until).front();
}

}  // namespace shardwise::orm
