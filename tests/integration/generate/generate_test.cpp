// SPDX-License-Identifier: MIT
// generate_model on real databases: the headers are those in golden/, which round_trip_test.cpp
// compiles; what would be a wrong model is refused. SHARDWISE_UPDATE=1 rewrites the headers.
#include "shardwise/ops/generate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "ops/generate_draft.hpp"
#include "schemas.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Generate : public ClusterTest {
protected:
    std::string generated(const std::string& schema, generate_options options = {}) const {
        const test_shards shards(GetParam(), 1);
        run_script(shards, 0, schema_sql(schema, GetParam()));
        options.namespace_name = schema + "_" + GetParam();
        return generate_model(shards[0].url, options).header;
    }
    void expect_golden(const std::string& schema, const std::string& header) const {
        const std::string path = generate_folder + "golden/" + schema + "_" + GetParam() + ".hpp";
        if (std::getenv("SHARDWISE_UPDATE") != nullptr) std::ofstream(path) << header;
        EXPECT_EQ(header, file_text(path)) << path;
    }
    error_info refusal(const std::string& sql, const generate_options& options = {}) const {
        const test_shards shards(GetParam(), 1);
        run_script(shards, 0, sql);
        try {
            ADD_FAILURE() << generate_model(shards[0].url, options).header;
        } catch (const error& e) {
            return e.info();
        }
        return {};
    }
    std::string pick(const char* sqlite, const char* postgres, const char* mariadb) const {
        return GetParam() == "sqlite" ? sqlite : GetParam() == "postgres" ? postgres : mariadb;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Generate, testing::Values("sqlite", "postgres", "mariadb"),
                         label_of);

TEST_P(Generate, WritesTheHeaderOfChinook) { expect_golden("chinook", generated("chinook")); }

TEST_P(Generate, WritesTheHeaderOfAllTypesAndOddNames) { expect_golden("zoo", generated("zoo")); }

TEST_P(Generate, DistributesAsAClusterFileSays) {
    const auto config =
        cluster_config::from_file(SHARDWISE_SOURCE_DIR "/examples/online_retail/cluster.toml");
    generate_options options;
    options.distribution = config.tables;
    expect_golden("retail", generated("retail", options));
}

TEST_P(Generate, IsTheSameTwice) { EXPECT_EQ(generated("zoo"), generated("zoo")); }

/// Compiled by itself, without the tests' help, in the way a user's program would be.
TEST_P(Generate, WritesAHeaderThatCompilesAsItIs) {
    for (const std::string schema : {"chinook", "zoo", "retail"}) {
        const temp_folder folder;
        std::ofstream(folder.file("model.hpp")) << generated(schema);
        std::ofstream(folder.file("main.cpp")) << "#include \"model.hpp\"\n";
        const std::string command = std::string(SHARDWISE_CXX) +
                                    " -std=c++20 -fsyntax-only -Wall -Wextra -Wcomment -Wshadow "
                                    "-Werror -I" SHARDWISE_SOURCE_DIR "/include " +
                                    folder.file("main.cpp") + " > " + folder.file("log") + " 2>&1";
        EXPECT_EQ(std::system(command.c_str()), 0) << file_text(folder.file("log"));
    }
}

TEST_P(Generate, WritesTheNamedTablesOnly) {
    generate_options options;
    options.tables = {"artist", "album"};
    const std::string header = generated("chinook", options);
    EXPECT_THAT(header, HasSubstr("struct artist {"));
    EXPECT_THAT(header, HasSubstr("struct album {"));
    EXPECT_THAT(header, Not(HasSubstr("struct track {")));
}

TEST_P(Generate, SaysWhichForeignKeysLeadToTablesThatWereNotAskedFor) {
    generate_options options;
    options.tables = {"album"};
    EXPECT_THAT(generated("chinook", options),
                HasSubstr("// Not in this model: foreign key (artist_id) to artist, which is not "
                          "among these tables"));
}

