// SPDX-License-Identifier: MIT
// Writes expressions as text of one dialect and collects what is bound to it. One writer per
// statement; not shared between threads.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/ast.hpp"
#include "sql/compiler.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql {

/// The tables of a statement and the names by which their columns are qualified.
class scope {
public:
    explicit scope(table_ref only);
    /// The target, and with ON CONFLICT the excluded row.
    explicit scope(const change& c);
    /// `around`: the tables of the statement that this one stands in; outlives it.
    explicit scope(const select& s, const scope* around = nullptr);

    struct appearance {
        table_ref ref;
        std::string name;                    ///< the table's name, or t<alias>
        bool optional = false;               ///< an outer join may put NULLs in its place
        const sql::derived* made = nullptr;  ///< a derived table
    };
    const std::vector<appearance>& all() const noexcept { return all_; }
    const scope* around() const noexcept { return around_; }
    /// Throws bad_query when the column's table is not part of the statement.
    const appearance& of(const column_ref& c) const;
    /// `e` may be NULL, outer joins considered.
    bool nullable(const expr& e) const;

private:
    void add(table_ref ref, bool optional, const sql::derived* made = nullptr);
    const appearance* find(const column_ref& c) const noexcept;
    bool takes(std::string_view name) const;
    std::vector<appearance> all_;
    const scope* around_ = nullptr;
};

class expression_writer {
public:
    expression_writer(const dialect& d, const scope& tables, bool pad_lists)
        : dialect_(d), traits_(d.traits()), scope_(&tables), pad_lists_(pad_lists) {
        qualified_ = tables.all().size() > 1;
    }

    const dialect& target() const noexcept { return dialect_; }
    const scope& tables() const noexcept { return *scope_; }

    /// A statement inside this one, in parentheses. `columns`: names of its result columns; empty:
    /// as they come.
    void query(const select& s, const std::vector<std::string>& columns = {});
    /// A further part of a UNION, INTERSECT or EXCEPT: it sees what the first part sees.
    void branch(const select& s, bool compared);

    /// Text that is not an expression.
    expression_writer& operator<<(std::string_view sql) {
        out_.text += sql;
        return *this;
    }
    void identifier(std::string_view name) { dialect_.identifier(out_.text, name); }
    /// The table's name where it is introduced: FROM, JOIN, UPDATE.
    void table(const scope::appearance& a);
    void parameter(const value& v, typed as, const parameter_source& source = {});

    /// An expression standing alone: an item, a condition, a side of SET.
    void whole(const expr& e);
    /// Whole, and text in byte order: a GROUP BY key, an item of SELECT DISTINCT.
    void in_byte_order(const expr& e);
    /// `may_be_null`: also if its type says otherwise.
    void order_term(const ordering& o, bool may_be_null = false);
    /// The value as it is kept in column `c`. Throws value_not_storable or bad_query when digits
    /// would be lost.
    void assigned(const expr& e, const schema::table& t, const schema::column& c);

    /// From now on an expression equal to one of `keys` is written as that key is: PostgreSQL
    /// demands that grouped expressions look the same everywhere, parameters included.
    void use_keys(std::vector<const expr*> keys);
    void enable_keys(bool on) noexcept { keys_enabled_ = on; }
    /// MariaDB's HAVING knows a grouped expression only where it is an item as well; the minimum of
    /// what is the same for the whole group is that.
    void write_keys_as_minimum(bool on) noexcept { keys_as_minimum_ = on; }
    /// SQLite takes each column in RETURNING for one that is never NULL when IS NULL asks for it.
    void take_columns_for_not_null(bool on) noexcept { columns_never_null_ = on; }
    /// Columns carry their table's name, so that no heading of the result can be meant.
    void qualify_always() noexcept { qualified_ = true; }

    compiled take() { return std::move(out_); }

private:
    struct key {
        const expr* expression;
        std::string text;  ///< numbered parameters only: as first written
    };
    void inside(const scope& inner, const std::function<void()>& write);
    void any(const expr& e, bool bare);
    void node(const expr& e, bool bare);
    void atom(const expr& e) { any(e, false); }
    void atom_in_byte_order(const expr& e);
    key* matching_key(const expr& e);
    void key_text(key& k);
    void column(const expr& e);
    void constant(const value& v, const sql_type& as);
    void operand(const expr& e, const sql_type& as);
    void binary(const expr& e);
    void logic(const expr& e);
    void comparison(const expr& e);
    void arithmetic(const expr& e);
    void divisor(const expr& e, const sql_type& as);
    void unary(const expr& e);
    void in_list(const expr& e);
    void between(const expr& e);
    void like(const expr& e);
    void aggregate_call(const expr& e);
    void extreme(const expr& e);
    bool postgres_extreme(const expr& e);
    void distribution(const expr& e);
    void distinct_from(const expr& e);
    void in_query(const expr& e);
    void scalar_query(const expr& e);
    // function_writer.cpp
    void function_call(const expr& e);
    void conditional(const expr& e);
    void arguments(std::string_view name, const expr& e);
    void concat(const expr& e);
    void substring(const expr& e);
    void position(const expr& e);
    void rounded(const expr& e);
    void cast(const expr& e);
    void cast_in_range(const expr& e);
    void cast_to(const expr& x, std::string_view type);
    void part_of_time(const expr& e);
    void truncated_time(const expr& e);
    void micros(const expr& x);
    // local_functions_writer.cpp, number_writer.cpp, time_writer.cpp
    void later_function(const expr& e);
    void cut(const expr& e);
    void whole_number(const expr& x);
    void half_even(const expr& x);
    void quotient(const expr& e);
    void add_interval(const expr& e);
    void add_days(const expr& e);
    void epoch(const expr& e);
    void local_function(const expr& e);
    void joined_texts(const expr& e);
    void of_ordered_set(const expr& e);
    void window(const expr& e);
    void over(const expr& e);
    void aggregate_body(const expr& e, const std::function<void()>& after);

    const dialect& dialect_;
    const dialect_traits& traits_;
    const scope* scope_;
    std::vector<key> keys_;
    compiled out_;
    bool pad_lists_;
    bool qualified_ = false;
    bool keys_enabled_ = false;
    bool keys_as_minimum_ = false;
    bool columns_never_null_ = false;
};

}  // namespace shardwise::sql
