// SPDX-License-Identifier: MIT
// The session: a unit of work over the cluster. Objects in, objects out; the session knows which
// shard each one lives on. Not thread-safe: one thread at a time; cheap to open, so open one per
// request. The cluster must outlive it.
//
// Transactions: a transaction begins on a shard with the first write there and ends with commit()
// or rollback() (session_options::isolation has stronger levels). Reads before that see the newest
// committed rows of each shard; reads on a shard that was written to go through its transaction.
// commit() ends all of them, on several shards as one: everything or nothing
// (docs/guide/transactions.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "shardwise/cluster/cluster.hpp"
#include "shardwise/model/changes.hpp"
#include "shardwise/model/statement.hpp"
#include "shardwise/orm/loading.hpp"
#include "shardwise/orm/parts.hpp"
#include "shardwise/orm/record.hpp"
#include "shardwise/orm/result.hpp"
#include "shardwise/orm/savepoint.hpp"
#include "shardwise/orm/sql_text.hpp"
#include "shardwise/plan/explain.hpp"

namespace shardwise {

/// find<Post>(7, everywhere): the primary key does not tell the shard, ask all of them.
struct everywhere_t {};
inline constexpr everywhere_t everywhere{};

/// What commit() means for a session that wrote to several shards.
enum class commit_mode : std::uint8_t {
    atomic,        ///< all or nothing, whatever dies; what cannot promise that is refused
    best_effort,   ///< COMMIT to each shard: a crash at the wrong moment leaves a part
    single_shard,  ///< writing to a second shard is refused (not_supported)
};

/// What a transaction sees of others, on each shard (docs/guide/transactions.md). With one of the
/// two stronger levels reads belong to the transaction: it begins on a shard with the first
/// statement there, and ends with commit() or rollback() also when nothing was written.
enum class isolation : std::uint8_t {
    read_committed,   ///< each statement sees what is committed when it begins
    repeatable_read,  ///< all statements on a shard see one moment of it
    serializable,     ///< as if the transactions of a shard ran one after the other
};

/// Is told what each flush is about to send: a line for the whole, and one for each statement of
/// each shard with its table, its columns and how many rows it writes, in the order of each shard.
/// No values. For people: the words may change. Called in the session's thread; what it throws ends
/// the call, and nothing of this flush was sent. nullptr: nobody; with the environment variable
/// SHARDWISE_LOG=debug the standard error output.
struct flush_listener {
    void (*on_flush)(void* context, const char* lines) = nullptr;
    void* context = nullptr;
};

struct session_options {
    /// Queries write pending changes first, so that they see them.
    bool autoflush = true;
    /// Deadline of each call in milliseconds; 0: the cluster's.
    std::int64_t timeout_ms = 0;
    /// Empty: the cluster's.
    std::optional<shardwise::fan_out> fan_out = {};
    std::optional<result_limits> limits = {};
    commit_mode mode = commit_mode::atomic;
    /// Also commits on one shard leave a row that tells, so that the outcome of a commit whose
    /// answer was lost can be asked for (cluster::outcome_of); costs one statement.
    bool traceable = false;
    shardwise::isolation isolation = shardwise::isolation::read_committed;
    /// All reads see the moment at which the session was opened, on all shards: a transaction over
    /// several shards is visible everywhere or nowhere. Such a session writes nothing
    /// (cluster::read_snapshot).
    bool snapshot = false;
    lazy_loading lazy = {};
    flush_listener flushes = {};
};

namespace orm {

/// The compiled part of the session.
class session_core {
public:
    session_core(cluster_layer::core& db, const session_options& options);
    ~session_core();
    session_core(const session_core&) = delete;
    session_core& operator=(const session_core&) = delete;

    record_ptr add(const model::entity& e, const void* object);
    /// `key`: the primary key's values in mapping order. Empty: no such row.
    record_ptr find(const model::entity& e, const arg* key, std::size_t count);
    record_ptr find_everywhere(const model::entity& e, const arg* key, std::size_t count);
    void erase(record& r);
    void refresh(record& r);
    record_ptr merge(const model::entity& e, const void* object);
    void expire(record& r);
    void expire_all() noexcept;
    void lock(record& r);
    void detach(record& r);

    // Relations. What is related is known until the next commit or rollback.
    /// `beyond`: what the related objects lead to, of many_to_many.
    bool has_loaded(const record& of, const model::relation& r,
                    const model::relation* beyond = nullptr) const;
    row_set_ptr related(const record_ptr& of, const model::relation& r, const call_place& at);
    /// The second step of many_to_many for one object.
    row_set_ptr related_of_links(const row_set& links, const model::relation& target,
                                 const call_place& at);
    void load_related(const row_set& of, const model::relation& r);
    /// Of all of them, each once; they are loaded.
    row_set_ptr all_related(const row_set& of, const model::relation& r);
    /// add() of an object that gets its keys from `of`.
    record_ptr add_related(const record_ptr& of, const model::relation& r, void* object);
    /// Writes the key of `other` into an object that is not of this session yet.
    void take_key(const model::relation& r, void* object, const record& other) const;
    /// `other` may be null: NULL.
    void assign(record& of, const model::relation& r, const record* other);
    void remove_related(const record& of, const model::relation& r, record& other);
    /// The links of `of` whose other end is `other` are erased.
    std::size_t erase_links(const record_ptr& of, const model::relation& links,
                            const model::relation& target, const record& other,
                            const call_place& at);

