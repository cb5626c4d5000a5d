// SPDX-License-Identifier: MIT
// Opening connections: session settings, TLS, refusals; the password is never told.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "dialect/mariadb/support.hpp"

namespace shardwise::engine::mariadb_test {
namespace {

using enum column_type;

class MariadbConnect : public MariadbTest {
protected:
    /// Tries to connect; whatever is thrown holds no password anywhere.
    error_info refused(const url& u, deadline limit = soon()) {
        const error_info e = error_of([&] { mariadb_driver().connect(u, {}, limit); });
        for (const std::string& part : {e.message, e.detail, e.server, e.statement}) {
            EXPECT_EQ(part.find(u.password), std::string::npos) << part;
        }
        return e;
    }
};

/// Says `greeting` to the first client, if any, and collects what it answers.
class fake_server {
public:
    explicit fake_server(std::string greeting = {}) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
        EXPECT_EQ(::listen(fd_, 4), 0);
        socklen_t size = sizeof a;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&a), &size);
        port = ntohs(a.sin_port);
        if (!greeting.empty()) thread_ = std::thread([this, greeting] { serve(greeting); });
    }
    ~fake_server() {
        ::shutdown(fd_, SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
        ::close(fd_);
    }
    fake_server(const fake_server&) = delete;
    /// Everything the client said until it hung up.
    std::string heard() {
        thread_.join();
        return heard_;
    }
    std::uint16_t port = 0;

private:
    void serve(const std::string& greeting) {
        const int client = ::accept(fd_, nullptr, nullptr);
        if (client < 0) return;
        EXPECT_GT(::send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL), 0);
        char buffer[1024];
        for (ssize_t n = 0; (n = ::recv(client, buffer, sizeof buffer, 0)) > 0;) {
            heard_.append(buffer, static_cast<std::size_t>(n));
        }
        ::close(client);
    }
    int fd_;
    std::string heard_;
    std::thread thread_;
};

/// The first packet of a MariaDB server that knows no TLS and wants `plugin`.
std::string greeting_without_tls(const std::string& plugin) {
    using namespace std::string_literals;
    const std::string body = "\x0a"s + "5.5.5-10.11.6-MariaDB\0"s + "\x01\0\0\0"s + "12345678\0"s +
                             "\x0c\xa2"s +  // capabilities, without CLIENT_SSL (0x0800)
                             "\x2d\x02\0"s + "\x0a\0"s + "\x15"s + std::string(10, '\0') +
                             "123456789012\0"s + plugin + "\0"s;
    return std::string{static_cast<char>(body.size())} + "\0\0\0"s + body;
}

TEST_F(MariadbConnect, SetsTheSessionUp) {
    auto c = connect({.statement_timeout = std::chrono::milliseconds(2500),
                      .lock_timeout = std::chrono::milliseconds(1500)});
    const struct {
        const char* variable;
        const char* wanted;
    } cases[] = {
        {"time_zone", "+00:00"},
        {"character_set_client", "utf8mb4"},
        {"character_set_results", "utf8mb4"},
        {"collation_connection", "utf8mb4_nopad_bin"},
        {"sql_mode",
         "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION,"
         "NO_BACKSLASH_ESCAPES"},
        {"tx_isolation", "READ-COMMITTED"},
        {"max_statement_time", "2.500000"},
        {"innodb_lock_wait_timeout", "2"},
        {"lock_wait_timeout", "2"},
        {"autocommit", "ON"},
        {"foreign_key_checks", "ON"},
    };
    for (const auto& setting : cases) {
        const rows got =
            run(*c, std::string("SELECT CAST(@@") + setting.variable + " AS CHAR)", {text});
        std::string value(got[0][0].view().text());
        if (std::string(setting.variable) == "sql_mode") {
            EXPECT_EQ(value.size(), std::string(setting.wanted).size()) << value;
            EXPECT_NE(value.find("STRICT_ALL_TABLES"), std::string::npos);
        } else {
            EXPECT_EQ(value, setting.wanted) << setting.variable;
        }
    }
}

TEST_F(MariadbConnect, DescribesTheServer) {
    const server_info info = mariadb_driver().describe(*c_, soon());
    EXPECT_NE(info.version.find("MariaDB"), std::string::npos);
    EXPECT_TRUE(info.prepared_transactions);
    EXPECT_FALSE(info.encrypted);
}