TEST_P(Generate, RefusesTablesThatAreNotThere) {
    generate_options options;
    options.tables = {"artists"};
    const error_info e = refusal(schema_sql("chinook", GetParam()), options);
    EXPECT_EQ(e.code, error_code::unknown_table);
    EXPECT_THAT(e.message, HasSubstr("did you mean 'artist'?"));
    EXPECT_EQ(refusal("CREATE VIEW v AS SELECT 1 AS one;\n").code, error_code::unknown_table);
    options.tables = {"v"};
    EXPECT_EQ(refusal("CREATE VIEW v AS SELECT 1 AS one;\n", options).code,
              error_code::not_supported);
}

TEST_P(Generate, RefusesTablesWithoutAKey) {
    const error_info e = refusal("CREATE TABLE loose (a integer, b integer);\n");
    EXPECT_EQ(e.code, error_code::not_supported);
    EXPECT_EQ(e.table, "loose");
    EXPECT_THAT(e.message, HasSubstr("table loose has no primary key"));
}

TEST_P(Generate, RefusesColumnsThatRowsCannotDoWithoutAndNoMemberKeeps) {
    const error_info e = refusal("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, hard " +
                                 pick("NUMERIC(5,2)", "inet", "bigint unsigned") +
                                 " NOT NULL, easy " + pick("DATE", "point", "float") + ");\n");
    EXPECT_EQ(e.code, error_code::not_supported);
    EXPECT_EQ(e.table, "t");
    EXPECT_THAT(e.message, HasSubstr("table t column hard is " +
                                     pick("numeric(5,2)", "inet", "bigint(20) unsigned")));
    EXPECT_THAT(e.message, HasSubstr("rows cannot be inserted without it"));
    EXPECT_THAT(e.message, Not(HasSubstr("easy")));
}

TEST_P(Generate, RefusesTextThatIsNotComparedByItsBytes) {
    std::string sql = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, name varchar(9) ";
    sql += pick("COLLATE NOCASE", "COLLATE lazy", "COLLATE utf8mb4_general_ci") + ");\n";
    if (GetParam() == "postgres")
        sql =
            "CREATE COLLATION lazy (provider = icu, locale = 'und-u-ks-level2', deterministic = "
            "false);\n" +
            sql;
    const error_info e = refusal(sql);
    EXPECT_EQ(e.code, error_code::not_supported);
    EXPECT_THAT(e.message, HasSubstr("table t column name compares text by the collation"));
}

TEST_P(Generate, RefusesADistributionThatTearsForeignKeysApart) {
    generate_options options;
    auto& said = options.distribution.emplace_back();
    said.table = "customer";
    said.shard_key = {"customer_id"};
    auto& invoices = options.distribution.emplace_back();
    invoices.table = "invoice";
    invoices.shard_key = {"customer_id"};
    const error_info e = refusal(schema_sql("chinook", GetParam()), options);
    EXPECT_EQ(e.code, error_code::not_supported);
    EXPECT_THAT(e.message, HasSubstr("table invoice_line refers to invoice, but their rows would "
                                     "not be on one shard"));
    EXPECT_THAT(e.message, HasSubstr("--shard-key"));
}

TEST_P(Generate, RefusesADistributionOfTablesAndColumnsThatAreNotThere) {
    generate_options options;
    auto& said = options.distribution.emplace_back();
    said.table = "artsit";
    EXPECT_EQ(refusal(schema_sql("chinook", GetParam()), options).code, error_code::unknown_table);
    options.distribution.front().table = "artist";
    options.distribution.front().shard_key = {"nothing"};
    EXPECT_EQ(refusal(schema_sql("chinook", GetParam()), options).code, error_code::unknown_column);
}

TEST_P(Generate, RefusesNamespacesThatAreNone) {
    for (const std::string name : {"", "a b", "class", "a::", "2a", "a{}"}) {
        generate_options options;
        options.namespace_name = name;
        EXPECT_EQ(refusal(schema_sql("chinook", GetParam()), options).code,
                  error_code::bad_identifier)
            << name;
    }
}

