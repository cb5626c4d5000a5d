// SPDX-License-Identifier: MIT
// Savepoints of a transaction over shards. Each is one SAVEPOINT on every shard that takes part by
// then. A shard that joins later has nothing to keep: rolling back ends its transaction, so that
// its locks are free and it has no part in the commit. With the stronger levels of isolation it
// stays, because what was read there has to stay true: its savepoints are set right after BEGIN.
#include <fmt/format.h>

#include <algorithm>

#include "orm/dialogue.hpp"
#include "orm/shard_transactions.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {

const shard_transactions::savepoint_words& shard_transactions::words_of(std::size_t number) {
    while (words_.size() <= number) {
        const std::string name = fmt::format("shardwise_{}", words_.size());
        words_.push_back({plain("SAVEPOINT " + name), plain("ROLLBACK TO SAVEPOINT " + name),
                          plain("RELEASE SAVEPOINT " + name)});
    }
    return words_[number];
}

void shard_transactions::queue_savepoints(engine::connection& c, engine::engine_kind kind) {
    if (level_ == txn::level::read_committed || savepoints_ == 0) return;
    queue_ahead(c, txn::engage_texts(kind));
    for (std::size_t i = 0; i < savepoints_; ++i) c.send_ahead(words_of(i).set);
}

void shard_transactions::set_savepoint(deadline limit) {
    const engine::statement* const words[] = {&words_of(savepoints_).set};
    say(savepoints_, words, limit);
    ++savepoints_;
}

void shard_transactions::release_savepoint(std::size_t number, deadline limit) {
    const engine::statement* const words[] = {&words_of(number).release};
    say(number, words, limit);
    for (part& p : parts_) {
        p.joined.released(number);
        p.writes.released(number);
        p.wrote.released(number);
    }
    savepoints_ = number;
}

void shard_transactions::roll_back_to(std::size_t number, deadline limit) {
    settle();
    std::vector<std::size_t> later;
    for (std::size_t i = 0; i < pinned_.size(); ++i)
        if (pinned_[i] && parts_[i].joined.after(number)) later.push_back(i);
    roll_back_parts(later);
    for (const std::size_t i : later) forget_part(i);
    const savepoint_words& w = words_of(number);
    const engine::statement* const words[] = {&w.back, &w.release};
    say(number, words, limit);
    for (part& p : parts_) {
        p.writes.rolled_back(number);
        p.wrote.rolled_back(number);
    }
    savepoints_ = number;
    // Those that were to be prepared had joined after it: they are gone, too, and so is their id.
    if (plain_ && !pinned_[*plain_]) {
        plain_.reset();
        id_.clear();
    }
    active_ = std::any_of(pinned_.begin(), pinned_.end(),
                          [](const engine::lease& l) { return static_cast<bool>(l); });
}

/// On all shards that had joined when it was set: one round.
void shard_transactions::say(std::size_t number, std::span<const engine::statement* const> words,
                             deadline limit) {
    for (const bool waits : {false, true}) {
        for (std::size_t i = 0; i < pinned_.size(); ++i) {
            if (!pinned_[i] || parts_[i].joined.after(number)) continue;
            engine::connection& c = *pinned_[i];
            try {
                if (waits) {
                    drain(c, limit);
                    continue;
                }
                if (c.unread()) raise_unread(static_cast<shard_index>(i));
                if (!c.usable())
                    raise(error_code::connection_lost,
                          "the connection of this transaction was lost; nothing of it was stored");
                c.limit_to(limit);
                for (const engine::statement* s : words) c.send(*s, {});
                advance(c);
            } catch (const error& failed) {
                error_info info = failed.info();
                info.shard = db_.shard_name(static_cast<shard_index>(i));
                raise(std::move(info));
            }
        }
    }
}

void shard_transactions::settle() noexcept {
    const deadline limit = deadline::after(roll_back_time);
    for (engine::lease& l : pinned_)  // also an abandoned COPY, which is not pending any more
        if (l) l->discard(limit);
}

}  // namespace shardwise::orm
