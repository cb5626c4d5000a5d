// SPDX-License-Identifier: MIT
// A small world for the protocol: servers, connections, one coordinator and two resolvers, and all
// that can happen to them. explore() visits every state that can be reached.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "txn/protocol.hpp"

namespace shardwise::txn::model {

enum class branch : std::uint8_t { open, prepared, committed, aborted };
enum class row : std::uint8_t { none, uncommitted, committed, aborted };

/// How somebody reads all participants at one moment while the transaction is committed.
enum class reading : std::uint8_t {
    none,
    gate,        ///< closes the decider's gate: it cannot decide meanwhile
    look_again,  ///< looks whether anything was decided meanwhile
    // Wrong ones:
    without_gate,
    without_list,  ///< does not wait for what is decided and not applied everywhere
    early_open,    ///< opens the gate when the decider, not everybody, was read
};

/// What may happen, and how often. Without bounds the world would still be finite, but large.
struct bounds {
    int restarts = 1;
    int broken_connections = 1;
    int timeouts = 1;
    int dead_resolvers = 1;
    bool records_absence = true;  ///< false: the resolver takes "no row" for an abort (wrong)
    bool reader = false;          ///< one more participant, which only read
    reading snapshot = reading::none;
    std::size_t resolvers = 2;
};

class world {
public:
    static constexpr std::size_t resolver_count = 2;

    world(std::size_t writers, const bounds& b) : left_(b), coordinator_(roles(writers, b)) {
        const std::size_t all = roles(writers, b).size();
        branches_.assign(all, branch::open);
        sessions_.resize(all);
        does(coordinator_.start());
    }

    /// Every state that one event leads to.
    void each_successor(const std::function<void(const char*, world&&)>& visit) const;
    /// Empty, or what is wrong with this state.
    std::string fault() const;
    /// The same after everybody has died and one resolver has worked to its end.
    std::string fault_after_recovery() const;
    std::string fingerprint() const;

private:
    /// The coordinator's connection to one participant.
    struct session {
        std::optional<verb> request;
        std::optional<answer> response;
        bool client_gone = false;
        bool server_gone = false;
    };
    struct finder {
        std::optional<resolver> now;
        std::optional<action> request;
        std::optional<verdict> said;
        std::optional<answer> finished;
    };

    /// The reader of a snapshot: which participants it has asked what is prepared, and which it has
    /// read.
    struct snapshot {
        enum class step : std::uint8_t { begins, lists, reads, over } at = step::begins;
        bool closed = false;
        bool decided_before = false;
        bool found_prepared = false;
        unsigned listed = 0;
        unsigned read = 0;
        unsigned committed = 0;  ///< of those that were read
    };

    static std::vector<role> roles(std::size_t writers, const bounds& b) {
        std::vector<role> all(writers, role::prepares);
        all[0] = role::decides;
        if (b.reader) all.push_back(role::reads);
        return all;
    }

    void does(const std::vector<action>& actions);
    void note_end();
    void close_session(std::size_t i);
    void give_up_waiting();
    answer execute(std::size_t i, verb what, bool unwilling);
    verdict decide();

    bounds left_;
    coordinator coordinator_;
    bool alive_ = true;
    std::vector<branch> branches_;
    row row_ = row::none;
    std::vector<session> sessions_;
    bool asked_ = false;           ///< the coordinator's own question about the row is under way
    std::optional<verdict> told_;  ///< its answer
    std::vector<action> orphans_;  ///< sent by resolvers that have died since
    std::array<finder, resolver_count> finders_;
    snapshot snapshot_;
    std::optional<coordinator::outcome> acknowledged_;