    row_set_ptr select(const sql::select_ptr& s, reach how_far = {});
    /// `steps`: what is to be read with the objects by the same statement, if it can be.
    row_set_ptr load(const model::entity& e, const sql::select_ptr& s, reach how_far = {},
                     const load_step* steps = nullptr, std::size_t step_count = 0);
    /// Of the shards that answer; `e`: objects, nullptr: values.
    row_set_ptr partial(const model::entity* e, const sql::select_ptr& s,
                        std::vector<missing_shard>& missing, reach how_far);
    /// What a page needs beside its rows.
    struct page_place {
        std::string next;  ///< in: the cursor; out: the following one
        bool more = false;
    };
    row_set_ptr page(const model::entity* e, const sql::select_ptr& s, page_place& place,
                     reach how_far);
    /// Calls `room(context, expected)` for the place of each object and fills it; `expected` is a
    /// guess how many there will be, or 0.
    void values(const model::entity& e, const sql::select_ptr& s, void* context,
                void* (*room)(void* context, std::size_t expected), reach how_far = {});
    row_stream_ptr open_stream(const sql::select_ptr& s, reach how_far = {});
    /// `columns`: what the members of a row are; they must fit the statement's columns.
    row_set_ptr select_text(std::string_view text, const sql_argument* arguments, std::size_t count,
                            const codec* const* columns, std::size_t column_count,
                            reach how_far = {});
    sql_result run_text(std::string_view text, const sql_argument* arguments, std::size_t count,
                        reach how_far = {});
    explanation explain_text(std::string_view text, const sql_argument* arguments,
                             std::size_t count);
    std::int64_t count(const sql::select_ptr& s, reach how_far = {});
    std::int64_t run(const sql::change_ptr& c, reach how_far = {});
    /// The rows of RETURNING.
    row_set_ptr run_returning(const sql::change_ptr& c, reach how_far = {});
    /// INSERT of objects by `rule` (an INSERT of all columns with its ON CONFLICT); `next` as in
    /// bulk_insert.
    std::int64_t upsert(const model::entity& e, const sql::change_ptr& rule, void* context,
                        void* (*next)(void* context));
    /// Runs it, drops its rows and tells what it took.
    explanation analyze(const sql::select_ptr& s, reach how_far = {});
    explanation analyze_text(std::string_view text, const sql_argument* arguments,
                             std::size_t count, reach how_far = {});
    /// Any thread.
    void cancel() noexcept;
    explanation explain(const sql::select_ptr& s);
    /// Of objects.
    explanation explain(const model::entity& e, const sql::select_ptr& s, const load_step* steps,
                        std::size_t step_count);
    explanation explain(const sql::change_ptr& c);

    /// Streams objects into the table, without the identity map. `next` gives the address of the
    /// next object or nullptr; generated keys are written into it.
    std::int64_t bulk_insert(const model::entity& e, void* context, void* (*next)(void* context));
    /// No columns: all that may change. The objects are not changed.
    std::int64_t bulk_update(const model::entity& e, const std::uint16_t* columns,
                             std::size_t column_count, void* context, void* (*next)(void* context));
    std::int64_t bulk_erase(const model::entity& e, void* context, void* (*next)(void* context));

    void flush();
    void commit();
    void rollback() noexcept;
    savepoint_ptr savepoint();
    bool in_transaction() const noexcept;

