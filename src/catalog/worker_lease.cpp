// SPDX-License-Identifier: MIT
#include "catalog/worker_lease.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "catalog/own_tables.hpp"
#include "sharding/uuid_v7.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::catalog {

namespace {

constexpr int worker_count = 1 << sharding::id_worker_bits;
constexpr std::int64_t pause_after_failure_ms = 1'000;
constexpr std::int64_t private_horizon_ms = std::int64_t{365} * 86'400'000;

std::int64_t system_milliseconds() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// The server's clock in Unix milliseconds.
std::string_view server_clock(const sql::dialect& d) {
    switch (d.kind()) {
        case sql::dialect_kind::sqlite:
            return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";
        case sql::dialect_kind::postgres:
            return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
        case sql::dialect_kind::mariadb:
            return "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)";
    }
    return "0";
}

std::int64_t millisecond_of(std::int64_t id) {
    return (id >> (sharding::id_worker_bits + sharding::id_counter_bits)) + sharding::id_epoch_ms;
}

[[noreturn]] void refuse(std::string reason, std::string shard = {}) {
    raise({.code = error_code::lease_lost,
           .message = fmt::format("no id can be made: {}", reason),
           .shard = std::move(shard)});
}

}  // namespace

worker_lease::worker_lease(std::function<engine::lease(deadline)> borrow, const sql::dialect& d,
                           lease_settings settings)
    : borrow_(std::move(borrow)),
      dialect_(d),
      settings_(std::move(settings)),
      owner_(sharding::make_uuid_v7().to_string()) {}

worker_lease::~worker_lease() { release(); }

std::int64_t worker_lease::now() const {
    return settings_.clock ? settings_.clock() : system_milliseconds();
}

std::int64_t worker_lease::next_id(deadline limit) {
    std::optional<std::int64_t> id = ids_.next(now());
    if (!id) {
        const std::lock_guard guard(renewing_);
        id = ids_.next(now());  // another thread may have renewed it meanwhile
        if (!id) {
            renew(limit);
            id = ids_.next(now());
        }
    }
    if (!id) refuse("the granted time was used up at once; check this machine's clock");
    std::int64_t last = last_id_.load(std::memory_order_relaxed);
    while (last < *id && !last_id_.compare_exchange_weak(last, *id, std::memory_order_relaxed)) {
    }
    return *id;
}

void worker_lease::prepare(deadline limit) noexcept {
    if (has_lease_.load(std::memory_order_relaxed) && !ids_.wants_renewal(now())) return;
    renew_early(limit);
}

bool worker_lease::should_renew() {
    const std::int64_t ms = now();
    if (!ids_.wants_renewal(ms) || ms < next_early_ms_.load(std::memory_order_relaxed))
        return false;
    return !early_under_way_.exchange(true);
}

void worker_lease::renew_early(deadline limit) noexcept {
    try {
        const std::lock_guard guard(renewing_);
        renew(limit);
    } catch (...) {
        next_early_ms_.store(now() + pause_after_failure_ms, std::memory_order_relaxed);
    }
    early_under_way_.store(false);
}

void worker_lease::renew(deadline limit) {
    if (!borrow_) {
        const std::int64_t from = now() - 1;
        ids_.renew({0, from, from + private_horizon_ms});
        has_lease_.store(true, std::memory_order_relaxed);
        return;
    }
    try {
        engine::lease c = borrow_(limit);
        try {
            if (!held_ || !extend(*c, limit)) acquire(*c, limit);
            has_lease_.store(true, std::memory_order_relaxed);
        } catch (const error& e) {
            if (e.poisons_connection()) c.poison();
            throw;
        }
    } catch (const error& e) {
        if (e.code() == error_code::lease_lost) throw;
        refuse(fmt::format("the worker number cannot be renewed: {}", e.message()), e.shard());
    }
}

bool worker_lease::extend(engine::connection& c, deadline limit) {
    const std::int64_t until = std::max(
        held_->until_ms, std::max(now(), millisecond_of(last_id_)) + settings_.horizon.count());
    own_statement s(dialect_);
    s.raw("UPDATE ").name(worker_table_name).raw(" SET ").name("until_ms").raw(" = ").bind(until);
    s.raw(", ").name("expires_at").raw(" = ").raw(server_clock(dialect_)).raw(" + ");
    s.bind(std::int64_t{settings_.expiry.count()}).raw(" WHERE ").name("worker").raw(" = ");
    s.bind(arg{std::int64_t{held_->worker}}, column_type::int16).raw(" AND ").name("owner");
    s.raw(" = ").bind(owner_);
    if (s.run(c, limit) == 0) {
        held_.reset();
        return false;
    }
    // Nobody else had the number since: the grant goes on from where it was.
    const std::int64_t from = std::min(held_->until_ms, std::max(now(), sharding::id_epoch_ms));
    held_->until_ms = until;
    ids_.renew({held_->worker, from, until});
    return true;
}

