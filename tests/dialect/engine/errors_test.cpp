// SPDX-License-Identifier: MIT
// Constraints that are violated, transactions, and secrets that are kept.
#include "support/engine_test.hpp"

namespace shardwise::test {
namespace {

class Errors : public engine_test {
protected:
    /// Its columns all have a rule.
    std::string create_strict_table(const std::string& parent) {
        const std::string key = sql_type(column_type::int64);
        name_ = unique_name("c");
        return create_table("id " + key + " PRIMARY KEY, u " + key + ", n " + key +
                            " NOT NULL, k " + key + ", p " + key + ", CONSTRAINT uq_" + name_ +
                            " UNIQUE (u), CONSTRAINT ck_" + name_ +
                            " CHECK (k > 0), CONSTRAINT fk_" + name_ +
                            " FOREIGN KEY (p) REFERENCES " + parent + " (id)");
    }
    error_info insert_error(engine::connection& c, const std::string& table,
                            const std::string& values) {
        return error_of([&] {
            engine::run(c, "INSERT INTO " + table + " (id, u, n, k, p) VALUES " + values, soon());
        });
    }
    std::string name_;
};

TEST_P(Errors, ViolatedConstraintsHaveTypeAndName) {
    const std::string parent = create_value_table(column_type::int64);
    const std::string table = create_strict_table(parent);
    auto c = connect();
    execute(*c, "INSERT INTO " + table + " (id, u, n, k, p) VALUES (1, 4711, 1, 1, NULL)");

    const error_info unique = insert_error(*c, table, "(2, 4711, 1, 1, NULL)");
    EXPECT_EQ(unique.code, error_code::unique_violation);
    EXPECT_EQ(unique.constraint, sqlite() ? table + ".u" : "uq_" + name_);
    EXPECT_EQ(unique.message.find("4711"), std::string::npos) << "row values belong into detail";

    EXPECT_EQ(insert_error(*c, table, "(1, 5, 1, 1, NULL)").code, error_code::unique_violation);
    EXPECT_EQ(insert_error(*c, table, "(3, 3, NULL, 1, NULL)").code,
              error_code::not_null_violation);

    const error_info check = insert_error(*c, table, "(4, 4, 1, 0, NULL)");
    EXPECT_EQ(check.code, error_code::check_violation);
    EXPECT_EQ(check.constraint, "ck_" + name_);

    const error_info foreign = insert_error(*c, table, "(5, 5, 1, 1, 77)");
    EXPECT_EQ(foreign.code, error_code::foreign_key_violation);
    EXPECT_EQ(foreign.constraint, sqlite() ? "" : "fk_" + name_);
    for (const error_info& e : {unique, check, foreign}) {
        EXPECT_EQ(e.server, db().where().display());
        EXPECT_EQ(e.sqlstate.size(), 5U);
    }
    expect_usable(*c);
    EXPECT_EQ(count(*c, table), 1);
}

TEST_P(Errors, ADeletedParentWithChildrenIsAForeignKeyViolation) {
    const std::string parent = create_value_table(column_type::int64);
    const std::string table = create_strict_table(parent);
    auto c = connect();
    execute(*c, "INSERT INTO " + parent + " (id, v) VALUES (1, 1)");
    execute(*c, "INSERT INTO " + table + " (id, u, n, k, p) VALUES (1, 1, 1, 1, 1)");
    EXPECT_EQ(code_of([&] { execute(*c, "DELETE FROM " + parent); }),
              error_code::foreign_key_violation);
    EXPECT_EQ(count(*c, parent), 1);
}

TEST_P(Errors, TransactionsCommitAndRollBack) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    EXPECT_FALSE(c->in_transaction());
    engine::run(*c, begin(), soon());
    EXPECT_TRUE(c->in_transaction());
    execute(*c, "INSERT INTO " + table + " (id, v) VALUES (1, 1)");
    engine::run(*c, "ROLLBACK", soon());
    EXPECT_FALSE(c->in_transaction());
    EXPECT_EQ(count(*c, table), 0);
    engine::run(*c, begin(), soon());
    execute(*c, "INSERT INTO " + table + " (id, v) VALUES (1, 1)");
    engine::run(*c, "COMMIT", soon());
    EXPECT_FALSE(c->in_transaction());
    EXPECT_EQ(count(*c, table), 1);
}

TEST_P(Errors, AReadThatWasNotFinishedDoesNotHarmTheCommit) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    engine::run(*c, begin(), soon());
    execute(*c, "INSERT INTO " + table + " (id, v) VALUES (1, 1), (2, 2)");
    const auto read = make("SELECT id FROM " + table, {}, {column_type::int64});
    c->send(*read, {});
    std::vector<arg> one(1);
    EXPECT_EQ(advance(*c, one), engine::fetch::row);
    EXPECT_TRUE(c->discard(soon()));
    engine::run(*c, "COMMIT", soon());
    EXPECT_EQ(count(*c, table), 2);
}