    using successor = std::function<void(const char*, world&&)>;
    void session_events(const successor& visit) const;
    void coordinator_events(const successor& visit) const;
    void resolver_events(const successor& visit) const;
    void snapshot_events(const successor& visit) const;
};

inline void world::does(const std::vector<action>& actions) {
    for (const action& a : actions) {
        if (a.what == verb::ask) {
            asked_ = true;
        } else if (sessions_[a.who].server_gone || sessions_[a.who].client_gone) {
            sessions_[a.who].response = answer::lost;
        } else {
            sessions_[a.who].request = a.what;
        }
    }
    note_end();
}

inline void world::note_end() {
    if (coordinator_.where() == coordinator::phase::over && !acknowledged_)
        acknowledged_ = coordinator_.result();
}

/// The server sees the end of a connection: what is not prepared is rolled back.
inline void world::close_session(std::size_t i) {
    sessions_[i].server_gone = true;
    sessions_[i].request.reset();
    if (branches_[i] != branch::open) return;
    branches_[i] = branch::aborted;
    if (i == 0 && row_ == row::uncommitted) row_ = row::none;
}

inline verdict world::decide() {
    switch (row_) {
        case row::uncommitted:
            return verdict::unknown;
        case row::committed:
            return verdict::committed;
        case row::none:
            if (left_.records_absence) row_ = row::aborted;
            break;
        case row::aborted:
            break;
    }
    return verdict::aborted;
}

/// `unwilling`: the server refuses (a deferred constraint, a serialization failure).
inline answer world::execute(std::size_t i, verb what, bool unwilling) {
    branch& b = branches_[i];
    const auto from = [&](branch expected, branch to) {
        if (b != expected) return answer::refused;
        b = unwilling ? branch::aborted : to;
        return unwilling ? answer::refused : answer::done;
    };
    switch (what) {
        case verb::prepare:
            return from(branch::open, branch::prepared);
        case verb::end_reading:
            return from(branch::open, branch::committed);
        case verb::record:
            if (b != branch::open || row_ != row::none || unwilling) {
                b = branch::aborted;
                return answer::refused;
            }
            row_ = row::uncommitted;
            return answer::done;
        case verb::decide: {
            const answer a = from(branch::open, branch::committed);
            if (row_ == row::uncommitted) row_ = a == answer::done ? row::committed : row::none;
            return a;
        }
        case verb::roll_back:
            if (i == 0 && row_ == row::uncommitted && b == branch::open) row_ = row::none;
            return from(branch::open, branch::aborted);
        case verb::finish_commit:
            return b == branch::prepared ? from(branch::prepared, branch::committed)
                                         : answer::refused;
        case verb::finish_abort:
            return b == branch::prepared ? from(branch::prepared, branch::aborted)
                                         : answer::refused;
        case verb::ask:
            break;
    }
    return answer::refused;
}

inline void world::each_successor(const successor& visit) const {
    session_events(visit);
    coordinator_events(visit);
    resolver_events(visit);
    snapshot_events(visit);
}

/// The steps of cluster/read_snapshot.cpp, each participant by itself and in any order.
inline void world::snapshot_events(const successor& visit) const {
    const reading how = left_.snapshot;
    using step = snapshot::step;
    if (how == reading::none || snapshot_.at == step::over) return;
    const unsigned all = (1U << branches_.size()) - 1U;
    const auto goes_on = [&](const char* what, auto&& change) {
        world next = *this;
        change(next.snapshot_);
        visit(what, std::move(next));
    };
    if (snapshot_.at == step::begins)
        return goes_on("reader closes the gate", [&](snapshot& s) {
            s = {};
            s.closed =
                how == reading::gate || how == reading::without_list || how == reading::early_open;
            s.decided_before = row_ == row::committed;
            s.at = how == reading::without_list ? step::reads : step::lists;
        });
    if (snapshot_.at == step::lists && snapshot_.listed == all)
        return goes_on("reader asks for decisions", [&](snapshot& s) {
            const bool waits = s.found_prepared && row_ == row::committed;
            s.at = waits ? step::lists : step::reads;
            s.listed = 0;
            s.found_prepared = false;
        });
    if (snapshot_.at == step::reads && snapshot_.read == all)
        return goes_on("reader opens the gate", [&](snapshot& s) {
            const bool changed = s.decided_before != (row_ == row::committed);
            s.closed = false;
            s.at = how == reading::look_again && changed ? step::begins : step::over;
        });
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        const unsigned bit = 1U << i;
        if (snapshot_.at == step::lists && (snapshot_.listed & bit) == 0)
            goes_on("reader lists what is prepared", [&](snapshot& s) {
                s.listed |= bit;
                s.found_prepared = s.found_prepared || branches_[i] == branch::prepared;
            });
        if (snapshot_.at == step::reads && (snapshot_.read & bit) == 0)
            goes_on("reader reads a participant", [&](snapshot& s) {
                s.read |= bit;
                if (branches_[i] == branch::committed) s.committed |= bit;
                if (how == reading::early_open && i == 0) s.closed = false;
            });
    }
}

