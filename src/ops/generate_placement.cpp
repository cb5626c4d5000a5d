// SPDX-License-Identifier: MIT
// How the tables of an existing database are distributed when nobody says it (decision 0071). The
// databases go on checking their foreign keys, so a row and the row that it refers to have to be on
// one shard, provably: a foreign key carries the shard key, or its parent is a reference table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/suggestion.hpp"
#include "ops/generate_draft.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {

namespace {

using schema::column_index;
using schema::distribution_kind;
using said_list = std::vector<cluster_config::table_distribution>;

/// The child's columns that a foreign key pairs with the parent's shard key; nothing when it leaves
/// one out.
std::optional<std::vector<column_index>> carried(const schema::foreign_key& f,
                                                 const schema::table& parent) {
    std::vector<column_index> key;
    for (const column_index k : parent.placed.shard_key) {
        const auto at =
            std::find(f.parent_columns.begin(), f.parent_columns.end(), parent.columns[k].name);
        if (at == f.parent_columns.end()) return {};
        key.push_back(f.columns[static_cast<std::size_t>(at - f.parent_columns.begin())]);
    }
    return key;
}

class distributor {
public:
    distributor(draft& d, const said_list& said) : draft_(d) {
        for (const auto& s : said) {
            if (d.find(s.table) == nullptr) {
                std::vector<std::string_view> names;
                for (const draft_table& t : d.tables) names.push_back(t.table.name);
                raise({.code = error_code::unknown_table,
                       .message = fmt::format("the database has no table {}, whose distribution "
                                              "is said{}",
                                              s.table, did_you_mean(s.table, names)),
                       .table = s.table});
            }
            said_[s.table] = &s;
        }
    }

    void run() {
        drop_circles();
        // Each round puts one more table among the reference tables or the roots, or is the last.
        while (place_all()) {
        }
        close_said_gaps();
    }

private:
    // --- the order: parents first

    /// Parents of `name`, among them what is said to be its parent.
    std::set<std::string> parents_of(const draft_table& t) const {
        std::set<std::string> all;
        for (const schema::foreign_key& f : t.table.foreign_keys)
            if (f.parent_table != t.table.name) all.insert(f.parent_table);
        const auto s = said_.find(t.table.name);
        if (s != said_.end() && !s->second->colocated_with.empty())
            all.insert(s->second->colocated_with);
        return all;
    }

    void visit(draft_table& t, std::map<std::string, int>& state) {
        state[t.table.name] = 1;
        for (const std::string& name : parents_of(t)) {
            draft_table* const parent = draft_.find(name);
            if (parent == nullptr) continue;
            if (state[name] == 0) visit(*parent, state);
            if (state[name] == 1) drop_to(t, name);
        }
        state[t.table.name] = 2;
        order_.push_back(t.table.name);
    }

    /// Tables that refer to each other in a circle have no first one. The foreign key that closes
    /// the circle is left out; the databases go on checking it, so both are reference tables.
    void drop_to(draft_table& t, const std::string& parent) {
        std::erase_if(t.table.foreign_keys,
                      [&](const auto& f) { return f.parent_table == parent; });
        t.missing.push_back(fmt::format(
            "foreign key to {}, which closes a circle of tables: no order of inserts fulfils it",
            parent));
        circle_.insert(parent);
        circle_.insert(t.table.name);
    }

    void drop_circles() {
        std::map<std::string, int> state;
        for (draft_table& t : draft_.tables)
            if (state[t.table.name] == 0) visit(t, state);
        for (const std::string& name : circle_) make_reference(name, "it is part of a circle");
    }

    // --- one round

    schema::table& table(std::string_view name) { return draft_.find(name)->table; }
    bool is_said(const std::string& name) const { return said_.contains(name); }

    /// True when another round is needed.
    bool place_all() {
        changed_ = false;
        for (const std::string& name : order_) {
            draft_table& t = *draft_.find(name);
            t.table.placed = {};
            t.placement_note.clear();
            if (is_said(name))
                place_as_said(t, *said_.at(name));
            else
                place(t);
            if (changed_) return true;
        }
        return false;
    }

