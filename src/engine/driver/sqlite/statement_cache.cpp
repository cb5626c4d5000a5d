// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/statement_cache.hpp"

#include <limits>

#include "engine/driver/sqlite/errors.hpp"
#include "engine/driver/sqlite/index_use.hpp"

namespace shardwise::engine::sqlite {
namespace {

/// The first word of a statement in capitals, at most `longest` letters of it.
std::string first_word(std::string_view text) {
    constexpr std::size_t longest = 10;
    std::string out;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && out.empty() && (c == ' ' || c == '\n' || c == '\t' || c == '(')) continue;
        if (!letter || out.size() == longest) break;
        out.push_back(c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return out;
}

bool is_full_rollback(std::string_view text) {
    if (first_word(text) != "ROLLBACK") return false;
    return text.find(" TO") == std::string_view::npos && text.find(" to") == std::string_view::npos;
}

}  // namespace

void compile(sqlite3* db, std::string_view text, unsigned flags, std::string_view server,
             prepared& out) {
    if (text.size() >= static_cast<std::size_t>(std::numeric_limits<int>::max()))
        raise_error(nullptr, SQLITE_TOOBIG, server, {});
    const char* tail = nullptr;
    const int rc = sqlite3_prepare_v3(db, text.data(), static_cast<int>(text.size()), flags,
                                      &out.handle, &tail);
    if (rc != SQLITE_OK) raise_error(db, rc, server, text);
    const auto refuse = [&](std::string_view why) {
        error_info info;
        info.code = error_code::bad_query;
        info.message = why;
        info.server = server;
        info.statement = text;
        raise(std::move(info));
    };
    if (out.handle == nullptr) refuse("the SQL text holds no statement");
    const char* const end = text.data() + text.size();
    if (tail != nullptr && tail != end) {  // blanks and comments only are compiled to nothing
        sqlite3_stmt* second = nullptr;
        const int more =
            sqlite3_prepare_v3(db, tail, static_cast<int>(end - tail), 0, &second, nullptr);
        sqlite3_finalize(second);
        if (more != SQLITE_OK || second != nullptr)
            refuse("the SQL text holds more than one statement; send them one by one");
    }
    const std::string word = first_word(text);
    out.counts_rows = sqlite3_stmt_readonly(out.handle) == 0 &&
                      (word == "INSERT" || word == "UPDATE" || word == "DELETE" ||
                       word == "REPLACE" || word == "WITH");
    out.is_rollback = is_full_rollback(text);
    out.is_begin = text == "BEGIN IMMEDIATE";
}

prepared* statement_cache::find(std::uint64_t id) noexcept {
    // Most programs repeat one statement: the newest is looked at before the map.
    if (!recent_.empty() && recent_.front().id == id) return &recent_.front();
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return &recent_.front();
}

prepared& statement_cache::add(sqlite3* db, const statement& s, std::string_view server) {
    const bool keep = s.prepare && s.id != 0 && capacity_ > 0;
    std::list<prepared> fresh;
    fresh.emplace_front();
    const std::optional<std::string> unindexed = without_index(s);
    const std::string& text = unindexed && looks_rows_up(db, s.text) ? *unindexed : s.text;
    compile(db, text, keep ? SQLITE_PREPARE_PERSISTENT : 0U, server, fresh.front());
    if (!keep) {
        single_.splice(single_.begin(), fresh);
        return single_.front();
    }
    fresh.front().id = s.id;
    fresh.front().cached = true;
    by_id_.emplace(s.id, fresh.begin());
    recent_.splice(recent_.begin(), fresh);
    if (recent_.size() > capacity_) {
        by_id_.erase(recent_.back().id);
        recent_.pop_back();
    }
    return recent_.front();
}

void statement_cache::release(prepared& p) noexcept {
    if (!p.cached) single_.clear();
}

}  // namespace shardwise::engine::sqlite
