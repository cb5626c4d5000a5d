// SPDX-License-Identifier: MIT
// Computes a SELECT in the client: the inputs are copied into an embedded scratch database one
// after the other (they may share the connections of a transaction), which then delivers the rows.
#include <algorithm>

#include "engine/engine.hpp"
#include "engine/scratch.hpp"
#include "exec/operators.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::exec {
namespace {

/// What one statement may keep in memory; more goes to a temporary file.
constexpr std::size_t scratch_memory = 64U * 1024 * 1024;

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

class local final : public operator_node {
public:
    local(plan::node_ptr n, const execution& how) : node_(std::move(n)), how_(how) {}

    bool next(std::span<arg> row) override {
        if (over_) return false;
        if (!scratch_) compute();
        // An embedded database never says wait.
        if (scratch_->next(row) == engine::fetch::row) return true;
        over_ = true;
        scratch_.reset();
        return false;
    }

private:
    void compute() {
        scratch_ = engine::open_scratch(scratch_memory);
        const auto& q = std::get<plan::local_query>(node_->op);
        for (const plan::local_query::input& in : q.inputs) copy(in);
        const sql::compiled text = sql::compile(*q.query, local_dialect());
        statement_.text = text.text;
        statement_.prepare = false;
        for (const sql::typed& t : text.parameters)
            statement_.parameters.push_back({t.type, t.scale});
        for (const sql::typed& t : text.columns) statement_.columns.push_back({t.type, t.scale});
        std::vector<arg> args;
        for (const value& v : text.values) args.push_back(v.view());
        scratch_->limit_to(how_.limit);
        scratch_->send(statement_, args);
    }

    void copy(const plan::local_query::input& in) {
        engine::run(*scratch_, create_text(*in.table), how_.limit);
        const auto writer =
            scratch_->bulk_insert(in.table->name, columns_of(in), deadline::never());
        const operator_ptr rows = open_node(in.rows, how_);
        std::vector<arg> row(in.rows->columns.size());
        while (rows->next(row)) writer->put(row, how_.limit);
        writer->finish(how_.limit);
    }

    plan::node_ptr node_;
    execution how_;
    engine::statement statement_;
    std::unique_ptr<engine::connection> scratch_;
    bool over_ = false;
};

}  // namespace

operator_ptr make_local_query(const plan::node_ptr& n, const execution& how) {
    return std::make_unique<local>(n, how);
}

}  // namespace shardwise::exec