    struct state;

private:
    state* state_;
};

[[noreturn]] void throw_not_found(const model::entity& e);
[[noreturn]] void throw_row_count(std::size_t found);

}  // namespace orm

namespace detail {

/// Values of a primary key against the types of its columns.
template <class L>
struct key_columns;
template <class... Ms>
struct key_columns<types<Ms...>> {
    template <class C>
    static constexpr bool is_key() {
        return (C::flags & model::is_primary_key) != 0;
    }
    template <class Values, class... Cs>
    struct check;
    template <class... Vs, class... Cs>
    struct check<types<Vs...>, Cs...> {
        static constexpr bool ok() { return sizeof...(Vs) == 0 && (!is_key<Cs>() && ...); }
    };
    template <class V, class... Vs, class C, class... Cs>
    struct check<types<V, Vs...>, C, Cs...> {
        static constexpr bool ok() {
            if constexpr (!is_key<C>()) {
                return check<types<V, Vs...>, Cs...>::ok();
            } else if constexpr (!fits<typename C::value_type, V>()) {
                return false;
            } else {
                return check<types<Vs...>, Cs...>::ok();
            }
        }
    };
    template <class... Vs>
    static constexpr bool accepts = check<types<Vs...>, Ms...>::ok();
};

template <class V>
arg key_arg(const V& v) {
    if constexpr (std::is_convertible_v<const V&, std::string_view>) {
        return arg{std::string_view(v)};
    } else {
        return type_traits<V>::get(v);
    }
}

template <class Iterator>
struct object_source {
    Iterator at;
    Iterator end;
    bool started = false;
    static void* next(void* context) {
        auto& self = *static_cast<object_source*>(context);
        // Advanced only when the object is no longer needed: an iterator may keep it inside.
        if (self.started && self.at != self.end) ++self.at;
        self.started = true;
        if (self.at == self.end) return nullptr;
        // Objects that may not be written to are only given to calls that do not.
        const void* const object = &*self.at;
        return const_cast<void*>(object);
    }
};

/// The struct of an object or of a range of objects.
template <class Objects>
constexpr auto* upserted_struct() {
    using T = std::remove_reference_t<Objects>;
    static_assert(std::is_lvalue_reference_v<Objects> && !std::is_const_v<T>,
                  "shardwise: upsert() needs a struct or a range of structs that can be written "
                  "to: generated keys are put into them");
    if constexpr (is_mapped<T>()) {
        return static_cast<T*>(nullptr);
    } else {
        using object = std::remove_reference_t<decltype(*std::declval<T&>().begin())>;
        static_assert(!std::is_const_v<object>,
                      "shardwise: upsert() needs a struct or a range of structs that can be "
                      "written to: generated keys are put into them");
        return static_cast<object*>(nullptr);
    }
}
template <class Objects>
using upserted = std::remove_pointer_t<decltype(upserted_struct<Objects>())>;

}  // namespace detail

class session {
public:
    explicit session(cluster& db, const session_options& options = {})
        : core_(db.core(), options) {}

    // ---------------------------------------------------------------- objects

    /// Makes a copy of the object part of the session. A generated key is set at once, so the
    /// handle knows key and shard; the row is written by the next flush. Throws no_shard_key,
    /// unroutable_key, and bad_state when the session has an object of this key.
    template <class E>
    ref<E> add(const E& object) {
        detail::check_written<E>();
        return ref<E>(core_.add(entity_of<E>(), &object));
    }

    /// The object with this primary key (its columns in mapping order), or an empty ref. Asks at
    /// most one shard, and nobody if the session has the object.
    template <class E, class... Key>
    ref<E> find(const Key&... key) {
        const model::entity& e = entity_of<E>();
        static_assert(detail::key_columns<detail::members_of<E>>::template accepts<Key...>,
                      "shardwise: find() and get() take the values of the primary key, in mapping "
                      "order and of its types");
        static_assert(mapping<E>::is_reference || detail::facts_of<E>::key_pins_shard,
                      "shardwise: the primary key of this table does not contain its shard key, so "
                      "the row's shard is unknown: use find_everywhere<T>(key) or "
                      "select<T>().where(shard key == ...)");
        const arg args[] = {detail::key_arg(key)...};
        return ref<E>(core_.find(e, args, sizeof...(Key)));
    }
    /// The same when the primary key does not tell the shard: asks all of them.
    template <class E, class... Key>
    ref<E> find_everywhere(const Key&... key) {
        const model::entity& e = entity_of<E>();
        static_assert(detail::key_columns<detail::members_of<E>>::template accepts<Key...>,
                      "shardwise: find() and get() take the values of the primary key, in mapping "
                      "order and of its types");
        const arg args[] = {detail::key_arg(key)...};
        return ref<E>(core_.find_everywhere(e, args, sizeof...(Key)));
    }
    /// find() that throws not_found.
    template <class E, class... Key>
    ref<E> get(const Key&... key) {
        ref<E> r = find<E>(key...);
        if (!r) orm::throw_not_found(entity_of<E>());
        return r;
    }
    /// The row is deleted by the next flush.
    template <class E>
    void erase(const ref<E>& r) {
        detail::check_written<E>();
        core_.erase(*r.record());
    }
    /// Reads the row again; throws not_found when it is gone, bad_state when the object has unsaved
    /// changes.
    template <class E>
    void refresh(const ref<E>& r) {
        core_.refresh(*r.record());
    }
    /// The values of an object that this session does not have (of another session, of a message)
    /// become those of the session's object with its primary key, which is read if it is not
    /// known; without such a row the object is added. Throws stale_object when its row_version is
    /// not that of the row.
    template <class E>
    ref<E> merge(const E& object) {
        detail::check_written<E>();
        return ref<E>(core_.merge(entity_of<E>(), &object));
    }
    /// The next find() or query reads the row again; throws bad_state when the object has unsaved
    /// changes.
    template <class E>
    void expire(const ref<E>& r) {
        core_.expire(*r.record());
    }
    /// The same for all objects and relations; unsaved changes stay.
    void expire_all() noexcept { core_.expire_all(); }
    /// SELECT ... FOR UPDATE of the object's row: nobody changes it until the transaction ends, and
    /// the object has its values. SQLite: nobody changes anything of the file. Throws not_found
    /// when the row is gone, bad_state when the object has unsaved changes, lock_timeout.
    template <class E>
    void lock(const ref<E>& r) {
        detail::check_written<E>();
        core_.lock(*r.record());
    }
    /// The session forgets the object; unsaved changes are not written.
    template <class E>
    void detach(const ref<E>& r) {
        core_.detach(*r.record());
    }