TEST_F(MariadbConnect, RefusalsSayWhyWithoutThePassword) {
    url u = url_of(*server_);
    u.password = "not-the-pass-word";
    EXPECT_EQ(refused(u).code, error_code::permission_denied);
    u = url_of(*server_);
    u.database = "no_such_database";
    error_info e = refused(u);
    EXPECT_EQ(e.code, error_code::connect_failed);
    EXPECT_NE(e.message.find("does not exist"), std::string::npos) << e.message;
    u = url_of(*server_);
    u.port = 1;
    e = refused(u);
    EXPECT_EQ(e.code, error_code::connect_failed);
    EXPECT_NE(e.message.find("127.0.0.1:1"), std::string::npos) << e.message;
    u = url_of(*server_);
    u.socket = "/no/such.sock";
    u.host.clear();
    EXPECT_EQ(refused(u).code, error_code::connect_failed);
}

TEST_F(MariadbConnect, ConnectsThroughASocket) {
    url u = url_of(*server_);
    u.socket = server_->at("socket");
    u.host.clear();
    auto c = mariadb_driver().connect(u, {}, soon());
    EXPECT_EQ(run(*c, "SELECT 1", {int64})[0][0].view().integer(), 1);
}

TEST_F(MariadbConnect, AServerThatNeverAnswersIsLeftAtTheDeadline) {
    const fake_server silent;
    url u = url_of(*server_);
    u.port = silent.port;
    const auto before = deadline::clock::now();
    const error_info e = refused(u, deadline::after(std::chrono::milliseconds(200)));
    EXPECT_EQ(e.code, error_code::timeout);
    EXPECT_LT(deadline::clock::now() - before, std::chrono::seconds(10));
}

TEST_F(MariadbConnect, VerifiedTlsTakesTheRightCertificateOnly) {
    url u = url_of(*server_);
    u.tls = tls_mode::verify_full;
    EXPECT_EQ(refused(u).code, error_code::connect_failed);  // not signed by a known authority
    u.tls_ca = server_->at("cert");
    for (const char* host : {"localhost", "127.0.0.1"}) {
        u.host = host;
        auto c = mariadb_driver().connect(u, {}, soon());
        EXPECT_TRUE(mariadb_driver().describe(*c, soon()).encrypted) << host;
        EXPECT_EQ(run(*c, make("SELECT ?", {int64}, {int64}), {arg{std::int64_t{4}}})[0][0]
                      .view()
                      .integer(),
                  4);
    }
    u.host = "127.0.0.2";  // the same server under a name that the certificate does not hold
    EXPECT_EQ(refused(u).code, error_code::connect_failed);
}

TEST_F(MariadbConnect, AServerWithoutTlsGetsNoPasswordWhenTlsIsRequired) {
    fake_server plain(greeting_without_tls("mysql_native_password"));
    url u = url_of(*server_);
    u.port = plain.port;
    u.tls = tls_mode::verify_full;
    u.tls_ca = server_->at("cert");
    const error_info e = refused(u);
    EXPECT_EQ(e.code, error_code::connect_failed);
    EXPECT_NE(e.message.find("TLS"), std::string::npos) << e.message;
    EXPECT_EQ(plain.heard().find(u.user), std::string::npos);  // nothing was said at all
}

TEST_F(MariadbConnect, ThePasswordIsNeverSentInClearTextToAnUnverifiedServer) {
    for (const tls_mode mode : {tls_mode::off, tls_mode::insecure}) {
        fake_server thief(greeting_without_tls("mysql_clear_password"));
        url u = url_of(*server_);
        u.port = thief.port;
        u.tls = mode;
        refused(u, deadline::after(std::chrono::milliseconds(500)));
        EXPECT_EQ(thief.heard().find(u.password), std::string::npos);
    }
}

TEST_F(MariadbConnect, InsecureTlsEncryptsWithoutVerifying) {
    url u = url_of(*server_);
    u.tls = tls_mode::insecure;
    auto c = mariadb_driver().connect(u, {}, soon());
    EXPECT_TRUE(mariadb_driver().describe(*c, soon()).encrypted);
}

}  // namespace
}  // namespace shardwise::engine::mariadb_test
