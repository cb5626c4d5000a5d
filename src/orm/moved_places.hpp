// SPDX-License-Identifier: MIT
// Where the rows were that a session has moved in its transaction: an object that was read at a
// row's new place stands for the row at its old one when the move is rolled back. (Objects that
// were known when their row moved have been changed, and have their original.) One thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "orm/moving_rows.hpp"

namespace shardwise::orm {

class moved_places {
public:
    /// How many rows were moved since the session began: what a record's place goes by.
    std::uint64_t count() const noexcept { return ended_ + places_.size(); }
    /// Of them in earlier transactions.
    std::uint64_t ended() const noexcept { return ended_; }
    void add(const moving_row& row);
    /// The transaction has ended.
    void forget() noexcept;
    /// The moves from this one on were rolled back: a record that was read after some of them gets
    /// the key and the shard from before.
    void undo(std::uint64_t first, std::vector<record*> of_session);

private:
    struct place {
        const schema::table* table;
        shard_index from;
        std::string to;  ///< row_name()
        std::vector<std::pair<column_index, value>> before;
    };
    static void put_back(record& r, const place& p);

    std::uint64_t ended_ = 0;
    std::vector<place> places_;
};

}  // namespace shardwise::orm
