// SPDX-License-Identifier: MIT
// Opening connections: refusals, TLS, servers that do not answer, session settings.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>

#include "dialect/postgres/server.hpp"

namespace shardwise::engine::test {
namespace {

using ct = column_type;
using ::testing::HasSubstr;
using ::testing::Not;

/// Accepts connections into its backlog and never says a word.
class silent_server {
public:
    silent_server() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at);
        listen(fd_, 8);
        socklen_t size = sizeof at;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
        port_ = ntohs(at.sin_port);
    }
    ~silent_server() { close(fd_); }
    silent_server(const silent_server&) = delete;
    silent_server& operator=(const silent_server&) = delete;
    std::uint16_t port() const { return port_; }

private:
    int fd_;
    std::uint16_t port_ = 0;
};

/// A stopped process, continued at the end.
class stopped {
public:
    explicit stopped(pid_t pid) : pid_(pid) { kill(pid_, SIGSTOP); }
    ~stopped() { kill(pid_, SIGCONT); }
    stopped(const stopped&) = delete;
    stopped& operator=(const stopped&) = delete;

private:
    pid_t pid_;
};

/// Its byte order is not the order of code points.
TEST_F(PostgresDriver, RefusesADatabaseInAnotherEncoding) {
    exec({"DROP DATABASE IF EXISTS latin",
          "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"});
    const std::string usual = std::exchange(where_.database, "latin");
    const auto refusal = failure_of([&] { connect(); });
    EXPECT_EQ(refusal.code, error_code::connect_failed);
    EXPECT_THAT(refusal.message, HasSubstr("LATIN1"));
    where_.database = usual;
    exec({"DROP DATABASE latin"});
}

TEST_F(PostgresDriver, TellsWhyAConnectionWasRefusedWithoutThePassword) {
    where_.password = "hunter2-wrong";
    const auto login = failure_of([&] { connect(); });
    EXPECT_EQ(login.code, error_code::permission_denied);
    EXPECT_EQ(login.sqlstate, "28P01");
    EXPECT_THAT(login.message, HasSubstr("password"));
    EXPECT_THAT(error(login).what() + login.detail, Not(HasSubstr("hunter2")));

    where_.password = server_entry()->at("password");
    where_.database = "no_such_database";
    const auto database = failure_of([&] { connect(); });
    EXPECT_EQ(database.code, error_code::connect_failed);
    EXPECT_EQ(database.sqlstate, "3D000");
    EXPECT_THAT(database.message, HasSubstr("no_such_database"));

    where_.port = 1;
    const auto closed = failure_of([&] { connect(); });
    EXPECT_EQ(closed.code, error_code::connect_failed);
    EXPECT_THAT(closed.message, HasSubstr("127.0.0.1:1/"));

    where_.host = "no-such-host.invalid";
    const auto unknown = failure_of([&] { connect(); });
    EXPECT_THAT(unknown.code, ::testing::AnyOf(error_code::connect_failed, error_code::timeout));
    EXPECT_THAT(unknown.message, HasSubstr("no-such-host.invalid"));
}

TEST_F(PostgresDriver, DoesNotMentionAPasswordThatTheServerRepeats) {
    where_.user = "a_password_in_the_wrong_place";
    where_.password = "a_password_in_the_wrong_place";
    const auto info = failure_of([&] { connect(); });
    EXPECT_THAT(error(info).what(), Not(HasSubstr("wrong_place")));
}

TEST_F(PostgresDriver, GivesUpAtTheDeadlineWhenAServerDoesNotAnswer) {
    const silent_server server;
    where_.port = server.port();
    const auto info =
        failure_of([&] { postgres_driver().connect(where_, {}, deadline::after(100ms)); });
    EXPECT_EQ(info.code, error_code::timeout);
    EXPECT_THAT(info.message, HasSubstr(std::to_string(server.port())));
}

TEST_F(PostgresDriver, ReturnsAtTheDeadlineWhenTheServerIsStopped) {
    const auto pid = static_cast<pid_t>(number(*c_, "SELECT pg_backend_pid()::int8"));
    if (kill(pid, 0) != 0) GTEST_SKIP() << "may not send signals to the server";
    const stopped server(pid);
    EXPECT_EQ(failure_of([&] { run(*c_, "SELECT 1", deadline::after(100ms)); }).code,
              error_code::timeout);
    EXPECT_FALSE(c_->discard(deadline::after(100ms)));
    EXPECT_FALSE(c_->usable());
    c_ = nullptr;  // closing does not wait either
    c_ = connect();
}

