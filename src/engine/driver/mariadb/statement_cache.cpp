// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/statement_cache.hpp"

#include <fmt/format.h>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::mariadb {

std::string first_word(std::string_view text) {
    const auto from = text.find_first_not_of(" \t\r\n(");
    std::string word;
    for (auto i = from; i < text.size(); ++i) {
        const char c = text[i];
        if (c >= 'a' && c <= 'z') {
            word += static_cast<char>(c - 'a' + 'A');
        } else if (c >= 'A' && c <= 'Z') {
            word += c;
        } else {
            break;
        }
    }
    return word;
}

prepared::prepared(MYSQL* handle, const statement& s)
    : handle_(mysql_stmt_init(handle)),
      text_(s.text),
      columns_(s.columns),
      cells_(s.columns.size()) {
    if (handle_ == nullptr) raise(error_code::internal, "libmariadb is out of memory");
    const std::string word = columns_.empty() ? std::string{} : first_word(text_);
    returns_changes_ = word == "INSERT" || word == "DELETE" || word == "REPLACE";
    mysql_stmt_attr_set(handle_, STMT_ATTR_CB_USER_DATA, this);
    mysql_stmt_attr_set(handle_, STMT_ATTR_CB_RESULT,
                        reinterpret_cast<const void*>(&prepared::take_column));
}

prepared::~prepared() { mysql_stmt_close(handle_); }

void prepared::take_column(void* self, unsigned int column, unsigned char** row) {
    auto* me = static_cast<prepared*>(self);
    cell taken;
    if (row != nullptr) {
        taken = take_cell(mariadb_stmt_fetch_fields(me->handle_)[column].type, *row);
    }
    if (column < me->cells_.size()) me->cells_[column] = taken;
}

void prepared::decode(std::span<arg> row) const {
    const MYSQL_FIELD* fields = mariadb_stmt_fetch_fields(handle_);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        row[i] = decode_binary(cells_[i], fields[i], columns_[i].type, i + 1);
    }
}

prepared& statement_cache::get(MYSQL* handle, const statement& s) {
    // Id 0 was never interned: nobody will ask for it again.
    if (s.prepare && s.id != 0) {
        if (!entries_.empty() && entries_.front().id == s.id) return *entries_.front().statement;
        if (const auto found = by_id_.find(s.id); found != by_id_.end()) {
            entries_.splice(entries_.begin(), entries_, found->second);
            return *entries_.front().statement;
        }
    }
    const std::uint64_t id = s.prepare ? s.id : 0;
    entries_.push_front({id, std::make_unique<prepared>(handle, s)});
    if (id != 0) by_id_[id] = entries_.begin();
    entries_.front().statement->forgotten = id == 0;
    return *entries_.front().statement;
}

void statement_cache::forget(prepared& p) noexcept {
    if (p.forgotten) return;
    for (auto& e : entries_) {
        if (e.statement.get() != &p) continue;
        by_id_.erase(e.id);
        e.id = 0;
    }
    p.forgotten = true;
}

void statement_cache::release(prepared& p) noexcept {
    --p.users;
    if (p.users == 0 && p.forgotten) {
        entries_.remove_if([&p](const entry& e) { return e.statement.get() == &p; });
    } else if (entries_.size() > capacity_) {
        close_unused(capacity_);
    }
}

bool statement_cache::close_unused(std::size_t keep) noexcept {
    bool closed = false;
    for (auto at = entries_.end(); at != entries_.begin() && entries_.size() > keep;) {
        --at;
        if (at->statement->users != 0) continue;
        by_id_.erase(at->id);
        at = entries_.erase(at);
        closed = true;
    }
    return closed;
}

}  // namespace shardwise::engine::mariadb
