// SPDX-License-Identifier: MIT
#include "orm/shard_transactions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>

#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

engine::statement plain(std::string text) {
    engine::statement s;
    s.text = std::move(text);
    s.prepare = false;
    return s;
}

/// Goes on with what was sent until it is done (true) or has to wait. Throws what the server
/// refused.
bool advance(engine::connection& c) {
    while (c.pending() > 0)
        if (c.next({}) == engine::fetch::wait) return false;
    return true;
}

/// Takes the end of everything that was sent.
void drain(engine::connection& c, deadline limit) {
    while (!advance(c)) engine::wait(c, limit);
}

}  // namespace

const engine::statement& begin_statement(engine::engine_kind kind) {
    // SQLite: a deferred transaction that upgrades to writing can fail half way with BUSY.
    static const engine::statement immediate = plain("BEGIN IMMEDIATE");
    static const engine::statement standard = plain("START TRANSACTION");
    return kind == engine::engine_kind::sqlite ? immediate : standard;
}
const engine::statement& commit_statement() {
    static const engine::statement s = plain("COMMIT");
    return s;
}
const engine::statement& rollback_statement() {
    static const engine::statement s = plain("ROLLBACK");
    return s;
}

cluster_layer::shard_connection shard_transactions::connect(shard_index shard, deadline limit) {
    if (!active(shard)) {
        cluster_layer::shard_connection fresh = db_.connect(shard, limit);
        fresh.link->limit_to(limit);
        return fresh;
    }
    engine::connection& c = *pinned_[shard];
    if (c.pending() > 0) raise_unread(shard);
    c.limit_to(limit);
    ++lent_;
    return {&db_.endpoint(shard), &c, {}};
}

void shard_transactions::raise_unread(shard_index shard) const {
    raise({.code = error_code::bad_state,
           .message = "a stream of this session is still open on a shard that its transaction "
                      "writes to; read it to its end first",
           .shard = db_.shard_name(shard)});
}

bool shard_transactions::only(shard_index shard) const noexcept {
    for (std::size_t i = 0; i < pinned_.size(); ++i)
        if (static_cast<bool>(pinned_[i]) != (i == shard)) return false;
    return active(shard);
}

engine::connection& shard_transactions::begin(shard_index shard, deadline limit, bool& queued) {
    queued = false;
    if (pinned_.empty()) pinned_.resize(db_.shard_count());
    if (!pinned_[shard]) {
        if (!active_) db_.prepare_ids(limit);
        cluster_layer::shard_connection fresh = db_.connect(shard, limit);
        fresh.link->limit_to(limit);
        fresh.link->send(begin_statement(fresh.endpoint->kind()), {});
        pinned_[shard] = std::move(fresh.borrowed);
        active_ = true;
        queued = true;
        return *pinned_[shard];
    }
    if (pinned_[shard]->pending() > 0) raise_unread(shard);
    pinned_[shard]->limit_to(limit);
    return *pinned_[shard];
}

void shard_transactions::check_can_commit(shard_index shard) {
    engine::connection& c = *pinned_[shard];
    if (c.pending() > 0) raise_unread(shard);
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

void shard_transactions::commit(deadline limit) {
    for (std::size_t i = 0; i < pinned_.size(); ++i) {
        if (!pinned_[i]) continue;
        check_can_commit(static_cast<shard_index>(i));
        pinned_[i]->limit_to(limit);
    }
    // COMMIT is on its way to every shard before the first answer is awaited.
    std::vector<std::exception_ptr> failures(pinned_.size());
    const auto on_each = [&](auto&& step) {
        for (std::size_t i = 0; i < pinned_.size(); ++i) {
            if (!pinned_[i] || failures[i]) continue;
            try {
                step(*pinned_[i]);
            } catch (const error&) {
                failures[i] = std::current_exception();
            }
        }
    };
    on_each([](engine::connection& c) {
        c.send(commit_statement(), {});
        advance(c);
    });
    on_each([&](engine::connection& c) { drain(c, limit); });

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
            if (e.poisons_connection()) {
                pinned_[i].poison();
                unknown.push_back(name);
            }
            if (!refused) refused = e;
        }
        pinned_[i].release();
    }
    active_ = false;
    if (!refused) return;
    if (unknown.empty() && committed.empty()) raise(refused->info());
    error_info info = refused->info();
    info.code = error_code::in_doubt;
    info.message = fmt::format(
        "the commit is known on [{}] and unknown or refused elsewhere (no answer from [{}]): {}",
        fmt::join(committed, ", "), fmt::join(unknown, ", "), refused->message());
    raise(std::move(info));
}

void shard_transactions::rollback() noexcept {
    if (!active_) return;
    const deadline limit = deadline::after(std::chrono::seconds(2));
    for (engine::lease& l : pinned_) {
        if (!l) continue;
        try {
            l->limit_to(limit);
            if (!l->discard(limit)) {
                l.poison();
            } else if (l->in_transaction()) {
                l->send(rollback_statement(), {});
                drain(*l, limit);
            }
        } catch (...) {
            l.poison();  // closing the connection rolls back
        }
        l.release();
    }
    active_ = false;
}

void shard_transactions::finished(shard_index shard) noexcept {
    pinned_[shard].release();
    active_ = false;
    for (const engine::lease& l : pinned_) active_ = active_ || static_cast<bool>(l);
}

}  // namespace shardwise::orm
