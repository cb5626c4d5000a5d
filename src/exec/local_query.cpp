// SPDX-License-Identifier: MIT
// Computes a SELECT in the client: the inputs are copied into an embedded scratch database one
// after the other (they may share the connections of a transaction), which then delivers the rows.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "engine/engine.hpp"
#include "engine/scratch.hpp"
#include "engine/statement_of.hpp"
#include "exec/held_memory.hpp"
#include "exec/operators.hpp"
#include "exec/row_buffer.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::exec {
namespace {

/// What one statement may keep in memory; more goes to a temporary file.
constexpr std::size_t scratch_memory = 64U * 1024 * 1024;

/// WITH RECURSIVE that has made so many rows is taken for one without an end.
constexpr std::uint64_t most_recursive_rows = 1'000'000;

const sql::dialect& local_dialect() { return sql::dialect_for(sql::dialect_kind::sqlite); }

/// Columns without constraints: the rows were checked where they come from.
std::string create_text(const schema::table& t) {
    std::string text = "CREATE TABLE ";
    local_dialect().identifier(text, t.name);
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
        text += i == 0 ? " (" : ", ";
        local_dialect().identifier(text, t.columns[i].name);
        schema::column c = t.columns[i];
        c.precision = 0;  // sums have more digits than a column may; each value is checked
        text += ' ';
        local_dialect().type_name(text, c, false);
    }
    return text + ")";
}

std::vector<engine::connection::bulk_column> columns_of(const plan::local_query::input& in) {
    std::vector<engine::connection::bulk_column> columns;
    for (std::size_t i = 0; i < in.table->columns.size(); ++i)
        columns.push_back(
            {in.table->columns[i].name, in.rows->columns[i].type, in.rows->columns[i].scale});
    return columns;
}

/// Roughly what SQLite writes for a row: a header, integers in as few bytes as they need.
std::size_t stored_size(std::span<const arg> row) {
    std::size_t bytes = 6 + row.size();
    for (const arg& a : row) bytes += a.is_null() ? 0 : points_outside(a) ? a.text().size() : 8;
    return bytes;
}

class local final : public operator_node {
public:
    local(plan::node_ptr n, const execution& how) : node_(std::move(n)), how_(how) {}

    bool next(std::span<arg> row) override {
        if (over_) return false;
        if (!scratch_) compute();
        // An embedded database never says wait.
        if (scratch_->next(row) == engine::fetch::row) {
            if (recursive_ && ++rows_ > most_recursive_rows)
                raise(
                    {.code = error_code::bad_query,
                     .message = fmt::format(
                         "WITH RECURSIVE made more than {} rows: does it end? Give its second part "
                         "a condition, or write UNION so that rows it knows are not followed again",
                         most_recursive_rows)});
            return true;
        }
        over_ = true;
        scratch_.reset();
        return false;
    }

private:
    void compute() {
        std::size_t memory = scratch_memory;
        if (how_.held) memory = std::min<std::size_t>(memory, how_.held->most_bytes());
        scratch_ = engine::open_scratch(memory);
        const auto& q = std::get<plan::local_query>(node_->op);
        recursive_ = static_cast<bool>(q.query->recursive);
        for (const plan::local_query::input& in : q.inputs) copy(in);
        const sql::compiled text = sql::compile(*q.query, local_dialect());
        statement_ = engine::statement_of(text);
        statement_.prepare = false;
        std::vector<arg> args;
        for (const value& v : text.values) args.push_back(v.view());
        scratch_->limit_to(how_.limit);
        scratch_->send(statement_, args);
    }

    void copy(const plan::local_query::input& in) {
        engine::run(*scratch_, create_text(*in.table), how_.limit);
        const auto writer =
            scratch_->bulk_insert(in.table->name, columns_of(in), deadline::never());
        // Read row by row: whole tables may come, and only the scratch database may keep them.
        execution row_by_row = how_;
        row_by_row.streaming = true;
        const operator_ptr rows = open_node(in.rows, row_by_row);
        std::vector<arg> row(in.rows->columns.size());
        while (rows->next(row)) {
            if (how_.held) how_.held->add_scratch(stored_size(row));
            writer->put(row, how_.limit);
        }
        writer->finish(how_.limit);
    }

    plan::node_ptr node_;
    execution how_;
    engine::statement statement_;
    std::unique_ptr<engine::connection> scratch_;
    bool over_ = false;
    bool recursive_ = false;
    std::uint64_t rows_ = 0;
};

}  // namespace

operator_ptr make_local_query(const plan::node_ptr& n, const execution& how) {
    return std::make_unique<local>(n, how);
}

}  // namespace shardwise::exec
