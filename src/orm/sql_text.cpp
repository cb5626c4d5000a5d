// SPDX-License-Identifier: MIT
// SQL text in a session: parsed against the cluster's tables, then run as any other statement.
#include "shardwise/orm/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "exec/row_buffer.hpp"
#include "orm/known_tables.hpp"
#include "orm/reading.hpp"
#include "orm/row_set.hpp"
#include "orm/session_state.hpp"
#include "orm/unique_reads.hpp"
#include "plan/explain.hpp"
#include "shardwise/base/error.hpp"
#include "sql/typing.hpp"

namespace shardwise::orm {
namespace {

parse::statement parsed(const session_core::state& s, std::string_view text,
                        const sql_argument* arguments, std::size_t count) {
    std::vector<parse::named_value> values;
    for (std::size_t i = 0; i < count; ++i)
        values.push_back({std::string(arguments[i].name), value(arguments[i].is)});
    return parse::parse_statement(text, known_tables(s.db), values);
}

[[noreturn]] void refuse(std::string message) {
    raise(error_info{.code = error_code::bad_query, .message = std::move(message)});
}

const std::vector<sql::select_item>& items_of(const parse::statement& s) {
    if (const auto* const query = std::get_if<sql::select_ptr>(&s.parsed)) return (*query)->items;
    return std::get<sql::change_ptr>(s.parsed)->returning;
}

void check_row(const parse::statement& s, const codec* const* columns, std::size_t count) {
    const std::vector<sql::select_item>& items = items_of(s);
    if (items.empty())
        refuse(
            "an INSERT, UPDATE or DELETE without RETURNING has no rows: call sql() without a "
            "row type");
    if (items.size() != count)
        refuse(fmt::format("the statement has {} columns, the row has {} members", items.size(),
                           count));
    for (std::size_t i = 0; i < count; ++i) {
        const column_type type = items[i].expression->type.type;
        if (items[i].expression->is_null_literal() ||
            sql::family_of(type) == sql::family_of(columns[i]->type))
            continue;
        refuse(fmt::format("column {} (\"{}\") is {}, member {} of the row is made for {}", i + 1,
                           s.headings[i], name_of(type), i + 1, name_of(columns[i]->type)));
    }
}

/// EXPLAIN or EXPLAIN ANALYZE before a statement.
class explain_prefix {
public:
    explicit explain_prefix(std::string_view text) : statement_(text) {
        found_ = skip("EXPLAIN");
        analyze_ = found_ && skip("ANALYZE");
    }
    bool found() const noexcept { return found_; }
    bool analyze() const noexcept { return analyze_; }
    /// With blanks for the prefix, so that places in it stay what they are.
    const std::string& statement() const noexcept { return statement_; }

private:
    bool skip(std::string_view word) {
        const std::size_t at = statement_.find_first_not_of(" \t\r\n");
        if (at == std::string::npos || at + word.size() >= statement_.size()) return false;
        if (!starts_with_ignoring_case(std::string_view(statement_).substr(at), word)) return false;
        if (std::string_view(" \t\r\n").find(statement_[at + word.size()]) ==
            std::string_view::npos)
            return false;
        std::fill_n(statement_.begin() + static_cast<std::ptrdiff_t>(at), word.size(), ' ');
        return true;
    }

    std::string statement_;
    bool found_ = false;
    bool analyze_ = false;
};

sql_result plan_rows(const explanation& e) {
    sql_result out;
    out.headings = {"plan"};
    const std::string text = e.to_string();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        out.rows.push_back({value{arg{std::string_view(text).substr(at, end - at)}}});
        at = end + 1;
    }
    return out;
}

void read_each(session_core::state& s, const sql::select_ptr& q, reach how_far,
               exec::held_memory& held, const exec::row_sink& keep) {
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(session_core::state::ending::keep_open, until);
    located_plan p(s, q, until);
    bool found = false;
    do {
        check_reach(s, *p, q, how_far, until);
        s.guarded([&] {
            const auto source = exec::open(*p, how_to_run(s, until, &held));
            std::vector<arg> row(p->root->columns.size());
            while (source->next(row)) {
                found = true;
                keep(row);
            }
        });
    } while (p.moved(found));
}

}  // namespace

row_set_ptr session_core::select_text(std::string_view text, const sql_argument* arguments,
                                      std::size_t count, const codec* const* columns,
                                      std::size_t column_count, reach how_far) {
    const turn in_call(*state_, "sql()");
    const parse::statement s = parsed(*state_, text, arguments, count);
    check_row(s, columns, column_count);
    if (const auto* const change = std::get_if<sql::change_ptr>(&s.parsed))
        return run_returning(*change, how_far);
    return select(std::get<sql::select_ptr>(s.parsed), how_far);
}

sql_result session_core::run_text(std::string_view text, const sql_argument* arguments,
                                  std::size_t count, reach how_far) {
    const turn in_call(*state_, "sql()");
    if (const explain_prefix asked(text); asked.found()) {
        const explanation e = asked.analyze()
                                  ? analyze_text(asked.statement(), arguments, count, how_far)
                                  : explain_text(asked.statement(), arguments, count);
        return plan_rows(e);
    }
    parse::statement s = parsed(*state_, text, arguments, count);
    sql_result out;
    const auto* const change = std::get_if<sql::change_ptr>(&s.parsed);
    if (change != nullptr && (*change)->returning.empty()) {
        out.changed = run(*change, how_far);
        return out;
    }
    exec::held_memory held(state_->limits());
    const auto keep = [&](std::span<const arg> row) {
        held.add(1, row.size() * sizeof(value) + exec::text_bytes(row),
                 change != nullptr ? "the rows of RETURNING" : "the result");
        out.rows.emplace_back(row.begin(), row.end());
    };
    if (change != nullptr) {
        state_->change(*change, how_far, keep, held);
        out.changed = static_cast<std::int64_t>(out.rows.size());
    } else {
        read_each(*state_, std::get<sql::select_ptr>(s.parsed), how_far, held, keep);
    }
    out.headings = std::move(s.headings);
    return out;
}

explanation session_core::explain_text(std::string_view text, const sql_argument* arguments,
                                       std::size_t count) {
    const parse::statement s = parsed(*state_, text, arguments, count);
    return std::visit([&](const auto& statement) { return explain(statement); }, s.parsed);
}

explanation session_core::analyze_text(std::string_view text, const sql_argument* arguments,
                                       std::size_t count, reach how_far) {
    const parse::statement s = parsed(*state_, text, arguments, count);
    const auto* const query = std::get_if<sql::select_ptr>(&s.parsed);
    if (query == nullptr) refuse("EXPLAIN ANALYZE runs the statement: only SELECT can be analyzed");
    return analyze(*query, how_far);
}

}  // namespace shardwise::orm
