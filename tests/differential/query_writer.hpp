// SPDX-License-Identifier: MIT
// Random queries of the language of docs/guide/sql.md, as trees that can be made smaller. Every
// query has one answer: LIMIT only where all selected columns are ordered by, windows that depend
// on an order only where it is total. Not thread-safe.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "differential/pieces.hpp"
#include "differential/random_schema.hpp"

namespace shardwise::test {

struct random_query {
    piece text;
    bool ordered = false;  ///< rows are compared in their order
    std::string types{};   ///< random_column::type of each column
};

class query_writer {
public:
    query_writer(std::uint64_t seed, const random_schema& schema)
        : random_(seed), schema_(schema) {}
    random_query next();
    /// An INSERT, UPDATE or DELETE of `table`.
    random_query next_change(std::string& table);

private:
    struct column {
        std::string name;
        char type;                                           ///< random_column::type
        const std::vector<std::string>* literals = nullptr;  ///< some of its values
    };
    struct source {
        std::string alias;
        std::vector<column> columns;
        std::vector<std::string> keys;        ///< empty: rows may be equal
        const random_table* table = nullptr;  ///< nullptr: a derived table
    };
    using scope = std::vector<source>;
    struct context {
        scope here{};                  ///< what expressions may use
        scope outer{};                 ///< of the statements around
        bool aggregates = false;       ///< only aggregates and `groups` may be used
        std::vector<piece> groups{};   ///< grouped expressions,
        std::string group_types{};     ///< and their types
        bool sets = false;             ///< grouped by several sets
        std::vector<piece> windows{};  ///< of the clause WINDOW
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
    piece about_data(context& c);
    piece one_of_its_values(const column& k);
    const column* some_column(context& c, std::string& path);
    piece total_order(std::size_t columns, bool may_skip);
    piece membership(context& c, int depth);
    piece exists(context& c);
    piece scalar(char type, context& c);
    piece aggregate(char type, context& c, int depth);
    piece window(char type, context& c);
    piece frame();

    piece rare(char type, context& c, int depth);
    piece rare_integer(context& c, int depth);
    piece rare_text(context& c, int depth);
    piece rare_condition(context& c, int depth);
    piece json_part(context& c);
    piece case_of_value(char type, context& c, int depth);
    piece quotient(context& c);
    piece long_list();
    piece reaching_window(char type, context& c);
    piece ordered_set(char type, context& c);
    random_query next_distinct_on();
    piece interval();
    piece rows_without_table(source& s, const std::string& alias);
    piece recursive(source& s);

    static bool takes_new_rows(const random_table& t);
    std::string new_value(const random_table& t, const random_column& k, bool known);
    piece conflict(const random_table& t, bool wanted);
    piece returning(const random_table& t, context& c);
    random_query next_insert(const random_table& t);
    random_query next_insert_select(const random_table& t);
    void start();

    scope subject(context& c);
    source table();
    piece from(context& c, bool small);
    piece source_text(source& s, bool may_derive);
    piece join_condition(const source& left, const source& right, context& c);
    piece select(const std::string& types, context outer, int depth, bool is_top);
    piece set_operation(const std::string& types);
    std::string row_types(int most);

    std::mt19937_64 random_;
    const random_schema& schema_;
    std::vector<bool> constants_;  ///< of the items of the select that was written last
    int names_ = 0;
    int nested_ = 0;
    bool plain_ = false;  ///< only what the shards compute
    std::vector<source> with_sources_;
};

}  // namespace shardwise::test
