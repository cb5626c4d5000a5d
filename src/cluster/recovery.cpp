// SPDX-License-Identifier: MIT
#include "cluster/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/failpoint.hpp"
#include "catalog/own_tables.hpp"
#include "cluster/parallel.hpp"
#include "cluster/state.hpp"
#include "shardwise/base/error.hpp"
#include "txn/commit_log.hpp"
#include "txn/gate.hpp"
#include "txn/transaction_id.hpp"

namespace shardwise::cluster_layer {
namespace {

using std::chrono::milliseconds;

/// How long a question waits for a coordinator that is just writing its decision.
constexpr milliseconds decision_wait{200};
/// One pass over all shards; also how long the end of a cluster waits for it at most.
constexpr milliseconds pass_time{3'000};
/// What is younger may be somebody's live commit.
constexpr milliseconds young{1'000};
/// How soon work that was left behind is tried again.
constexpr milliseconds urgent_pause{250};
/// Files have no server that would end a dead process's transactions: others wait for us.
constexpr milliseconds embedded_pause{500};
constexpr std::chrono::hours forget_every{1};

std::int64_t setting(engine::connection& c, const char* text, deadline limit) {
    engine::statement s;
    s.text = text;
    s.columns = {{column_type::int64, 0}};
    s.prepare = false;
    std::int64_t value = 0;
    engine::run(c, s, {}, limit, [&](std::span<const arg> row) { value = row[0].to_integer(); });
    return value;
}

[[noreturn]] void raise_not_known(std::string_view id, std::string_view why) {
    raise(
        {.code = error_code::in_doubt,
         .message = fmt::format("how the transaction has ended cannot be known now: {}; ask again "
                                "later",
                                why),
         .transaction = std::string(id)});
}

}  // namespace

/// A connection beside the pool: whoever waits for the pool may be waiting for what recovery has to
/// end. Databases in memory have one connection only.
class recovery::link {
public:
    enum class source : std::uint8_t { beside_the_pool, pool_first };
    link(core_state& s, std::size_t i, deadline limit, source from = source::beside_the_pool) {
        if (from == source::pool_first || s.endpoint(i).where().is_memory())
            borrowed_ = s.borrow_or_open(i, limit);
        else
            own_ = s.endpoint(i).open_unpooled(decision_wait, limit);
    }
    void poison_if(const error& e) noexcept {
        if (borrowed_ && e.poisons_connection()) borrowed_.poison();
    }
    engine::connection& operator*() const noexcept { return own_ ? *own_ : *borrowed_; }

private:
    engine::lease borrowed_;
    std::unique_ptr<engine::connection> own_;
};

recovery::recovery(core_state& s)
    : state_(s),
      cluster_mark_(txn::mark_of_cluster(s.cluster_id)),
      facts_(s.shards.size()),
      guards_files_(s.shards.size() > 1) {
    for (const std::string& name : s.names) marks_.push_back(txn::mark_of_shard(name));
    for (const std::string& mark : marks_) gates_.push_back(txn::gate_key(cluster_mark_, mark));
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < marks_.size(); ++i)
        if (!seen.insert(marks_[i]).second)
            raise({.code = error_code::bad_config,
                   .message = fmt::format("the name of shard {} has the same digest as another "
                                          "one's: rename it",
                                          s.names[i])});
}

recovery::~recovery() { stop(); }

void recovery::stop() {
    {
        const std::lock_guard guard(lock_);
        stopping_ = true;
    }
    woken_.notify_all();
    if (thread_.joinable()) thread_.join();
}

// ---- opening

void recovery::prepare_shards() {
    in_parallel(facts_.size(), [&](std::size_t i) {
        if (facts_[i].state.load() != readiness::unknown) return;
        try {
            const deadline limit = state_.statement_deadline();
            with_connection(state_, i, limit,
                            [&](engine::connection& c) { on_connect(i, c, limit); });
        } catch (const error&) {
            // Its next connection is looked at, and there are none that were not.
            state_.endpoint(i).close_idle();
        }
    });
}

void recovery::on_connect(std::size_t i, engine::connection& c, deadline limit) {
    if (facts_[i].state.load(std::memory_order_acquire) == readiness::unknown) look_at(i, c, limit);
    if (!guards_files_ || facts_[i].state.load(std::memory_order_acquire) != readiness::ready)
        return;
    if (engine::change_recorder* const r = c.recorder())
        r->wait_while(fmt::format("SELECT 1 FROM {} LIMIT 1", txn::prepared_name));
}

/// Makes the tables; what the shard cannot do is remembered, not thrown: reading works all the
/// same.
void recovery::look_at(std::size_t i, engine::connection& c, deadline limit) {
    std::string why;
    try {
        const sql::dialect& d = *state_.dialects[i];
        std::vector<const schema::table*> own{&txn::commit_log_table()};
        if (c.recorder() != nullptr) own.push_back(&txn::prepared_table());
        const bool needs_gate = d.kind() == sql::dialect_kind::mariadb;
        if (needs_gate) own.push_back(&txn::gate_table());
        for (const schema::table* t : own)
            if (!catalog::table_exists(c, t->name, d, limit))
                catalog::create_own_table(c, *t, d, limit);
        if (needs_gate) txn::fill_gate_table(c, limit);
        why = fault_of(i, c, limit);
    } catch (const error& e) {
        if (e.poisons_connection()) throw;
        if (e.code() == error_code::lock_timeout) {
            // Next time; but nobody may write to a file without looking for prepared changes.
            if (c.recorder() != nullptr) throw;
            return;
        }
        why = fmt::format("its table of decisions cannot be made: {}", e.message());
    }
    const std::lock_guard guard(facts_[i].lock);
    facts_[i].why = why;
    facts_[i].state.store(why.empty() ? readiness::ready : readiness::refused,
                          std::memory_order_release);
}

std::string recovery::fault_of(std::size_t i, engine::connection& c, deadline limit) const {
    switch (state_.endpoint(i).kind()) {
        case engine::engine_kind::postgres:
            if (setting(c, "SELECT current_setting('max_prepared_transactions')::int8", limit) > 0)
                break;
            return "its server has max_prepared_transactions = 0; set it to the number of "
                   "connections, or more, and restart the server";
        case engine::engine_kind::mariadb:
            if (!state_.endpoint(i).client().describe(c, limit).prepared_transactions)
                return "its server is older than MariaDB 10.5, whose prepared transactions end "
                       "with their connection";
            if (setting(c, "SELECT @@innodb_flush_log_at_trx_commit", limit) != 0) break;
            return "its server has innodb_flush_log_at_trx_commit = 0, so that a crash forgets "
                   "commits; set it to 1";
        case engine::engine_kind::sqlite:
            break;
    }
    return {};
}

void recovery::require(std::size_t shard) const {
    const shard_facts& f = facts_[shard];
    if (f.state.load(std::memory_order_acquire) == readiness::ready) return;
    const std::lock_guard guard(f.lock);
    raise({.code = error_code::cannot_prepare,
           .message = fmt::format("shard {} cannot take part in an atomic commit over several "
                                  "shards: {}",
                                  state_.names[shard],
                                  f.why.empty() ? "it could not be looked at yet" : f.why),
           .shard = state_.names[shard]});
}

bool recovery::guarded(std::size_t shard) const noexcept {
    return guards_files_ && state_.shards[shard].endpoint->embedded();
}

void recovery::start() {
    const milliseconds interval(state_.options.resolve_interval_ms);
    if (interval.count() <= 0 || facts_.size() < 2) return;
    // Nobody else can leave something in memory.
    if (std::all_of(state_.shards.begin(), state_.shards.end(),
                    [](const auto& s) { return s.endpoint->where().is_memory(); }))
        return;
    const bool all_there = std::none_of(facts_.begin(), facts_.end(), [](const shard_facts& f) {
        return f.state.load() == readiness::unknown;
    });
    try {
        if (all_there) resolve(young, deadline::after(pass_time));
    } catch (const error&) {
        // The thread tries again; opening does not depend on it.
    }
    thread_ = std::thread([this] { work(); });
}

// ---- resolving

std::size_t recovery::shard_of_mark(std::string_view mark) const {
    return static_cast<std::size_t>(std::find(marks_.begin(), marks_.end(), mark) - marks_.begin());
}

/// Throws what keeps it from being asked.
txn::verdict recovery::ask(std::string_view id, deadline limit, bool decides) {
    const auto parts = txn::parse_transaction_id(id);
    if (!parts || parts->cluster != cluster_mark_)
        raise(error_code::bad_value, "this is not the id of a transaction of this cluster");
    const std::size_t shard = shard_of_mark(parts->decider);
    if (shard == marks_.size())
        raise(error_code::missing_shard,
              "the shard that decides this transaction is not part of the configuration");
    const link c(state_, shard, limit);
    const sql::dialect& d = *state_.dialects[shard];
    return decides ? txn::decide(*c, id, d, limit) : txn::look_up(*c, id, d, limit);
}

txn::verdict recovery::decide(std::string_view id, deadline limit) {
    try {
        return ask(id, limit, true);
    } catch (const error&) {
        return txn::verdict::unknown;
    }
}

std::vector<recovery::found_on_shard> recovery::list_all(deadline limit) {
    std::vector<found_on_shard> all(facts_.size());
    in_parallel(all.size(), [&](std::size_t i) {
        try {
            link c(state_, i, limit, link::source::pool_first);
            all[i].reached = true;
            try {
                if (facts_[i].state.load(std::memory_order_acquire) == readiness::unknown)
                    look_at(i, *c, limit);
                if (facts_[i].state.load(std::memory_order_acquire) == readiness::ready)
                    all[i].branches = txn::list_branches(*c, state_.endpoint(i).kind(),
                                                         cluster_mark_, marks_[i], limit);
            } catch (const error& e) {
                c.poison_if(e);
                throw;
            }
        } catch (const error&) {
            all[i].reached = false;
        }
    });
    return all;
}

/// One look at all shards: each transaction is asked for once.
struct recovery::pass {
    deadline limit;
    std::map<std::string, txn::verdict, std::less<>> decisions;
    std::map<std::size_t, std::unique_ptr<link>> links;
    resolve_report report;
};

/// Young ones may be alive: asking for their decision could abort them. A file's lock tells by
/// itself that its transaction is alive.
bool recovery::may_resolve(const txn::found_branch& b, milliseconds grace) const {
    if (b.age_ms >= grace.count()) return true;
    const auto parts = txn::parse_transaction_id(b.what.id);
    const std::size_t decider = shard_of_mark(parts->decider);
    if (decider < marks_.size() && state_.endpoint(decider).embedded()) return true;
    const std::lock_guard guard(lock_);
    return urgent_.find(b.what.id) != urgent_.end();
}

bool recovery::is_listed(engine::connection& c, std::size_t shard, const txn::branch& b,
                         deadline limit) const {
    const auto left =
        txn::list_branches(c, state_.endpoint(shard).kind(), cluster_mark_, marks_[shard], limit);
    return std::any_of(left.begin(), left.end(),
                       [&](const txn::found_branch& f) { return f.what.id == b.id; });
}

void recovery::resolve_one(pass& p, std::size_t shard, const txn::branch& b) {
    txn::resolver r(0, 0);
    auto known = p.decisions.find(b.id);
    if (known == p.decisions.end()) {
        failpoint("resolve.before_asking");
        known = p.decisions.emplace(b.id, decide(b.id, p.limit)).first;
        failpoint("resolve.asked");
    }
    const std::vector<txn::action> next = r.on_verdict(known->second);
    if (next.empty()) {
        ++p.report.waiting;
        return;
    }
    const bool commit = next.front().what == txn::verb::finish_commit;
    const auto kind = state_.endpoint(shard).kind();
    auto& c = p.links[shard];
    if (!c) c = std::make_unique<link>(state_, shard, p.limit);
    txn::finished end = txn::finish_branch(**c, kind, b, commit, p.limit);
    if (end == txn::finished::held && kind == engine::engine_kind::mariadb) {
        // The decision is made: whoever holds it can only do the same, or is asleep. The first one
        // gets time to do it: afterwards his connection serves others, who must not lose it.
        const auto wait = [&](int times) {
            for (int i = 0; i < times && end == txn::finished::held && !p.limit.passed(); ++i) {
                std::this_thread::sleep_for(milliseconds(10));
                if (!is_listed(**c, shard, b, p.limit))
                    end = txn::finished::gone;
                else
                    end = txn::finish_branch(**c, kind, b, commit, p.limit);
            }
        };
        wait(20);
        if (end == txn::finished::held && is_listed(**c, shard, b, p.limit))
            txn::release_holder(**c, b, p.limit);
        wait(50);
    }
    failpoint("resolve.finished");
    if (end == txn::finished::held)
        ++p.report.waiting;
    else if (end == txn::finished::done)
        ++(commit ? p.report.committed : p.report.aborted);
}

resolve_report recovery::resolve(milliseconds grace, deadline limit) {
    pass p;
    p.limit = limit;
    std::set<std::string, std::less<>> asked_for;
    {
        const std::lock_guard guard(lock_);
        asked_for = urgent_;
    }
    const std::vector<found_on_shard> found = list_all(limit);
    std::set<std::string, std::less<>> open;
    bool all_reached = true;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!found[i].reached) {
            p.report.unreachable.push_back(state_.names[i]);
            all_reached = false;
        }
        for (const txn::found_branch& b : found[i].branches) {
            const std::size_t waiting = p.report.waiting;
            try {
                if (may_resolve(b, grace))
                    resolve_one(p, i, b.what);
                else
                    ++p.report.waiting;
            } catch (const error&) {
                p.links.erase(i);
                ++p.report.waiting;
            }
            if (p.report.waiting != waiting) open.insert(b.what.id);
        }
    }
    if (all_reached) {
        {
            const std::lock_guard guard(lock_);
            for (const std::string& id : asked_for)
                if (open.find(id) == open.end()) urgent_.erase(id);
        }
        forget_old(found, limit);
    }
    return p.report;
}