TEST_P(Generate, ChangesNothing) {
    const test_shards shards(GetParam(), 1);
    run_script(shards, 0, "CREATE TABLE t (id integer NOT NULL PRIMARY KEY);\n");
    const std::string count =
        pick("SELECT count(*) FROM sqlite_schema",
             "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace",
             "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()");
    const auto before = shards.ask(0, count);
    generate_model(shards[0].url);
    EXPECT_EQ(shards.ask(0, count), before);
}

/// Tables that shardwise made keep their bucket, and its own tables are none of the model.
TEST_P(Generate, ReadsTablesThatShardwiseMade) {
    const test_shards shards(GetParam(), 1);
    const temp_folder folder;
    std::ofstream(folder.file("shop.sql"))
        << "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);"
           "CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES "
           "users(id) ON DELETE CASCADE, score integer CHECK (score > 0));";
    const auto config = cluster_config::from_text(
        "[cluster]\nname = \"shop\"\nschema = \"shop.sql\"\n[[shard]]\nname = \"s1\"\nurl = \"" +
            shards[0].url +
            "\"\n[tables.users]\nshard_key = \"id\"\n[tables.posts]\ncolocated_with = \"users\"\n",
        folder.file("cluster.toml"));
    cluster db(config);
    ASSERT_TRUE(db.create_described().complete());
    generate_options options;
    options.distribution = config.tables;
    const generated_model m = generate_model(shards[0].url, options);
    EXPECT_EQ(m.tables, (std::vector<std::string>{"posts", "users"}));
    EXPECT_THAT(m.header, HasSubstr("colocated_with<::model::user>"));
    EXPECT_THAT(m.header, HasSubstr("references<&::model::user::id, on_delete::cascade>"));
    EXPECT_THAT(m.header, HasSubstr("(score > 0)"));
    EXPECT_THAT(m.header, Not(HasSubstr("bucket")));
}

// ---------------------------------------------------------------- names that want out

/// The header is included behind `struct evil`, which a second one would not compile with.
TEST(GenerateFromHostileNames, WritesAHeaderThatNothingBreaksOutOf) {
    const std::vector<std::string> hostile{"\n\nstruct evil {};\n",
                                           "*/ struct evil {}; /*",
                                           "\"> {}; struct evil {}; //",
                                           "\\",
                                           "x\\\n",
                                           "?\?/",
                                           "R\"(",
                                           ")\"",
                                           "\xE2\x80\xAE"
                                           "evil",
                                           "#include <evil>",
                                           "a\r#error evil",
                                           "\t\x01\x1B[31m",
                                           "int",
                                           "::",
                                           "sw",
                                           "mapping",
                                           "E",
                                           "T",
                                           "%:error",
                                           "__cplusplus",
                                           "{}{0}%s%n"};
    ops::source_schema source;
    source.engine = sql::dialect_kind::postgres;
    for (const std::string& name : hostile) {
        if (name == "sw") continue;  // sw_..._key is a reserved name
        source.others.push_back(name);
        ops::source_table& t = source.tables.emplace_back();
        t.name = name;
        t.found.columns.push_back({"key", "bigint", false, false, {}});
        t.details.columns.push_back({"key"});
        for (const std::string& column : hostile) {
            t.found.columns.push_back({column, "text", true, true, {}});
            t.details.columns.push_back({column, "'" + column + "'"});
            t.details.remarks.push_back({column, column});
            t.details.checks.push_back({column, "\"key\" > 0"});
            t.details.checks.push_back({column, column});
        }
        t.found.primary_key = {"key"};
        t.found.uniques = {{hostile[0], hostile[1]}};
        if (name != hostile[0])
            t.found.foreign_keys = {{{"key"}, hostile[0], {"key"}, schema::delete_rule::restrict}};
    }
    const temp_folder folder;
    const std::string header = ops::generate_from(source, {}).header;
    std::ofstream(folder.file("model.hpp")) << header;
    std::ofstream(folder.file("main.cpp"))
        << "struct evil { int member; };\n#include \"model.hpp\"\n"
           "int member = evil{}.member;\n"
           "const auto& e = shardwise::entity_of<model::x>();\n";
    const std::string command =
        std::string(SHARDWISE_CXX) +
        " -std=c++20 -fsyntax-only -Wall -Wextra -Wcomment -Wbidi-chars -Werror "
        "-I" SHARDWISE_SOURCE_DIR "/include " +
        folder.file("main.cpp") + " > " + folder.file("log") + " 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << file_text(folder.file("log")) << header;
}