inline void world::session_events(const successor& visit) const {
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        const session& s = sessions_[i];
        const bool shut = s.request == verb::decide && snapshot_.closed;
        if (s.request && !shut) {
            const bool may_refuse = *s.request == verb::prepare || *s.request == verb::record ||
                                    *s.request == verb::decide || *s.request == verb::end_reading;
            for (const bool unwilling : {false, true}) {
                if (unwilling && !may_refuse) continue;
                world next = *this;
                session& mine = next.sessions_[i];
                const answer a = next.execute(i, *mine.request, unwilling);
                mine.request.reset();
                if (!mine.client_gone) mine.response = a;
                visit(unwilling ? "server refuses" : "server works", std::move(next));
            }
        }
        if (s.response && alive_ && !s.client_gone) {
            world next = *this;
            const answer a = *next.sessions_[i].response;
            next.sessions_[i].response.reset();
            next.does(next.coordinator_.on_answer(i, a));
            next.note_end();
            visit("answer arrives", std::move(next));
        }
        if (s.client_gone && !s.server_gone) {  // what was sent before may be lost or come first
            world next = *this;
            next.close_session(i);
            visit("server sees the client's end", std::move(next));
        }
        if (left_.broken_connections > 0 && !s.server_gone && !s.client_gone) {
            world next = *this;
            --next.left_.broken_connections;
            next.close_session(i);
            next.sessions_[i].response.reset();
            if (alive_ && coordinator_.waits_for(i)) next.sessions_[i].response = answer::lost;
            visit("connection breaks", std::move(next));
        }
        if (left_.restarts > 0) {
            world next = *this;
            --next.left_.restarts;
            next.close_session(i);
            if (snapshot_.at != snapshot::step::over) next.snapshot_ = {};  // its connection broke
            if (!s.client_gone) {
                next.sessions_[i].response.reset();
                if (alive_ && coordinator_.waits_for(i)) next.sessions_[i].response = answer::lost;
            }
            visit("server restarts", std::move(next));
        }
    }
}

inline void world::coordinator_events(const successor& visit) const {
    if (!alive_) return;
    if (coordinator_.where() != coordinator::phase::over && left_.timeouts > 0) {
        world next = *this;
        --next.left_.timeouts;
        for (std::size_t i = 0; i < sessions_.size(); ++i) {
            if (!coordinator_.waits_for(i)) continue;
            next.sessions_[i].client_gone = true;
            next.sessions_[i].response.reset();
        }
        next.asked_ = false;
        next.told_.reset();
        next.does(next.coordinator_.on_timeout());
        next.note_end();
        visit("coordinator waits no longer", std::move(next));
    }
    if (asked_) {
        world next = *this;
        next.asked_ = false;
        next.told_ = next.decide();
        visit("decider answers the coordinator's question", std::move(next));
        world lost = *this;
        lost.asked_ = false;
        lost.told_ = verdict::unknown;
        visit("the coordinator's question is lost", std::move(lost));
    }
    if (told_) {
        world next = *this;
        const verdict v = *told_;
        next.told_.reset();
        next.does(next.coordinator_.on_verdict(v));
        next.note_end();
        visit("coordinator learns the decision", std::move(next));
    }
    world dead = *this;
    dead.alive_ = false;
    if (asked_) dead.orphans_.push_back({verb::ask, 0});
    dead.asked_ = false;
    dead.told_.reset();
    for (session& s : dead.sessions_) {
        s.client_gone = true;
        s.response.reset();
    }
    visit("coordinator dies", std::move(dead));
}

