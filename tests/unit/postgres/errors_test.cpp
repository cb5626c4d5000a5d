// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/errors.hpp"

#include <gtest/gtest.h>

#include "engine/driver/postgres/connect.hpp"

namespace shardwise::engine::postgres {
namespace {

TEST(PostgresErrors, MapsSqlstatesToStableCodes) {
    struct sample {
        const char* sqlstate;
        error_code code;
    };
    for (const sample& s : {sample{"23505", error_code::unique_violation},
                            {"23503", error_code::foreign_key_violation},
                            {"23502", error_code::not_null_violation},
                            {"23514", error_code::check_violation},
                            {"40001", error_code::serialization_failure},
                            {"40P01", error_code::deadlock},
                            {"55P03", error_code::lock_timeout},
                            {"57014", error_code::timeout},
                            {"57P01", error_code::connection_lost},
                            {"08006", error_code::connection_lost},
                            {"28P01", error_code::permission_denied},
                            {"42501", error_code::permission_denied},
                            {"3D000", error_code::connect_failed},
                            {"53300", error_code::connect_failed},
                            {"53100", error_code::disk_full},
                            {"42P01", error_code::statement_failed},
                            {"", error_code::statement_failed}})
        EXPECT_EQ(code_of(s.sqlstate), s.code) << s.sqlstate;
}

TEST(PostgresErrors, SurvivesResultsWithoutAnyField) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> empty(
        PQmakeEmptyPGresult(nullptr, PGRES_FATAL_ERROR), PQclear);
    const error_info info = failure_of(*empty, {.server = "s", .statement = "SELECT 1"});
    EXPECT_EQ(info.code, error_code::statement_failed);
    EXPECT_FALSE(info.message.empty());
    EXPECT_FALSE(staleness_of(*empty).stale);
}

TEST(PostgresErrors, FindsTheSqlstateOfARefusedConnectionInAnyLanguage) {
    url where;
    where.kind = engine_kind::postgres;
    where.host = "db";
    where.password = "hunter2";
    const error_info info = connect_failure(
        "Verbindung zu »db« fehlgeschlagen: FATAL:  28P01: Passwort hunter2 falsch\n"
        "LOCATION:  auth_failed, auth.c:333\n",
        where);
    EXPECT_EQ(info.code, error_code::permission_denied);
    EXPECT_EQ(info.sqlstate, "28P01");
    EXPECT_EQ(info.message.find("hunter2"), std::string::npos) << info.message;
    EXPECT_EQ(info.message.find("LOCATION"), std::string::npos) << info.message;
}

TEST(PostgresErrors, ReplacesEveryOccurrenceOfThePassword) {
    EXPECT_EQ(without_password("a secret is secret", "secret"), "a *** is ***");
    EXPECT_EQ(without_password("a secret", ""), "a secret");
}

TEST(PostgresConnect, EscapesSessionSettings) {
    url where;
    where.schema = "we\"ird \\ name";
    const std::string settings = startup_settings(where, {});
    EXPECT_NE(settings.find("-c search_path=\"we\"\"ird\\ \\\\\\ name\""), std::string::npos)
        << settings;
    EXPECT_EQ(settings.find("statement_timeout"), std::string::npos);
}

}  // namespace
}  // namespace shardwise::engine::postgres
