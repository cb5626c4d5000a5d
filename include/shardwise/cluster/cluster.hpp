// SPDX-License-Identifier: MIT
// A cluster: named shards on database servers. Open one per program and share it: all members may
// be called from any thread. Sessions are opened on it (orm/session.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "shardwise/cluster/options.hpp"
#include "shardwise/model/entity.hpp"
#include "shardwise/model/mapping.hpp"

namespace shardwise {

class session;

namespace cluster_layer {
class core;
}

/// What create_all and drop_all did on one shard.
struct shard_report {
    std::string shard;
    bool done = false;
    std::string error;  ///< why not; the call can be repeated when the shard is back
    std::vector<std::string> statements;
};
struct schema_report {
    std::vector<shard_report> shards;
    bool complete() const noexcept;
    std::string to_string() const;
};

/// One difference between the declared model and what a shard has.
struct schema_difference {
    std::string shard;  ///< empty: the cluster's catalog
    std::string table;
    std::string what;  ///< "column email is missing", "column age is integer, declared int64", ...
};

/// The state of one shard, for `shardwise status`.
struct shard_status {
    std::string name;
    std::string server;  ///< host:port/database or file; no secrets
    std::string engine;  ///< SQLite, PostgreSQL, MariaDB
    std::string version;
    bool reachable = false;
    std::string error;
    std::uint64_t buckets = 0;  ///< over all groups
    struct table_rows {
        std::string table;
        std::int64_t rows;
    };
    std::vector<table_rows> rows;
};

/// How a transaction over several shards has ended.
enum class transaction_outcome : std::uint8_t { committed, aborted };

/// A transaction over several shards that some shard has prepared and not ended yet: one that is
/// being committed just now, or one that a process has left when it died.
struct pending_transaction {
    enum class decision : std::uint8_t { open, committed, aborted, unknown };
    std::string id;
    std::int64_t age_ms = 0;
    decision state = decision::open;       ///< unknown: the deciding shard cannot be asked
    std::string decider;                   ///< the shard with the decision row; empty: not known
    std::vector<std::string> prepared_on;  ///< shards
};

/// What resolve() has done.
struct resolve_report {
    std::size_t committed = 0;  ///< parts of transactions on single shards
    std::size_t aborted = 0;
    std::size_t waiting = 0;               ///< left alone: alive, young, or not decidable now
    std::vector<std::string> unreachable;  ///< shards
};

class cluster {
public:
    /// Reaches every shard once: stamps new shards with the cluster's identity and their name;
    /// refuses two URLs of one database, swapped, foreign and missing shards before any data is
    /// touched (wrong_shard, missing_shard). A shard that is down does not hinder the others:
    /// what needs it fails, naming it - except on the very first use, when all must be there.
    cluster(std::vector<shard_url> shards, cluster_options options = {});
    cluster(std::initializer_list<shard_url> shards, cluster_options options = {})
        : cluster(std::vector<shard_url>(shards), static_cast<cluster_options&&>(options)) {}
    explicit cluster(const cluster_config& config);
    ~cluster();
    cluster(const cluster&) = delete;
    cluster& operator=(const cluster&) = delete;

    /// Creates the tables of the structs on every shard, parents first, where they do not exist
    /// yet, and writes model and placement into the catalog. Idempotent.
    template <class... Es>
    schema_report create_all() {
        const model::entity* entities[] = {&entity_of<Es>()...};
        return create(entities, sizeof...(Es));
    }
    /// Uses existing tables as they are: placement goes into the catalog, no table is changed.
    /// The tables must match (verify_schema); throws schema_mismatch with the differences.
    template <class... Es>
    void adopt() {
        const model::entity* entities[] = {&entity_of<Es>()...};
        adopt(entities, sizeof...(Es));
    }
    /// Drops the tables, children first, and their placement. Idempotent.
    template <class... Es>
    schema_report drop_all() {
        const model::entity* entities[] = {&entity_of<Es>()...};
        return drop(entities, sizeof...(Es));
    }
    /// After a migration has changed the tables of all shards: the structs become the catalog's
    /// model of them. No table is changed. Placement and cluster-wide unique constraints stay.
    /// Throws schema_mismatch with all differences, unknown_table. Idempotent; processes that know
    /// fewer columns go on, if the others are nullable or have a default.
    template <class... Es>
    void update_model() {
        const model::entity* entities[] = {&entity_of<Es>()...};
        update(entities, sizeof...(Es));
    }
    /// Compares the declared structs with what each shard really has.
    template <class... Es>
    std::vector<schema_difference> verify_schema() {
        const model::entity* entities[] = {&entity_of<Es>()...};
        return verify(entities, sizeof...(Es));
    }

    /// The same for the model of the cluster file (schema_file and tables) or the catalog.
    schema_report create_described();
    std::vector<schema_difference> verify_described();
    /// update_model() of the cluster file; throws bad_config when it names no schema.
    void update_described();
    std::vector<std::string> table_names() const;

    std::size_t shard_count() const noexcept;
    const std::string& shard_name(std::size_t shard) const;
    const std::string& name() const noexcept;
    const std::string& id() const noexcept;  ///< the identity stamped on its shards

    /// What was found at the opening and does not hinder it, one sentence each: shards whose
    /// servers know letters by different versions of ICU.
    const std::vector<std::string>& warnings() const noexcept;

    /// A new cluster-wide id: 64 bits, time-ordered, unique over all processes.
    std::int64_t next_id();

    /// Directory strategy: says in which bucket a key of the root table `table` lives, from now on.
    /// Idempotent; an entry is never changed (rows may be stored by it): bad_state when the key has
    /// another bucket. All shards must be there; after an error the call can be repeated.
    void assign(const std::string& table, const std::vector<value>& key, bucket_id bucket);

    /// Asks every shard; never throws for a shard that is down. `count_rows` scans all tables.
    std::vector<shard_status> status(bool count_rows);

    /// A session whose reads all see this moment of all shards, and which writes nothing:
    ///     auto snap = db.read_snapshot();
    ///     snap.count(select<Account>()); snap.stream(...); snap.sql(...);
    /// It keeps one connection to each shard until it ends. `timeout_ms`: of the opening and of
    /// each call; 0: the cluster's. (Include shardwise/orm/session.hpp.)
    session read_snapshot(std::int64_t timeout_ms = 0);

    /// Transactions over several shards that are between prepare and their end. Changes nothing.
    std::vector<pending_transaction> pending_transactions();
    /// Ends what dead processes have left: commits what was decided so, rolls back what nobody had
    /// decided. Every open cluster does this by itself (resolve_interval_ms); any process may do it
    /// at any time. Leaves alone what is younger than `grace_ms`: it may be somebody's live commit,
    /// which would have to be run again.
    resolve_report resolve(std::int64_t grace_ms = 1'000);
    /// How the transaction of an in_doubt error has ended. Decides it, as aborted, if nobody has:
    /// the answer is final. Throws in_doubt while it cannot be known, and not_found for an id that
    /// is older than the decisions that are kept (one day).
    transaction_outcome outcome_of(const std::string& id);

    /// For the other layers of the library.
    cluster_layer::core& core() const noexcept { return *core_; }

private:
    schema_report create(const model::entity* const* entities, std::size_t count);
    void adopt(const model::entity* const* entities, std::size_t count);
    schema_report drop(const model::entity* const* entities, std::size_t count);
    void update(const model::entity* const* entities, std::size_t count);
    std::vector<schema_difference> verify(const model::entity* const* entities, std::size_t count);

    cluster_layer::core* core_;
};

}  // namespace shardwise
