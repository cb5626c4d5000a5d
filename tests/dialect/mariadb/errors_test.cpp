// SPDX-License-Identifier: MIT
// Errors of a real server: code, SQLSTATE, constraint; no row values in the message.
#include "dialect/mariadb/support.hpp"

namespace shardwise::engine::mariadb_test {
namespace {

using enum column_type;

class MariadbErrors : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (!c_) return;
        run(*c_, "DROP TABLE IF EXISTS child");
        table("parent",
              "id bigint PRIMARY KEY, email varchar(50) NOT NULL, age int, "
              "CONSTRAINT parent_email UNIQUE (email), "
              "CONSTRAINT `adult``s` CHECK (age >= 18)");
        run(*c_,
            "CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint, "
            "CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id))");
        run(*c_, "INSERT INTO parent VALUES (1, 'secret@x', 20)");
        run(*c_, "INSERT INTO child VALUES (1, 1)");
    }
    void TearDown() override {
        if (c_) run(*c_, "DROP TABLE IF EXISTS child");
    }
};

TEST_F(MariadbErrors, OfConstraintsHaveTheirNamesAndNoValues) {
    const struct {
        const char* sql;
        error_code code;
        const char* constraint;
        const char* sqlstate;
    } cases[] = {
        {"INSERT INTO parent VALUES (2, 'secret@x', 20)", error_code::unique_violation,
         "parent_email", "23000"},
        {"INSERT INTO parent VALUES (1, 'other', 20)", error_code::unique_violation, "PRIMARY",
         "23000"},
        {"INSERT INTO child VALUES (2, 4242)", error_code::foreign_key_violation, "child_parent",
         "23000"},
        {"DELETE FROM parent WHERE id = 1", error_code::foreign_key_violation, "child_parent",
         "23000"},
        {"INSERT INTO parent VALUES (2, NULL, 20)", error_code::not_null_violation, "", "23000"},
        {"INSERT INTO parent (id) VALUES (2)", error_code::not_null_violation, "", "HY000"},
        {"INSERT INTO parent VALUES (2, 'other', 4)", error_code::check_violation, "adult`s",
         "23000"},
        {"INSERT INTO parent VALUES (2, repeat('secret@x', 50), 20)", error_code::bad_value, "",
         "22001"},
        {"INSERT INTO parent VALUES (2, 'o', 99999999999)", error_code::bad_value, "", "22003"},
        {"INSERT INTO parent VALUES (2, 'o', 'secret@x')", error_code::bad_value, "", "22007"},
        {"SELECT * FROM missing", error_code::statement_failed, "", "42S02"},
        {"SELEC 1", error_code::statement_failed, "", "42000"},
    };
    for (const auto& wrong : cases) {
        for (const bool prepare : {false, true}) {
            SCOPED_TRACE(wrong.sql);
            statement s = make(wrong.sql);
            s.prepare = prepare;
            const error_info e = error_of([&] { run(*c_, s); });
            EXPECT_EQ(e.code, wrong.code) << e.detail;
            EXPECT_EQ(e.constraint, wrong.constraint) << e.detail;
            EXPECT_EQ(e.sqlstate, wrong.sqlstate);
            EXPECT_EQ(e.statement, wrong.sql);
            EXPECT_FALSE(e.server.empty());
            EXPECT_EQ(e.message.find("secret"), std::string::npos) << e.message;
            EXPECT_EQ(e.message.find("4242"), std::string::npos) << e.message;
        }
    }
    EXPECT_EQ(count("parent"), 1);
}

TEST_F(MariadbErrors, OfTimeOutsAreTold) {
    auto strict = connect({.statement_timeout = std::chrono::milliseconds(150)});
    EXPECT_EQ(error_of([&] { run(*strict, make("SELECT SLEEP(20) FROM parent", {int64})); }).code,
              error_code::timeout);

    auto impatient = connect({.lock_timeout = std::chrono::milliseconds(300)});
    run(*c_, "BEGIN");
    run(*c_, "UPDATE parent SET age = 21");
    EXPECT_EQ(error_of([&] { run(*impatient, make("UPDATE parent SET age = 22")); }).code,
              error_code::lock_timeout);
    run(*c_, "ROLLBACK");
}

}  // namespace
}  // namespace shardwise::engine::mariadb_test