inline void world::resolver_events(const successor& visit) const {
    for (std::size_t r = 0; r < left_.resolvers; ++r) {
        const finder& f = finders_[r];
        if (!f.now) {
            for (std::size_t i = 1; i < branches_.size(); ++i) {
                if (branches_[i] != branch::prepared) continue;
                world next = *this;
                next.finders_[r].now.emplace(i, 0U);
                next.finders_[r].request = next.finders_[r].now->start();
                visit("resolver finds a branch", std::move(next));
            }
            continue;
        }
        const auto goes_on = [&](const char* what, auto&& step) {
            world next = *this;
            step(next, next.finders_[r]);
            finder& mine = next.finders_[r];
            if (mine.now && mine.now->where() == resolver::phase::over) mine = {};
            visit(what, std::move(next));
        };
        if (f.request) {
            const action a = *f.request;
            goes_on("server works for a resolver", [a](world& next, finder& mine) {
                mine.request.reset();
                if (a.what == verb::ask)
                    mine.said = next.decide();
                else
                    mine.finished = next.execute(a.who, a.what, false);
            });
            goes_on("a resolver's message is lost", [a](world&, finder& mine) {
                mine.request.reset();
                if (a.what == verb::ask)
                    mine.said = verdict::unknown;
                else
                    mine.finished = answer::lost;
            });
        }
        if (f.said)
            goes_on("resolver learns the decision", [](world&, finder& mine) {
                const std::vector<action> next = mine.now->on_verdict(*mine.said);
                mine.said.reset();
                if (!next.empty()) mine.request = next.front();
            });
        if (f.finished)
            goes_on("resolver is answered", [](world&, finder& mine) {
                mine.now->on_answer(*mine.finished);
                mine.finished.reset();
            });
        if (left_.dead_resolvers > 0) {
            world next = *this;
            --next.left_.dead_resolvers;
            if (f.request) next.orphans_.push_back(*f.request);
            next.finders_[r] = {};
            visit("resolver dies", std::move(next));
        }
    }
    for (std::size_t o = 0; o < orphans_.size(); ++o) {
        world next = *this;
        const action a = orphans_[o];
        next.orphans_.erase(next.orphans_.begin() + static_cast<std::ptrdiff_t>(o));
        if (a.what == verb::ask)
            next.decide();
        else
            next.execute(a.who, a.what, false);
        visit("a dead process's message arrives late", std::move(next));
    }
}

inline std::string world::fault() const {
    bool committed = row_ == row::committed;
    bool aborted = false;
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        if (left_.reader && i + 1 == branches_.size()) continue;  // wrote nothing
        committed = committed || branches_[i] == branch::committed;
        aborted = aborted || branches_[i] == branch::aborted;
    }
    if (committed && aborted) return "one participant has committed and another one has aborted";
    const unsigned writers = (1U << (branches_.size() - (left_.reader ? 1U : 0U))) - 1U;
    const unsigned seen = snapshot_.committed & writers;
    if (snapshot_.at == snapshot::step::over && seen != 0 && seen != writers)
        return "a snapshot shows a part of the transaction";
    if (acknowledged_ == coordinator::outcome::committed && (aborted || row_ != row::committed))
        return "an acknowledged commit is lost";
    if (acknowledged_ == coordinator::outcome::aborted && committed)
        return "a transaction that was said to be aborted has committed";
    return {};
}

inline std::string world::fault_after_recovery() const {
    world w = *this;
    w.alive_ = false;
    for (std::size_t i = 0; i < w.sessions_.size(); ++i) w.close_session(i);
    for (std::size_t i = 1; i < w.branches_.size(); ++i) {
        if (w.branches_[i] != branch::prepared) continue;
        resolver r(i, 0);
        for (const action& a : r.on_verdict(w.decide()))
            r.on_answer(w.execute(a.who, a.what, false));
    }
    for (const branch b : w.branches_)
        if (b == branch::prepared || b == branch::open)
            return "something is left prepared after recovery";
    return w.fault();
}

