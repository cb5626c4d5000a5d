// SPDX-License-Identifier: MIT
// What a session holds, and the steps that its calls are made of. session_core.cpp: the calls;
// loader.cpp: rows into objects; flush.cpp: objects into statements.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "exec/executor.hpp"
#include "orm/identity_map.hpp"
#include "orm/moved_places.hpp"
#include "orm/record.hpp"
#include "orm/relation_cache.hpp"
#include "orm/savepoints.hpp"
#include "orm/shard_transactions.hpp"
#include "plan/plan.hpp"
#include "plan/plan_cache.hpp"
#include "plan/router.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {

constexpr std::size_t most_key_columns = 16;
[[noreturn]] void raise_key_too_wide();

/// The primary key of an object, in the order of its columns; views into the object.
class primary_key_values {
public:
    primary_key_values(const bound_table& t, const void* object);
    operator std::span<const arg>() const noexcept { return {values_, count_}; }

private:
    arg values_[most_key_columns];
    std::size_t count_ = 0;
};

struct session_core::state {
    state(cluster_layer::core& cluster, const session_options& o)
        : db(cluster), options(o), transactions(cluster, o) {}

    cluster_layer::core& db;
    session_options options;
    shard_transactions transactions;
    identity_map identities;
    relation_cache relations;
    std::vector<record_ptr> changed;  ///< pending, edited, erased, or flushed and not yet committed
    moved_places moves;
    std::uint64_t epoch = 1;  ///< grows at commit and rollback: older reads are stale
    /// Streams that read over connections of the transaction; they end with it.
    std::vector<row_stream*> streams;
    std::string failure;  ///< a flush failed: only rollback() (of a savepoint, too) is possible
    std::vector<savepoint_frame> savepoints;  ///< the open ones, the oldest first
    std::uint32_t last_savepoint = 0;         ///< its serial
    /// This session's cache of the first few structs that it uses; the cluster has them all.
    std::array<std::pair<const model::entity*, bound_table*>, 8> bound{};
    mutable std::atomic<std::thread::id> user{};  ///< who is in a call; of debug builds

    /// What cancel() stops; streams keep it, too.
    std::shared_ptr<stop_source> stop = std::make_shared<stop_source>();

    /// A call begins: its deadline, which cancel() makes pass. Once in a call: what is stopped is
    /// the call that has begun last.
    deadline limit() const;
    /// Raises timeout or cancelled when it has passed: for work that waits for nobody.
    static void check_in_time(deadline until);
    deadline time_limit() const;
    /// Of a stream: only cancel() ends it, and patience() each of its waits.
    deadline stream_limit(deadline call) const { return call.renewed(deadline::never()); }
    /// More time for the same call, because it has got on.
    deadline renewed(deadline call) const { return call.renewed(time_limit()); }
    /// What one statement may hold.
    const result_limits& limits() const {
        return options.limits ? *options.limits : db.options().limits;
    }
    /// The longest wait for one row of a stream; 0: for ever.
    std::chrono::milliseconds patience() const;
    /// Throws bad_state after a failed flush, or an error of a server inside the transaction.
    void check_usable(const char* call) const;
    /// Throws not_supported in a snapshot.
    void check_may_write() const;
    /// For explain().
    std::string what_reads_see() const;
    /// Throws bad_state while a stream reads over connections of the transaction.
    void check_no_stream(const char* call) const;
    void end_streams() noexcept;
    /// Runs a call's work. An error that a server gave while a transaction is open ends the
    /// transaction on all engines alike: PostgreSQL would refuse every further statement.
    template <class F>
    auto guarded(F&& work) {
        try {
            return work();
        } catch (const error& e) {
            note_failure(e);
            throw;
        }
    }
    void note_failure(const error& e) noexcept;
    /// An error has cost the transaction what came after its newest savepoint; without one, all.
    /// The databases forget that at once, the objects wait for rollback().
    void fail(std::string_view why) noexcept;
    /// All of it, savepoints or not; `ended` tells their handles why.
    void lose(std::string_view why, const char* ended) noexcept;
    bound_table& bind(const model::entity& e);
    /// Puts the record on the list of changed records, which keeps it alive.
    void list(record& r);

    // ---- placement
    plan::placement place(const schema::table& t, std::span<const arg> shard_key, deadline until);
    plan::placement place_object(bound_table& t, const void* object, deadline until);
    /// The home of a row of `t` that does not say where it comes from.
    shard_index shard_of(bound_table& t, std::span<const arg> row, deadline until);
    std::uint64_t identity_of(record& r) const;

