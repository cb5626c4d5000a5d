// SPDX-License-Identifier: MIT
#include "orm/atomic_commit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/failpoint.hpp"
#include "cluster/recovery.hpp"
#include "orm/dialogue.hpp"
#include "txn/commit_log.hpp"
#include "txn/gate.hpp"
#include "txn/transaction_id.hpp"

namespace shardwise::orm {
namespace {

using engine::engine_kind;
using std::chrono::milliseconds;
using txn::action;
using txn::answer;
using txn::role;
using txn::verb;

/// For what has to be done when the caller's deadline has passed already: asking how a commit has
/// ended, and ending prepared branches. What takes longer is left to recovery.
constexpr milliseconds grace{1'000};

std::vector<role> roles_of(const std::vector<commit_member>& members) {
    std::vector<role> roles;
    for (const commit_member& m : members) roles.push_back(m.role);
    return roles;
}

/// Where tests stop or kill the process: before and after each step of each of the first members.
constexpr std::size_t numbered = 4;
using points = std::array<const char*, numbered>;
constexpr points round_one_sent{"txn.sent.0", "txn.sent.1", "txn.sent.2", "txn.sent.3"};
constexpr points round_one_done{"txn.ready.0", "txn.ready.1", "txn.ready.2", "txn.ready.3"};
constexpr points finish_sent{"txn.finishing.0", "txn.finishing.1", "txn.finishing.2",
                             "txn.finishing.3"};
constexpr points finish_done{"txn.finished.0", "txn.finished.1", "txn.finished.2",
                             "txn.finished.3"};

void pass_point(const action& a, bool sent) {
    if (a.what == verb::decide) {
        failpoint(sent ? "txn.decide_sent" : "txn.decided");
        return;
    }
    if (a.who >= numbered) return;
    const bool finishes =
        a.what == verb::finish_commit || a.what == verb::finish_abort || a.what == verb::roll_back;
    const points& names =
        finishes ? (sent ? finish_sent : finish_done) : (sent ? round_one_sent : round_one_done);
    failpoint(names.at(a.who));
}

}  // namespace

atomic_commit::atomic_commit(cluster_layer::core& db, std::string id,
                             std::vector<commit_member> members)
    : db_(db),
      id_(std::move(id)),
      members_(std::move(members)),
      coordinator_(roles_of(members_)),
      sent_(members_.size()),
      clean_(members_.size(), false) {}

atomic_commit::~atomic_commit() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        engine::lease& l = members_[i].lease;
        if (!l) continue;
        if (engine::change_recorder* const r = l->recorder()) {
            r->stop();  // a file's connection is never broken: the pool cleans it
        } else if (!clean_[i]) {
            l.poison();
        }
    }
}

engine_kind atomic_commit::kind(std::size_t who) const {
    return db_.endpoint(members_[who].shard).kind();
}

void atomic_commit::run(deadline limit) {
    using phase = txn::coordinator::phase;
    failpoint("txn.begin");
    actions next = coordinator_.start();
    bool late = false;
    while (!next.empty()) {
        if (next.front().what == verb::ask) {
            next = ask(limit);
            continue;
        }
        const phase now = coordinator_.where();
        // The decision is made: what is left takes its time, within reason.
        const bool ends = now == phase::committing || now == phase::aborting;
        const deadline until = ends && !limit.is_never() && limit.at() < deadline::after(grace).at()
                                   ? deadline::after(grace)
                                   : limit;
        late = late || (now == phase::preparing && limit.passed());
        next = round(next, until);
        late = late || (now == phase::preparing && limit.passed());
    }
    failpoint("txn.end");
    if (!coordinator_.settled()) db_.commits().left_behind(id_);
    switch (coordinator_.result()) {
        case txn::coordinator::outcome::committed:
            return;
        case txn::coordinator::outcome::aborted:
            raise_aborted(late);
        case txn::coordinator::outcome::in_doubt:
            break;
    }
    raise({.code = error_code::in_doubt,
           .message = fmt::format(
               "the commit was sent and its answer never came, and the deciding shard cannot be "
               "asked now: cluster::outcome_of() tells later how it has ended{}",
               failure_ ? ": " + failure_->message() : ""),
           .shard = db_.shard_name(members_[coordinator_.decider()].shard),
           .transaction = id_});
}

