// SPDX-License-Identifier: MIT
#include "ops/shard_loader.hpp"

#include <fmt/format.h>

#include "base/failpoint.hpp"
#include "ops/row_maker.hpp"

namespace shardwise::ops {
namespace {

/// It is this row that the database does not want; others may be good.
bool is_about_a_row(const error& e) {
    switch (e.code()) {
        case error_code::unique_violation:
        case error_code::foreign_key_violation:
        case error_code::not_null_violation:
        case error_code::check_violation:
        case error_code::bad_value:
        case error_code::value_not_storable:
            return true;
        case error_code::statement_failed:  // "data exception", "integrity constraint violation"
            return e.sqlstate().starts_with("22") || e.sqlstate().starts_with("23");
        default:
            return false;
    }
}

}  // namespace

template <class F>
void shard_loader::on_shard(F&& work) {
    try {
        work();
    } catch (const error& e) {
        if (joined_ == nullptr) link_.poison_if(e);
        error_info info = e.info();
        info.shard = shard_name();
        if (info.table.empty()) info.table = table_;
        raise(std::move(info));
    }
}

void shard_loader::run(const char* text) {
    engine::run(connection(), text, db_.default_deadline());
}

void shard_loader::join(orm::shard_transactions& all) {
    const deadline limit = db_.default_deadline();
    all.begin(shard_, limit);
    all.finish_begin(shard_, limit);
    all.wrote(shard_);
    joined_ = &all;
}

void shard_loader::begin(const import_record& r, bool known) {
    refused_.clear();
    if (joined_ == nullptr) link_ = db_.connect(shard_, db_.default_deadline());
    on_shard([&] {
        if (joined_ == nullptr)
            engine::run(connection(), orm::begin_statement(link_.endpoint->kind()), {},
                        db_.default_deadline());
        if (claim(connection(), r, known, dialect(), db_.default_deadline())) return;
        raise({.code = error_code::bad_state,
               .message = fmt::format("another process imports the same file into table {} at "
                                      "this moment; let one of them do it",
                                      table_)});
    });
}

void shard_loader::load(row_batch& batch, std::span<const std::uint32_t> rows) {
    refused_ = insert({table_, columns_, [&](std::uint32_t i) { return batch.cells_of(i); }}, rows);
}

std::vector<refused_row> shard_loader::insert(const bulk_rows& what,
                                              std::span<const std::uint32_t> rows) {
    std::vector<refused_row> refused;
    on_shard([&] { insert_some(what, rows, refused); });
    return refused;
}

/// In the given order, so that of two equal keys it is always the second that is refused.
void shard_loader::insert_some(const bulk_rows& what, std::span<const std::uint32_t> rows,
                               std::vector<refused_row>& refused) {
    if (rows.empty()) return;
    const std::optional<error> failure = try_bulk(what, rows);
    if (!failure) return;
    if (rows.size() == 1) {
        refused.push_back({rows.front(), reason_of(*failure), failure->code()});
        return;
    }
    const std::size_t half = rows.size() / 2;
    insert_some(what, rows.first(half), refused);
    insert_some(what, rows.subspan(half), refused);
}

std::optional<error> shard_loader::try_bulk(const bulk_rows& what,
                                            std::span<const std::uint32_t> rows) {
    constexpr std::size_t rows_per_deadline = 1024;
    run("SAVEPOINT sw_import");
    try {
        deadline limit = db_.default_deadline();
        const auto writer = connection().bulk_insert(what.table, what.columns, limit);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (i % rows_per_deadline == rows_per_deadline - 1) limit = db_.default_deadline();
            writer->put(what.cells(rows[i]), limit);
        }
        const std::int64_t written = writer->finish(db_.default_deadline());
        if (written != static_cast<std::int64_t>(rows.size()))
            raise(
                {.code = error_code::internal,
                 .message = fmt::format("{} rows were sent and {} arrived", rows.size(), written)});
    } catch (const error& e) {
        // The writer is gone and has cleaned up; what is left is the server's savepoint.
        if (!is_about_a_row(e) || e.poisons_connection() || !connection().in_transaction()) throw;
        run("ROLLBACK TO SAVEPOINT sw_import");
        run("RELEASE SAVEPOINT sw_import");
        return e;
    }
    run("RELEASE SAVEPOINT sw_import");
    return std::nullopt;
}

void shard_loader::write(const import_record& r) {
    on_shard([&] { write_record(connection(), r, dialect(), db_.default_deadline()); });
}

void shard_loader::commit() {
    on_shard([&] {
        failpoint("import_before_commit");
        try {
            engine::run(*link_.link, orm::commit_statement(link_.endpoint->kind()), {},
                        db_.default_deadline());
        } catch (const error& e) {
            if (!e.poisons_connection() && e.code() != error_code::timeout) throw;
            link_.poison();
            error_info info = e.info();
            info.code = error_code::in_doubt;
            info.message = fmt::format(
                "the answer to the commit of a batch never came; run the import again, it finds "
                "out and goes on: {}",
                e.message());
            raise(std::move(info));
        }
        failpoint("import_after_commit");
    });
    link_ = {};
}

void shard_loader::rollback() noexcept {
    joined_ = nullptr;
    if (!link_.borrowed) return;
    try {
        const deadline limit = deadline::after(std::chrono::seconds(2));
        if (!link_.link->discard(limit)) {
            link_.poison();
        } else if (link_.link->in_transaction()) {
            engine::run(*link_.link, orm::rollback_statement(), {}, limit);
        }
    } catch (...) {
        link_.poison();  // closing the connection rolls back
    }
    link_ = {};
}

}  // namespace shardwise::ops