void worker_lease::acquire(engine::connection& c, deadline limit) {
    if (!table_exists(c, worker_table_name, dialect_, limit))
        create_own_table(c, worker_table(), dialect_, limit);
    constexpr int attempts = 10;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        for (const candidate& one : candidates(c, limit)) {
            const std::int64_t from = std::max(one.until_ms, now() - 1);
            const std::int64_t until = from + settings_.horizon.count();
            if (!claim(c, one, until, limit)) continue;
            ids_.renew({one.worker, from, until});
            held_ = held{one.worker, until};
            return;
        }
    }
    refuse(fmt::format(
        "all {} worker numbers are leased by running programs or by ones that ended "
        "without giving them back within the last {} seconds",
        worker_count, std::chrono::duration_cast<std::chrono::seconds>(settings_.expiry).count()));
}

/// The best ones first: expired numbers whose time has passed, then numbers never used, then those
/// whose last holder was granted time that lies ahead of our clock (ids are then made of future
/// milliseconds: still unique and ascending).
std::vector<worker_lease::candidate> worker_lease::candidates(engine::connection& c,
                                                              deadline limit) {
    std::array<bool, worker_count> taken{};
    std::vector<candidate> passed;
    std::vector<candidate> ahead;
    const std::int64_t ms = now();
    own_statement s(dialect_);
    s.raw("SELECT ").name("worker").raw(", ").name("owner").raw(", ").name("until_ms").raw(", ");
    s.raw("CASE WHEN ").name("expires_at").raw(" <= ").raw(server_clock(dialect_));
    s.raw(" THEN 1 ELSE 0 END FROM ").name(worker_table_name);
    s.gives({column_type::int16, column_type::text, column_type::int64, column_type::int64});
    s.run(c, limit, [&](std::span<const arg> row) {
        const std::int64_t worker = row[0].to_integer();
        if (worker < 0 || worker >= worker_count) return;
        taken[static_cast<std::size_t>(worker)] = true;
        if (row[3].to_integer() == 0) return;
        candidate one{static_cast<std::uint16_t>(worker), false, std::string(row[1].to_text()),
                      row[2].to_integer()};
        (one.until_ms < ms ? passed : ahead).push_back(std::move(one));
    });
    const auto earlier_first = [](const candidate& a, const candidate& b) {
        return a.until_ms < b.until_ms;
    };
    std::sort(passed.begin(), passed.end(), earlier_first);
    std::sort(ahead.begin(), ahead.end(), earlier_first);
    constexpr std::size_t tried_fresh = 8;
    std::size_t fresh = 0;
    for (std::size_t w = 0; w < taken.size() && fresh < tried_fresh; ++w)
        if (!taken[w]) {
            passed.push_back({static_cast<std::uint16_t>(w), true, {}, 0});
            ++fresh;
        }
    passed.insert(passed.end(), ahead.begin(), ahead.end());
    return passed;
}

bool worker_lease::claim(engine::connection& c, const candidate& one, std::int64_t until_ms,
                         deadline limit) {
    own_statement s(dialect_);
    const std::int64_t expiry = settings_.expiry.count();
    if (!one.fresh) {
        s.raw("UPDATE ").name(worker_table_name).raw(" SET ").name("owner").raw(" = ");
        s.bind(owner_).raw(", ").name("until_ms").raw(" = ").bind(until_ms).raw(", ");
        s.name("expires_at").raw(" = ").raw(server_clock(dialect_)).raw(" + ").bind(expiry);
        s.raw(" WHERE ").name("worker").raw(" = ");
        s.bind(arg{std::int64_t{one.worker}}, column_type::int16).raw(" AND ").name("owner");
        s.raw(" = ").bind(one.owner).raw(" AND ").name("until_ms").raw(" = ").bind(one.until_ms);
        s.raw(" AND ").name("expires_at").raw(" <= ").raw(server_clock(dialect_));
        return s.run(c, limit) == 1;
    }
    s.raw("INSERT INTO ").name(worker_table_name).raw(" (").name("worker").raw(", ");
    s.name("owner").raw(", ").name("until_ms").raw(", ").name("expires_at").raw(") VALUES (");
    s.bind(arg{std::int64_t{one.worker}}, column_type::int16).raw(", ").bind(owner_).raw(", ");
    s.bind(until_ms).raw(", ").raw(server_clock(dialect_)).raw(" + ").bind(expiry).raw(")");
    try {
        s.run(c, limit);
        return true;
    } catch (const unique_violation&) {
        return false;
    }
}

/// Ids up to last_id_ were made and none will be: the next holder may go on from there.
void worker_lease::release() noexcept {
    try {
        const std::lock_guard guard(renewing_);
        if (!held_) return;
        const deadline limit = deadline::after(std::chrono::milliseconds(1'000));
        engine::lease c = borrow_(limit);
        own_statement s(dialect_);
        s.raw("UPDATE ").name(worker_table_name).raw(" SET ").name("until_ms").raw(" = ");
        s.bind(std::min(held_->until_ms, millisecond_of(last_id_))).raw(", ").name("expires_at");
        s.raw(" = 0 WHERE ").name("worker").raw(" = ");
        s.bind(arg{std::int64_t{held_->worker}}, column_type::int16).raw(" AND ").name("owner");
        s.raw(" = ").bind(owner_);
        try {
            s.run(*c, limit);
        } catch (const error&) {
            c.poison();
        }
    } catch (...) {
        // The number stays ours until it expires.
    }
}

}  // namespace shardwise::catalog