/// Rows of transactions that no shard has prepared any more, after a day. Whoever finds all shards
/// does it, at most once in an hour.
void recovery::forget_old(const std::vector<found_on_shard>& found, deadline limit) {
    const std::int64_t now = txn::now_ms();
    std::int64_t last = forgotten_at_ms_.load();
    if (now - last < std::chrono::milliseconds(forget_every).count()) return;
    if (!forgotten_at_ms_.compare_exchange_strong(last, now)) return;
    std::vector<std::string> keep;
    for (const found_on_shard& f : found)
        for (const txn::found_branch& b : f.branches) keep.push_back(b.what.id);
    const std::int64_t before = now - std::chrono::milliseconds(kept_for).count();
    for (std::size_t i = 0; i < facts_.size(); ++i) {
        if (facts_[i].state.load() != readiness::ready) continue;
        try {
            const link c(state_, i, limit);
            while (!limit.passed() &&
                   txn::remove_old(*c, before, keep, *state_.dialects[i], limit) > 0) {
            }
        } catch (const error&) {
            // An hour later there are a few more.
        }
    }
}

std::vector<pending_transaction> recovery::pending(deadline limit) {
    const std::vector<found_on_shard> found = list_all(limit);
    std::map<std::string, pending_transaction, std::less<>> all;
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (const txn::found_branch& b : found[i].branches) {
            pending_transaction& t = all[b.what.id];
            t.id = b.what.id;
            t.age_ms = std::max(t.age_ms, b.age_ms);
            t.prepared_on.push_back(state_.names[i]);
        }
    }
    std::vector<pending_transaction> sorted;
    for (auto& [id, t] : all) {
        const std::size_t decider = shard_of_mark(txn::parse_transaction_id(id)->decider);
        if (decider < marks_.size()) t.decider = state_.names[decider];
        try {
            const txn::verdict v = ask(id, limit, false);
            t.state = v == txn::verdict::committed ? pending_transaction::decision::committed
                      : v == txn::verdict::aborted ? pending_transaction::decision::aborted
                                                   : pending_transaction::decision::open;
        } catch (const error&) {
            t.state = pending_transaction::decision::unknown;
        }
        sorted.push_back(std::move(t));
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.age_ms > b.age_ms; });
    return sorted;
}

