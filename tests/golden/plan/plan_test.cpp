// SPDX-License-Identifier: MIT
// Golden plans: route, reason, tree and SQL per shard of named statements, one text file per
// subject. SHARDWISE_UPDATE=1 rewrites the files; then review the diff.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "parse/statement_parser.hpp"
#include "plan/explain.hpp"
#include "shardwise/base/error.hpp"
#include "support/shop_tables.hpp"
#include "support/statements.hpp"

namespace shardwise::plan {
namespace {

using namespace shardwise::test;

/// Collects the cases of one file over one cluster.
class golden {
public:
    golden(std::string file, sharding::strategy_spec spec, std::size_t shards)
        : s(spec.kind), file_(std::move(file)), view_(s.view(spec, shards)) {}
    ~golden() { compare(); }
    golden(const golden&) = delete;

    void operator()(const std::string& name, const query& q) {
        add(name, [&] { return render(plan_select(q.get(), view_, entries)); });
    }
    void operator()(const std::string& name, const sql::change_ptr& c) {
        add(name, [&] { return render(plan_change(c, view_, entries)); });
    }
    void counted(const std::string& name, const query& q) {
        add(name, [&] { return render(plan_count(q.get(), view_, entries)); });
    }
    term col(const char* path, std::uint8_t alias = 0) const { return s.col(path, alias); }
    const table& at(const char* name) const { return s.at(name); }
    /// From here on plans are made without these rewrites.
    void without(const char* rules) {
        view_.rules = {};
        view_.rules.switch_off_all(rules);
    }
    /// SELECT id, ... WHERE
    query users(const term& condition) const {
        return query(at("users"), {col("users.id"), col("users.name")}).where(condition);
    }

    shop s;
    directory_entries entries;

private:
    template <class F>
    void add(const std::string& name, F f) {
        out_ += "=== " + name + "\n";
        try {
            out_ += f();
        } catch (const error& e) {
            out_ += std::string("refused: ") + e.what() + "\n";
        }
        out_ += "\n";
    }
    template <class Plan>
    std::string render(const planned<Plan>& p) const {
        if (const auto* const keys = std::get_if<std::vector<pending_key>>(&p)) {
            std::string text = "look up first:";
            for (const pending_key& k : *keys) {
                text += " " + k.group + "(";
                for (const value& v : k.key) text += to_display(v.view());
                text += ")";
            }
            return text + "\n";
        }
        const std::vector<const sql::dialect*> dialects(
            view_.shard_count, &sql::dialect_for(sql::dialect_kind::postgres));
        const Plan& plan = std::get<Plan>(p);
        std::string text = explain(plan, view_, dialects).to_string();
        if constexpr (requires { plan.headings; }) {
            text += "headings:";
            for (const std::string& h : plan.headings) text += " [" + h + "]";
            text += "\n";
        }
        return text;
    }
    void compare() const {
        const std::string path = std::string(SHARDWISE_SOURCE_DIR) + "/tests/golden/plan/" + file_;
        if (std::getenv("SHARDWISE_UPDATE") != nullptr) {
            std::ofstream(path, std::ios::binary) << out_;
            return;
        }
        std::ostringstream kept;
        kept << std::ifstream(path, std::ios::binary).rdbuf();
        EXPECT_EQ(kept.str(), out_) << path << ": SHARDWISE_UPDATE=1 if the change is meant";
    }