    void make_reference(const std::string& name, const std::string& why) {
        if (is_said(name) || !references_.try_emplace(name, why).second) return;
        changed_ = true;
    }

    /// Foreign keys to tables of which each shard has a part.
    std::vector<const schema::foreign_key*> open_keys(const draft_table& t) {
        std::vector<const schema::foreign_key*> open;
        for (const schema::foreign_key& f : t.table.foreign_keys)
            if (f.parent_table != t.table.name && !table(f.parent_table).is_reference())
                open.push_back(&f);
        return open;
    }

    void set_reference(draft_table& t, std::string note) {
        t.table.placed.kind = distribution_kind::reference;
        t.placement_note = std::move(note);
        for (const schema::foreign_key* const f : open_keys(t))
            make_reference(f->parent_table,
                           fmt::format("the reference table {} refers to it", t.table.name));
    }

    void set_root(draft_table& t, std::vector<column_index> key) {
        t.table.placed.kind = distribution_kind::sharded;
        t.table.placed.shard_key = std::move(key);
    }

    bool usable_as_shard_key(const draft_table& t, const std::vector<column_index>& key) const {
        return !key.empty() && !is_crossed(t.table.primary_key, key) &&
               std::none_of(key.begin(), key.end(), [&](column_index i) {
                   const schema::column& c = t.table.columns[i];
                   return c.nullable || c.type == column_type::float64 ||
                          c.type == column_type::json;
               });
    }

    /// Two columns stand in `a` in another order than in `b`; a mapping has one order.
    static bool is_crossed(const std::vector<column_index>& a, const std::vector<column_index>& b) {
        std::vector<column_index> shared;
        for (const column_index i : b)
            if (std::find(a.begin(), a.end(), i) != a.end()) shared.push_back(i);
        return !std::is_sorted(shared.begin(), shared.end(), [&](column_index x, column_index y) {
            return std::find(a.begin(), a.end(), x) < std::find(a.begin(), a.end(), y);
        });
    }

    void place(draft_table& t) {
        const std::string& name = t.table.name;
        if (const auto r = references_.find(name); r != references_.end())
            return set_reference(t, r->second);
        if (!usable_as_shard_key(t, t.table.primary_key))
            return make_reference(name, "its primary key cannot be a shard key");
        const auto open = open_keys(t);
        if (open.empty() || roots_.contains(name)) {
            for (const schema::foreign_key* const f : open)
                make_reference(f->parent_table, fmt::format("{} refers to it", name));
            if (changed_) return;
            set_root(t, t.table.primary_key);
            t.placement_note = "its primary key";
        } else {
            settle(t, open);
        }
        if (!changed_) keep_own_references(t);
    }

    /// An employee's boss lives anywhere, unless the foreign key carries the shard key.
    void keep_own_references(draft_table& t) {
        for (const schema::foreign_key& f : t.table.foreign_keys)
            if (f.parent_table == t.table.name && carried(f, t.table) != t.table.placed.shard_key)
                return make_reference(t.table.name, "its rows refer to each other");
    }

    using open_list = std::vector<const schema::foreign_key*>;

    /// These tables and all that they refer to, without those that are reference tables already.
    void add_with_parents(const std::string& name, std::set<std::string>& all) {
        if (references_.contains(name) || table(name).is_reference() || !all.insert(name).second)
            return;
        for (const std::string& parent : parents_of(*draft_.find(name)))
            if (draft_.find(parent) != nullptr) add_with_parents(parent, all);
    }

    /// A way to place a table: what has to become reference tables for it.
    struct way {
        const schema::foreign_key* key = nullptr;
        std::set<std::string> copied;
        std::size_t rank = 0;  ///< among equally many copies the lower one wins
    };
    static bool better(const way& a, const way& b) {
        if (b.key == nullptr) return true;
        return std::pair(a.copied.size(), a.rank) < std::pair(b.copied.size(), b.rank);
    }
    bool can_copy(const std::set<std::string>& tables, const std::string& but) const {
        return std::none_of(tables.begin(), tables.end(),
                            [&](const std::string& name) { return name == but || is_said(name); });
    }