/// Everything is on its way before something is awaited; the decider's answer is taken last, so
/// that no decision follows when the deadline has passed meanwhile.
atomic_commit::actions atomic_commit::round(const actions& now, deadline limit) {
    std::vector<answer> answers(now.size(), answer::lost);
    std::vector<bool> started(now.size(), false);
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (kind(now[i].who) == engine_kind::sqlite) continue;
        try {
            members_[now[i].who].lease->limit_to(limit);
            start(now[i]);
            started[i] = true;
        } catch (const error& e) {
            answers[i] = answer_to(now[i], e);
        }
        pass_point(now[i], true);
    }
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (kind(now[i].who) != engine_kind::sqlite) continue;
        members_[now[i].who].lease->limit_to(limit);
        pass_point(now[i], true);
        answers[i] = work_embedded(now[i], limit);
        pass_point(now[i], false);
    }
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (!started[i]) continue;
        answers[i] = wait_for(now[i], limit);
        pass_point(now[i], false);
    }
    const bool preparing = coordinator_.where() == txn::coordinator::phase::preparing;
    actions next;
    for (const bool deciders : {false, true}) {
        for (std::size_t i = 0; i < now.size(); ++i) {
            if ((now[i].who == coordinator_.decider()) != deciders) continue;
            if (deciders && preparing && answers[i] == answer::done) {
                failpoint("txn.before_decide");
                if (limit.passed()) answers[i] = answer::refused;
            }
            note_end(now[i], answers[i]);
            const actions more = coordinator_.on_answer(now[i].who, answers[i]);
            next.insert(next.end(), more.begin(), more.end());
        }
    }
    return next;
}

