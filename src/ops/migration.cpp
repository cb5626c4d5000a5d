// SPDX-License-Identifier: MIT
#include "ops/migration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/content_digest.hpp"
#include "parse/quoted_text.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/ops/sql_script.hpp"

namespace shardwise::ops {

namespace {

/// The words, names and signs of a statement, one after the other; comments are passed over.
class word_reader {
public:
    explicit word_reader(std::string_view text) : text_(text) {}

    /// Empty at the end. Words in upper case; names in quotes as they are.
    std::string next(bool as_name = false) {
        skip();
        was_quoted_ = false;
        if (at_ >= text_.size()) return {};
        const char c = text_[at_];
        was_quoted_ = c == '`' || c == '"';
        if (was_quoted_) return quoted(c);
        std::size_t end = at_;
        while (end < text_.size() && is_word(text_[end])) ++end;
        if (end == at_) ++end;
        std::string word(text_.substr(at_, end - at_));
        at_ = end;
        if (!as_name) std::transform(word.begin(), word.end(), word.begin(), upper);
        return word;
    }
    bool was_quoted() const { return was_quoted_; }
    /// Passes over the words if all of them come now.
    bool take(std::initializer_list<std::string_view> words) {
        const std::size_t before = at_;
        for (const std::string_view w : words)
            if (next() != w) {
                at_ = before;
                return false;
            }
        return true;
    }

private:
    static char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
    static bool is_word(char c) {
        return c == '_' || c == '$' || (c >= '0' && c <= '9') ||
               (upper(c) >= 'A' && upper(c) <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
    }
    void skip() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at_;
                continue;
            }
            const std::size_t end = c == '-' || c == '/' ? parse::end_of_quoted(text_, at_) : at_;
            if (end == at_) return;
            at_ = end == std::string_view::npos ? text_.size() : end;
        }
    }
    std::string quoted(char quote) {
        std::string name;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == quote) {
                if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) break;
                ++at_;
            }
            name += text_[at_];
        }
        if (at_ < text_.size()) ++at_;
        return name;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool was_quoted_ = false;
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

[[noreturn]] void refuse(std::string message) {
    raise({.code = error_code::bad_state, .message = std::move(message)});
}

std::string title(std::int64_t version, const std::string& name) {
    return fmt::format("{:04}_{}", version, name);
}

/// "-- shardwise: no transaction" in a line of its own.
bool says_no_transaction(std::string_view text) {
    constexpr std::string_view marker = "-- shardwise: no transaction";
    for (std::size_t at = text.find(marker); at != std::string_view::npos;
         at = text.find(marker, at + 1))
        if (at == 0 || text[at - 1] == '\n') return true;
    return false;
}

const migration* find(const std::vector<migration>& files, std::int64_t version) {
    for (const migration& m : files)
        if (m.version == version) return &m;
    return nullptr;
}

const history_row* find(const std::vector<history_row>& rows, std::int64_t version) {
    for (const history_row& r : rows)
        if (r.version == version) return &r;
    return nullptr;
}

/// Where a script that was begun goes on. What has run must still stand in the file as it was; what
/// has not may have been mended.
migration_step resumed(const migration& m, const migration_script& script, const history_row& r) {
    if (script.transactional)  // otherwise it would have no history, or all of it
        refuse(
            fmt::format("migration {} was begun with '-- shardwise: no transaction', which its "
                        "file does not say any more: give the line back",
                        title(m.version, m.name)));
    const auto steps = static_cast<std::size_t>(r.steps);
    if (steps > script.statements.size() || script.checksum(steps) != r.done_checksum)
        refuse(
            fmt::format("the first {} statements of migration {} have run, and its file says "
                        "something else now: give them back as they were",
                        steps, title(m.version, m.name)));
    return {&m, r.undoing, steps, r.running && steps < script.statements.size()};
}

void check_applied(const std::vector<migration>& files, const history_row& r) {
    const migration* const m = find(files, r.version);
    if (m == nullptr)
        refuse(fmt::format("migration {} was applied, and its file is missing",
                           title(r.version, r.name)));
    if (r.ended_ms != 0 && m->up.checksum() != r.checksum)
        refuse(
            fmt::format("the file of migration {} was changed after it was applied: give it "
                        "back as it was, and write a new migration",
                        title(r.version, r.name)));
}

/// Partitions and tablespaces change hands without a trace in the table's definition: to do that a
/// second time loses rows. (A column of such a name is taken for it, too: then a person decides.)
bool moves_rows_unseen(std::string_view statement) {
    static constexpr std::array<std::string_view, 5> words{"TRUNCATE", "EXCHANGE", "CONVERT",
                                                           "DISCARD", "IMPORT"};
    word_reader in(statement);
    for (std::string word = in.next(); !word.empty() || in.was_quoted(); word = in.next())
        if (std::find(words.begin(), words.end(), word) != words.end()) return true;
    return false;
}

}  // namespace

std::string migration_script::checksum(std::size_t count) const {
    content_digest digest;
    for (std::size_t i = 0; i < count; ++i) {
        digest.add(statements.at(i));
        digest.add(";");
    }
    if (count == statements.size()) digest.add(transactional ? "" : "no transaction");
    return digest.hex();
}