transaction_outcome recovery::outcome_of(const std::string& id, deadline limit) {
    const auto parts = txn::parse_transaction_id(id);
    // An hour less: the row may be removed while it is asked for.
    const auto answerable = std::chrono::milliseconds(kept_for - std::chrono::hours(1)).count();
    if (parts && txn::now_ms() - parts->started_ms > answerable)
        raise({.code = error_code::not_found,
               .message = "the decision of this transaction is not kept any more",
               .transaction = id});
    txn::verdict v = txn::verdict::unknown;
    try {
        v = ask(id, limit, true);
    } catch (const error& e) {
        if (e.code() == error_code::bad_value || e.code() == error_code::missing_shard) throw;
        raise_not_known(id, e.message());
    }
    if (v == txn::verdict::unknown)
        raise_not_known(id, "the process that commits it, or another writer, is at work");
    return v == txn::verdict::committed ? transaction_outcome::committed
                                        : transaction_outcome::aborted;
}

// ---- the thread

void recovery::left_behind(const std::string& id) noexcept {
    try {
        const std::lock_guard guard(lock_);
        urgent_.insert(id);
        wake_ = true;
    } catch (...) {
        return;  // no memory: the next pass finds it
    }
    woken_.notify_all();
}

void recovery::end_decided(const std::vector<std::string>& ids, deadline limit) {
    for (const std::string& id : ids) left_behind(id);
    resolve(young, limit);
}

milliseconds recovery::pause() const {
    milliseconds longest(state_.options.resolve_interval_ms);
    std::size_t files = 0;
    for (std::size_t i = 0; i < state_.shards.size(); ++i)
        files += state_.endpoint(i).embedded() ? 1U : 0U;
    if (files > 1) longest = std::min(longest, embedded_pause);
    if (!urgent_.empty()) longest = std::min(longest, urgent_pause);
    // Many processes must not ask at the same moment.
    thread_local std::minstd_rand random{std::random_device{}()};
    return milliseconds(longest.count() / 2 +
                        static_cast<std::int64_t>(random()) % (longest.count() / 2 + 1));
}

void recovery::work() {
    for (;;) {
        {
            std::unique_lock guard(lock_);
            woken_.wait_for(guard, pause(), [this] { return stopping_ || wake_; });
            if (stopping_) return;
            wake_ = false;
        }
        try {
            resolve(young, deadline::after(pass_time));
        } catch (const std::exception&) {
            // The next pass tries again.
        }
    }
}

}  // namespace shardwise::cluster_layer