    /// Beside the parent of one of its foreign keys; parents of the others are copied.
    way best_home(const draft_table& t, const open_list& open) {
        way best;
        for (const schema::foreign_key* const home : open) {
            const auto key = carried(*home, table(home->parent_table));
            if (!key || !usable_as_shard_key(t, *key)) continue;
            way w{home, {}, is_part_of(*key, t.table.primary_key) ? 0U : 1U};
            for (const schema::foreign_key* const f : open)
                if (carried(*f, table(f->parent_table)) != key)
                    add_with_parents(f->parent_table, w.copied);
            if (can_copy(w.copied, home->parent_table) && better(w, best)) best = std::move(w);
        }
        return best;
    }

    /// Beside a parent that becomes a root by the key which the foreign key refers to. Among equals
    /// the one with the fewest children: what many tables refer to is rather copied.
    way best_root(const draft_table& t, const open_list& open) {
        way best;
        for (const schema::foreign_key* const home : open) {
            if (!can_be_root(t, *home)) continue;
            way w{home, {}, children_of(home->parent_table)};
            for (const std::string& parent : parents_of(*draft_.find(home->parent_table)))
                add_with_parents(parent, w.copied);
            for (const schema::foreign_key* const f : open)
                if (f->parent_table != home->parent_table)
                    add_with_parents(f->parent_table, w.copied);
            if (can_copy(w.copied, home->parent_table) && better(w, best)) best = std::move(w);
        }
        return best;
    }

    void settle(draft_table& t, const open_list& open) {
        way home = best_home(t, open);
        const way root = best_root(t, open);
        std::set<std::string> all;
        for (const schema::foreign_key* const f : open) add_with_parents(f->parent_table, all);
        const auto copies = [](const way& w) { return w.copied.size(); };
        if (home.key != nullptr && (root.key == nullptr || copies(home) <= copies(root)) &&
            copies(home) <= all.size())
            return live_with(t, open, *home.key);
        if (root.key != nullptr && copies(root) <= all.size()) {
            roots_.insert(root.key->parent_table);
            changed_ = true;
            return;
        }
        for (const schema::foreign_key* const f : open)
            make_reference(f->parent_table,
                           fmt::format("{} refers to it without its shard key", t.table.name));
    }

    void live_with(draft_table& t, const open_list& open, const schema::foreign_key& home) {
        const auto key = *carried(home, table(home.parent_table));
        for (const schema::foreign_key* const f : open)
            if (carried(*f, table(f->parent_table)) != key)
                make_reference(f->parent_table, fmt::format("{} refers to it, and lives with {}",
                                                            t.table.name, home.parent_table));
        t.table.placed.kind = distribution_kind::colocated;
        t.table.placed.parent_table = home.parent_table;
        t.table.placed.shard_key = key;
        t.placement_note = fmt::format("with the row of {} that it refers to", home.parent_table);
    }

    static bool is_part_of(const std::vector<column_index>& part,
                           const std::vector<column_index>& whole) {
        return std::all_of(part.begin(), part.end(), [&](column_index i) {
            return std::find(whole.begin(), whole.end(), i) != whole.end();
        });
    }

    bool can_be_root(const draft_table& t, const schema::foreign_key& f) {
        const schema::table& parent = table(f.parent_table);
        if (is_said(parent.name) || roots_.contains(parent.name) ||
            parent.placed.kind == distribution_kind::sharded || !usable_as_shard_key(t, f.columns))
            return false;
        return f.parent_columns.size() == parent.primary_key.size() &&
               std::all_of(parent.primary_key.begin(), parent.primary_key.end(),
                           [&](column_index i) {
                               return std::find(f.parent_columns.begin(), f.parent_columns.end(),
                                                parent.columns[i].name) != f.parent_columns.end();
                           });
    }

    std::size_t children_of(std::string_view name) const {
        std::size_t count = 0;
        for (const draft_table& t : draft_.tables)
            count += static_cast<std::size_t>(
                std::any_of(t.table.foreign_keys.begin(), t.table.foreign_keys.end(),
                            [&](const auto& f) { return f.parent_table == name; }));
        return count;
    }

    // --- what was said

