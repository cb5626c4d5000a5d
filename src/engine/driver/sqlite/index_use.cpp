// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/index_use.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

namespace shardwise::engine::sqlite {
namespace {

/// The end of the quoted name or text that begins at `at`; npos when it does not end.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size(); ++at) {
        if (text[at] != quote) continue;
        if (at + 1 == text.size() || text[at + 1] != quote) return at + 1;
        ++at;
    }
    return std::string_view::npos;
}

/// The place behind the only table of the outer SELECT, if GROUP BY follows at once.
std::size_t end_of_grouped_table(std::string_view text) {
    constexpr std::string_view from = " FROM \"", group = " GROUP BY ";
    int depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (depth == 0 && text.substr(at).starts_with(from)) {
            const std::size_t end = end_of_quoted(text, at + from.size() - 1);
            const bool grouped =
                end != std::string_view::npos && text.substr(end).starts_with(group);
            return grouped ? end : std::string_view::npos;
        }
        if (c == '"' || c == '\'') {
            at = end_of_quoted(text, at);
            continue;
        }
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        ++at;
    }
    return std::string_view::npos;
}

struct finalize {
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
};

}  // namespace

std::optional<std::string> without_index(const statement& s) {
    if (!s.text.starts_with("SELECT ") ||
        std::any_of(s.columns.begin(), s.columns.end(), [](const statement::result_column& c) {
            return c.type == column_type::float64;
        }))
        return std::nullopt;
    const std::size_t end = end_of_grouped_table(s.text);
    // With LIMIT the index may be left after a few groups.
    if (end == std::string_view::npos || s.text.find(" LIMIT ", end) != std::string::npos)
        return std::nullopt;
    std::string out = s.text;
    out.insert(end, " NOT INDEXED");
    return out;
}

bool looks_rows_up(sqlite3* db, const std::string& select) noexcept {
    try {
        const std::string explain = "EXPLAIN QUERY PLAN " + select;
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v3(db, explain.c_str(), -1, 0, &made, nullptr) != SQLITE_OK)
            return false;
        const std::unique_ptr<sqlite3_stmt, finalize> plan(made);
        constexpr int detail = 3;
        bool found = false;
        while (sqlite3_step(plan.get()) == SQLITE_ROW) {
            const auto* const text =
                reinterpret_cast<const char*>(sqlite3_column_text(plan.get(), detail));
            const std::string_view what = text != nullptr ? text : "";
            found = found || (what.starts_with("SCAN ") &&
                              what.find(" USING INDEX ") != std::string_view::npos);
        }
        return found;
    } catch (...) {  // out of memory
        return false;
    }
}

}  // namespace shardwise::engine::sqlite