    std::string file_;
    cluster_view view_;
    std::string out_;
};

TEST(GoldenPlans, RoutesUnderModulo) {
    golden g("modulo.case", by_modulo(2), 2);
    const term id = g.col("users.id"), age = g.col("users.age");
    g("the article's even users ask one server", g.users(id % 2 == 0));
    g("an odd positive remainder", g.users(id % 2 == 1));
    g("SQL's remainder of negative keys is negative", g.users(id % 2 == -1));
    g("a remainder as large as the divisor is never reached", g.users(id % 2 == 2));
    g("a multiple of the modulus says the residue", g.users(id % 6 == 5));
    g("a divisor without common factor says nothing", g.users(id % 3 == 1));
    g("not a remainder", g.users(!(id % 2 == 0)));
    g("division by zero is the server's business", g.users(id % 0 == 0));
    g("a list of remainders", g.users(in(id % 4, {0, 2})));
    g("equality", g.users(id == 7));
    g("the constant on the left", g.users(term(7) == id));
    g("a negative key", g.users(id == -1));
    g("a decimal that is an integer", g.users(id == decimal::parse("8.00")));
    g("a double that is an integer", g.users(id == 8.0));
    g("a number that no integer equals", g.users(id == 2.5));
    g("a double too large to be exact", g.users(id == 1e17));
    g("each shard gets its own values", g.users(in(id, {1, 2, 3, 4})));
    g("all values on one shard", g.users(in(id, {1, 3, 5})));
    g("NULL among the values", g.users(in(id, {1, 2, null()})));
    g("only NULL", g.users(in(id, {null()})));
    g("an empty list", g.users(in(id, {})));
    g("NOT IN says nothing", g.users(not_in(id, {1, 2})));
    g("NOT IN with NULL matches nothing", g.users(not_in(id, {1, null()})));
    g("two different values contradict", g.users(id == 1 && id == 3));
    g("an interval without integers", g.users(id > 5 && id < 6));
    g("a value outside the interval", g.users(id == 9 && id < 3));
    g("a value excluded", g.users(in(id, {1, 2}) && id != 1));
    g("a short interval", g.users(between(id, 4, 4)));
    g("an upside-down interval", g.users(between(id, 5, 4)));
    g("a long interval", g.users(between(id, 1, 100)));
    g("OR unites", g.users(id == 2 || id == 4));
    g("OR with another column asks all", g.users(id == 2 || age == 3));
    g("AND with another column", g.users(id == 2 && age == 3));
    g("NOT of OR is AND of NOT", g.users(!(id != 4 || age == 3)));
    g("NOT of an equality is not the other bucket", g.users(!(id == 4)));
    g("comparison with NULL", g.users(id == null()));
    g("NOT of a comparison with NULL", g.users(!(id == null())));
    g("IS NULL of a column that cannot be", g.users(is_null(id)));
    g("false", g.users(truth(false)));
    g("no condition", query(g.at("users")));
    g("equality through another column", g.users(id == age && age == 6));
}

TEST(GoldenPlans, RoutesUnderOtherStrategies) {
    {
        golden g("modulo3.case", by_modulo(3), 3);
        const term id = g.col("users.id");
        g("three of three", g.users(in(id, {1, 2, 3})));
        g("two of three", g.users(in(id, {1, 2})));
        g("negative keys are floored", g.users(id == -1));
        g("a remainder by six", g.users(id % 6 == 4));
        g("a NULL key has its bucket", query(g.at("notes")).where(is_null(g.col("notes.owner"))));
        g("NULL or a value",
          query(g.at("notes")).where(is_null(g.col("notes.owner")) || g.col("notes.owner") == 1));
        g("NULL and a value contradict",
          query(g.at("notes")).where(is_null(g.col("notes.owner")) && g.col("notes.owner") == 1));
        g("NULL keys of adopted tables can be anywhere",
          query(g.at("loose")).where(is_null(g.col("loose.owner"))));
    }
    {
        golden g("hash.case", by_hash(), 4);
        const term id = g.col("users.id");
        g("equality", g.users(id == 7));
        g("values", g.users(in(id, {1, 2, 3, 4, 5, 6, 7, 8, 9})));
        g("an interval of four", g.users(id > 10 && id <= 14));
        g("an open interval", g.users(id > 10));
        const term tenant = g.col("events.tenant"), day = g.col("events.day");
        const query events(g.at("events"));
        g("a composite key", events.where(tenant == 1 && day == 2));
        g("half a composite key", events.where(tenant == 1));
        g("a composite key with values", events.where(in(tenant, {1, 2}) && in(day, {5, 6})));
        g("pairs of a composite key",
          events.where((tenant == 1 && day == 2) || (tenant == 3 && day == 4)));
        std::vector<term> many;
        for (int i = 0; i < 65; ++i) many.push_back(i);
        g("too many combinations", events.where(in(tenant, many) && in(day, many)));
    }
    {
        golden g("range.case", by_range({100, 200, 300}), 4);
        const term id = g.col("users.id");
        g("below", g.users(id < 100));
        g("at a bound", g.users(id == 100));
        g("between", g.users(between(id, 150, 250)));
        g("open above", g.users(id >= 200));
        g("two ends", g.users(id > 99 && id < 101));
        g("NOT between", g.users(between(id, 100, 299, true)));
        g("NOT of both ends", g.users(!(id < 100 || id >= 200)));
        g("a positive remainder is a positive key", g.users(id % 7 == 3 && id < 100));
        g("a negative remainder is a negative key", g.users(id % 7 == -3));
        g("intervals united", g.users(id < 50 || id > 350));
    }
    {
        golden g("list.case", by_list({{1, 2}, {3, 4}, {5}}, 2), 3);
        const term id = g.col("users.id");
        g("a listed key", g.users(id == 3));
        g("an unlisted key goes to the default", g.users(id == 99));
        g("a whole list excluded", g.users(not_in(id, {1, 2})));
        g("the default bucket is never excluded", g.users(id != 5));
        g("an interval", g.users(between(id, 1, 4)));
    }
    {
        golden g("list_with_gaps.case", by_list({{1, 2}, {3, 4}}), 2);
        const term id = g.col("users.id");
        g("a key without a list exists nowhere", g.users(id == 99));
        g("a listed and an unlisted key", g.users(in(id, {1, 99})));
    }
    {
        golden g("directory.case", by_directory(4), 4);
        const arg known{std::int64_t{1}}, absent{std::int64_t{2}};
        g.entries.add("users", encode_key(&known, 1), 3);
        g.entries.add("users", encode_key(&absent, 1), std::nullopt);
        const term id = g.col("users.id");
        g("a known key", g.users(id == 1));
        g("a key without an entry", g.users(id == 2));
        g("a key that must be looked up", g.users(id == 3));
        g("some must be looked up", g.users(in(id, {1, 2, 3, 4})));
        g("an interval cannot be looked up", g.users(id > 3));
    }
}

TEST(GoldenPlans, RowsOfManyShards) {
    golden g("rows.case", by_modulo(3), 3);
    const term id = g.col("users.id"), name = g.col("users.name"), age = g.col("users.age");
    const query all(g.at("users"), {id, name});
    g("unordered", all);
    g("ordered", all.order_by({asc(name), desc(id)}));
    g("a hidden sort column is dropped", all.order_by({asc(age)}));
    g("ordered by an expression", all.order_by({desc(id % 10)}));
    g("limit", all.limit(10));
    g("a page", all.order_by({asc(id)}).limit(10).offset(20));
    g("an offset alone", all.order_by({asc(id)}).offset(20));
    g("limits do not overflow", all.limit(INT64_MAX).offset(5));
    g("one shard gets the page as it is",
      all.where(id == 4).order_by({asc(id)}).limit(5).offset(1));
    g("no shard", all.where(id == null()).order_by({asc(id)}).limit(5));
    g("distinct", query(g.at("users"), {name}).distinct());
    g("distinct and ordered", query(g.at("users"), {name, age}).distinct().order_by({desc(age)}));
    g("distinct with a limit", query(g.at("users"), {name}).distinct().limit(3).offset(1));
    g("distinct rows with the key are different already",
      query(g.at("users"), {id, name}).distinct());
    g("distinct ordered by what is not selected",
      query(g.at("users"), {name}).distinct().order_by({asc(age)}));
    g("trimmed lists below a page", all.where(in(id, {1, 2, 3})).order_by({asc(id)}).limit(2));
    g("a list under NOT keeps a value", g.users(!in(id, {1, 4}) && age == 1));
    g.counted("counting rows", all.where(age > 3));
    g.counted("counting a page", all.order_by({asc(name)}).limit(10).offset(2));
    g.counted("counting distinct rows", query(g.at("users"), {name}).distinct());
    g.counted("counting groups", query(g.at("users"), {name}).group_by({name}));
    g.counted("counting nothing", all.where(id == 1 && id == 2));
}

TEST(GoldenPlans, Aggregates) {
    golden g("aggregates.case", by_modulo(3), 3);
    const term id = g.col("users.id"), name = g.col("users.name"), age = g.col("users.age");
    const term country = g.col("users.country"), score = g.col("users.score");
    const auto users = [&](const std::vector<term>& items) { return query(g.at("users"), items); };
    g("count", users({count()}));
    g("count, sum, min, max", users({count(age), sum(score), min(name), max(age)}));
    g("averages are never averaged", users({avg(age)}));
    g("average and sum of the same", users({avg(age), sum(age), count(age)}));
    g("the same aggregate twice", users({count(), count()}));
    g("no rows: one row", users({count(), sum(age)}).where(id == 1 && id == 2));
    g("no rows: no groups", users({country, count()}).group_by({country}).where(id == null()));
    g("no rows: what cannot be merged is computed by one shard",
      users({sum(age) + count()}).where(id == null()));
    g("one shard gets everything",
      users({country, sum(age) + count()}).where(id == 1).group_by({country}).having(count() > 1));
    g("groups", users({country, count(), avg(score)}).group_by({country}));
    g("a group column that is not selected", users({avg(score)}).group_by({country}));
    g("selected in another order", users({count(), country}).group_by({country, name}));
    g("grouped by an expression", users({id % 10, count()}).group_by({id % 10}));
    g("LIMIT is not pushed below incomplete groups",
      users({country, count()}).group_by({country}).order_by({desc(count())}).limit(3));
    g("ordered by an average that is not selected",
      users({country}).group_by({country}).order_by({desc(avg(score)), asc(country)}).limit(2));
    g("complete groups are pushed with everything",
      users({id, count()}).group_by({id}).having(count() > 1).order_by({desc(count())}).limit(3));
    g("distinct groups", users({count()}).group_by({country}).distinct().order_by({asc(count())}));
    g("HAVING over spread groups", users({country}).group_by({country}).having(count() > 1));
    g("computing with aggregates", users({sum(age) + count()}));
    g("computing with groups", users({id % 10 + 1}).group_by({id % 10}));
    g("a column that is not grouped", users({name, count()}).group_by({country}));
    g("a column beside an aggregate", users({name, count()}));
    g("count distinct of the shard key", users({count_distinct(id)}));
    g("count distinct of another column", users({count_distinct(country)}));
    g("count distinct with others", users({name, count_distinct(country), count(), avg(age)})
                                        .group_by({name})
                                        .order_by({desc(count_distinct(country))}));
    g("count distinct of a group column",
      users({country, count_distinct(country)}).group_by({country}));
    g("count distinct of two columns", users({count_distinct(country), count_distinct(name)}));
    g("NULL keys spread over shards make groups incomplete",
      query(g.at("loose"), {g.col("loose.owner"), count()}).group_by({g.col("loose.owner")}));
    g("NULL keys in one bucket leave groups complete",
      query(g.at("notes"), {g.col("notes.owner"), count()}).group_by({g.col("notes.owner")}));
}

TEST(GoldenPlans, RewritesThatAreSwitchedOff) {
    const auto page = [](const golden& g) {
        const term id = g.col("users.id"), name = g.col("users.name");
        return query(g.at("users"), {id, name})
            .where(in(id, {1, 2, 3}))
            .order_by({asc(name)})
            .limit(5)
            .offset(2);
    };
    golden g("switched_off.case", by_modulo(3), 3);
    const term id = g.col("users.id"), name = g.col("users.name");
    const term country = g.col("users.country"), owner = g.col("orders.user_id");
    const auto pages = {"route_by_key", "trim_in_list", "push_filter", "push_order",
                        "push_limit",   "send_whole",   "all"};
    for (const char* rule : pages) {
        g.without(rule);
        g(std::string("a page without ") + rule, page(g));
    }
    for (const char* rule : {"route_by_key", "send_whole", "all"}) {
        g.without(rule);
        g(std::string("one row without ") + rule, g.users(id == 7));
    }
    for (const char* rule : {"push_distinct", "push_expressions"}) {
        g.without(rule);
        g(std::string("different rows without ") + rule,
          query(g.at("users"), {id % 10}).distinct().limit(3));
    }
    for (const char* rule : {"push_groups", "split_aggregate"}) {
        g.without(rule);
        g(std::string("complete groups without ") + rule,
          query(g.at("users"), {id, count()}).group_by({id}));
        g(std::string("spread groups without ") + rule,
          query(g.at("users"), {country, avg(g.col("users.age"))}).group_by({country}));
    }
    for (const char* rule : {"push_joins", "push_filter", "all"}) {
        g.without(rule);
        g(std::string("a join without ") + rule,
          query(g.at("users"), {name, owner}).join(g.at("orders"), id == owner).where(id > 4));
    }
    g.without("all");
    g("a change without all", sql::add_where(sql::make_delete(g.at("users")), in(id, {1, 2}).e));
}

TEST(GoldenPlans, Joins) {
    golden g("joins.case", by_modulo(3), 3);
    const term user = g.col("users.id"), owner = g.col("orders.user_id");
    const term order = g.col("orders.id"), line_order = g.col("order_lines.order_id");
    const term line_owner = g.col("order_lines.user_id");
    const query users(g.at("users"), {user, order});
    const query joined = users.join(g.at("orders"), user == owner);
    g("on the shard key", joined);
    g("a constant on the parent pins both", joined.where(user == 4));
    g("a constant on the child pins both", joined.where(owner == 4));
    g("values are trimmed on the child", joined.where(in(owner, {1, 2})));
    g("constants that contradict", joined.where(user == 4 && owner == 5));
    g("equated in the WHERE",
      users.join(g.at("orders"), order == g.col("users.age")).where(user == owner));
    g("both pinned to one constant",
      users.join(g.at("orders"), order == g.col("users.age")).where(user == 4 && owner == 4));
    g("a foreign key",
      query(g.at("orders"), {order}).join(g.at("order_lines"), order == line_order));
    g("a foreign key, pinned on the child's own key",
      query(g.at("orders"), {order})
          .join(g.at("order_lines"), order == line_order)
          .where(line_owner == 4));
    g("not on the shard key", users.join(g.at("orders"), user == order));
    g("tables of different groups",
      query(g.at("users"), {user}).join(g.at("machines"), user == g.col("machines.id")));
    g("LEFT JOIN on the shard key",
      users.left_join(g.at("orders"), user == owner && g.col("orders.total") > 5));
    g("the ON of a LEFT JOIN does not restrict the left side",
      users.left_join(g.at("orders"), user == owner && owner == 4));
    g("rows without a match can be anywhere",
      users.left_join(g.at("orders"), user == owner).where(is_null(owner)));
    g("a condition on the optional side",
      users.left_join(g.at("orders"), user == owner).where(owner == 4));
    g("LEFT JOIN not on the shard key", users.left_join(g.at("orders"), user == order));
    g("an ON of another LEFT JOIN does not connect",
      query(g.at("users"), {user})
          .left_join(g.at("orders"), owner == user && order == g.col("users.age"))
          .left_join(g.at("order_lines"), line_owner == g.col("users.age")));
    g("LEFT JOIN through the optional side",
      query(g.at("users"), {user})
          .left_join(g.at("orders"), owner == user)
          .left_join(g.at("order_lines"), line_owner == owner));
    const term code = g.col("countries.code"), country = g.col("users.country");
    g("a reference table", query(g.at("users"), {user}).join(g.at("countries"), country == code));
    g("a reference table first",
      query(g.at("countries"), {code, user}).join(g.at("users"), country == code).where(user == 4));
    g("a reference table on the optional side",
      query(g.at("users"), {user}).left_join(g.at("countries"), country == code));
    g("a reference table on the preserved side",
      query(g.at("countries"), {code}).left_join(g.at("users"), country == code));
    g("reference tables only", query(g.at("countries")).order_by({asc(code)}).limit(2));
    g("a self join on the shard key",
      query(g.at("users"), {user}).join(g.at("users"), user == g.col("users.id", 1), 1));
    g("a self join on another column",
      query(g.at("users"), {user})
          .join(g.at("users"), g.col("users.age") == g.col("users.age", 1), 1));
    g("groups of a join by the child's key",
      query(g.at("users"), {owner, count()}).join(g.at("orders"), user == owner).group_by({owner}));
    g("groups of a LEFT JOIN by the optional side are incomplete",
      query(g.at("users"), {owner, count()})
          .left_join(g.at("orders"), user == owner)
          .group_by({owner}));
}

TEST(GoldenPlans, Changes) {
    golden g("changes.case", by_modulo(3), 3);
    const term id = g.col("users.id");
    const auto column = [&](const char* t, const char* c) { return g.at(t).column_at(c); };
    const auto set_age = [&](const term& to) {
        return sql::add_set(sql::make_update(g.at("users")), column("users", "age"), to.e);
    };
    g("one row", sql::add_where(set_age(3), (id == 7).e));
    g("each shard gets its own values", sql::add_where(set_age(3), in(id, {1, 2, 3}).e));
    g("everything", set_age(g.col("users.age") + 1));
    g("nothing", sql::add_where(set_age(3), (id == null()).e));
    g("the shard key", sql::add_where(sql::add_set(sql::make_update(g.at("users")),
                                                   column("users", "id"), term(3).e),
                                      (id == 7).e));
    g("the shard key of a colocated table",
      sql::add_set(sql::make_update(g.at("orders")), column("orders", "user_id"), term(3).e));
    g("an UPDATE that sets nothing", sql::make_update(g.at("users")));
    g("DELETE", sql::add_where(sql::make_delete(g.at("orders")), (g.col("orders.user_id") == 5).e));
    g("a reference table",
      sql::add_where(sql::make_delete(g.at("countries")), (g.col("countries.code") == "de").e));
}

TEST(GoldenPlans, ChangesWithSubqueriesAndInserts) {
    golden g("changes_of_found_rows.case", by_modulo(3), 3);
    const shop_tables tables(g.s);
    const auto text = [&](const char* sql) {
        g(sql, std::get<sql::change_ptr>(parse::parse_statement(sql, tables).parsed));
    };
    for (const char* sql : {
             "UPDATE users SET age = 1 WHERE id IN (SELECT user_id FROM orders WHERE total > 5)",
             "UPDATE users SET age = 1 WHERE id NOT IN (SELECT user_id FROM orders)",
             "UPDATE users SET age = 1 WHERE id IN (SELECT id FROM machines)",
             "UPDATE users SET age = 1 WHERE country IN (SELECT code FROM countries)",
             "UPDATE users SET score = (SELECT max(total) FROM orders WHERE user_id = users.id)",
             "UPDATE users SET score = (SELECT max(total) FROM orders), age = age + 1 WHERE id > 5",
             "UPDATE users SET age = (SELECT min(age) FROM users u WHERE u.id = users.id)",
             "UPDATE users SET age = 1 WHERE id = 4 AND EXISTS (SELECT 1 FROM orders WHERE "
             "user_id = 4 AND total > 5)",
             "UPDATE countries SET title = 'x' WHERE code IN (SELECT country FROM users)",
             "DELETE FROM orders WHERE total < (SELECT avg(total) FROM orders)",
             "DELETE FROM orders WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.id = "
             "orders.user_id)",
             "DELETE FROM orders WHERE user_id = 5 RETURNING id, total * 2",
             "INSERT INTO orders (id, user_id, total) VALUES (1, 4, 1.5)",
             "INSERT INTO orders (id, user_id, total) VALUES (1, 4, 1.5), (2, 5, 1), (3, 7, 2)",
             "INSERT INTO orders (id, user_id, total) VALUES (1, 2 + 2, 1.5)",
             "INSERT INTO countries VALUES ('de', 'Germany')",
             "INSERT INTO orders SELECT id, user_id, total, rating FROM orders WHERE user_id < 9",
             "INSERT INTO orders (id, user_id, total) SELECT o.id, u.id, o.total FROM users u JOIN "
             "orders o ON o.user_id = u.id WHERE u.id = 7",
             "INSERT INTO orders (id, user_id, total) SELECT id, user_id + 1, total FROM orders",
             "INSERT INTO orders (id, user_id, total) SELECT id, id, score FROM users ORDER BY age "
             "LIMIT 3",
             "INSERT INTO countries SELECT country, min(name) FROM users GROUP BY country",
             "INSERT INTO users VALUES (1, 'x', 'de', 5, NULL) ON CONFLICT (id) DO UPDATE SET age "
             "= users.age + excluded.age",
             "INSERT INTO orders (id, user_id, total) VALUES (1, 4, 1) ON CONFLICT (id) DO NOTHING",
             "INSERT INTO users VALUES (1, 'x', 'de', 5, NULL) ON CONFLICT (name) DO NOTHING",
             "INSERT INTO users VALUES (1, 'x', 'de', 5, NULL) ON CONFLICT (id) DO UPDATE SET id "
             "= 5",
             "INSERT INTO orders (id, user_id, total) SELECT id, user_id, rating FROM orders",
         })
        text(sql);
}

}  // namespace
}  // namespace shardwise::plan