atomic_commit::actions atomic_commit::ask(deadline limit) {
    // A commit that is still being written can be seen only when its connection has ended.
    members_[coordinator_.decider()].lease.poison();
    members_[coordinator_.decider()].lease.release();
    const deadline last = limit.is_never() || limit.at() > deadline::after(grace).at()
                              ? limit
                              : deadline::after(grace);
    txn::verdict v = txn::verdict::unknown;
    const deadline patience = earlier(last, deadline::after(milliseconds(5'000)));
    for (;;) {
        v = db_.commits().decide(id_, patience);
        if (v != txn::verdict::unknown || patience.passed()) break;
        std::this_thread::sleep_for(milliseconds(20));
    }
    return coordinator_.on_verdict(v);
}

void atomic_commit::queue(std::size_t who, std::vector<std::string> texts) {
    std::vector<engine::statement>& kept = sent_[who];
    kept.clear();
    for (std::string& text : texts) kept.push_back(plain(std::move(text)));
    for (const engine::statement& s : kept) members_[who].lease->send(s, {});
}

void atomic_commit::start(const action& a) {
    const commit_member& m = members_[a.who];
    const engine_kind k = kind(a.who);
    engine::connection& c = *m.lease;
    switch (a.what) {
        case verb::end_reading:
            queue(a.who, m.prepared ? txn::abandon_texts(k, m.branch)
                                    : std::vector<std::string>{"COMMIT"});
            break;
        case verb::prepare:
            queue(a.who, txn::prepare_texts(k, m.branch));
            break;
        case verb::record: {
            decision_ = db_.endpoint(m.shard).prepare(
                txn::decision_statement(k, !failpoint_skips("txn.durable_decision")));
            std::string marks;
            for (const commit_member& one : members_)
                marks += (marks.empty() ? "" : ",") + db_.commits().shard_mark(one.shard);
            const arg args[] = {arg{std::string_view(id_)}, arg{std::string_view(marks)},
                                arg{txn::now_ms()}};
            c.send(*decision_, args);
            break;
        }
        case verb::decide: {
            const bool several =
                std::any_of(members_.begin(), members_.end(),
                            [](const commit_member& one) { return one.role == role::prepares; });
            if (!several) {
                queue(a.who, {"COMMIT"});
                break;
            }
            ending_ = txn::commit_through_gate(k, db_.commits().gate_key(m.shard));
            for (const engine::statement_ptr& s : ending_) c.send(*s, {});
            break;
        }
        case verb::roll_back:
            if (!c.discard(deadline::after(grace)))
                raise(error_code::connection_lost, "the connection broke");
            if (c.in_transaction())
                queue(a.who, m.prepared ? txn::abandon_texts(k, m.branch)
                                        : std::vector<std::string>{"ROLLBACK"});
            break;
        case verb::finish_commit:
        case verb::finish_abort:
            queue(a.who, txn::finish_texts(k, m.branch, a.what == verb::finish_commit));
            break;
        case verb::ask:
            break;
    }
    advance(c);
}

answer atomic_commit::wait_for(const action& a, deadline limit) {
    engine::connection& c = *members_[a.who].lease;
    try {
        while (!advance(c)) engine::wait(c, limit);
        return answer::done;
    } catch (const error& e) {
        return answer_to(a, e);
    }
}

/// A file: nothing waits for a server, so each step is done where it stands.
answer atomic_commit::work_embedded(const action& a, deadline limit) {
    const commit_member& m = members_[a.who];
    engine::connection& c = *m.lease;
    try {
        switch (a.what) {
            case verb::prepare:
                txn::store_changes(c, m.branch, limit);
                break;
            case verb::finish_commit:
            case verb::finish_abort:
                if (txn::finish_branch(c, engine_kind::sqlite, m.branch,
                                       a.what == verb::finish_commit, limit) != txn::finished::done)
                    return answer::refused;
                break;
            case verb::end_reading:
                // Nothing was written; ROLLBACK also ends the recording.
                engine::run(c, m.prepared ? "ROLLBACK" : "COMMIT", limit);
                break;
            default:
                start(a);
                break;
        }
        return answer::done;
    } catch (const error& e) {
        return answer_to(a, e);
    }
}

answer atomic_commit::answer_to(const action& a, const error& failure) {
    note_failure(a.who, failure);
    engine::connection& c = *members_[a.who].lease;
    if (!failure.poisons_connection() && c.discard(deadline::after(grace))) return answer::refused;
    members_[a.who].lease.poison();
    return answer::lost;
}

void atomic_commit::note_failure(std::size_t who, const error& failure) {
    if (failure_) return;
    error_info info = failure.info();
    info.shard = db_.shard_name(members_[who].shard);
    failure_.emplace(std::move(info));
}

/// Which connections may be used again.
void atomic_commit::note_end(const action& a, answer result) {
    switch (a.what) {
        case verb::end_reading:
        case verb::decide:
        case verb::roll_back:
        case verb::finish_commit:
        case verb::finish_abort:
            break;
        default:
            return;
    }
    if (result == answer::done && !members_[a.who].lease->in_transaction()) clean_[a.who] = true;
}

void atomic_commit::raise_aborted(bool late) const {
    if (!failure_)
        raise({.code = late ? error_code::timeout : error_code::connection_lost,
               .message = late ? "the deadline passed before the commit was decided; nothing of "
                                 "this transaction was stored"
                               : "the connection broke at the commit and others have rolled the "
                                 "transaction back: nothing of it was stored; run it again"});
    error_info info = failure_->info();
    if (info.code == error_code::unique_violation &&
        info.statement.find("shardwise_commit_log") != std::string::npos) {
        info.code = error_code::serialization_failure;
        info.message =
            "another process took this transaction for abandoned and has rolled it back: nothing "
            "of it was stored; run it again";
        info.constraint.clear();
        info.table.clear();
    } else if (info.sqlstate == "55000" || info.sqlstate == "53400" || info.sqlstate == "0A000") {
        info.code = error_code::cannot_prepare;
        info.message = "the transaction cannot be prepared, so nothing of it was stored: " +
                       failure_->message();
    }
    raise(std::move(info));
}

}  // namespace shardwise::orm