    std::vector<column_index> columns_named(const draft_table& t,
                                            const std::vector<std::string>& names) {
        std::vector<column_index> all;
        for (const std::string& name : names) {
            if (!t.table.find_column(name))
                raise({.code = error_code::unknown_column,
                       .message = fmt::format("table {} has no member for the shard key column {}",
                                              t.table.name, name),
                       .table = t.table.name});
            all.push_back(*t.table.find_column(name));
        }
        return all;
    }

    void place_as_said(draft_table& t, const cluster_config::table_distribution& s) {
        schema::distribution& placed = t.table.placed;
        if (s.reference) {
            placed.kind = distribution_kind::reference;
            t.placement_note = "as it was said";
            for (const schema::foreign_key* const f : open_keys(t))
                make_reference(f->parent_table,
                               fmt::format("the reference table {} refers to it", t.table.name));
            return;
        }
        placed.shard_key = columns_named(t, s.shard_key);
        t.placement_note = "as it was said";
        std::string parent = s.colocated_with;
        for (const schema::foreign_key& f : t.table.foreign_keys) {
            const schema::table& other = table(f.parent_table);
            if (other.is_reference() || f.parent_table == t.table.name || !s.strategy.empty())
                continue;
            const auto key = carried(f, other);
            if (!key) continue;
            if (parent.empty() && *key == placed.shard_key) parent = f.parent_table;
            if (parent == f.parent_table && placed.shard_key.empty()) placed.shard_key = *key;
        }
        if (placed.shard_key.empty())
            draft_.problems.push_back(
                {t.table.name, "the shard key is not said, and no foreign key carries it"});
        if (!parent.empty()) {
            placed.kind = distribution_kind::colocated;
            placed.parent_table = parent;
        } else {
            placed.kind = distribution_kind::sharded;
            for (const auto k : {schema::strategy_kind::hash, schema::strategy_kind::modulo,
                                 schema::strategy_kind::range, schema::strategy_kind::list,
                                 schema::strategy_kind::directory})
                if (schema::name_of(k) == s.strategy) placed.strategy = k;
        }
        const bool nullable =
            std::any_of(placed.shard_key.begin(), placed.shard_key.end(),
                        [&](column_index i) { return t.table.columns[i].nullable; });
        placed.null_bucket = s.null_bucket;
        if (nullable && !placed.null_bucket) {
            placed.null_bucket = 0;
            t.notes.push_back("rows without a shard key have to be in bucket 0");
        }
    }

    std::string root_of(const std::string& name) {
        const schema::table& t = table(name);
        return t.placed.kind == distribution_kind::colocated && draft_.find(t.placed.parent_table)
                   ? root_of(t.placed.parent_table)
                   : name;
    }

    /// What was said may tear a foreign key apart: then there is no model.
    void close_said_gaps() {
        for (const draft_table& t : draft_.tables)
            for (const schema::foreign_key& f : t.table.foreign_keys) {
                const schema::table& parent = table(f.parent_table);
                if (parent.is_reference()) continue;
                if (!t.table.is_reference() && root_of(t.table.name) == root_of(parent.name) &&
                    (f.parent_table != t.table.name || is_paired(t.table, f)))
                    continue;
                draft_.problems.push_back(
                    {t.table.name,
                     fmt::format("refers to {}, but their rows would not be on one shard; give {} "
                                 "the shard key of {} (--shard-key), or make {} a reference table "
                                 "(--reference)",
                                 parent.name, t.table.name, parent.name, parent.name)});
            }
    }
    /// A foreign key of a table to itself: both sides have the shard key at the same places.
    static bool is_paired(const schema::table& t, const schema::foreign_key& f) {
        return carried(f, t) == t.placed.shard_key;
    }

    draft& draft_;
    std::map<std::string, const cluster_config::table_distribution*> said_;
    std::vector<std::string> order_;
    std::set<std::string> circle_;
    std::map<std::string, std::string> references_;  ///< and why
    std::set<std::string> roots_;
    bool changed_ = false;
};

}  // namespace

void distribute(draft& d, const said_list& said) { distributor(d, said).run(); }

}  // namespace shardwise::ops