    // ---------------------------------------------------------------- relations

    // What is read stays known until the next commit or rollback, and answers without a query; what
    // the session adds, changes and erases meanwhile is taken into account
    // (docs/guide/relations.md).

    /// The related objects: a list for has_many and many_to_many, else a ref that may be empty.
    /// Throws not_loaded when the relation, or the policy (session_options::lazy), wants no query
    /// for one object.
    template <class E, detail::relation_like Relation>
    auto load(const ref<E>& of, const Relation&,
              const orm::call_place& at = orm::call_place::here()) {
        check_from<E, Relation>();
        orm::row_set_ptr found = core_.related(of.record(), detail::relation_of<Relation>(), at);
        using other = detail::other_of<Relation>;
        if constexpr (detail::is_many_to_many<Relation>) {
            return result<ref<other>>(core_.related_of_links(
                *found, detail::relation_of<typename Relation::target>(), at));
        } else if constexpr (Relation::many) {
            return result<ref<other>>(std::move(found));
        } else {
            if (orm::size_of(*found) == 0) return ref<other>();
            return ref<other>(orm::record_at(*found, 0));
        }
    }
    /// Reads the relation for all of these objects, by one query per shard; load() of each of them
    /// then needs none.
    template <class E, detail::relation_like Relation>
    void load(const result<ref<E>>& of, const Relation&) {
        check_from<E, Relation>();
        load_path(of.rows_, detail::types<Relation>{});
    }
    template <class E, detail::relation_like Relation>
    void load(const std::vector<ref<E>>& of, const Relation&) {
        check_from<E, Relation>();
        std::vector<orm::record_ptr> records;
        for (const ref<E>& r : of) records.push_back(r.record());
        load_path(orm::rows_of(records), detail::types<Relation>{});
    }
    /// load() of this object would ask nobody.
    template <class E, detail::relation_like Relation>
    bool has_loaded(const ref<E>& of, const Relation&) const {
        check_from<E, Relation>();
        const model::relation& r = detail::relation_of<Relation>();
        if constexpr (detail::is_many_to_many<Relation>)
            return core_.has_loaded(*of.record(), r,
                                    &detail::relation_of<typename Relation::target>());
        else
            return core_.has_loaded(*of.record(), r);
    }

    /// add() of an object that belongs to `owner`: its foreign key, and its shard key, are taken
    /// from there, also while the owner is not written yet.
    template <class E, detail::relation_like Relation>
    requires(!detail::is_many_to_many<Relation>) auto add_to(const ref<E>& owner, const Relation&,
                                                             detail::other_of<Relation> object) {
        check_from<E, Relation>();
        detail::check_written<detail::other_of<Relation>>();
        static_assert(Relation::other_holds_key,
                      "shardwise: add_to() needs a relation to those who hold the foreign key "
                      "(has_many, has_one); use assign() for belongs_to");
        return ref<detail::other_of<Relation>>(
            core_.add_related(owner.record(), detail::relation_of<Relation>(), &object));
    }
    /// Links two objects: adds a row of the struct in between, with both keys, and returns it.
    template <class E, detail::relation_like Relation>
    requires detail::is_many_to_many<Relation>
    auto add_to(const ref<E>& owner, const Relation&, const ref<detail::other_of<Relation>>& other,
                detail::link_of<Relation> link = {}) {
        check_from<E, Relation>();
        detail::check_written<detail::link_of<Relation>>();
        core_.take_key(detail::relation_of<typename Relation::target>(), &link, *other.record());
        return ref<detail::link_of<Relation>>(
            core_.add_related(owner.record(), detail::relation_of<Relation>(), &link));
    }
    /// The object belongs to nobody then (its foreign key becomes NULL), or is erased where the
    /// relation says erase_orphans. many_to_many: the link is erased.
    template <class E, detail::relation_like Relation>
    void remove_from(const ref<E>& owner, const Relation&,
                     const ref<detail::other_of<Relation>>& other,
                     const orm::call_place& at = orm::call_place::here()) {
        check_from<E, Relation>();
        const model::relation& r = detail::relation_of<Relation>();
        if constexpr (detail::is_many_to_many<Relation>) {
            detail::check_written<detail::link_of<Relation>>();
            core_.erase_links(owner.record(), r, detail::relation_of<typename Relation::target>(),
                              *other.record(), at);
        } else {
            static_assert(Relation::other_holds_key,
                          "shardwise: remove_from() needs a relation to those who hold the foreign "
                          "key (has_many, has_one); use assign() for belongs_to");
            detail::check_written<detail::other_of<Relation>>();
            core_.remove_related(*owner.record(), r, *other.record());
        }
    }
    /// belongs_to: the foreign key of `of` becomes the key of `other`, or NULL for an empty ref.
    template <class E, auto Key, class... Tags>
    void assign(const ref<E>& of, const belongs_to<Key, Tags...>&,
                const ref<detail::other_of<belongs_to<Key, Tags...>>>& other) {
        using relation = belongs_to<Key, Tags...>;
        detail::check_written<E>();
        check_from<E, relation>();
        core_.assign(*of.record(), detail::relation_of<relation>(), other.record().get());
    }