inline std::string world::fingerprint() const {
    std::string t = coordinator_.fingerprint();
    const auto put = [&t](int v) { t += static_cast<char>('0' + v); };
    put(alive_ ? 1 : 0);
    put(static_cast<int>(row_));
    for (const branch b : branches_) put(static_cast<int>(b));
    for (const session& s : sessions_) {
        put(s.request ? 1 + static_cast<int>(*s.request) : 0);
        put(s.response ? 1 + static_cast<int>(*s.response) : 0);
        put((s.client_gone ? 1 : 0) + (s.server_gone ? 2 : 0));
    }
    put(asked_ ? 1 : 0);
    put(told_ ? 1 + static_cast<int>(*told_) : 0);
    put(acknowledged_ ? 1 + static_cast<int>(*acknowledged_) : 0);
    if (left_.snapshot != reading::none) {
        put(static_cast<int>(snapshot_.at));
        put((snapshot_.closed ? 1 : 0) + (snapshot_.decided_before ? 2 : 0) +
            (snapshot_.found_prepared ? 4 : 0));
        for (const unsigned mask : {snapshot_.listed, snapshot_.read, snapshot_.committed})
            put(static_cast<int>(mask));
    }
    std::array<std::string, resolver_count> each;
    for (std::size_t r = 0; r < resolver_count; ++r) {
        const finder& f = finders_[r];
        const auto add = [&](int v) { each[r] += static_cast<char>('0' + v); };
        add(f.now ? 1 + static_cast<int>(f.now->branch()) : 0);
        add(f.request ? 1 + static_cast<int>(f.request->what) : 0);
        add(f.said ? 1 + static_cast<int>(*f.said) : 0);
        add(f.finished ? 1 + static_cast<int>(*f.finished) : 0);
    }
    if (each[1] < each[0]) std::swap(each[0], each[1]);  // they are alike
    t += each[0] + each[1];
    std::vector<std::string> late;
    for (const action& a : orphans_)
        late.push_back({static_cast<char>('0' + static_cast<int>(a.what)),
                        static_cast<char>('0' + static_cast<int>(a.who))});
    std::sort(late.begin(), late.end());
    for (const std::string& one : late) t += one;
    t += '|';
    put(left_.restarts);
    put(left_.broken_connections);
    put(left_.timeouts);
    put(left_.dead_resolvers);
    return t;
}

struct exploration {
    std::size_t states = 0;
    std::size_t steps = 0;
    std::size_t committed = 0;  ///< states in which a commit was acknowledged
    std::string fault;          ///< empty: none
    std::vector<std::string> path;
};

/// All states, depth first; stops at the first fault and tells the events that led there.
inline exploration explore(const world& start) {
    exploration found;
    struct place {
        world here;
        const char* event;
        bool open;
    };
    std::vector<place> stack;
    std::unordered_set<std::string> seen;
    const auto look = [&](const char* event, world&& w) {
        ++found.steps;
        if (!found.fault.empty() || !seen.insert(w.fingerprint()).second) return;
        found.fault = w.fault();
        if (found.fault.empty()) found.fault = w.fault_after_recovery();
        stack.push_back({std::move(w), event, true});
        if (found.fault.empty()) return;
        for (const place& p : stack)  // those whose successors are being visited lead here
            if (!p.open || &p == &stack.back()) found.path.emplace_back(p.event);
    };
    look("start", world(start));
    while (!stack.empty() && found.fault.empty()) {
        if (!stack.back().open) {
            stack.pop_back();
            continue;
        }
        stack.back().open = false;
        const world here = stack.back().here;
        here.each_successor(look);
    }
    found.states = seen.size();
    return found;
}

}  // namespace shardwise::txn::model