TEST_P(Errors, AFailedStatementLeavesTheTransactionToTheCaller) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    engine::run(*c, begin(), soon());
    execute(*c, "INSERT INTO " + table + " (id, v) VALUES (1, 1)");
    EXPECT_EQ(code_of([&] { execute(*c, "INSERT INTO " + table + " (id, v) VALUES (1, 1)"); }),
              error_code::unique_violation);
    EXPECT_TRUE(c->in_transaction());
    engine::run(*c, "ROLLBACK", soon());
    EXPECT_FALSE(c->in_transaction());
    EXPECT_EQ(count(*c, table), 0);
}

TEST_P(Errors, AReturnedConnectionHasNoTransactionAndNoLeftovers) {
    const std::string table = create_value_table(column_type::int64);
    {
        auto c = connect();
        engine::run(*c, begin(), soon());
        execute(*c, "INSERT INTO " + table + " (id, v) VALUES (1, 1)");
        const auto read = make(numbers("1000"), {}, {column_type::int64});
        c->send(*read, {});
        std::vector<arg> one(1);
        EXPECT_EQ(advance(*c, one), engine::fetch::row);
    }
    auto c = connect();
    EXPECT_FALSE(c->in_transaction());
    expect_usable(*c);
    EXPECT_EQ(count(*c, table), 0);
}

INSTANTIATE_TEST_SUITE_P(Engine, Errors, testing::ValuesIn(all_labels()), label_of);

class Secrets : public engine_test {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Secrets);

TEST_P(Secrets, ThePasswordIsInNoError) {
    ASSERT_FALSE(target_.password.empty());
    const auto check = [&](const engine::url& where) {
        try {
            db().client().connect(where, {}, in_ms(5'000));
            ADD_FAILURE() << "connected";
        } catch (const error& e) {
            EXPECT_EQ(std::string(e.what()).find(target_.password), std::string::npos) << e.what();
            EXPECT_EQ(e.info().detail.find(target_.password), std::string::npos);
            EXPECT_EQ(e.info().server, where.display());
            EXPECT_TRUE(e.code() == error_code::connect_failed ||
                        e.code() == error_code::permission_denied)
                << e.what();
        }
    };
    engine::url wrong = db().where();
    wrong.port = 1;  // nobody listens there
    check(wrong);
    wrong = db().where();
    wrong.user = "nobody_of_that_name";
    check(wrong);
    wrong = db().where();
    wrong.database = "no_such_database";
    check(wrong);
    wrong = db().where();
    wrong.host = "no-such-host.invalid";
    check(wrong);
    wrong = db().where();
    wrong.socket = "/nonexistent/socket";
    wrong.host.clear();
    check(wrong);

    engine::url bad_password = db().where();
    bad_password.password = "an-unusual-wrong-password";
    const error_info e = error_of([&] { db().client().connect(bad_password, {}, in_ms(5'000)); });
    EXPECT_TRUE(e.code == error_code::permission_denied || e.code == error_code::connect_failed);
    EXPECT_EQ(e.message.find("an-unusual"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engine, Secrets, testing::ValuesIn(server_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