migration_script parse_migration(std::string_view text, const std::string& file,
                                 sql::dialect_kind engine) {
    migration_script script;
    script.transactional = engine != sql::dialect_kind::mariadb && !says_no_transaction(text);
    if (engine == sql::dialect_kind::sqlite && !script.transactional)
        raise({.code = error_code::bad_input,
               .message = fmt::format("{}: migrations of SQLite always run in a transaction; put "
                                      "what needs none into a file for its engine",
                                      file)});
    sql_script cut;
    cut.add(text);
    const auto add = [&](std::string statement) {
        static constexpr std::array<std::string_view, 9> refused{
            "BEGIN", "START", "COMMIT", "ROLLBACK", "END", "SAVEPOINT", "RELEASE", "ABORT", "XA"};
        const std::string word = word_reader(statement).next();
        if (std::find(refused.begin(), refused.end(), word) != refused.end())
            raise({.code = error_code::bad_input,
                   .message = fmt::format(
                       "{}:{}: {} cannot stand in a migration: transactions are begun and ended "
                       "by the runner, and bodies with semicolons cannot be cut into statements",
                       file, cut.line(), word)});
        script.statements.push_back(std::move(statement));
    };
    while (auto statement = cut.next()) add(std::move(*statement));
    if (std::string rest = cut.rest(); !rest.empty()) add(std::move(rest));
    return script;
}

std::optional<migration_step> next_up(const std::vector<migration>& files,
                                      const std::vector<history_row>& history) {
    std::int64_t last = 0;
    for (const history_row& r : history) {
        check_applied(files, r);
        last = std::max(last, r.version);
    }
    for (const history_row& r : history) {
        if (r.ended_ms != 0) continue;
        if (r.undoing)
            refuse(
                fmt::format("migration {} is in the middle of being undone: finish that first "
                            "with down",
                            title(r.version, r.name)));
        const migration& m = *find(files, r.version);
        return resumed(m, m.up, r);
    }
    for (const migration& m : files) {
        if (find(history, m.version) != nullptr) continue;
        if (m.version < last)
            refuse(
                fmt::format("migration {} was never applied, and {:04} already is: give it a "
                            "higher number",
                            title(m.version, m.name), last));
        return migration_step{&m, false, 0, false};
    }
    return std::nullopt;
}

std::optional<migration_step> next_down(const std::vector<migration>& files,
                                        const std::vector<history_row>& history,
                                        std::int64_t version) {
    for (const history_row& r : history) {
        check_applied(files, r);
        if (r.version > version)
            refuse(fmt::format("migration {} is newer: undo it first", title(r.version, r.name)));
        if (r.version != version && r.ended_ms == 0)
            refuse(fmt::format("migration {} is in the middle: finish it first",
                               title(r.version, r.name)));
    }
    const history_row* const r = find(history, version);
    if (r == nullptr) return std::nullopt;
    const migration& m = *find(files, version);
    if (!m.down)
        refuse(
            fmt::format("migration {} has no down file for this engine", title(version, m.name)));
    if (r->undoing) return resumed(m, *m.down, *r);
    if (r->ended_ms == 0)
        refuse(
            fmt::format("migration {} is in the middle of being applied: finish that first "
                        "with up",
                        title(version, m.name)));
    return migration_step{&m, true, 0, false};
}

statement_shape shape_of(std::string_view statement, sql::dialect_kind engine) {
    word_reader in(statement);
    const auto name = [&](statement_kind kind) -> statement_shape {
        std::string n = in.next(true);
        if (engine == sql::dialect_kind::postgres && !in.was_quoted())
            std::transform(n.begin(), n.end(), n.begin(), lower);
        // Another schema's table, or the first of a list: only a part would be looked at.
        const std::string after = in.next();
        if (n.empty() || after == "." || (after == ",")) return {};
        return {kind, std::move(n)};
    };
    if (engine == sql::dialect_kind::postgres) {
        if (in.take({"CREATE", "INDEX", "CONCURRENTLY"}) ||
            in.take({"CREATE", "UNIQUE", "INDEX", "CONCURRENTLY"})) {
            in.take({"IF", "NOT", "EXISTS"});
            statement_shape s = name(statement_kind::concurrent_index);
            return s.name == "on" ? statement_shape{} : s;  // it has no name
        }
        if (in.take({"DROP", "INDEX", "CONCURRENTLY"})) {
            in.take({"IF", "EXISTS"});
            return name(statement_kind::drop_index_concurrently);
        }
    }
    for (const std::string_view word : {"INSERT", "UPDATE", "DELETE", "REPLACE"})
        if (in.take({word})) return {statement_kind::rows, {}};
    if (engine != sql::dialect_kind::mariadb) return {};
    if (in.take({"CREATE", "TABLE"})) {
        in.take({"IF", "NOT", "EXISTS"});
        return name(statement_kind::table);
    }
    if (in.take({"ALTER", "TABLE"}) || in.take({"DROP", "TABLE"})) {
        in.take({"IF", "EXISTS"});
        if (moves_rows_unseen(statement)) return {};
        return name(statement_kind::table);
    }
    const bool create = in.take({"CREATE", "INDEX"}) || in.take({"CREATE", "UNIQUE", "INDEX"});
    if (create || in.take({"DROP", "INDEX"})) {
        in.take({"IF", "NOT", "EXISTS"}) || in.take({"IF", "EXISTS"});
        in.next(true);
        if (in.take({"ON"})) return name(statement_kind::table);
    }
    return {};
}

}  // namespace shardwise::ops
