// SPDX-License-Identifier: MIT
#include "golden/sql/golden_file.hpp"
#include "sql/ddl_compiler.hpp"
#include "support/sql_tables.hpp"

namespace shardwise::sql_test {
namespace {

using sql::op;

golden_case created(std::string name, schema::table t) {
    return {std::move(name), [t](const sql::dialect& d) {
                std::string out;
                for (const std::string& s : create_statements(t, d)) out += s + ";\n";
                for (const std::string& s : drop_statements(t, d)) out += s + ";\n";
                return out;
            }};
}

schema::table with_defaults() {
    schema::table t;
    t.name = "defaults";
    const auto add = [&](const char* name, column_type type, const char* literal, int scale = 0) {
        t.columns.push_back(make_column(name, type, true, type == column_type::decimal ? 10 : 0,
                                        static_cast<std::uint8_t>(scale)));
        t.columns.back().default_sql = literal;
    };
    add("id", column_type::int64, "");
    t.columns[0].nullable = false;
    add("small", column_type::int16, "-5");
    add("flag", column_type::boolean, "TRUE");
    add("ratio", column_type::float64, "1.5e3");
    add("price", column_type::decimal, "12.5", 2);
    add("title", column_type::text, "'it''s \"new\"'");
    add("path", column_type::text, "'a\\b'");
    add("data", column_type::blob, "x'00FF'");
    add("token", column_type::uuid, "'00112233-4455-6677-8899-aabbccddeeff'");
    add("day", column_type::date, "'2020-02-29'");
    add("at", column_type::timestamp, "'2020-02-29 12:00:00.5'");
    add("made", column_type::timestamp, "current_timestamp");
    add("extra", column_type::json, "'{\"a\": 1}'");
    add("nothing", column_type::text, "null");
    t.primary_key = {0};
    return t;
}

schema::table with_everything() {
    schema::table t = make_users();
    t.name = "accounts";
    t.columns[2].length = 100;
    t.columns[11].length = 16;
    t.uniques.push_back({"", {1}, schema::unique_scope::per_shard});
    t.uniques.push_back({"by_mail", {2, 0}, schema::unique_scope::implied});
    t.indexes.push_back({"", {10, 3}});
    t.checks.push_back({"", "Age >= 0 AND \"balance\" <= 99.99 AND name <> 'it''s'"});
    t.checks.push_back({"", "length(name) > 0"});
    schema::foreign_key parent;
    parent.columns = {2};
    parent.parent_table = "mails";
    parent.parent_columns = {"address"};
    parent.on_delete = schema::delete_rule::set_null;
    t.foreign_keys.push_back(parent);
    return t;
}

schema::table simple(std::string name, std::string column_name, column_type type) {
    schema::table t;
    t.name = std::move(name);
    t.columns = {make_column("id", column_type::int64), make_column(std::move(column_name), type)};
    t.primary_key = {0};
    return t;
}

template <class Change>
schema::table changed(schema::table t, Change change) {
    change(t);
    return t;
}

TEST(GoldenSql, Tables) {
    const std::string sixty(60, 'x');
    check_golden(
        "tables.case",
        {
            created("each type", make_users()),
            created("composite key and foreign key", make_orders()),
            created("constraints", with_everything()),
            created("defaults", with_defaults()),
            created("long names are cut with a hash",
                    changed(simple(sixty, "c", column_type::int64),
                            [](schema::table& t) {
                                t.indexes.push_back({"", {1}});
                            })),
            created("decimals beyond 64 bits",
                    changed(simple("t", "d", column_type::decimal),
                            [](schema::table& t) { t.columns[1].precision = 38; })),
            created("long keyed text", changed(simple("t", "d", column_type::text),
                                               [](schema::table& t) {
                                                   t.columns[1].length = 1000;
                                                   t.indexes.push_back({"", {1}});
                                               })),
            created("a wide key", changed(simple("t", "d", column_type::text),
                                          [](schema::table& t) {
                                              t.columns[1].length = 768;
                                              t.indexes.push_back({"", {1, 0}});
                                          })),
            created("cluster-wide unique",
                    changed(simple("t", "d", column_type::int64),
                            [](schema::table& t) {
                                t.placed.shard_key = {0};
                                t.uniques.push_back({"u", {1}, schema::unique_scope::cluster});
                            })),
            created("a check that compares a day with text",
                    changed(simple("t", "d", column_type::date),
                            [](schema::table& t) {
                                t.checks.push_back({"c", "d > '2000-01-01'"});
                            })),
            created("a check that compares two days",
                    changed(simple("t", "d", column_type::date),
                            [](schema::table& t) {
                                t.checks.push_back({"c", "d >= d"});
                            })),
        });
}

TEST(GoldenSql, HostileNames) {
    static const std::vector<schema::table> tables = [] {
        std::vector<schema::table> all;
        for (const char* name :
             {"we\"ird", "order", "b`tick", "Robert\"); DROP TABLE users;--", "back\\slash", "t1"})
            all.push_back(simple(name, name, column_type::text));
        all.push_back(simple("\xF0\x9F\x98\x80", "\xC3\xA9", column_type::text));
        return all;
    }();
    std::vector<golden_case> cases;
    for (const schema::table& t : tables) {
        cases.push_back(created("create " + t.name, t));
        cases.push_back({"query " + t.name, [&t](const sql::dialect& d) {
                             const sql::expr_ptr own = sql::column({&t, 1, 0});
                             const sql::expr_ptr other = sql::column({&t, 1, 1});
                             auto s = sql::make_select(t, &own, 1);
                             s = add_join(s, sql::join_kind::inner, t, 1,
                                          sql::binary(op::eq, own, other));
                             return render(compile(*s, d));
                         }});
        cases.push_back({"insert " + t.name, [&t](const sql::dialect& d) {
                             return render(sql::compile_insert(
                                 t, std::vector<schema::column_index>{0, 1}, 1, d));
                         }});
    }
    check_golden("hostile_names.case", cases);
}

}  // namespace
}  // namespace shardwise::sql_test
