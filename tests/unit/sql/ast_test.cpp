// SPDX-License-Identifier: MIT
#include "sql/ast.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "shardwise/base/error.hpp"
#include "sql/typing.hpp"
#include "support/sql_tables.hpp"

namespace shardwise::sql_test {
namespace {

using sql::aggregate;
using sql::op;

error_code code_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const error& e) {
        return e.code();
    }
    return error_code::internal;
}

TEST(Ast, BuildersLeaveTheirInputAlone) {
    const auto first = sql::make_select(users(), nullptr, 0);
    const auto second = add_where(first, sql::is_null(user("email"), false));
    const auto third = add_where(second, user("active"));
    EXPECT_FALSE(first->where);
    EXPECT_EQ(second->where->kind, sql::expr_kind::is_null);
    EXPECT_EQ(third->where->operation, op::conj);
    EXPECT_TRUE(third->where->operands[0] == second->where);
}

TEST(Ast, ClonesHaveACountOfTheirOwn) {
    const auto original = sql::make_select(users(), nullptr, 0);
    const auto copy = sql::clone(*original);
    copy->limit = 3;
    EXPECT_FALSE(original->limit);
    EXPECT_EQ(sql::freeze(copy)->limit, 3);
    EXPECT_EQ(copy->references.load(), 1U);
}

struct typing_case {
    const char* what;
    sql::expr_ptr e;
    column_type type;
    int precision;
    int scale;
    bool nullable;
};

TEST(Ast, TypesFollowTheOperands) {
    const auto d = column_type::decimal;
    const typing_case cases[] = {
        {"comparison", sql::binary(op::eq, user("id"), lit(1)), column_type::boolean, 0, 0, false},
        {"nullable comparison", sql::binary(op::eq, user("email"), lit("x")), column_type::boolean,
         0, 0, true},
        // What PostgreSQL keeps in an int4 is remembered: its sum is an integer there.
        {"integers", sql::binary(op::add, user("age"), user("level")), column_type::int64,
         sql::narrow_integer, 0, false},
        {"wide integers", sql::binary(op::add, user("id"), user("level")), column_type::int64, 0, 0,
         false},
        {"decimal sum", sql::binary(op::add, order("price"), order("quantity")), d, 13, 2, false},
        {"scales", sql::binary(op::add, order("price"), order("rate")), d, 15, 4, true},
        {"product", sql::binary(op::multiply, order("price"), order("rate")), d, 20, 6, true},
        {"double wins", sql::binary(op::multiply, order("price"), lit(0.5)), column_type::float64,
         0, 0, false},
        {"constant divisor", sql::binary(op::divide, user("id"), lit(2)), column_type::int64, 0, 0,
         false},
        {"zero divisor", sql::binary(op::modulo, user("id"), lit(0)), column_type::int64, 0, 0,
         true},
        {"column divisor", sql::binary(op::divide, user("id"), user("age")), column_type::int64, 0,
         0, true},
        {"count", sql::call(aggregate::count, user("email")), column_type::int64, 0, 0, false},
        {"sum of integers", sql::call(aggregate::sum, user("id")), d, 38, 0, true},
        {"sum of decimals", sql::call(aggregate::sum, order("rate")), d, 38, 4, true},
        {"avg", sql::call(aggregate::avg, order("rate")), column_type::float64, 0, 0, true},
        {"min", sql::call(aggregate::min, user("level")), column_type::int16, 0, 0, true},
        {"is null", sql::is_null(user("email"), false), column_type::boolean, 0, 0, false},
        {"empty in", sql::in_list(user("email"), nullptr, 0, false), column_type::boolean, 0, 0,
         false},
    };
    for (const typing_case& c : cases) {
        SCOPED_TRACE(c.what);
        EXPECT_EQ(c.e->type.type, c.type);
        EXPECT_EQ(int{c.e->type.precision}, c.precision);
        EXPECT_EQ(int{c.e->type.scale}, c.scale);
        EXPECT_EQ(c.e->type.nullable, c.nullable);
    }
}