    // ---------------------------------------------------------------- queries

    // `how_far` (one_shard, at_most_shards(n), all_shards): a statement that would ask more is
    // refused before anything is sent; not said: the fan-out policy decides (cluster/limits.hpp).

    /// All rows: refs for select<E>(), tuples or structs for select(columns...).
    template <class Row, class Pins, class Needs, class... From>
    result<Row> all(const select_query<Row, Pins, Needs, From...>& q, reach how_far = {}) {
        static_assert(std::remove_cvref_t<decltype(q)>::complete,
                      "shardwise: the select list uses a table that is not joined to this query");
        return result<Row>(rows<Row, From...>(q.statement(), how_far));
    }
    /// Objects with related ones: all(select<User>().include(users.posts)).
    template <class Query, class... Paths>
    auto all(const including<Query, Paths...>& q, reach how_far = {}) {
        return all_with<Paths...>(q.query(), how_far);
    }
    template <class Query, class... Paths>
    auto first(const including<Query, Paths...>& q, reach how_far = {}) {
        using row = typename Query::row_type;
        auto found = all_with<Paths...>(q.query().limit(1), how_far);
        return found.empty() ? std::optional<row>{} : std::optional<row>{found.front()};
    }
    template <class Query, class... Paths>
    auto one(const including<Query, Paths...>& q, reach how_far = {}) {
        auto found = all_with<Paths...>(q.query().limit(2), how_far);
        if (found.size() != 1) orm::throw_row_count(found.size());
        return found.front();
    }
    /// The first row, if there is one.
    template <class Row, class Pins, class Needs, class... From>
    std::optional<Row> first(const select_query<Row, Pins, Needs, From...>& q, reach how_far = {}) {
        auto found = all(q.limit(1), how_far);
        if (found.empty()) return std::nullopt;
        return found.front();
    }
    /// The only row; throws not_found or many_rows.
    template <class Row, class Pins, class Needs, class... From>
    Row one(const select_query<Row, Pins, Needs, From...>& q, reach how_far = {}) {
        auto found = all(q.limit(2), how_far);
        if (found.size() != 1) orm::throw_row_count(found.size());
        return found.front();
    }
    /// Accepts only statements that are proven to ask one shard. What the proof cannot see (a join
    /// by a condition that finds its rows elsewhere) throws too_many_shards before anything is
    /// sent.
    template <class Row, class Pins, class Needs, class... From>
    result<Row> local(const select_query<Row, Pins, Needs, From...>& q) {
        static_assert(routes_to_one_shard<decltype(q)>,
                      "shardwise: this query does not pin the shard key, it would run on every "
                      "shard; add 'shard key == value' to where(), or call all()");
        static_assert(std::remove_cvref_t<decltype(q)>::complete,
                      "shardwise: the select list uses a table that is not joined to this query");
        return result<Row>(rows<Row, From...>(q.statement(), shardwise::one_shard));
    }
    /// The rows of the shards that answer in time, and the list of those that did not. Refused
    /// (not_supported) for what needs all shards to be right: aggregates over several shards,
    /// OFFSET, what is computed in the client; and inside a transaction (bad_state).
    template <class Row, class Pins, class Needs, class... From>
    partial_result<Row> partial(const select_query<Row, Pins, Needs, From...>& q,
                                reach how_far = {}) {
        static_assert(std::remove_cvref_t<decltype(q)>::complete,
                      "shardwise: the select list uses a table that is not joined to this query");
        std::vector<missing_shard> missing;
        orm::row_set_ptr found =
            core_.partial(entity_for<Row, From...>(), q.statement(), missing, how_far);
        return {result<Row>(std::move(found)), std::move(missing)};
    }
    /// The rows after a cursor, as many as limit() says, in the query's order; ties are broken by
    /// the primary key. A page costs the same wherever it begins, if an index has the order.
    ///     auto first = session.page(q.order_by(tracks.price).limit(50));
    ///     auto second = session.page(q.order_by(tracks.price).limit(50), first.next());
    /// Throws bad_value for a cursor of another order or one that was damaged, not_supported for
    /// groups, DISTINCT, OFFSET and UNION.
    template <class Row, class Pins, class Needs, class... From>
    shardwise::page<Row> page(const select_query<Row, Pins, Needs, From...>& q,
                              const cursor& after = {}, reach how_far = {}) {
        static_assert(std::remove_cvref_t<decltype(q)>::complete,
                      "shardwise: the select list uses a table that is not joined to this query");
        orm::session_core::page_place place{after.text()};
        orm::row_set_ptr found =
            core_.page(entity_for<Row, From...>(), q.statement(), place, how_far);
        return {result<Row>(std::move(found)), cursor(std::move(place.next)), place.more};
    }
    /// With related objects: page(q.limit(50).include(users.posts)).
    template <class Query, class... Paths>
    auto page(const including<Query, Paths...>& q, const cursor& after = {}, reach how_far = {}) {
        auto found = page(q.query(), after, how_far);
        (load_path(found.rows().rows_, Paths{}), ...);
        return found;
    }
    /// The number of rows that all() would return.
    template <class Row, class Pins, class Needs, class... From>
    std::int64_t count(const select_query<Row, Pins, Needs, From...>& q, reach how_far = {}) {
        return core_.count(q.statement(), how_far);
    }
    template <class Row, class Pins, class Needs, class... From>
    bool exists(const select_query<Row, Pins, Needs, From...>& q, reach how_far = {}) {
        return core_.count(q.limit(1).statement(), how_far) > 0;
    }
    /// Plain structs, unknown to the session: the fast way to read many.
    template <class E, class Pins, class Needs, class... From>
    std::vector<E> values(const select_query<ref<E>, Pins, Needs, From...>& q, reach how_far = {}) {
        std::vector<E> all;
        core_.values(
            entity_of<E>(), q.statement(), &all,
            [](void* to, std::size_t expected) -> void* {
                auto& rows = *static_cast<std::vector<E>*>(to);
                if (rows.capacity() == 0 && expected > 0) rows.reserve(expected);
                return &rows.emplace_back();
            },
            how_far);
        // The guess was far too high.
        if (all.capacity() > 2 * all.size() + 64) all.shrink_to_fit();
        return all;
    }
    /// Rows one by one with bounded memory; select<E>() gives plain structs.
    template <class Row, class Pins, class Needs, class... From>
    auto stream(const select_query<Row, Pins, Needs, From...>& q, reach how_far = {}) {
        using out = typename streamed<Row>::type;
        return shardwise::stream<out, detail::is_ref<Row>>(
            core_.open_stream(q.statement(), how_far));
    }

