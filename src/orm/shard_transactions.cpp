// SPDX-License-Identifier: MIT
#include "orm/shard_transactions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>

#include "base/failpoint.hpp"
#include "cluster/read_snapshot.hpp"
#include "cluster/recovery.hpp"
#include "orm/atomic_commit.hpp"
#include "orm/dialogue.hpp"
#include "shardwise/base/error.hpp"
#include "txn/transaction_id.hpp"

namespace shardwise::orm {
namespace {

/// SQLite works inside the call and has nobody to wait for.
constexpr std::chrono::milliseconds embedded_roll_back_time{2'000};
/// Of each circle of sessions that wait for each other's files one at least waits for a file that
/// comes before one that it holds: it is the one that gives up, soon.
constexpr std::chrono::milliseconds wait_for_earlier_file{500};

class shorter_lock_waits {
public:
    shorter_lock_waits(engine::connection& c, bool apply) : connection_(c) {
        if (apply) c.limit_lock_waits(wait_for_earlier_file);
    }
    ~shorter_lock_waits() { connection_.limit_lock_waits(std::chrono::milliseconds(0)); }
    shorter_lock_waits(const shorter_lock_waits&) = delete;
    shorter_lock_waits& operator=(const shorter_lock_waits&) = delete;

private:
    engine::connection& connection_;
};

}  // namespace

/// MariaDB parses such words faster than it finds them among its prepared statements.
const engine::statement& begin_statement(engine::engine_kind kind) {
    // SQLite: a deferred transaction that upgrades to writing can fail half way with BUSY.
    static const engine::statement_ptr immediate = engine::repeated(plain("BEGIN IMMEDIATE"));
    static const engine::statement_ptr prepared = engine::repeated(plain("START TRANSACTION"));
    static const engine::statement standard = plain("START TRANSACTION");
    if (kind == engine::engine_kind::mariadb) return standard;
    return kind == engine::engine_kind::sqlite ? *immediate : *prepared;
}
const engine::statement& commit_statement(engine::engine_kind kind) {
    static const engine::statement_ptr prepared = engine::repeated(plain("COMMIT"));
    static const engine::statement standard = plain("COMMIT");
    return kind == engine::engine_kind::mariadb ? standard : *prepared;
}
const engine::statement& rollback_statement() {
    static const engine::statement s = plain("ROLLBACK");
    return s;
}

cluster_layer::shard_connection shard_transactions::connect(shard_index shard, deadline limit) {
    if (!active(shard)) {
        if (snapshot_) raise(error_code::bad_state, "this snapshot has ended: open another one");
        if (level_ != txn::level::read_committed) {
            engine::connection& c = begin(shard, limit, purpose::reads);
            ++lent_;
            return {&db_.endpoint(shard), &c, {}};
        }
        cluster_layer::shard_connection fresh = db_.connect(shard, limit);
        fresh.link->limit_to(limit);
        return fresh;
    }
    engine::connection& c = *pinned_[shard];
    if (c.unread()) raise_unread(shard);
    c.limit_to(limit);
    ++lent_;
    return {&db_.endpoint(shard), &c, {}};
}

void shard_transactions::raise_unread(shard_index shard) const {
    raise({.code = error_code::bad_state,
           .message = fmt::format(
               "a stream of this session is still open on a shard that its {} "
               "to its end first",
               snapshot_ ? "snapshot reads; read it" : "transaction writes to; read it"),
           .shard = db_.shard_name(shard)});
}

void shard_transactions::open_snapshot(deadline limit) {
    pinned_ = cluster_layer::open_read_snapshot(db_, limit);
    parts_.resize(pinned_.size());
    active_ = true;
}

bool shard_transactions::only(shard_index shard) const noexcept {
    for (std::size_t i = 0; i < pinned_.size(); ++i)
        if (static_cast<bool>(pinned_[i]) != (i == shard)) return false;
    return active(shard);
}

/// MariaDB and SQLite have to know at BEGIN whether a transaction will be prepared. The first one
/// of a session begins as an ordinary one, since most stay alone; it decides if others follow.
bool shard_transactions::begins_prepared(engine::engine_kind kind) const noexcept {
    return mode_ == commit_mode::atomic && plain_ && txn::needs_preparation(kind);
}

/// A second shard: what cannot be committed with it is refused before it is written to.
void shard_transactions::check_may_join(shard_index shard) {
    const bool first = std::none_of(parts_.begin(), parts_.end(),
                                    [](const part& p) { return static_cast<bool>(p.writes); });
    if (!active_ || first || mode_ == commit_mode::best_effort) return;
    if (mode_ == commit_mode::single_shard)
        raise({.code = error_code::not_supported,
               .message = fmt::format("this session writes to one shard only "
                                      "(commit_mode::single_shard), and {} is a second one",
                                      db_.shard_name(shard)),
               .shard = db_.shard_name(shard)});
    cluster_layer::recovery& commits = db_.commits();
    commits.require(shard);
    for (std::size_t i = 0; i < pinned_.size(); ++i)
        if (pinned_[i] && parts_[i].writes) commits.require(i);
}

void shard_transactions::queue_ahead(engine::connection& c, std::vector<std::string> texts) {
    for (std::string& text : texts) c.send_ahead(queued_.emplace_back(plain(std::move(text))));
}

void shard_transactions::queue(engine::connection& c, std::vector<std::string> texts) {
    for (std::string& text : texts) c.send(queued_.emplace_back(plain(std::move(text))), {});
}

/// PostgreSQL's level is set inside the transaction, MariaDB's before it.
void shard_transactions::queue_begin(engine::connection& c, engine::engine_kind kind,
                                     std::vector<std::string> texts) {
    std::vector<std::string> levels = txn::level_texts(kind, level_);
    const auto at = kind == engine::engine_kind::postgres ? texts.end() : texts.begin();
    texts.insert(at, levels.begin(), levels.end());
    queue_ahead(c, std::move(texts));
}

engine::connection& shard_transactions::begin(shard_index shard, deadline limit, purpose why) {
    if (snapshot_) raise(error_code::internal, "a snapshot writes");
    if (pinned_.empty()) {
        pinned_.resize(db_.shard_count());
        parts_.resize(db_.shard_count());
    }
    if (pinned_[shard]) {
        if (pinned_[shard]->unread()) raise_unread(shard);
        if (why == purpose::writes && !parts_[shard].writes) {
            check_may_join(shard);
            parts_[shard].writes.set(savepoints_);
        }
        pinned_[shard]->limit_to(limit);
        return *pinned_[shard];
    }
    if (!active_) db_.prepare_ids(limit);
    cluster_layer::shard_connection fresh = db_.connect(shard, limit);
    if (why == purpose::writes)
        check_may_join(shard);  // connecting has looked at the shard, if nobody had before
    engine::connection& c = *fresh.link;
    const engine::engine_kind kind = fresh.endpoint->kind();
    c.limit_to(limit);
    part p;
    p.joined.set(level_ == txn::level::read_committed ? savepoints_ : 0);
    if (why == purpose::writes) p.writes.set(savepoints_);
    p.prepared = begins_prepared(kind);
    if (p.prepared) {
        const cluster_layer::recovery& commits = db_.commits();
        if (id_.empty())
            id_ = txn::make_transaction_id(commits.cluster_mark(), commits.shard_mark(*plain_));
        p.branch = txn::make_branch(id_, commits.shard_mark(shard), c, kind);
        queue_begin(c, kind, txn::begin_texts(kind, p.branch));
        if (engine::change_recorder* const r = c.recorder()) r->start();
    } else {
        if (level_ == txn::level::read_committed)
            c.send_ahead(begin_statement(kind));
        else
            queue_begin(c, kind, {begin_statement(kind).text});
        if (!plain_ && txn::needs_preparation(kind)) plain_ = shard;
    }
    queue_savepoints(c, kind);
    parts_[shard] = std::move(p);
    pinned_[shard] = std::move(fresh.borrowed);
    active_ = true;
    // There is no message that it could share, and files are locked in the order of the calls.
    if (fresh.endpoint->embedded()) {
        const shorter_lock_waits scope(c, holds_file_after(shard));
        finish_begin(shard, limit);
    }
    return c;
}

bool shard_transactions::holds_file_after(shard_index shard) const {
    for (std::size_t i = shard + std::size_t{1}; i < pinned_.size(); ++i)
        if (pinned_[i] && db_.endpoint(static_cast<shard_index>(i)).embedded()) return true;
    return false;
}

void shard_transactions::lock_files(std::vector<shard_index> shards, deadline limit) {
    std::erase_if(shards, [&](shard_index i) { return !db_.endpoint(i).embedded(); });
    std::sort(shards.begin(), shards.end());
    for (const shard_index i : shards) begin(i, limit);
}

void shard_transactions::finish_begin(shard_index shard, deadline limit) {
    engine::connection& c = *pinned_[shard];
    if (c.unread()) raise_unread(shard);
    try {
        drain(c, limit);
    } catch (const error& failed) {
        error_info info = failed.info();
        info.shard = db_.shard_name(shard);
        raise(std::move(info));
    }
}

bool shard_transactions::any_failed() noexcept {
    return std::any_of(pinned_.begin(), pinned_.end(), [](engine::lease& l) {
        return l && l->pending() == 0 && (l->transaction_failed() || !l->usable());
    });
}

void shard_transactions::check_can_commit(shard_index shard) {
    engine::connection& c = *pinned_[shard];
    error_info info{.code = error_code::connection_lost,
                    .message =
                        "the connection was lost before COMMIT was sent; nothing of this "
                        "transaction was stored",
                    .shard = db_.shard_name(shard),
                    .server = std::string(c.server())};
    if (!c.usable()) raise(std::move(info));
    if (c.in_transaction() && !c.transaction_failed()) return;
    info.code = error_code::bad_state;
    info.message =
        "a statement of this transaction has failed and the database has given the transaction up; "
        "nothing of it was stored: call rollback() and run it again";
    raise(std::move(info));
}

bool shard_transactions::needs_protocol() const noexcept {
    if (mode_ == commit_mode::best_effort) return false;
    std::size_t writers = 0;
    std::size_t parts = 0;
    bool prepared = false;
    for (std::size_t i = 0; i < pinned_.size(); ++i) {
        if (!pinned_[i]) continue;
        writers += parts_[i].wrote ? 1U : 0U;
        parts += 1;
        prepared = prepared || parts_[i].prepared;  // COMMIT is not the end of such a transaction
    }
    // What was only read may be refused at its COMMIT, and must be before the write is committed.
    const bool judged = level_ == txn::level::serializable && writers == 1 && parts > 1;
    return writers > 1 || prepared || judged || (traceable_ && writers == 1);
}

void shard_transactions::commit(deadline limit) {
    for (std::size_t i = 0; i < pinned_.size(); ++i) {
        if (!pinned_[i]) continue;
        pinned_[i]->limit_to(limit);
        finish_begin(static_cast<shard_index>(i), limit);
        check_can_commit(static_cast<shard_index>(i));
    }
    if (needs_protocol())
        commit_atomically(limit);
    else
        commit_each(limit);
}

void shard_transactions::commit_atomically(deadline limit) {
    cluster_layer::recovery& commits = db_.commits();
    // Who decides: the one that cannot be prepared; else one of those that wrote.
    std::size_t decider = plain_ ? *plain_ : pinned_.size();
    for (std::size_t i = 0; i < pinned_.size() && decider == pinned_.size(); ++i)
        if (pinned_[i] && parts_[i].wrote) decider = i;
    if (id_.empty())
        id_ = txn::make_transaction_id(commits.cluster_mark(), commits.shard_mark(decider));
    if (traceable_) commits.require(decider);
    std::vector<commit_member> members;
    for (std::size_t i = 0; i < pinned_.size(); ++i) {
        if (!pinned_[i]) continue;
        const auto shard = static_cast<shard_index>(i);
        part& p = parts_[i];
        if (!p.prepared)
            p.branch = txn::make_branch(id_, commits.shard_mark(i), *pinned_[i],
                                        db_.endpoint(shard).kind());
        const txn::role role = i == decider ? txn::role::decides
                               : p.wrote    ? txn::role::prepares
                                            : txn::role::reads;
        members.push_back({.shard = shard,
                           .role = role,
                           .prepared = p.prepared,
                           .branch = std::move(p.branch),
                           .lease = std::move(pinned_[i])});
    }
    const std::string id = std::move(id_);
    forget();
    atomic_commit(db_, id, std::move(members)).run(limit);
}

/// All leases are given back.
void shard_transactions::forget() noexcept {
    for (std::size_t i = 0; i < pinned_.size(); ++i) forget_part(i);
    plain_.reset();
    id_.clear();
    queued_.clear();
    savepoints_ = 0;
    active_ = false;
}

void shard_transactions::forget_part(std::size_t shard) noexcept {
    engine::lease& l = pinned_[shard];
    if (l && parts_[shard].prepared)
        if (engine::change_recorder* const r = l->recorder()) r->stop();
    l.release();
    parts_[shard] = part{};
}

void shard_transactions::commit_each(deadline limit) {
    // COMMIT is on its way to every shard before the first answer is awaited.
    std::vector<std::exception_ptr> failures(pinned_.size());
    const auto on_each = [&](auto&& step) {
        for (std::size_t i = 0; i < pinned_.size(); ++i) {
            if (!pinned_[i] || failures[i]) continue;
            try {
                step(*pinned_[i], db_.endpoint(static_cast<shard_index>(i)).kind());
            } catch (const error&) {
                failures[i] = std::current_exception();
            }
        }
    };
    on_each([](engine::connection& c, engine::engine_kind kind) {
        c.send(commit_statement(kind), {});
        advance(c);
        failpoint("commit.sent_to_one");
    });
    failpoint("commit.sent");
    on_each([&](engine::connection& c, engine::engine_kind) { drain(c, limit); });

    const auto writers = std::count_if(parts_.begin(), parts_.end(),
                                       [](const part& p) { return static_cast<bool>(p.wrote); });
    std::vector<std::string> committed;
    std::vector<std::string> unknown;
    std::optional<error> refused;
    for (std::size_t i = 0; i < pinned_.size(); ++i) {
        if (!pinned_[i]) continue;
        const std::string& name = db_.shard_name(static_cast<shard_index>(i));
        try {
            if (failures[i]) std::rethrow_exception(failures[i]);
            committed.push_back(name);
        } catch (const error& e) {
            if (e.poisons_connection()) pinned_[i].poison();
            // Without a change there is nothing that could be lost.
            if (writers == 1 && !parts_[i].wrote) continue;
            if (e.poisons_connection()) unknown.push_back(name);
            if (!refused) {
                error_info info = e.info();
                info.shard = name;
                refused.emplace(std::move(info));
            }
        }
    }
    forget();
    if (!refused) return;
    if ((unknown.empty() && committed.empty()) || writers == 0) raise(refused->info());
    error_info info = refused->info();
    info.code = error_code::in_doubt;
    info.message = fmt::format(
        "the commit is known on [{}] and unknown or refused elsewhere (no answer from [{}]): {}",
        fmt::join(committed, ", "), fmt::join(unknown, ", "), refused->message());
    raise(std::move(info));
}

void shard_transactions::rollback() noexcept {
    if (!active_) return forget_savepoints();
    try {
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < pinned_.size(); ++i)
            if (pinned_[i]) all.push_back(i);
        roll_back_parts(all);
    } catch (...) {  // no memory: closing the connections rolls back, too
        for (engine::lease& l : pinned_) {
            if (!l) continue;
            l.poison();
            l.release();
        }
    }
    forget();
}

/// One deadline for all of them, and a short one: a living server needs less, and closing the
/// connection of a silent one rolls back, too.
void shard_transactions::roll_back_parts(std::span<const std::size_t> shards) {
    const deadline limit = deadline::after(roll_back_time);
    std::vector<std::size_t> idle;
    std::vector<std::size_t> busy;
    for (const std::size_t i : shards) (pinned_[i]->pending() == 0 ? idle : busy).push_back(i);
    // An XA transaction ends by words of its own.
    const auto queue_end = [&](std::size_t i) {
        const engine::engine_kind kind = db_.endpoint(static_cast<shard_index>(i)).kind();
        if (parts_[i].prepared)
            return queue(*pinned_[i], txn::abandon_texts(kind, parts_[i].branch));
        pinned_[i]->send(rollback_statement(), {});
    };
    const auto on_each = [&](std::vector<std::size_t>& some, auto&& step) {
        std::erase_if(some, [&](std::size_t i) {
            try {
                if (step(i)) return false;
            } catch (const error&) {
            }
            pinned_[i].poison();
            pinned_[i].release();
            return true;
        });
    };
    const auto start = [&](std::size_t i) {
        engine::connection& c = *pinned_[i];
        c.limit_to(deadline::after(embedded_roll_back_time));
        if (!c.discard(limit)) return false;
        if (!c.in_transaction()) return true;
        queue_end(i);
        advance(c);
        return true;
    };
    const auto finish = [&](std::size_t i) {
        drain(*pinned_[i], limit);
        return true;
    };
    // ROLLBACK is on its way to every shard before somebody is waited for, and those that are in
    // the middle of something (and may be silent) come last.
    on_each(idle, start);
    on_each(busy, start);
    on_each(idle, finish);
    on_each(busy, finish);
}

void shard_transactions::finished(shard_index shard) noexcept {
    pinned_[shard].release();
    forget();
}

}  // namespace shardwise::orm
