// SPDX-License-Identifier: MIT
#include "golden/sql/golden_file.hpp"
#include "support/sql_tables.hpp"

namespace shardwise::sql_test {
namespace {

using sql::aggregate;
using sql::op;

golden_case stated(std::string name, sql::select_ptr s) {
    return {std::move(name), [s](const sql::dialect& d) { return render(compile(*s, d)); }};
}
golden_case stated(std::string name, sql::change_ptr c) {
    return {std::move(name), [c](const sql::dialect& d) { return render(compile(*c, d)); }};
}

sql::select_ptr items(const schema::table& t, const std::vector<sql::expr_ptr>& list) {
    return sql::make_select(t, list.data(), list.size());
}
sql::select_ptr ids_where(const sql::expr_ptr& condition) {
    return add_where(items(users(), {user("id")}), condition);
}
golden_case where(std::string name, const sql::expr_ptr& condition) {
    return stated(std::move(name), ids_where(condition));
}
golden_case item(std::string name, const sql::expr_ptr& e) {
    return stated(std::move(name), items(users(), {e}));
}
golden_case order_item(std::string name, const sql::expr_ptr& e) {
    return stated(std::move(name), items(orders(), {e}));
}
sql::select_ptr ordered(const sql::select_ptr& s, std::vector<sql::ordering> by) {
    return add_order(s, by.data(), by.size());
}
sql::select_ptr grouped(const sql::select_ptr& s, std::vector<sql::expr_ptr> by) {
    return add_group(s, by.data(), by.size());
}
sql::expr_ptr bin(op o, const sql::expr_ptr& a, const sql::expr_ptr& b) {
    return sql::binary(o, a, b);
}
sql::expr_ptr in(const sql::expr_ptr& x, const std::vector<int>& values, bool negated = false) {
    std::vector<arg> args;
    for (const int v : values) args.emplace_back(std::int64_t{v});
    return sql::in_list(x, args.data(), args.size(), negated);
}

TEST(GoldenSql, Predicates) {
    const auto cheap = bin(op::lt, user("balance"), lit(5));
    const auto young = bin(op::lt, user("age"), lit(30));
    const auto named = sql::like(user("name"), lit("J\\%%"), false);
    std::vector<int> nine{1, 2, 3, 4, 5, 6, 7, 8, 9};
    check_golden(
        "predicates.case",
        {
            stated("all columns of a table in mapping order, without its bucket",
                   sql::make_select(users(), nullptr, 0)),
            where("a key equals a constant", bin(op::eq, user("id"), lit(42))),
            where("and, or and not are grouped as they were built",
                  bin(op::conj, bin(op::disj, cheap, young), sql::unary(op::neg, named))),
            where("or of ands", bin(op::disj, bin(op::conj, cheap, young), named)),
            where("chains need no parentheses",
                  bin(op::conj, bin(op::conj, cheap, young), bin(op::ne, user("id"), lit(1)))),
            where("boolean column as a condition",
                  bin(op::conj, user("active"), bin(op::eq, user("active"), lit(true)))),
            where("null", bin(op::conj, sql::is_null(user("email"), false),
                              sql::is_null(bin(op::add, user("id"), lit(1)), true))),
            where("comparison with null", bin(op::eq, user("name"), null())),
            where("not like", sql::like(user("email"), lit("%_x"), true)),
            where("between", sql::between(user("age"), lit(1), lit(9), false)),
            where("not between", sql::between(user("name"), lit("a"), lit("b"), true)),
            where("in of eight stays as it is", in(user("id"), {1, 2, 3, 4, 5, 6, 7, 8})),
            where("in of nine is padded to sixteen", in(user("id"), nine)),
            where("not in", in(user("age"), {1, 2}, true)),
            where("in of nothing", in(user("id"), {})),
            where("not in of nothing", in(user("id"), {}, true)),
            where("bytes, uuid, day and instant",
                  bin(op::conj,
                      bin(op::conj,
                          bin(op::eq, user("photo"), sql::constant(arg::of_bytes("\0\xff", 2))),
                          bin(op::eq, user("ref"), sql::constant(arg{uuid{}}))),
                      bin(op::conj, bin(op::ge, user("born"), sql::constant(arg{date{1}})),
                          bin(op::lt, user("created"), sql::constant(arg{timestamp{2}}))))),
            stated("limit and offset", set_offset(set_limit(ids_where(young), 10), 20)),
            stated("offset without limit", set_offset(ids_where(young), 20)),
        });
}

TEST(GoldenSql, Numbers) {
    const auto value_sum = [](const char* a, op o, const sql::expr_ptr& b) {
        return bin(o, order(a), b);
    };
    check_golden(
        "numbers.case",
        {
            item("integers add as 64 bits", bin(op::add, user("age"), user("level"))),
            item("minus of a narrow integer", sql::unary(op::minus, user("level"))),
            item("minus of a double", sql::unary(op::minus, user("score"))),
            item("integers divide by a column", bin(op::divide, user("id"), user("age"))),
            item("integers divide by a constant", bin(op::divide, user("id"), lit(2))),
            item("integers divide by zero", bin(op::divide, user("id"), lit(0))),
            item("doubles divide", bin(op::divide, user("score"), user("age"))),
            where("remainder", bin(op::eq, bin(op::modulo, user("id"), lit(2)), lit(0))),
            item("precedence is kept",
                 bin(op::multiply, bin(op::subtract, user("id"), lit(1)),
                     bin(op::subtract, user("age"), bin(op::subtract, user("level"), lit(3))))),
            order_item("decimals of different scales add",
                       value_sum("price", op::add, order("rate"))),
            order_item("decimals multiply", value_sum("price", op::multiply, order("quantity"))),
            order_item("decimal times decimal constant",
                       value_sum("price", op::multiply, dec("1.500"))),
            order_item("decimal minus integer constant", value_sum("price", op::subtract, lit(1))),
            order_item("decimal and double", value_sum("price", op::multiply, lit(0.5))),
            order_item("decimal remainder", value_sum("price", op::modulo, order("rate"))),
            where("decimal against a constant of fewer digits",
                  bin(op::lt, user("balance"), dec("1.5"))),
            where("decimal against trailing zeros", bin(op::eq, user("balance"), dec("1.5000"))),
            where("decimal against more digits than it has",
                  bin(op::gt, user("balance"), dec("1.005"))),
            where("decimal against an integer column", bin(op::gt, user("balance"), user("age"))),
            where("decimal against a double", bin(op::gt, user("balance"), user("score"))),
            where("integer against a double", bin(op::eq, user("id"), user("score"))),
            where("integer against a decimal", bin(op::eq, user("id"), dec("1.5"))),
            where("decimal against a number that cannot be kept",
                  bin(op::lt, user("balance"), dec("1e20"))),
            where("decimal in a list of mixed scales",
                  [] {
                      const decimal a = decimal::parse("1.005"), b = decimal::parse("2");
                      const arg args[]{arg{a}, arg{b}};
                      return sql::in_list(user("balance"), args, 2, false);
                  }()),
        });
}

TEST(GoldenSql, Aggregates) {
    const auto parity = bin(op::modulo, user("id"), lit(2));
    const auto count = sql::call(aggregate::count_all, {});
    const auto total = sql::call(aggregate::sum, user("balance"));
    check_golden(
        "aggregates.case",
        {
            stated("all kinds of count",
                   items(users(), {count, sql::call(aggregate::count, user("email")),
                                   sql::call(aggregate::count_distinct, user("name")),
                                   sql::call(aggregate::count_distinct, user("age"))})),
            stated("sums", items(users(), {sql::call(aggregate::sum, user("level")),
                                           sql::call(aggregate::sum, user("id")),
                                           sql::call(aggregate::sum, user("score")), total})),
            stated("averages", items(users(), {sql::call(aggregate::avg, user("age")),
                                               sql::call(aggregate::avg, user("score")),
                                               sql::call(aggregate::avg, user("balance"))})),
            stated("least and greatest of each type",
                   items(users(), {sql::call(aggregate::min, user("name")),
                                   sql::call(aggregate::max, user("active")),
                                   sql::call(aggregate::min, user("active")),
                                   sql::call(aggregate::max, user("ref")),
                                   sql::call(aggregate::min, user("photo")),
                                   sql::call(aggregate::max, user("balance")),
                                   sql::call(aggregate::min, user("created"))})),
            stated(
                "groups by text, with having and order",
                ordered(add_having(grouped(items(users(), {user("name"), total}), {user("name")}),
                                   bin(op::gt, total, lit(100))),
                        {{total, true, true}, {user("name"), false, false}})),
            stated("groups by an expression with a parameter",
                   ordered(grouped(items(users(), {parity, count}), {parity}),
                           {{parity, true, true}})),
            stated("a grouped text inside an expression",
                   grouped(items(users(), {sql::like(user("name"), lit("a%"), false), count}),
                           {user("name")})),
            stated("distinct text in order",
                   ordered(set_distinct(items(users(), {user("name"), user("email")})),
                           {{user("email"), false, false}})),
            stated("distinct expression in order",
                   ordered(set_distinct(items(users(), {parity})), {{parity, false, false}})),
            stated("a column that is not grouped is refused",
                   grouped(items(users(), {user("name"), count}), {user("age")})),
            stated("distinct ordered by something else is refused",
                   ordered(set_distinct(items(users(), {user("name")})),
                           {{user("age"), false, false}})),
        });
}

TEST(GoldenSql, OrderAndJoins) {
    const auto of_user = bin(op::eq, order("user_id"), user("id"));
    const auto joined = add_join(items(users(), {user("name"), order("price")}),
                                 sql::join_kind::inner, orders(), 0, of_user);
    const auto outer = add_join(items(users(), {user("name"), order("price")}),
                                sql::join_kind::left, orders(), 0, of_user);
    const auto self =
        add_join(items(users(), {user("name"), user("name", 1)}), sql::join_kind::inner, users(), 1,
                 bin(op::lt, user("id"), user("id", 1)));
    const auto ids = items(users(), {user("id")});
    check_golden(
        "order_and_joins.case",
        {
            stated("ascending and descending",
                   ordered(ids, {{user("age"), false, false}, {user("id"), true, true}})),
            stated("nullable ascending, nulls last", ordered(ids, {{user("born"), false, false}})),
            stated("nullable ascending, nulls first", ordered(ids, {{user("born"), false, true}})),
            stated("nullable descending, nulls first", ordered(ids, {{user("born"), true, true}})),
            stated("nullable descending, nulls last", ordered(ids, {{user("born"), true, false}})),
            stated("nullable text", ordered(ids, {{user("email"), false, false}})),
            stated("nullable expression with a parameter",
                   set_limit(
                       ordered(ids, {{bin(op::modulo, user("id"), user("age")), false, false},
                                     {bin(op::modulo, bin(op::divide, lit(7), user("id")), lit(3)),
                                      false, false}}),
                       5)),
            stated("inner join", add_where(joined, bin(op::gt, order("price"), lit(1)))),
            stated("left join makes its columns nullable",
                   ordered(outer, {{order("price"), false, false}, {user("id"), false, false}})),
            stated("self join", ordered(self, {{user("name", 1), false, false}})),
            stated("a table that is not joined is refused",
                   ids_where(bin(op::eq, order("user_id"), lit(1)))),
        });
}

TEST(GoldenSql, Changes) {
    const auto update = sql::make_update(users());
    const auto at = [](std::string_view name) { return users().column_at(name); };
    const auto swapped =
        add_set(add_set(update, at("age"), user("level")), at("level"), user("age"));
    const auto chained = add_set(add_set(update, at("id"), user("age")), at("age"),
                                 bin(op::add, user("id"), user("level")));
    check_golden(
        "changes.case",
        {
            stated("update with constants",
                   add_where(add_set(add_set(update, at("name"), lit("x")), at("email"), null()),
                             bin(op::eq, user("id"), lit(1)))),
            stated("update with an expression",
                   add_set(update, at("balance"), bin(op::add, user("balance"), lit(1)))),
            stated("decimal from an integer", add_set(update, at("balance"), user("age"))),
            stated("decimal from a constant", add_set(update, at("balance"), dec("1.5"))),
            stated("double from an integer", add_set(update, at("score"), user("age"))),
            stated("one column from another that changes, too",
                   add_set(add_set(update, at("level"), lit(1)), at("age"), user("level"))),
            stated("exchange of two columns", swapped),
            stated("a cycle of columns", chained),
            stated("digits that would be lost", add_set(update, at("balance"), dec("1.005"))),
            stated("a product that would be rounded",
                   add_set(update, at("balance"), bin(op::multiply, user("balance"), dec("1.1")))),
            stated("an integer that does not fit", add_set(update, at("level"), lit(40000))),
            stated("a double in an integer column", add_set(update, at("age"), user("score"))),
            stated("nothing to set", update),
            stated("delete all", sql::make_delete(users())),
            stated("delete some", add_where(sql::make_delete(users()), in(user("id"), {1, 2}))),
        });
}

TEST(GoldenSql, RowStatements) {
    const std::vector<schema::column_index> some{0, 1, 6};
    const auto of = [](auto make) {
        return [make](const sql::dialect& d) { return render(make(d)); };
    };
    check_golden(
        "rows.case",
        {
            {"insert of two rows", of([some](const sql::dialect& d) {
                 return sql::compile_insert(users(), some, 2, d);
             })},
            {"update by a composite key", of([](const sql::dialect& d) {
                 return sql::compile_update(orders(), std::vector<schema::column_index>{2, 5}, d);
             })},
            {"delete", of([](const sql::dialect& d) { return sql::compile_delete(orders(), d); })},
            {"find", of([](const sql::dialect& d) { return sql::compile_find(users(), d); })},
        });
}

}  // namespace
}  // namespace shardwise::sql_test