    /// UPDATE, DELETE and INSERT without objects, in this session's transaction; returns the number
    /// of rows. Objects of the session are read again when they are next asked for: find(), a
    /// query, or refresh().
    template <class E, class Pins>
    std::int64_t run(const change_query<E, Pins>& c, reach how_far = {}) {
        return core_.run(c.statement(), how_far);
    }
    template <class E, class... Cs>
    std::int64_t run(const insert_query<E, Cs...>& c, reach how_far = {}) {
        return core_.run(c.statement(), how_far);
    }
    /// The same with returning(...): its rows, in no particular order.
    template <class Row>
    result<Row> run(const returning_query<Row>& c, reach how_far = {}) {
        return result<Row>(core_.run_returning(c.statement(), how_far));
    }
    /// Inserts a struct, or a range of structs; where a row with the same primary key (or the key
    /// of `rule`) is there already, it is updated instead. Returns the number of rows inserted or
    /// updated. Generated keys are written into the structs.
    ///     session.upsert(stock);
    ///     session.upsert(users_of_today, on_conflict(users.email).update(users.name));
    template <class Objects>
    std::int64_t upsert(Objects&& objects) {
        using E = detail::upserted<Objects>;
        detail::check_written<E>();
        static_assert(mapping<E>::is_reference || detail::facts_of<E>::key_pins_shard,
                      "shardwise: the primary key of this table does not contain its shard key: a "
                      "row with the same key may live on another shard; name a key that contains "
                      "it: upsert(rows, on_conflict(columns...).update(columns...))");
        return upsert_by<E>(objects, detail::by_primary_key<E>());
    }
    template <class Objects, class E, class... Cs>
    std::int64_t upsert(Objects&& objects, const insert_query<E, Cs...>& rule) {
        static_assert(std::is_same_v<detail::upserted<Objects>, E>,
                      "shardwise: on_conflict() names columns of another table");
        return upsert_by<E>(objects, rule.statement());
    }

    /// Where a statement would go and why; nothing is sent.
    template <class Q>
    explanation explain(const Q& q) {
        return core_.explain(q.statement());
    }
    template <class E, class Pins, class Needs, class... From>
    explanation explain(const select_query<ref<E>, Pins, Needs, From...>& q) {
        return core_.explain(entity_of<E>(), q.statement(), nullptr, 0);
    }
    /// explanation::related tells which relations are joined.
    template <class Query, class... Paths>
    explanation explain(const including<Query, Paths...>& q) {
        using object = typename detail::object_of_row<typename Query::row_type>::type;
        const std::vector<orm::load_step> steps = detail::steps_of<Paths...>();
        return core_.explain(entity_of<object>(), q.statement(), steps.data(), steps.size());
    }

