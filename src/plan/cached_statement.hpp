// SPDX-License-Identifier: MIT
// What plan_cache keeps of one shape: how it is routed, and its plan and texts for one shard and
// for several. Everything but the versions is immutable; versions are made once, on first use.
// Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "plan/bound_values.hpp"
#include "plan/colocation.hpp"
#include "plan/plan.hpp"
#include "sql/shape.hpp"

namespace shardwise::plan {

/// A parameter of a text: what is bound for a statement with these constants.
struct cached_parameter {
    enum class origin : std::uint8_t { fixed, constant, assigned };
    origin from = origin::fixed;
    std::size_t slot = 0;  ///< of statement_shape::constants()
    sql::sql_type as;
    const schema::table* table = nullptr;
    const schema::column* column = nullptr;
    value literal;      ///< fixed
    sql::typed result;  ///< as which it is bound: part of the prepared statement
};

/// The plan without its values. Empty: statements of this shape are planned one by one.
struct cached_version {
    node_ptr root;  ///< of a SELECT; its scatter has no parts
    bool replicated = false;
    prepared_text text;
    std::array<std::vector<cached_parameter>, 3> parameters;  ///< by dialect kind

    bool usable() const noexcept { return !text.statements.empty(); }
    /// The values for the dialects of `shards`. False: they are not bound as the prepared
    /// statements expect it. Throws what compiling throws for a value that does not fit.
    bool bind(std::span<const value* const> constants, const sharding::shard_set& shards,
              bound_values& out) const;
};

struct version_input {
    std::span<const value* const> constants;  ///< of the statement that was planned
    std::span<engine::engine* const> endpoints;
};
/// Empty when the plan needs more than binding its constants.
cached_version version_of(const plan& p, bool streaming, const version_input& in);
cached_version version_of(const change_plan& p, const version_input& in);

class cached_statement : public std::enable_shared_from_this<cached_statement> {
public:
    cached_statement(const sql::statement_shape& shape, std::uint64_t hash, const sql::select& s);
    cached_statement(const sql::statement_shape& shape, std::uint64_t hash, const sql::change& c);

    std::uint64_t hash() const noexcept { return hash_; }
    /// The whole shape is compared, not its hash.
    bool has(const sql::statement_shape& shape) const noexcept;
    /// False: statements of this shape are planned one by one.
    bool usable() const noexcept { return usable_; }
    const key_scope& scope() const noexcept { return scope_; }

    /// The version for a route to so many shards, made by make() when it is needed for the first
    /// time; nullptr: there is none.
    template <class Make>
    const cached_version* version(std::size_t shards, Make make) {
        if (shards > 1 && cuts_lists_) return nullptr;
        slot& s = shards == 1 ? one_ : many_;
        const cached_version* known = s.ready.load(std::memory_order_acquire);
        if (known == nullptr) {
            const std::lock_guard guard(making_);
            known = s.ready.load(std::memory_order_relaxed);
            if (known == nullptr) {
                s.made = make();
                known = &s.made;
                s.ready.store(known, std::memory_order_release);
            }
        }
        return known->usable() ? known : nullptr;
    }

private:
    struct slot {
        cached_version made;
        std::atomic<const cached_version*> ready{nullptr};
    };
    std::vector<std::uint64_t> words_;
    std::uint64_t hash_;
    key_scope scope_;
    bool usable_ = false;
    bool cuts_lists_ = false;  ///< an IN list is cut down for each shard of several
    std::mutex making_;
    slot one_, many_;
};

}  // namespace shardwise::plan
