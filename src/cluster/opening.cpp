// SPDX-License-Identifier: MIT
// Opening a cluster: engines, and the identity protocol of catalog/identity.hpp around the shards'
// connections.
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "catalog/identity.hpp"
#include "catalog/identity_store.hpp"
#include "catalog/text_rules.hpp"
#include "cluster/parallel.hpp"
#include "cluster/state.hpp"
#include "sharding/uuid_v7.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

using catalog::shard_answer;
using catalog::stamp;

engine::url parsed(const shard_url& s) {
    try {
        return engine::parse_url(s.url);
    } catch (const error& e) {
        error_info info = e.info();
        info.message = fmt::format("shard {}: {}", s.name, e.message());
        info.shard = s.name;
        raise(std::move(info));
    }
}

std::chrono::milliseconds milliseconds_of(std::int64_t count, std::string_view what) {
    if (count < 0)
        raise({.code = error_code::bad_config,
               .message = fmt::format("{} is negative: give milliseconds, 0 for no limit", what)});
    return std::chrono::milliseconds(count);
}

/// The pool waits 0 milliseconds when it is told so; the options mean: as long as it takes.
std::chrono::milliseconds unlimited_if_zero(std::chrono::milliseconds wait) {
    return wait.count() == 0 ? std::chrono::hours(24 * 365) : wait;
}

engine::pool_options pool_options_of(const cluster_options& o) {
    if (o.pool_size == 0)
        raise(error_code::bad_config, "pool_size is 0: a shard needs at least one connection");
    engine::pool_options p;
    p.size = o.pool_size;
    p.wait_timeout = unlimited_if_zero(milliseconds_of(o.pool_wait_ms, "pool_wait_ms"));
    p.connect_timeout =
        unlimited_if_zero(milliseconds_of(o.connect_timeout_ms, "connect_timeout_ms"));
    p.idle_transaction =
        milliseconds_of(o.idle_transaction_timeout_ms, "idle_transaction_timeout_ms");
    // statement_timeout_ms is the client's deadline of a call. A limit on the server would also end
    // streams and bulk inserts, which may take as long as they make progress; who wants one says so
    // in the URL.
    milliseconds_of(o.statement_timeout_ms, "statement_timeout_ms");
    return p;
}

/// A SQLite file that is not there yet. Connecting would make it, so nobody connects before it is
/// known that the cluster may be made.
bool is_missing_file(const engine::url& where) {
    if (where.kind != engine::engine_kind::sqlite || where.is_memory()) return false;
    std::error_code ignored;
    return !std::filesystem::exists(where.database, ignored);
}

bool folder_exists(const engine::url& where) {
    std::error_code ignored;
    const std::filesystem::path file(where.database);
    return !file.has_parent_path() || std::filesystem::is_directory(file.parent_path(), ignored);
}

/// What two URLs of one database have in common, as far as it can be known without asking a server.
/// Empty: cannot be said (every :memory: database is another one).
std::string address_of(const engine::url& where) {
    if (where.is_memory()) return {};
    if (where.kind != engine::engine_kind::sqlite)
        return fmt::format("{}:{}:{}:{}:{}:{}", engine::name_of(where.kind), where.host, where.port,
                           where.socket, where.database, where.schema);
    struct stat found {};
    if (::stat(where.database.c_str(), &found) == 0)
        return fmt::format("file:{}:{}", found.st_dev, found.st_ino);
    std::error_code failed;
    const auto canonical = std::filesystem::weakly_canonical(where.database, failed);
    return "file:" + (failed ? std::filesystem::absolute(where.database, failed).lexically_normal()
                             : canonical)
                         .string();
}

void refuse_equal_addresses(const core_state& s) {
    std::map<std::string, std::string> seen;
    for (std::size_t i = 0; i < s.shards.size(); ++i) {
        std::string address = address_of(s.endpoint(i).where());
        if (address.empty()) continue;
        const auto [at, added] = seen.emplace(std::move(address), s.names[i]);
        if (!added)
            raise({.code = error_code::wrong_shard,
                   .message = fmt::format("the URLs of shards {} and {} reach the same database "
                                          "({}): each shard needs its own",
                                          at->second, s.names[i], s.endpoint(i).where().display()),
                   .shard = s.names[i]});
    }
}

shard_answer ask(core_state& s, std::size_t i, bool may_create, std::string& text_version) {
    shard_answer a;
    a.name = s.names[i];
    const engine::url& where = s.endpoint(i).where();
    a.server = where.display();
    // With its folder missing the driver explains what is wrong, and creates nothing.
    if (!may_create && is_missing_file(where) && folder_exists(where)) return a;
    try {
        const deadline limit = s.statement_deadline();
        with_connection(s, i, limit, [&](engine::connection& c) {
            a.found = catalog::read_stamp(c, *s.dialects[i], limit);
            text_version = catalog::read_text_version(c, *s.dialects[i], limit);
        });
    } catch (const error& e) {
        if (e.code() == error_code::wrong_shard) throw;  // a damaged stamp
        a.reachable = false;
        a.why = e.message();
    }
    return a;
}

std::vector<shard_answer> ask_all(core_state& s) {
    std::vector<shard_answer> answers(s.shards.size());
    std::vector<catalog::text_rules> rules(answers.size());
    in_parallel(answers.size(), [&](std::size_t i) {
        rules[i].shard = s.names[i];
        answers[i] = ask(s, i, false, rules[i].version);
    });
    s.warnings.clear();
    if (std::string differing = catalog::differing_text_rules(rules); !differing.empty())
        s.warnings.push_back(std::move(differing));
    return answers;
}

