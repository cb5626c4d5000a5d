// SPDX-License-Identifier: MIT
#include "parse/raw_tree.hpp"

#include <fmt/format.h>
#include <pg_query.h>
#include <pthread.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <system_error>

#include "shardwise/base/error.hpp"

namespace shardwise::parse {

namespace {

// libpg-query writes the tree by recursion without looking at the stack: "a+a+a+..." of 130 KB
// overflows 8 MB. A statement is therefore limited and parsed on a stack that is large enough for
// the deepest tree of that size many times over.
constexpr std::size_t longest_statement = 64 * 1024;
constexpr std::size_t parser_stack = 64 * 1024 * 1024;

struct free_split {
    void operator()(PgQuerySplitResult* r) const { pg_query_free_split_result(*r); }
};
struct free_scan {
    void operator()(PgQueryScanResult* r) const { pg_query_free_scan_result(*r); }
};
struct free_parse {
    void operator()(PgQueryParseResult* r) const { pg_query_free_parse_result(*r); }
};

[[noreturn]] void refuse_syntax(const source_text& source, const PgQueryError& e) {
    // cursorpos counts characters from 1; 0 when there is none.
    const auto position = static_cast<std::size_t>(e.cursorpos > 0 ? e.cursorpos - 1 : 0);
    const std::size_t offset = source.offset_of_character(0, position);
    source.refuse(offset, fmt::format("the SQL text does not parse: {}; write it as PostgreSQL 15 "
                                      "would accept it",
                                      e.message));
}

void check_lengths(const source_text& source, const std::string& text) {
    PgQuerySplitResult split = pg_query_split_with_scanner(text.c_str());
    const std::unique_ptr<PgQuerySplitResult, free_split> owner(&split);
    if (split.error != nullptr) refuse_syntax(source, *split.error);
    for (int i = 0; i < split.n_stmts; ++i) {
        const PgQuerySplitStmt& s = *split.stmts[i];
        if (static_cast<std::size_t>(s.stmt_len) > longest_statement)
            source.refuse(static_cast<std::size_t>(s.stmt_location),
                          fmt::format("a statement has {} bytes, more than {}: write it as "
                                      "several",
                                      s.stmt_len, longest_statement));
    }
}

/// Reads the two parts of a protobuf message that a list of tokens needs: numbers and substrings.
class protobuf_reader {
public:
    explicit protobuf_reader(std::string_view message) : rest_(message) {}

    bool done() const { return rest_.empty(); }
    std::uint64_t number() {
        std::uint64_t n = 0;
        for (int shift = 0; !rest_.empty() && shift < 64; shift += 7) {
            const auto octet = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            n |= std::uint64_t{octet & 0x7FU} << shift;
            if (octet < 0x80U) break;
        }
        return n;
    }
    std::string_view part() {
        const std::string_view found = rest_.substr(0, number_then_size());
        rest_.remove_prefix(found.size());
        return found;
    }

private:
    std::size_t number_then_size() { return static_cast<std::size_t>(number()); }

    std::string_view rest_;
};

struct token {
    std::size_t start = 0;
    std::size_t end = 0;
    std::uint64_t kind = 0;
};

token read_token(std::string_view message) {
    token t;
    for (protobuf_reader fields(message); !fields.done();) {
        const std::uint64_t field = fields.number() >> 3;
        const std::uint64_t n = fields.number();
        if (field == 1) t.start = static_cast<std::size_t>(n);
        if (field == 2) t.end = static_cast<std::size_t>(n);
        if (field == 4) t.kind = n;
    }
    return t;
}

/// PostgreSQL cuts longer names off and goes on; here nothing is cut silently.
void check_name_lengths(const source_text& source, const std::string& text) {
    constexpr std::uint64_t name_token = 258;          // IDENT
    constexpr std::uint64_t unicode_name_token = 259;  // UIDENT, U&"..."
    constexpr std::size_t longest = 63;
    PgQueryScanResult scan = pg_query_scan(text.c_str());
    const std::unique_ptr<PgQueryScanResult, free_scan> owner(&scan);
    if (scan.error != nullptr) refuse_syntax(source, *scan.error);
    for (protobuf_reader list({scan.pbuf.data, scan.pbuf.len}); !list.done();) {
        if (list.number() != (2U << 3 | 2U)) {  // the version; tokens are field 2
            list.number();
            continue;
        }
        const token t = read_token(list.part());
        if (t.kind == unicode_name_token)
            source.refuse(t.start, "names with U& escapes are not supported: write the characters");
        if (t.kind != name_token || t.end - t.start <= longest) continue;
        std::string_view name = source.text().substr(t.start, t.end - t.start);
        if (name.front() == '"') name = name.substr(1, name.size() - 2);
        const auto doubled = std::count(name.begin(), name.end(), '"') / 2;
        if (name.size() - static_cast<std::size_t>(doubled) > longest)
            source.refuse(t.start,
                          fmt::format("a name has {} bytes, more than {}: choose a shorter "
                                      "one",
                                      name.size(), longest));
    }
}

nlohmann::json parse_here(const source_text& source) {
    const std::string text(source.text());
    check_lengths(source, text);
    check_name_lengths(source, text);
    PgQueryParseResult result = pg_query_parse(text.c_str());
    const std::unique_ptr<PgQueryParseResult, free_parse> owner(&result);
    if (result.error != nullptr) refuse_syntax(source, *result.error);
    nlohmann::json tree = nlohmann::json::parse(result.parse_tree);
    return tree.contains("stmts") ? std::move(tree.at("stmts")) : nlohmann::json::array();
}

/// What the thread with the large stack is given and gives back.
struct parser_call {
    const source_text& source;
    nlohmann::json statements;
    std::exception_ptr failure;
};

void* run_call(void* data) {
    auto& call = *static_cast<parser_call*>(data);
    try {
        call.statements = parse_here(call.source);
    } catch (...) {
        call.failure = std::current_exception();
    }
    return nullptr;
}

}  // namespace

nlohmann::json raw_statements(const source_text& source) {
    parser_call call{source, {}, nullptr};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, parser_stack);
    pthread_t thread{};
    const int failed = pthread_create(&thread, &attributes, run_call, &call);
    pthread_attr_destroy(&attributes);
    if (failed != 0)
        raise(error_info{.code = error_code::internal,
                         .message = fmt::format("no thread for the SQL parser: {}",
                                                std::system_category().message(failed))});
    pthread_join(thread, nullptr);
    if (call.failure) std::rethrow_exception(call.failure);
    return std::move(call.statements);
}

}  // namespace shardwise::parse
