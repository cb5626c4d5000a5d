// SPDX-License-Identifier: MIT
#include "ops/migration_runner.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "base/failpoint.hpp"
#include "catalog/own_tables.hpp"
#include "ops/content_digest.hpp"
#include "ops/migration_files.hpp"
#include "ops/migration_store.hpp"
#include "shardwise/base/error.hpp"
#include "txn/transaction_id.hpp"

namespace shardwise::ops {

namespace {

history_row first_row(const migration& m) {
    history_row r;
    r.version = m.version;
    r.name = m.name;
    r.checksum = m.up.checksum();
    r.started_ms = txn::now_ms();
    return r;
}

const history_row* find(const std::vector<history_row>& rows, std::int64_t version) {
    for (const history_row& r : rows)
        if (r.version == version) return &r;
    return nullptr;
}

std::string digest_of(const std::string& text) {
    content_digest digest;
    digest.add(text);
    return digest.hex();
}

bool may_be_tried_again(const error& e) {
    return (e.code() == error_code::lock_timeout || e.code() == error_code::deadlock ||
            e.code() == error_code::serialization_failure) &&
           !e.poisons_connection();
}

}  // namespace

migration_runner::migration_runner(cluster_layer::core& db, sharding::shard_index shard,
                                   const migrate_options& options)
    : db_(db),
      shard_(shard),
      options_(options),
      dialect_(*db.dialects()[shard]),
      files_(read_migrations(options.directory, dialect_.kind())) {
    try {
        const deadline opening = db.default_deadline();
        if (db.endpoint(shard).where().is_memory()) {
            pooled_ = db.connect(shard, opening);
            link_ = pooled_.link;
        } else {
            own_ = db.endpoint(shard).open_unpooled(
                std::chrono::milliseconds(options.lock_timeout_ms), opening);
            link_ = own_.get();
        }
        prepare_session();
        lock();
        create_history(*link_, dialect_, limit());
    } catch (const error& e) {
        error_info info = e.info();
        info.shard = db.shard_name(shard);
        if (e.code() == error_code::connect_failed || e.code() == error_code::connection_lost)
            info.code = error_code::shard_unavailable;
        raise(std::move(info));
    }
}

deadline migration_runner::limit() const {
    return deadline::after(std::chrono::milliseconds(options_.statement_timeout_ms));
}

/// Our deadline watches the statements; the servers' limits are for everybody else's.
void migration_runner::prepare_session() {
    const std::int64_t ms = options_.lock_timeout_ms;
    if (dialect_.kind() == sql::dialect_kind::postgres) {
        engine::run(*link_, "SET statement_timeout = 0", limit());
        engine::run(*link_, fmt::format("SET lock_timeout = {}", ms), limit());
    } else if (dialect_.kind() == sql::dialect_kind::mariadb) {
        const std::int64_t seconds = (ms + 999) / 1'000;
        engine::run(*link_,
                    fmt::format("SET SESSION max_statement_time = 0, lock_wait_timeout = {0}, "
                                "innodb_lock_wait_timeout = {0}",
                                seconds),
                    limit());
    }
}

std::int64_t migration_runner::ask(const std::string& text) {
    std::int64_t answer = 0;
    catalog::own_statement s(dialect_);
    s.raw(text).gives({column_type::int64});
    s.run(*link_, limit(), [&](std::span<const arg> row) { answer = row[0].to_integer(); });
    return answer;
}

bool migration_runner::try_lock() {
    if (dialect_.kind() == sql::dialect_kind::postgres)
        return ask("SELECT CAST(CASE WHEN pg_try_advisory_lock(hashtextextended("
                   "'shardwise_migrations/' || current_schema(), 0)) THEN 1 ELSE 0 END AS "
                   "bigint)") == 1;
    if (dialect_.kind() == sql::dialect_kind::mariadb)
        return ask("SELECT CAST(GET_LOCK(CONCAT('shardwise/', MD5(DATABASE())), 0) AS SIGNED)") ==
               1;
    return true;  // each migration is one writing transaction, which reads the history first
}

void migration_runner::lock() {
    const auto last =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.lock_timeout_ms);
    while (!try_lock()) {
        if (std::chrono::steady_clock::now() >= last)
            raise({.code = error_code::bad_state,
                   .message = "another process migrates this shard, or a statement of one that has "
                              "died still runs there: wait until it has ended"});
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

std::vector<history_row> migration_runner::history() {
    return read_history(*link_, dialect_, limit());
}

/// Whoever waits for a lock on a table makes all wait that come after him. So it is given up soon,
/// and tried again when they have passed.
template <class F>
void migration_runner::with_retries(const F& work) {
    for (int attempt = 1;; ++attempt) {
        try {
            work();
            return;
        } catch (const error& e) {
            if (attempt >= options_.lock_attempts || !may_be_tried_again(e)) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100 * attempt));
    }
}

bool migration_runner::run(const migration_step& step) {
    const migration_script& script = step.undo ? *step.what->down : step.what->up;
    failpoint("migrate.before");
    if (script.transactional) return run_in_transaction(step);
    run_by_steps(step, script);
    failpoint("migrate.after");
    return true;
}

bool migration_runner::run_in_transaction(const migration_step& step) {
    const migration_script& script = step.undo ? *step.what->down : step.what->up;
    bool done = false;
    with_retries([&] {
        engine::run(*link_,
                    dialect_.kind() == sql::dialect_kind::sqlite ? "BEGIN IMMEDIATE" : "BEGIN",
                    limit());
        try {
            const auto rows = history();
            const bool there = find(rows, step.what->version) != nullptr;
            done = there == step.undo;  // otherwise another runner was faster
            if (done) transaction(step, script);
            engine::run(*link_, "COMMIT", limit());
        } catch (const error& e) {
            if (!e.poisons_connection()) engine::run(*link_, "ROLLBACK", limit());
            throw;
        }
    });
    failpoint("migrate.after");
    return done;
}

void migration_runner::execute(const std::string& text, std::size_t index, const history_row& row) {
    try {
        engine::run(*link_, text, limit());
    } catch (const error& e) {
        error_info info = e.info();
        info.message = fmt::format("statement {} of migration {:04}_{}: {}", index + 1, row.version,
                                   row.name, e.message());
        raise(std::move(info));
    }
}

void migration_runner::transaction(const migration_step& step, const migration_script& script) {
    history_row row = first_row(*step.what);
    failpoint("migrate.begun");
    for (std::size_t i = 0; i < script.statements.size(); ++i) {
        execute(script.statements[i], i, row);
        failpoint("migrate.ran");
    }
    row.steps = static_cast<std::int64_t>(script.statements.size());
    row.done_checksum = script.checksum();
    row.ended_ms = txn::now_ms();
    if (step.undo)
        delete_row(*link_, row.version, dialect_, limit());
    else
        insert_row(*link_, row, dialect_, limit());
    failpoint("migrate.before_commit");
}

/// The row says before each statement that it is begun, and afterwards that it has run.
void migration_runner::run_by_steps(const migration_step& step, const migration_script& script) {
    const auto rows = history();
    const history_row* const known = find(rows, step.what->version);
    history_row row = known == nullptr ? first_row(*step.what) : *known;
    if (known == nullptr) {
        row.done_checksum = script.checksum(0);
        insert_row(*link_, row, dialect_, limit());
    } else if (step.undo && !known->undoing) {
        row.undoing = true;
        row.steps = 0;
        row.done_checksum = script.checksum(0);
        row.running = false;
        row.ended_ms = 0;
        row.started_ms = txn::now_ms();
        update_row(*link_, row, dialect_, limit());
    } else if (step.unknown && has_run(script.statements[step.first], row)) {
        finish_statement(row, script);
        update_row(*link_, row, dialect_, limit());
    }
    failpoint("migrate.begun");
    while (static_cast<std::size_t>(row.steps) < script.statements.size())
        run_statement(script.statements[static_cast<std::size_t>(row.steps)], row, script);
    failpoint("migrate.before_commit");
    if (step.undo) {
        delete_row(*link_, row.version, dialect_, limit());
        return;
    }
    row.checksum = script.checksum();  // what had not run may have been mended
    row.done_checksum = row.checksum;
    row.ended_ms = txn::now_ms();
    update_row(*link_, row, dialect_, limit());
}

void migration_runner::finish_statement(history_row& row, const migration_script& script) {
    ++row.steps;
    row.running = false;
    row.before.clear();
    row.done_checksum = script.checksum(static_cast<std::size_t>(row.steps));
}

void migration_runner::run_statement(const std::string& text, history_row& row,
                                     const migration_script& script) {
    const statement_shape shape = shape_of(text, dialect_.kind());
    const bool rows_only = shape.kind == statement_kind::rows;
    if (!rows_only) {
        row.running = true;
        row.before = digest_of(text) + ":" + fingerprint(shape);
        update_row(*link_, row, dialect_, limit());
    }
    failpoint("migrate.announced");
    const auto undo_announcement = [&] {
        row.running = false;
        row.before.clear();
        update_row(*link_, row, dialect_, limit());
    };
    history_row after = row;
    finish_statement(after, script);
    try {
        with_retries([&] {
            if (!rows_only) {
                drop_invalid(shape);
                execute(text, static_cast<std::size_t>(row.steps), row);
                return;
            }
            engine::run(*link_, "BEGIN", limit());
            try {
                execute(text, static_cast<std::size_t>(row.steps), row);
                failpoint("migrate.rows_ran");
                update_row(*link_, after, dialect_, limit());
                engine::run(*link_, "COMMIT", limit());
            } catch (const error& e) {
                if (!e.poisons_connection()) engine::run(*link_, "ROLLBACK", limit());
                throw;
            }
        });
    } catch (const error& e) {
        // The server has answered: it did not run. After a lost connection nobody knows.
        if (!rows_only && !e.poisons_connection() && e.code() != error_code::timeout &&
            e.code() != error_code::cancelled)
            undo_announcement();
        throw;
    }
    failpoint("migrate.ran");
    if (!rows_only) update_row(*link_, after, dialect_, limit());
    row = after;
    failpoint("migrate.step_done");
}

int migration_runner::index_state(const std::string& name) {
    std::int64_t state = 0;
    catalog::own_statement s(dialect_);
    s.raw(
        "SELECT CAST(CASE WHEN i.indisvalid THEN 2 ELSE 1 END AS bigint) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = current_schema() AND c.relname = ");
    s.bind(name).gives({column_type::int64});
    s.run(*link_, limit(), [&](std::span<const arg> row) { state = row[0].to_integer(); });
    return static_cast<int>(state);
}

/// What CREATE INDEX CONCURRENTLY leaves when it fails: an index that costs and does not serve.
void migration_runner::drop_invalid(const statement_shape& shape) {
    if (shape.kind != statement_kind::concurrent_index || index_state(shape.name) != 1) return;
    std::string text = "DROP INDEX CONCURRENTLY ";
    dialect_.identifier(text, shape.name);
    engine::run(*link_, text, limit());
}

std::string migration_runner::fingerprint(const statement_shape& shape) {
    if (shape.kind != statement_kind::table) return {};
    if (!catalog::table_exists(*link_, shape.name, dialect_, limit())) return "absent";
    std::string definition;
    catalog::own_statement s(dialect_);
    s.raw("SHOW CREATE TABLE ").name(shape.name).gives({column_type::text, column_type::text});
    s.run(*link_, limit(), [&](std::span<const arg> row) { definition = row[1].to_text(); });
    // The counter grows with the rows.
    constexpr std::string_view counter = " AUTO_INCREMENT=";
    if (const auto at = definition.find(counter); at != std::string::npos) {
        auto end = at + counter.size();
        while (end < definition.size() && definition[end] >= '0' && definition[end] <= '9') ++end;
        definition.erase(at, end - at);
    }
    content_digest digest;
    digest.add(definition);
    return digest.hex();
}

bool migration_runner::has_run(const std::string& text, const history_row& row) {
    // The evidence is about the statement that was begun, not about one that was mended since.
    const std::string prefix = digest_of(text) + ":";
    if (!row.before.starts_with(prefix))
        raise({.code = error_code::bad_state,
               .message = fmt::format("statement {} of migration {:04}_{} was begun when its "
                                      "process died, and its file says something else now: give "
                                      "it back as it was",
                                      row.steps + 1, row.version, row.name),
               .shard = db_.shard_name(shard_)});
    const statement_shape shape = shape_of(text, dialect_.kind());
    switch (shape.kind) {
        case statement_kind::table:
            return fingerprint(shape) != row.before.substr(prefix.size());
        case statement_kind::concurrent_index:
            return index_state(shape.name) == 2;
        case statement_kind::drop_index_concurrently:
            return index_state(shape.name) == 0;
        case statement_kind::rows:
        case statement_kind::other:
            break;
    }
    using unknown = migrate_options::unknown_statement;
    if (options_.unknown != unknown::refuse) return options_.unknown == unknown::has_run;
    raise({.code = error_code::bad_state,
           .message = fmt::format(
               "nobody knows whether statement {} of migration {:04}_{} has run when its process "
               "died: look at the shard, then run the same command with --assume-ran or "
               "--assume-not-ran",
               row.steps + 1, row.version, row.name),
           .shard = db_.shard_name(shard_)});
}

}  // namespace shardwise::ops
