// SPDX-License-Identifier: MIT
#include "cluster/read_snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <thread>

#include "base/failpoint.hpp"
#include "cluster/recovery.hpp"
#include "shardwise/base/error.hpp"
#include "txn/branch.hpp"
#include "txn/commit_log.hpp"
#include "txn/gate.hpp"
#include "txn/transaction_id.hpp"

namespace shardwise::cluster_layer {
namespace {

using engine::engine_kind;
using engine::statement;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// The server opens the gate of a reader that is silent for so long.
constexpr milliseconds gate_idle{2'000};
/// How long gates stay closed for transactions that are decided and not applied everywhere yet.
/// Living ones need a few milliseconds; what takes longer is ended by recovery, with open gates.
constexpr milliseconds patience{15};
constexpr microseconds look_again{300};

struct member {
    shard_index shard = 0;
    engine_kind kind = engine_kind::sqlite;
    /// Several shards, and this one can decide.
    bool decides = false;
    engine::lease reader;
    /// Servers: keeps the gate closed. Files: sees what is newest. Empty for databases in memory:
    /// whoever has the only connection is alone.
    engine::lease side;
    bool closed = false;        ///< `side` keeps, or may keep, the gate closed
    std::string last_decision;  ///< of a file, before anything is looked at

    engine::connection& newest() { return side ? *side : *reader; }
};

/// Statements for one connection, and who takes their rows.
struct task {
    member* of;
    engine::connection* link;
    std::vector<statement> statements;
    std::function<void(std::span<const arg>)> row = {};
};

class opening {
public:
    opening(core& db, deadline limit);
    /// A connection that may still keep a gate closed is closed itself.
    ~opening() {
        for (member& m : members_)
            if (m.closed) m.side.poison();
    }
    opening(const opening&) = delete;
    opening& operator=(const opening&) = delete;
    std::vector<engine::lease> run();

private:
    static constexpr std::size_t most_columns = 4;

    /// All at the same time; returns when all are done.
    void run_all(std::vector<task> tasks);
    bool advance(task& t);
    void close_gates();
    void open_gates();
    void note_last_decisions();
    bool no_decision_since();
    std::map<std::size_t, std::vector<std::string>> prepared();
    std::vector<std::string> decided_of(
        const std::map<std::size_t, std::vector<std::string>>& by_decider);
    bool settled();
    void begin_all();
    void end_all();
    void raise_if_late() const;

    core& db_;
    recovery& commits_;
    deadline limit_;
    std::vector<member> members_;       // by shard
    std::vector<std::size_t> closing_;  ///< members with a gate, in the order of their names
    std::vector<std::string> stragglers_;
};

opening::opening(core& db, deadline limit)
    : db_(db), commits_(db.commits()), limit_(limit), members_(db.shard_count()) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        member& m = members_[i];
        m.shard = static_cast<shard_index>(i);
        m.kind = db.endpoint(m.shard).kind();
        m.reader = std::move(db.connect(m.shard, limit).borrowed);
        m.decides = members_.size() > 1 && commits_.ready(i);
    }
    for (member& m : members_) {
        if (!m.decides || db.endpoint(m.shard).where().is_memory()) continue;
        m.side = db.connect_beside(m.shard, limit);
        if (m.kind != engine_kind::sqlite) closing_.push_back(m.shard);
    }
    // The same order in every process: the first gate keeps two readers apart.
    std::sort(closing_.begin(), closing_.end(), [&](std::size_t a, std::size_t b) {
        return db.shard_name(static_cast<shard_index>(a)) <
               db.shard_name(static_cast<shard_index>(b));
    });
}

bool opening::advance(task& t) {
    arg row[most_columns];
    while (t.link->pending() > 0) {
        const engine::fetch got = t.link->next(row);
        if (got == engine::fetch::wait) return false;
        if (got == engine::fetch::row && t.row) t.row(row);
    }
    return true;
}

void opening::run_all(std::vector<task> tasks) {
    // Each server has everything before somebody is waited for.
    for (const bool waits : {false, true}) {
        for (task& t : tasks) {
            try {
                t.link->limit_to(limit_);
                if (!waits)
                    for (const statement& s : t.statements) t.link->send(s, {});
                while (!advance(t)) {
                    if (!waits) break;
                    engine::wait(*t.link, limit_);
                }
            } catch (const error& failed) {
                error_info info = failed.info();
                info.shard = db_.shard_name(t.of->shard);
                raise(std::move(info));
            }
        }
    }
}

void opening::close_gates() {
    const auto task_for = [&](std::size_t i, std::size_t& closed) {
        member& m = members_[i];
        m.closed = true;
        return task{&m, &*m.side, txn::close_gate(m.kind, commits_.gate_key(i), gate_idle),
                    [&closed](std::span<const arg>) { ++closed; }};
    };
    std::size_t closed = 0;
    std::vector<task> others;
    for (const std::size_t i : closing_) {
        if (i == closing_.front())
            run_all({task_for(i, closed)});
        else
            others.push_back(task_for(i, closed));
    }
    run_all(std::move(others));
    if (closed != closing_.size())
        raise({.code = error_code::wrong_shard,
               .message = fmt::format("the row of table {} is missing on a shard: open the "
                                      "cluster again, which makes it",
                                      txn::gate_name)});
}

/// An error here means that a gate was open before: what was read is not of one moment.
void opening::open_gates() {
    std::vector<task> tasks;
    for (const std::size_t i : closing_) {
        member& m = members_[i];
        tasks.push_back({&m, &*m.side,
                         txn::open_gate(m.kind, db_.endpoint(m.shard).options().idle_transaction)});
    }
    run_all(std::move(tasks));
    for (const std::size_t i : closing_) members_[i].closed = false;
}

void opening::note_last_decisions() {
    for (member& m : members_) {
        if (!m.decides || m.kind != engine_kind::sqlite) continue;
        m.last_decision.clear();
        run_all({{&m, &m.newest(), {txn::last_decision()}, [&m](std::span<const arg> row) {
                      m.last_decision = row[0].to_text();
                  }}});
    }
}

/// Files have no gate that could be closed without waiting for every writer.
bool opening::no_decision_since() {
    if (failpoint_skips("txn.gate")) return true;  // the negative control of the tests
    bool same = true;
    for (member& m : members_) {
        if (!m.side || m.kind != engine_kind::sqlite) continue;
        std::string now;
        run_all({{&m, &*m.side, {txn::last_decision()}, [&now](std::span<const arg> row) {
                      now = row[0].to_text();
                  }}});
        same = same && now == m.last_decision;
    }
    return same;
}

/// Transactions that a shard has prepared and not ended, by the shard that decides them.
std::map<std::size_t, std::vector<std::string>> opening::prepared() {
    std::map<std::size_t, std::vector<std::string>> found;
    std::vector<task> tasks;
    for (member& m : members_) {
        if (!m.decides) continue;
        tasks.push_back(
            {&m,
             &*m.reader,
             {txn::branch_listing(m.kind, commits_.cluster_mark())},
             [&](std::span<const arg> row) {
                 const auto b = txn::listed_branch(m.kind, row, commits_.cluster_mark(),
                                                   commits_.shard_mark(m.shard));
                 if (!b) return;
                 const auto parts = txn::parse_transaction_id(b->what.id);
                 const std::size_t decider = commits_.shard_of_mark(parts->decider);
                 if (decider >= members_.size() || !members_[decider].decides)
                     raise({.code = error_code::in_doubt,
                            .message = "a transaction over several shards waits for a decision "
                                       "that cannot be asked for: its deciding shard is not part "
                                       "of the configuration, or not usable",
                            .transaction = b->what.id});
                 found[decider].push_back(b->what.id);
             }});
    }
    run_all(std::move(tasks));
    return found;
}

std::vector<std::string> opening::decided_of(
    const std::map<std::size_t, std::vector<std::string>>& by_decider) {
    std::vector<std::string> decided;
    std::vector<task> tasks;
    for (const auto& [decider, ids] : by_decider) {
        member& m = members_[decider];
        tasks.push_back(
            {&m, &m.newest(), {txn::committed_among(ids)}, [&](std::span<const arg> row) {
                 decided.emplace_back(row[0].to_text());
             }});
    }
    run_all(std::move(tasks));
    return decided;
}

/// Waits until nothing is decided that is not applied everywhere.
bool opening::settled() {
    const deadline last = earlier(limit_, deadline::after(patience));
    for (;;) {
        stragglers_ = decided_of(prepared());
        if (stragglers_.empty()) return true;
        if (last.passed()) return false;
        std::this_thread::sleep_for(look_again);
    }
}

void opening::begin_all() {
    std::vector<task> tasks;
    for (member& m : members_) tasks.push_back({&m, &*m.reader, txn::begin_snapshot(m.kind)});
    run_all(std::move(tasks));
}

void opening::end_all() {
    statement end;
    end.text = "ROLLBACK";
    end.prepare = false;
    std::vector<task> tasks;
    for (member& m : members_)
        if (m.reader->in_transaction()) tasks.push_back({&m, &*m.reader, {end}});
    run_all(std::move(tasks));
}

void opening::raise_if_late() const {
    if (!limit_.passed()) return;
    raise({.code = limit_.late_code(),
           .message = fmt::format("{} before there was a moment at which every transaction over "
                                  "several shards was visible everywhere or nowhere{}",
                                  limit_.why_late(),
                                  stragglers_.empty() ? ""
                                                      : "; a decided one waits for a shard: see "
                                                        "shardwise txn list")});
}

std::vector<engine::lease> opening::run() {
    for (;;) {
        close_gates();
        failpoint("snapshot.closed");
        note_last_decisions();
        bool good = settled();
        if (good) {
            begin_all();
            good = no_decision_since();
        }
        failpoint("snapshot.begun");
        open_gates();
        if (good) break;
        end_all();
        raise_if_late();
        if (!stragglers_.empty()) commits_.end_decided(stragglers_, limit_);
        raise_if_late();
        std::this_thread::sleep_for(look_again);
    }
    std::vector<engine::lease> readers;
    for (member& m : members_) readers.push_back(std::move(m.reader));
    return readers;
}

}  // namespace

std::vector<engine::lease> open_read_snapshot(core& db, deadline limit) {
    return opening(db, limit).run();
}

}  // namespace shardwise::cluster_layer
