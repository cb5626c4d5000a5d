// SPDX-License-Identifier: MIT
// Reads the related objects of many objects: one query per shard and a few hundred keys, on the
// objects' own shards where the databases check the foreign key. One call, one thread.
#pragma once

#include <span>
#include <vector>

#include "model/relation.hpp"
#include "orm/session_state.hpp"

namespace shardwise::orm {

class relation_loader {
public:
    relation_loader(session_core::state& s, const model::relation& r, deadline until);

    /// Notes what has to be read for these objects, and writes pending changes first.
    void prepare(std::span<const record_ptr> objects);
    /// Nobody has to be asked.
    bool ready() const noexcept { return owners_.empty(); }
    /// Afterwards the session knows the relation of all of them. Returns what was read.
    std::vector<record_ptr> load();

private:
    struct owner {
        record* object;
        std::vector<value> key;
        std::vector<record_ptr> found;
    };
    record* known_target(const owner& o);
    void ask_home_shards(const std::vector<owner*>& owners);
    void ask_everywhere(const std::vector<owner*>& owners);
    sql::select_ptr query(std::span<owner* const> owners) const;
    void read(const plan::plan& p);
    void hand_out(const record_ptr& r);

    session_core::state& s_;
    const model::relation& r_;
    bound_table& target_;
    deadline until_;
    bool at_home_;               ///< related objects are on the object's shard
    std::vector<owner> owners_;  ///< with a whole key, in its order
    std::vector<record_ptr> read_;
};

}  // namespace shardwise::orm