TEST(Ast, RefusesWhatNoEngineOrNotEveryEngineCanDo) {
    const auto sum = sql::call(aggregate::sum, user("id"));
    const auto rows = sql::make_select(users(), nullptr, 0);
    const std::vector<arg> many(sql::longest_in_list + 1, arg{std::int64_t{1}});
    const arg text{std::string_view{"x"}};
    const sql::ordering by_constant{lit(1), false, false};
    const sql::expr_ptr one = lit(1);
    const auto update = sql::make_update(users());
    const std::vector<std::function<void()>> mistakes = {
        [&] { sql::binary(op::eq, user("id"), lit("1")); },
        [&] { sql::binary(op::eq, user("extra"), user("extra")); },
        [&] { sql::binary(op::conj, user("id"), user("active")); },
        [&] { sql::binary(op::add, user("name"), lit(1)); },
        [&] { sql::binary(op::divide, order("price"), order("rate")); },
        [&] { sql::binary(op::divide, order("price"), lit(2)); },
        [&] { sql::binary(op::modulo, user("score"), lit(2)); },
        [&] { sql::unary(op::neg, user("id")); },
        [&] { sql::unary(op::add, user("id")); },
        [&] { sql::unary(op::minus, user("name")); },
        [&] { sql::like(user("id"), lit("x"), false); },
        [&] { sql::like(user("name"), lit("x\\"), false); },
        [&] { sql::like(user("name"), lit("x\\\\\\"), false); },
        [&] { sql::between(user("id"), lit(1), lit("9"), false); },
        [&] { sql::in_list(user("id"), &text, 1, false); },
        [&] { sql::in_list(user("id"), many.data(), many.size(), false); },
        [&] { sql::call(aggregate::sum, user("name")); },
        [&] { sql::call(aggregate::max, user("extra")); },
        [&] { sql::call(aggregate::max, sum); },
        [&] { add_where(rows, sql::binary(op::gt, sum, lit(1))); },
        [&] { add_where(rows, user("id")); },
        [&] { add_having(rows, user("id")); },
        [&] { add_group(rows, &sum, 1); },
        [&] { add_group(rows, &one, 1); },
        [&] { add_order(rows, &by_constant, 1); },
        [&] { set_limit(rows, -1); },
        [&] { set_offset(rows, -1); },
        [&] { add_join(rows, sql::join_kind::inner, users(), 0, user("active")); },
        [&] { sql::make_select(users(), &one, 0); },
        [&] { sql::binary(op::eq, {}, lit(1)); },
        [&] { add_set(update, 1, lit(1)); },
        [&] { add_set(add_set(update, 0, lit(1)), 0, lit(2)); },
        [&] { add_set(sql::make_delete(users()), 0, lit(1)); },
    };
    for (std::size_t i = 0; i < mistakes.size(); ++i)
        EXPECT_EQ(code_of(mistakes[i]), error_code::bad_query) << "mistake " << i;
    EXPECT_EQ(code_of([] { sql::column({&users(), 99, 0}); }), error_code::unknown_column);
    EXPECT_NO_THROW(sql::like(user("name"), lit("x\\\\"), false));
}

TEST(Ast, RefusesEndlessNestingInsteadOfExhaustingTheStack) {
    sql::expr_ptr e = user("active");
    const auto grow = [&] {
        for (int i = 0; i < 100000; ++i) e = sql::binary(op::disj, e, user("active"));
    };
    EXPECT_EQ(code_of(grow), error_code::bad_query);
    EXPECT_EQ(e->depth, sql::deepest_expression);
}

TEST(Ast, ComparesExpressionsByStructure) {
    const auto e = [](int n) { return sql::binary(op::modulo, user("id"), lit(n)); };
    EXPECT_TRUE(sql::same_expression(*e(2), *e(2)));
    EXPECT_FALSE(sql::same_expression(*e(2), *e(3)));
    EXPECT_FALSE(sql::same_expression(*user("id"), *user("id", 1)));
    EXPECT_FALSE(sql::same_expression(*user("id"), *user("age")));
}

}  // namespace
}  // namespace shardwise::sql_test
