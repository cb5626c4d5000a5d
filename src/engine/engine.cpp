// SPDX-License-Identifier: MIT
#include "engine/engine.hpp"

#include <string>

#include "engine/pool.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

sql::dialect_kind dialect_of(engine_kind kind) noexcept {
    switch (kind) {
        case engine_kind::sqlite:
            return sql::dialect_kind::sqlite;
        case engine_kind::postgres:
            return sql::dialect_kind::postgres;
        case engine_kind::mariadb:
            return sql::dialect_kind::mariadb;
    }
    return sql::dialect_kind::sqlite;
}

/// parse_url() has checked that these are integers.
void override_with(std::chrono::milliseconds& setting, const url& where, const char* option) {
    if (const auto given = where.options.find(option); given != where.options.end())
        setting = std::chrono::milliseconds(std::stoll(given->second));
}

constexpr std::chrono::hours no_limit{24 * 365};

pool_options effective(const url& where, pool_options options) {
    if (const auto given = where.options.find("pool_size"); given != where.options.end())
        options.size = static_cast<std::size_t>(std::stoull(given->second));
    override_with(options.wait_timeout, where, "pool_wait_ms");
    override_with(options.connect_timeout, where, "connect_timeout_ms");
    // 0 in a URL means what it means in options and cluster files: no limit of its own.
    if (where.options.count("pool_wait_ms") != 0 && options.wait_timeout.count() == 0)
        options.wait_timeout = no_limit;
    if (where.options.count("connect_timeout_ms") != 0 && options.connect_timeout.count() == 0)
        options.connect_timeout = no_limit;
    override_with(options.statement_timeout, where, "statement_timeout_ms");
    if (where.is_memory() || options.size == 0) options.size = 1;
    return options;
}

connect_options session_settings(const url& where, const pool_options& options) {
    connect_options session;
    session.statement_timeout = options.statement_timeout;
    session.idle_transaction = options.idle_transaction;
    override_with(session.lock_timeout, where, "lock_timeout_ms");
    return session;
}

}  // namespace

engine::engine(url where, pool_options options,
               std::function<void(connection&, deadline)> on_connect)
    : where_(std::move(where)),
      options_(effective(where_, options)),
      on_connect_(std::move(on_connect)),
      driver_(&driver_for(where_.kind)),
      dialect_(&sql::dialect_for(dialect_of(where_.kind))) {
    auto open = [this, session = session_settings(where_, options_)](deadline limit) {
        auto c = driver_->connect(where_, session, limit);
        if (on_connect_) on_connect_(*c, limit);
        return c;
    };
    const auto rule =
        where_.is_memory() ? pool::idle_rule::keep_forever : pool::idle_rule::close_old;
    pool_ = std::make_unique<pool>(where_.display(), options_, rule, std::move(open));
}

engine::~engine() = default;

lease engine::acquire(deadline limit) { return pool_->acquire(limit); }

lease engine::acquire_or_open(std::chrono::milliseconds patience, deadline limit) {
    if (where_.is_memory()) return acquire(limit);
    try {
        return pool_->acquire(limit, patience);
    } catch (const error& e) {
        if (e.code() != error_code::pool_exhausted || limit.passed()) throw;
    }
    const deadline last = earlier(limit, deadline::after(options_.connect_timeout));
    lease own;
    own.connection_ = driver_->connect(where_, session_settings(where_, options_), last);
    if (on_connect_) on_connect_(*own.connection_, last);
    return own;
}

std::unique_ptr<connection> engine::open_unpooled(std::chrono::milliseconds lock_timeout,
                                                  deadline limit) {
    if (where_.is_memory())
        raise(error_code::internal, "a database in memory has no second connection");
    connect_options session = session_settings(where_, options_);
    session.lock_timeout = lock_timeout;
    url where = where_;
    where.options.erase("busy_timeout_ms");
    const deadline last = earlier(limit, deadline::after(options_.connect_timeout));
    auto c = driver_->connect(where, session, last);
    if (on_connect_) on_connect_(*c, last);
    return c;
}

engine::pool_stats engine::stats() const { return pool_->stats(); }

void engine::close_idle() { pool_->close_idle(); }

}  // namespace shardwise::engine