/// The stamps that this process has written: taken back when the cluster is refused, so that a
/// corrected configuration finds the databases as they were.
using written_stamps = std::vector<std::pair<std::size_t, std::string>>;

void take_back(core_state& s, const written_stamps& written) noexcept {
    for (const auto& one : written) {
        const std::size_t i = one.first;
        const std::string& stamp_id = one.second;
        try {
            const deadline limit = s.statement_deadline();
            with_connection(s, i, limit, [&](engine::connection& c) {
                catalog::remove_stamp(c, stamp_id, *s.dialects[i], limit);
            });
        } catch (...) {
            // The stamp says `initializing`: the next opening explains it.
        }
    }
}

/// Stamps one shard unless somebody else has meanwhile. True when it carries our stamp.
bool stamp_shard(core_state& s, std::size_t i, const std::string& cluster_id,
                 written_stamps& written) {
    stamp mine;
    mine.cluster_id = cluster_id;
    mine.cluster_name = s.options.name;
    mine.shard_name = s.names[i];
    mine.members = s.names;
    std::sort(mine.members.begin(), mine.members.end());
    mine.stamp_id = sharding::make_uuid_v7().to_string();
    const deadline limit = s.statement_deadline();
    bool ours = false;
    written.emplace_back(i, mine.stamp_id);
    with_connection(s, i, limit, [&](engine::connection& c) {
        catalog::write_stamp(c, mine, *s.dialects[i], limit);
        ours = catalog::read_stamp(c, *s.dialects[i], limit) == mine;
    });
    return ours;
}

/// Stamps in the order of the names; stops at the first shard where somebody else was faster.
void stamp_missing(core_state& s, const catalog::identity_decision& d, written_stamps& written) {
    const std::string id =
        d.cluster_id.empty() ? sharding::make_uuid_v7().to_string() : d.cluster_id;
    for (const std::size_t i : d.to_stamp)
        if (!stamp_shard(s, i, id, written)) return;
}

bool mark_all(core_state& s, const catalog::identity_decision& d,
              const std::vector<shard_answer>& answers) {
    for (const std::size_t i : d.to_mark) {
        const deadline limit = s.statement_deadline();
        bool done = false;
        with_connection(s, i, limit, [&](engine::connection& c) {
            done = catalog::mark_complete(c, answers[i].found->stamp_id, *s.dialects[i], limit);
        });
        if (!done) return false;
    }
    return true;
}

}  // namespace

void core_state::make_shards(std::vector<shard_url> urls) {
    for (const shard_url& u : urls) names.push_back(u.name);
    catalog::check_shard_names(names);
    const engine::pool_options pool = pool_options_of(options);
    const auto lock_timeout = milliseconds_of(options.lock_timeout_ms, "lock_timeout_ms");
    for (std::size_t i = 0; i < urls.size(); ++i) {
        engine::url where = parsed(urls[i]);
        if (lock_timeout.count() > 0)
            where.options.try_emplace("lock_timeout_ms", std::to_string(lock_timeout.count()));
        auto endpoint = std::make_unique<engine::engine>(
            std::move(where), pool, [this, i](engine::connection& c, deadline limit) {
                check_new_connection(i, c, limit);
            });
        dialects.push_back(&endpoint->dialect());
        shards.push_back({urls[i].name, std::move(endpoint)});
    }
    refuse_equal_addresses(*this);
}

void core_state::make_plan_cache() {
    std::vector<engine::engine*> endpoints;
    for (const shard& s : shards) endpoints.push_back(s.endpoint.get());
    plans = std::make_unique<plan::plan_cache>(std::move(endpoints));
}

void core_state::identify() {
    written_stamps written;
    bool refused_before = false;
    constexpr int rounds = 20;  // each lost race costs one
    for (int round = 0; round < rounds; ++round) {
        const std::vector<shard_answer> answers = ask_all(*this);
        const catalog::identity_decision d = catalog::decide_identity(answers, options.name);
        // Shards are asked one after the other: while another program stamps them, an early answer
        // and a late one may contradict each other. What is really wrong is so at a second look.
        if (d.refusal && !refused_before) {
            refused_before = true;
            continue;
        }
        if (d.refusal) {
            take_back(*this, written);
            raise(*d.refusal);
        }
        if (!d.to_stamp.empty()) {
            stamp_missing(*this, d, written);
        } else if (d.to_mark.empty() || mark_all(*this, d, answers)) {
            cluster_id = d.cluster_id;
            identified.store(true, std::memory_order_release);
            return;
        }
    }
    raise({.code = error_code::wrong_shard,
           .message = fmt::format("the identity of the cluster '{}' kept changing while it was "
                                  "opened: another program with other URLs is opening it, too",
                                  options.name)});
}

/// One SELECT for each new connection: a URL that leads somewhere else later (a changed DNS entry,
/// a restored backup) is found before a statement runs there.
void core_state::check_new_connection(std::size_t i, engine::connection& c, deadline limit) {
    if (!identified.load(std::memory_order_acquire)) return;
    const auto found = catalog::read_expected_stamp(c, *dialects[i], limit);
    if (auto refusal = catalog::check_stamp(found, names[i], cluster_id)) raise(*refusal);
    if (commits_made.load(std::memory_order_acquire)) commits->on_connect(i, c, limit);
}

}  // namespace shardwise::cluster_layer
