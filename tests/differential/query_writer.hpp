// SPDX-License-Identifier: MIT
// Random queries of the language of docs/guide/sql.md, as trees that can be made smaller. Every
// query has one answer: LIMIT only where all selected columns are ordered by, windows that depend
// on an order only where it is total. Not thread-safe.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace shardwise::test {

/// A piece of a query: its own text, or parts with a separator. Empty parts vanish, and a piece of
/// empty parts with them.
struct piece {
    std::string text{};  ///< of a piece without parts; else before them
    std::vector<piece> parts{};
    std::string between{" "};
    std::string after{};                 ///< ")" and the like
    char sort{' '};                      ///< pieces of one sort may stand for one another
    std::vector<std::string> instead{};  ///< smaller texts to try

    std::string str() const;
};

struct random_query {
    piece text;
    bool ordered = false;  ///< rows are compared in their order
};

class query_writer {
public:
    explicit query_writer(std::uint64_t seed) : random_(seed) {}
    random_query next();

private:
    struct column {
        std::string name;
        char type;  ///< i integer, h huge integer, d decimal, f double, t text, b boolean, D date,
                    ///< T instant
    };
    struct source {
        std::string alias;
        std::vector<column> columns;
        std::vector<std::string> keys;  ///< empty: rows may be equal
    };
    using scope = std::vector<source>;
    struct context {
        scope here{};                 ///< what expressions may use
        scope outer{};                ///< of the statements around
        bool aggregates = false;      ///< only aggregates and `groups` may be used
        std::vector<piece> groups{};  ///< grouped expressions,
        std::string group_types{};    ///< and their types
    };

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    bool chance(int percent) { return below(100) < percent; }
    template <class T>
    const T& any(const std::vector<T>& v) {
        return v[static_cast<std::size_t>(below(static_cast<std::int64_t>(v.size())))];
    }
    std::string name() { return "a" + std::to_string(++names_); }
    char any_type();

    piece expression(char type, context& c, int depth);
    piece column_of(char type, context& c);
    piece literal(char type);
    piece integer(context& c, int depth);
    piece decimal_number(context& c, int depth);
    piece real(context& c, int depth);
    piece text(context& c, int depth);
    piece moment(char type, context& c, int depth);
    piece alternatives(char type, context& c, int depth);
    piece condition(context& c, int depth);
    piece comparison(context& c, int depth);
    piece membership(context& c, int depth);
    piece exists(context& c);
    piece scalar(char type, context& c);
    piece aggregate(char type, context& c, int depth);
    piece window(char type, context& c);

    scope subject(context& c);
    source table();
    piece from(context& c, bool small);
    piece source_text(source& s, bool may_derive);
    piece join_condition(const source& left, const source& right, context& c);
    piece select(const std::string& types, context outer, int depth, bool is_top);
    piece set_operation(const std::string& types);
    std::string row_types(int most);

    std::mt19937_64 random_;
    int names_ = 0;
    int nested_ = 0;
    bool windows_ = false;
    std::vector<piece> with_;
    std::vector<source> with_sources_;
};

}  // namespace shardwise::test
