// SPDX-License-Identifier: MIT
// Access to JSON documents as PostgreSQL's type json has it: the parts are given as they are
// written, of equal keys the last one counts. Documents were checked when they were stored.
#include <charconv>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "engine/driver/sqlite/function_arguments.hpp"
#include "shardwise/sql/ast.hpp"

namespace shardwise::engine::sqlite {
namespace {

/// A cursor over the text of a document.
class json_reader {
public:
    explicit json_reader(std::string_view text) : text_(text) {}

    /// The part that a key, an index or an element of a path names.
    std::optional<std::string_view> step(std::string_view key, std::optional<std::int64_t> index,
                                         sql::json_step how) {
        skip_blanks();
        const bool object = peek() == '{', array = peek() == '[';
        if (object && how != sql::json_step::index) return member(key);
        if (array && how != sql::json_step::key && index) return element(*index);
        return std::nullopt;
    }

    static std::string unescaped(std::string_view quoted);

private:
    char peek() const {
        if (at_ >= text_.size()) raise(error_code::bad_value, "this text is no JSON document");
        return text_[at_];
    }
    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\n' || text_[at_] == '\r'))
            ++at_;
    }
    std::string_view string() {
        const std::size_t start = at_++;
        while (peek() != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        ++at_;
        return text_.substr(start, at_ - start);
    }
    std::string_view value() {
        skip_blanks();
        const std::size_t start = at_;
        int depth = 0;
        do {
            const char c = peek();
            if (c == '"') {
                string();
                continue;
            }
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            ++at_;
        } while (depth > 0 || !at_end_of_scalar(start));
        std::size_t end = at_;
        while (end > start && is_blank(text_[end - 1])) --end;
        return text_.substr(start, end - start);
    }
    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    bool at_end_of_scalar(std::size_t start) const {
        const char first = text_[start];
        if (first == '{' || first == '[' || first == '"') return true;
        return at_ >= text_.size() || text_[at_] == ',' || text_[at_] == '}' || text_[at_] == ']';
    }

    std::optional<std::string_view> member(std::string_view key) {
        std::optional<std::string_view> found;
        ++at_;
        for (skip_blanks(); peek() != '}'; skip_blanks()) {
            if (peek() == ',') ++at_;
            skip_blanks();
            const bool wanted = unescaped(string()) == key;
            skip_blanks();
            ++at_;  // the colon
            const std::string_view v = value();
            if (wanted) found = v;
        }
        return found;
    }

    std::optional<std::string_view> element(std::int64_t index) {
        std::vector<std::string_view> all;
        ++at_;
        for (skip_blanks(); peek() != ']'; skip_blanks()) {
            if (peek() == ',') ++at_;
            all.push_back(value());
        }
        const auto count = static_cast<std::int64_t>(all.size());
        if (index < 0) index += count;
        if (index < 0 || index >= count) return std::nullopt;
        return all[static_cast<std::size_t>(index)];
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::uint32_t hexadecimal(std::string_view four) {
    std::uint32_t n = 0;
    std::from_chars(four.data(), four.data() + four.size(), n, 16);
    return n;
}

std::string json_reader::unescaped(std::string_view quoted) {
    std::string out;
    const std::string_view s = quoted.substr(1, quoted.size() - 2);
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] != '\\') {
            out += s[i];
            continue;
        }
        const char c = s[++i];
        if (c != 'u') {
            constexpr std::string_view written = "bfnrt", meant = "\b\f\n\r\t";
            const std::size_t at = written.find(c);
            out += at == std::string_view::npos ? c : meant[at];
            continue;
        }
        std::uint32_t n = hexadecimal(s.substr(i + 1, 4));
        i += 4;
        if (n >= 0xD800 && n <= 0xDBFF && i + 6 < s.size() && s[i + 1] == '\\') {
            n = 0x10000 + ((n - 0xD800) << 10) + (hexadecimal(s.substr(i + 3, 4)) - 0xDC00);
            i += 6;
        }
        if (n == 0) raise(error_code::bad_value, "\\u0000 in a JSON document is no text");
        append_utf8(out, static_cast<char32_t>(n));
    }
    return out;
}

template <bool Text>
void get(sqlite3_context* c, arguments a) {
    const auto how = static_cast<sql::json_step>(sqlite3_value_int(a[2]));
    const std::string_view key = text_of(a[1]);
    std::optional<std::int64_t> index;
    if (sqlite3_value_type(a[1]) == SQLITE_INTEGER) {
        index = sqlite3_value_int64(a[1]);
    } else {
        std::int64_t n = 0;
        const auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), n);
        if (failure == std::errc{} && end == key.data() + key.size()) index = n;
    }
    const std::optional<std::string_view> found = json_reader(text_of(a[0])).step(key, index, how);
    if (!found || found->empty()) return;
    if (!Text) return give(c, *found);
    if (*found == "null") return;
    give(c, found->front() == '"' ? json_reader::unescaped(*found) : std::string(*found));
}

}  // namespace

void add_json_functions(sqlite3* db) {
    add_function(db, "sw_json_get", 3, strict<get<false>>);
    add_function(db, "sw_json_text", 3, strict<get<true>>);
}

}  // namespace shardwise::engine::sqlite