    // ---- reading
    /// The statement's plan; directory keys are looked up as needed.
    plan::plan make_plan(const sql::select_ptr& s, plan::plan_cache::purpose what, deadline until);
    plan::change_plan make_plan(const sql::change_ptr& c, deadline until);
    /// With reasons and the statements of each shard: for people.
    plan::plan make_full_plan(const sql::select_ptr& s, deadline until);
    plan::change_plan make_full_plan(const sql::change_ptr& c, deadline until);
    /// With the keys of its rows found first.
    plan::change_plan make_plan_by_key(const sql::change_ptr& c, deadline until);
    /// The known object when it is current, else the row; its eager relations are read.
    record_ptr find_on(bound_table& t, shard_index shard, std::span<const arg> key, deadline until);
    /// The same of a struct whose mapping joins relations; the session does not have the object.
    record_ptr find_with_related(bound_table& t, shard_index shard, std::span<const arg> key,
                                 deadline until);
    /// The record for a row that was just read: the known object, refreshed if it has no unsaved
    /// changes, or a new one. Empty when the object is erased in this session.
    record_ptr adopt(bound_table& t, shard_index shard, std::span<const arg> row);
    /// Newer values for a known object, unless it has unsaved changes.
    void refresh(record& known, std::span<const arg> row);

    // ---- writing
    /// The row of an object that is still known was deleted by a statement of this session, or its
    /// insertion was rolled back.
    bool row_is_gone(record& r);
    /// Runs UPDATE, DELETE and INSERT; RETURNING goes to `returned`.
    std::int64_t change(const sql::change_ptr& c, reach how_far, const exec::row_sink& returned,
                        exec::held_memory& held);
    /// Objects that a caller gives away one by one; nullptr: no more.
    struct object_range {
        void* context;
        void* (*next)(void* context);
    };
    /// By `how`, an INSERT of all columns; generated keys are written into the objects.
    std::int64_t insert_objects(const model::entity& e, const sql::change_ptr& how,
                                object_range objects, deadline until);
    enum class ending : std::uint8_t { keep_open, commit };
    void flush(ending end, deadline until);
    void prepare_changes();
    void flush_moves(const std::vector<record*>& moved, ending end, deadline until);
    void after_commit() noexcept;
    void undo() noexcept;
    /// Of the list of changed records, from this one on.
    void undo_listed(std::size_t first) noexcept;

    // ---- savepoints (savepoints.cpp)
    savepoint_ptr open_savepoint();
    void roll_back_to(const savepoint_mark& m);
    void release_savepoint(const savepoint_mark& m);
    /// The values of a record, or its state, are about to change: the newest savepoint keeps them,
    /// if rollback would not know them.
    void before_change(record& r);
    std::size_t number_of(const savepoint_mark& m, const char* call) const;
    void hand_to_outer(std::size_t number);
    void undo_since(std::size_t number) noexcept;
    /// This one and all later ones.
    void end_savepoints(std::size_t first, const char* why) noexcept;

    // ---- relations (relations.cpp)
    /// Reads those that the struct's mapping wants with each list, and theirs in turn.
    void load_eagerly(const model::entity& e, std::vector<record_ptr> objects, deadline until);
    /// What is related to the object, as the session sees it now.
    /// `changed_ones`: changed_objects() of the relation's other side.
    std::vector<record_ptr> related_now(const record& of, const model::relation& r,
                                        const std::vector<record_ptr>& changed_ones) const;
    std::vector<record_ptr> changed_objects(const model::entity& e) const;
    /// Children that are not written yet take their keys from parents that are not, either.
    void follow_parents();
    void erase_with_children(record& r, deadline until);
    /// What goes with these objects, one level down.
    std::vector<record_ptr> cascaded(const std::vector<record_ptr>& parents, deadline until);
    void mark_erased(record& r);
    /// The object leaves the session, with its unsaved changes.
    void forget(record& r);

    /// The moves from this one on were rolled back.
    void undo_moves(std::uint64_t first) noexcept;
    /// Known again under its key, after rollback() or a move; who has the key by then is detached.
    void come_back(record& r) noexcept;
};

/// One call of a session: checks that it is usable, and in debug builds that no other thread is in
/// a call (bad_state). Calls may call others.
class [[maybe_unused]] turn {
public:
    turn(const session_core::state& s, const char* call);
    ~turn() { leave(); }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

private:
    void leave() noexcept;
    std::atomic<std::thread::id>* user_ = nullptr;  ///< null: not the outermost call
};

/// Writes the keys of `of` into an object that the relation leads to.
void take_keys(const model::relation& r, const record& of, void* other);
/// The table generates a key, and the struct has none yet.
bool lacks_generated_key(const bound_table& t, const void* object);
/// Sets the generated key of a struct that has none yet. Returns whether it had none.
bool fill_generated_key(cluster_layer::core& db, const bound_table& t, void* object);

}  // namespace shardwise::orm