TEST_F(PostgresDriver, VerifiesTheServersCertificateAndName) {
    where_.tls = tls_mode::verify_full;
    where_.host = "localhost";
    const auto unknown = failure_of([&] { connect(); });
    EXPECT_EQ(unknown.code, error_code::connect_failed);
    EXPECT_THAT(unknown.message, HasSubstr("certificate"));
    EXPECT_THAT(unknown.message, HasSubstr("tls_ca"));

    where_.tls_ca = certificate_;
    auto good = connect();
    EXPECT_TRUE(postgres_driver().describe(*good, soon()).encrypted);

    where_.tls_ca = "/no/such/file";
    EXPECT_THAT(failure_of([&] { connect(); }).message, HasSubstr("/no/such/file"));
}

TEST_F(PostgresDriver, RefusesACertificateOfAnotherName) {
    where_.tls = tls_mode::verify_full;
    where_.tls_ca = certificate_;
    where_.host = "127.0.0.1";  // the same server; its certificate is for "localhost"
    const auto info = failure_of([&] { connect(); });
    EXPECT_EQ(info.code, error_code::connect_failed);
    EXPECT_THAT(info.message, HasSubstr("does not match host name"));
}

TEST_F(PostgresDriver, EncryptsWithoutVerificationOnlyWhenAsked) {
    where_.tls = tls_mode::insecure;
    EXPECT_TRUE(postgres_driver().describe(*connect(), soon()).encrypted);
    where_.tls = tls_mode::off;
    EXPECT_FALSE(postgres_driver().describe(*connect(), soon()).encrypted);
}

TEST_F(PostgresDriver, StreamsOverTls) {
    where_.tls = tls_mode::insecure;
    auto c = connect();
    statement s =
        sql("SELECT i, repeat('x', (i % 9000)::int) FROM generate_series(1::int8, 3000) i", {},
            {ct::int64, ct::text}, 1);
    for (const bool streaming : {false, true}) {
        s.streaming = streaming;
        s.id = streaming ? 1 : 2;
        std::int64_t last = 0;
        run(*c, s, {}, soon(), [&last](std::span<const arg> row) {
            EXPECT_EQ(row[0].to_integer(), ++last);
            EXPECT_EQ(row[1].text().size(), static_cast<std::size_t>(last % 9000));
        });
        EXPECT_EQ(last, 3000);
    }
}

TEST_F(PostgresDriver, ConnectsThroughTheSocketOfTheServer) {
    where_.host.clear();
    where_.socket = socket_;
    EXPECT_EQ(number(*connect(), "SELECT 3::int8"), 3);
    where_.socket = "/tmp,127.0.0.1";
    EXPECT_EQ(failure_of([&] { connect(); }).code, error_code::bad_url);
}

TEST_F(PostgresDriver, SetsTheSessionUp) {
    auto c = connect({.statement_timeout = 70'000ms, .lock_timeout = 8'000ms});
    const auto setting = [&](const std::string& name) {
        return to_display(rows_of(*c, sql("SELECT current_setting('" + name + "')", {}, {ct::text}))
                              .at(0)
                              .at(0)
                              .view());
    };
    EXPECT_EQ(setting("TimeZone"), "'UTC'");
    EXPECT_EQ(setting("client_encoding"), "'UTF8'");
    EXPECT_EQ(setting("application_name"), "'shardwise'");
    EXPECT_EQ(setting("statement_timeout"), "'70s'");
    EXPECT_EQ(setting("lock_timeout"), "'8s'");
    EXPECT_EQ(rows_of(*c, sql("SELECT current_schema()::text", {}, {ct::text}))[0][0].view().text(),
              schema_);
    where_.options["application_name"] = "my service";
    c = connect();
    EXPECT_EQ(setting("application_name"), "'my service'");
}

TEST_F(PostgresDriver, TakesSchemasWithHostileNames) {
    for (const std::string& name : {std::string{"we\"ird \\ sche'ma,"}, std::string{"$user x"}}) {
        std::string quoted = name;
        if (const auto at = quoted.find('"'); at != std::string::npos) quoted.insert(at, "\"");
        run(*c_, "CREATE SCHEMA \"" + quoted + "\"", soon());
        where_.schema = name;
        EXPECT_EQ(rows_of(*connect(), sql("SELECT current_schema()::text", {}, {ct::text}))[0][0]
                      .view()
                      .text(),
                  name);
        run(*c_, "DROP SCHEMA \"" + quoted + "\"", soon());
    }
}

TEST_F(PostgresDriver, RefusesASessionThatTheEnvironmentHasChanged) {
    setenv("PGTZ", "Europe/Berlin", 1);
    const auto info = failure_of([&] { connect(); });
    unsetenv("PGTZ");
    EXPECT_EQ(info.code, error_code::connect_failed);
    EXPECT_THAT(info.message, HasSubstr("PGTZ"));
}

TEST_F(PostgresDriver, DescribesTheServer) {
    const server_info info = postgres_driver().describe(*c_, soon());
    EXPECT_FALSE(info.version.empty());
    EXPECT_EQ(info.prepared_transactions,
              number(*c_, "SELECT current_setting('max_prepared_transactions')::int8") > 0);
}

}  // namespace
}  // namespace shardwise::engine::test