// ---------------------------------------------------------------- what one engine has only

class GenerateFromPostgres : public Generate {};
INSTANTIATE_TEST_SUITE_P(Engines, GenerateFromPostgres, testing::Values("postgres"), label_of);

TEST_P(GenerateFromPostgres, RefusesIdentitiesThatRefuseValues) {
    const error_info e =
        refusal("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n");
    EXPECT_EQ(e.code, error_code::not_supported);
    EXPECT_THAT(e.message, HasSubstr("table t column id is GENERATED ALWAYS"));
}

TEST_P(GenerateFromPostgres, LeavesOutConstraintsThatMeanSomethingElse) {
    const test_shards shards(GetParam(), 1);
    const std::string other = unique_name("other");
    run_script(shards, 0,
               "CREATE SCHEMA " + other + ";\nCREATE TABLE " + other +
                   ".t (id integer PRIMARY KEY);\n"
                   "CREATE TABLE t (id integer PRIMARY KEY, code text, CONSTRAINT one UNIQUE NULLS "
                   "NOT DISTINCT (code), other integer REFERENCES " +
                   other +
                   ".t, n integer);\n"
                   "ALTER TABLE t ADD CONSTRAINT loose CHECK (n > 0) NOT VALID;\n"
                   "CREATE TABLE late (id integer PRIMARY KEY, t_id integer REFERENCES t ON DELETE "
                   "SET DEFAULT DEFERRABLE INITIALLY DEFERRED);\n");
    const std::string header = generate_model(shards[0].url).header;
    run_script(shards, 0, "DROP SCHEMA " + other + " CASCADE;\n");
    EXPECT_THAT(header, HasSubstr("// Not in this model: unique constraint with equal NULLs one"));
    EXPECT_THAT(header, HasSubstr("// Not in this model: foreign key into another schema t_other"));
    EXPECT_THAT(header, HasSubstr("// Not in this model: check loose, which is NOT VALID"));
    EXPECT_THAT(header, HasSubstr("// Not in this model: deferrable constraint"));
    EXPECT_THAT(header, HasSubstr("// Not in this model: rule of foreign key late_t_id_fkey"));
    EXPECT_THAT(header, Not(HasSubstr("unique>")));
    EXPECT_THAT(header, Not(HasSubstr("unique_per_shard>")));
    EXPECT_THAT(header, Not(HasSubstr("check<")));
    EXPECT_THAT(header, HasSubstr("::t::other> other;"));
}

class GenerateFromMariadb : public Generate {};
INSTANTIATE_TEST_SUITE_P(Engines, GenerateFromMariadb, testing::Values("mariadb"), label_of);

TEST_P(GenerateFromMariadb, LeavesOutForeignKeysIntoOtherDatabases) {
    const test_shards shards(GetParam(), 1);
    const std::string other = unique_name("other");
    run_script(shards, 0,
               "CREATE DATABASE " + other + ";\nCREATE TABLE " + other +
                   ".t (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, other int, "
                   "FOREIGN KEY (other) REFERENCES " +
                   other + ".t (id));\n");
    const std::string header = generate_model(shards[0].url).header;
    run_script(shards, 0, "DROP TABLE t;\nDROP DATABASE " + other + ";\n");
    EXPECT_THAT(header, HasSubstr("// Not in this model: foreign key into another database"));
    EXPECT_THAT(header, Not(HasSubstr("references<")));
}

TEST(GenerateFromSqlite, DoesNotMakeAFile) {
    const temp_folder folder;
    try {
        generate_model(folder.sqlite_url("none.db"));
        ADD_FAILURE();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::connect_failed);
    }
    EXPECT_FALSE(std::filesystem::exists(folder.file("none.db")));
}

}  // namespace
}  // namespace shardwise::test