    /// explain() with what it took: runs the query, drops its rows, and tells rows, bytes and
    /// time of each shard and of each step.
    template <class Row, class Pins, class Needs, class... From>
    explanation analyze(const select_query<Row, Pins, Needs, From...>& q, reach how_far = {}) {
        return core_.analyze(q.statement(), how_far);
    }

    /// From any thread: the call that is running, and streams that are open, end soon with
    /// `cancelled`, and their statements on all servers, too. Nothing happens to later calls. A
    /// commit() that runs is not stopped.
    void cancel() noexcept { core_.cancel(); }

    // ---------------------------------------------------------------- SQL text

    /// Rows of a SELECT as tuples or structs, as many members as columns, in their order:
    ///     session.sql<order_row>("SELECT id, total FROM orders WHERE customer_id = :id",
    ///                            named("id", 5))
    /// PostgreSQL's SQL (docs/guide/sql.md), whatever servers the shards are; arguments are bound.
    /// Throws bad_query, not_supported, unknown_table, unknown_column with the place in the text
    /// before anything is sent; bad_query when a member does not fit its column.
    template <class Row, class... Args>
    result<Row> sql(std::string_view text, const Args&... args) {
        const sql_argument list[] = {detail::to_argument(args)..., {}};
        const codec* columns[96];
        const std::size_t count = detail::row_codecs<Row>(columns);
        return result<Row>(core_.select_text(text, list, sizeof...(Args), columns, count));
    }
    template <class Row, class... Args>
    result<Row> sql(reach how_far, std::string_view text, const Args&... args) {
        const sql_argument list[] = {detail::to_argument(args)..., {}};
        const codec* columns[96];
        const std::size_t count = detail::row_codecs<Row>(columns);
        return result<Row>(core_.select_text(text, list, sizeof...(Args), columns, count, how_far));
    }
    /// Any SELECT, INSERT, UPDATE or DELETE; rows (of RETURNING, too) with the types that come.
    template <class... Args>
    sql_result sql(std::string_view text, const Args&... args) {
        const sql_argument list[] = {detail::to_argument(args)..., {}};
        return core_.run_text(text, list, sizeof...(Args));
    }
    template <class... Args>
    sql_result sql(reach how_far, std::string_view text, const Args&... args) {
        const sql_argument list[] = {detail::to_argument(args)..., {}};
        return core_.run_text(text, list, sizeof...(Args), how_far);
    }
    /// Where it would go and why; nothing is sent.
    template <class... Args>
    explanation explain_sql(std::string_view text, const Args&... args) {
        const sql_argument list[] = {detail::to_argument(args)..., {}};
        return core_.explain_text(text, list, sizeof...(Args));
    }
    /// Runs it, and tells what it took. SELECT only.
    template <class... Args>
    explanation analyze_sql(std::string_view text, const Args&... args) {
        const sql_argument list[] = {detail::to_argument(args)..., {}};
        return core_.analyze_text(text, list, sizeof...(Args));
    }

    // ---------------------------------------------------------------- bulk

    /// Inserts a range of structs (100 or 100 million) by the fastest way of each server, with
    /// bounded memory, as part of this session's transaction. Generated keys are written into the
    /// structs. Returns their number.
    template <class Range>
    std::int64_t bulk_insert(Range&& objects) {
        using E = std::remove_cvref_t<decltype(*objects.begin())>;
        static_assert(std::is_lvalue_reference_v<decltype(*objects.begin())> &&
                          !std::is_const_v<std::remove_reference_t<decltype(*objects.begin())>>,
                      "shardwise: bulk_insert() needs a range of non-const structs");
        detail::check_written<E>();
        using source = detail::object_source<decltype(objects.begin())>;
        source s{objects.begin(), objects.end()};
        return core_.bulk_insert(entity_of<E>(), &s, &source::next);
    }
    /// Writes these columns of a range of structs into the rows that have their keys, many rows in
    /// a statement, as part of this session's transaction; without columns all but keys, the
    /// row_version and the time_of_insert. Returns the number of structs. The structs stay as they
    /// are, their row_version included. Throws stale_object when a row is not there (or has another
    /// row_version), bad_query for a column that is part of a key, and not_supported for columns
    /// that are cluster_unique. The hook before_update() is called with a copy, after_update() is
    /// not called.
    ///     session.bulk_update(prices, items.price);
    template <class Range, class... Columns>
    std::int64_t bulk_update(Range&& objects, const Columns&...) {
        using E = std::remove_cvref_t<decltype(*objects.begin())>;
        detail::check_written<E>();
        static_assert((std::is_same_v<typename Columns::entity, E> && ...),
                      "shardwise: bulk_update() names a column of another table");
        const std::uint16_t columns[] = {Columns::ref().column..., 0};
        using source = detail::object_source<decltype(objects.begin())>;
        source s{objects.begin(), objects.end()};
        return core_.bulk_update(entity_of<E>(), columns, sizeof...(Columns), &s, &source::next);
    }
    /// Deletes the rows that have the keys of a range of structs. Returns their number. Throws
    /// stale_object when a row is not there (or has another row_version), and not_supported for a
    /// table with a cluster_unique constraint. No hooks and no cascades of the mapping: the
    /// databases' rules decide about rows that refer to these. Rows of the table that refer to each
    /// other: children before their parents.
    template <class Range>
    std::int64_t bulk_erase(Range&& objects) {
        using E = std::remove_cvref_t<decltype(*objects.begin())>;
        detail::check_written<E>();
        using source = detail::object_source<decltype(objects.begin())>;
        source s{objects.begin(), objects.end()};
        return core_.bulk_erase(entity_of<E>(), &s, &source::next);
    }

    // ---------------------------------------------------------------- transaction

    /// Writes what is pending, without ending the transaction.
    void flush() { core_.flush(); }
    /// flush(), then COMMIT on every shard that was written to.
    void commit() { core_.commit(); }
    /// Undoes everything since the last commit: added objects become detached, changed ones get
    /// their old values back, erased ones are persistent again.
    void rollback() noexcept { core_.rollback(); }
    /// flush(), then a place to which the transaction can go back, on all shards and with all
    /// objects. They nest.
    ///     auto sp = session.savepoint();
    ///     try { ...; sp.release(); } catch (const error&) { sp.rollback(); }
    shardwise::savepoint savepoint() { return shardwise::savepoint(core_.savepoint()); }
    bool in_transaction() const noexcept { return core_.in_transaction(); }

private:
    template <class E, class Relation>
    static constexpr void check_from() {
        if constexpr (detail::check_relation<Relation>())
            static_assert(std::is_same_v<detail::from_of<Relation>, E>,
                          "shardwise: this relation belongs to another struct");
    }
    /// What could not be joined is read by load_path(): it asks for what is not known.
    template <class... Paths, class Row, class Pins, class Needs, class... From>
    result<Row> all_with(const select_query<Row, Pins, Needs, From...>& q, reach how_far) {
        static_assert(std::remove_cvref_t<decltype(q)>::complete,
                      "shardwise: the select list uses a table that is not joined to this query");
        const std::vector<orm::load_step> steps = detail::steps_of<Paths...>();
        using object = typename detail::object_of_row<Row>::type;
        result<Row> found(
            core_.load(entity_of<object>(), q.statement(), how_far, steps.data(), steps.size()));
        (load_path(found.rows_, Paths{}), ...);
        return found;
    }
    void load_path(const orm::row_set_ptr&, detail::types<>) {}
    template <class Step, class... Rs>
    void load_path(const orm::row_set_ptr& of, detail::types<Step, Rs...>) {
        using R = typename detail::step_of<Step>::relation;
        const model::relation& r = detail::relation_of<R>();
        core_.load_related(*of, r);
        if constexpr (detail::is_many_to_many<R>) {
            load_path(core_.all_related(*of, r), detail::types<typename R::target, Rs...>{});
        } else if constexpr (sizeof...(Rs) > 0) {
            load_path(core_.all_related(*of, r), detail::types<Rs...>{});
        }
    }
    template <class Row>
    struct streamed {
        using type = Row;
    };
    template <class E>
    struct streamed<ref<E>> {
        using type = E;
    };

    template <class E, class Objects>
    std::int64_t upsert_by(Objects& objects, const sql::change_ptr& rule) {
        if constexpr (std::is_same_v<Objects, E>) {
            using source = detail::object_source<E*>;
            source s{&objects, &objects + 1};
            return core_.upsert(entity_of<E>(), rule, &s, &source::next);
        } else {
            using source = detail::object_source<decltype(objects.begin())>;
            source s{objects.begin(), objects.end()};
            return core_.upsert(entity_of<E>(), rule, &s, &source::next);
        }
    }

    /// nullptr: rows of values.
    template <class Row, class Root, class... From>
    static const model::entity* entity_for() {
        if constexpr (detail::is_ref<Row>) {
            return &entity_of<Root>();
        } else {
            return nullptr;
        }
    }

    template <class Row, class Root, class... From>
    orm::row_set_ptr rows(const sql::select_ptr& s, reach how_far) {
        if constexpr (detail::is_ref<Row>) {
            return core_.load(entity_of<Root>(), s, how_far);
        } else {
            return core_.select(s, how_far);
        }
    }

    orm::session_core core_;
};

inline session cluster::read_snapshot(std::int64_t timeout_ms) {
    return session(*this, {.timeout_ms = timeout_ms, .snapshot = true});
}

}  // namespace shardwise
