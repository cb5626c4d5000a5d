// SPDX-License-Identifier: MIT
#include "engine/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "shardwise/base/error.hpp"
#include "support/engines.hpp"

namespace shardwise::engine {
namespace {

std::string message_of(std::string_view text) {
    try {
        parse_url(text);
    } catch (const config_error& e) {
        EXPECT_EQ(e.code(), error_code::bad_url);
        return e.message();
    }
    return "";
}

struct good_url {
    const char* text;
    engine_kind kind;
    const char* display;
    const char* user = "";
    const char* password = "";
};

TEST(Url, GoodOnesAreRead) {
    constexpr auto sqlite = engine_kind::sqlite;
    constexpr auto postgres = engine_kind::postgres;
    constexpr auto mariadb = engine_kind::mariadb;
    const good_url table[] = {
        {"sqlite:///rel.db", sqlite, "rel.db"},
        {"sqlite:////var/lib/abs.db", sqlite, "/var/lib/abs.db"},
        {"sqlite://:memory:", sqlite, ":memory:"},
        {"sqlite:///:memory:", sqlite, ":memory:"},
        {"SQLite:///x.db", sqlite, "x.db"},
        {"sqlite:///a/b%20c.db", sqlite, "a/b c.db"},
        {"sqlite:///a b.db", sqlite, "a b.db"},
        {"sqlite:///who@where:1.db", sqlite, "who@where:1.db"},
        {"sqlite:///100%25.db", sqlite, "100%.db"},
        {"sqlite:///x%3Fy%23.db", sqlite, "x?y#.db"},
        {"sqlite:///f%C3%BC.db?busy_timeout_ms=100&synchronous=normal", sqlite, "fü.db"},
        {"sqlite://:memory:?pool_wait_ms=0", sqlite, ":memory:"},
        {"postgresql://host/db", postgres, "host:5432/db"},
        {"postgres://host/db", postgres, "host:5432/db"},
        {"postgresql://u@host/db", postgres, "host:5432/db", "u"},
        {"postgresql://u:p@host:6543/db", postgres, "host:6543/db", "u", "p"},
        {"postgresql://u:@host/db", postgres, "host:5432/db", "u", ""},
        {"postgresql://u%40x:p%40%3A%2F%3F%23%25@h/d", postgres, "h:5432/d", "u@x", "p@:/?#%"},
        {"postgresql://u:p+w d@h/d", postgres, "h:5432/d", "u", "p+w d"},
        {"postgresql://u:%ff@h/d", postgres, "h:5432/d", "u", "\xff"},
        {"postgresql://[::1]/db", postgres, "[::1]:5432/db"},
        {"postgresql://u:p@[2001:db8::7]:99/db", postgres, "[2001:db8::7]:99/db", "u", "p"},
        {"postgresql:///db", postgres, "localhost:5432/db"},
        {"postgresql:///db?socket=/run/postgresql", postgres, "/run/postgresql/db"},
        {"postgresql://%2Frun%2Fpostgresql/db", postgres, "/run/postgresql/db"},
        {"postgresql://u:p@%2Frun%2Fpg:5433/db", postgres, "/run/pg/db", "u", "p"},
        {"postgresql://h/db?schema=shard%201", postgres, "h:5432/db?schema=shard 1"},
        {"postgresql://h/d%2Fb", postgres, "h:5432/d/b"},
        {"postgresql://my-host_1.example.org/db", postgres, "my-host_1.example.org:5432/db"},
        {"postgresql://10.0.0.1:1/db?application_name=x%26y", postgres, "10.0.0.1:1/db"},
        {"mariadb://host/db", mariadb, "host:3306/db"},
        {"mysql://u:p@host:65535/db", mariadb, "host:65535/db", "u", "p"},
        {"mariadb://u@localhost/db", mariadb, "localhost:3306/db", "u"},
        {"mariadb:///db?socket=/run/mysqld/mysqld.sock", mariadb, "/run/mysqld/mysqld.sock/db"},
        {"MariaDB://h/db?tls=off&pool_size=3", mariadb, "h:3306/db"},
    };
    for (const good_url& g : table) {
        SCOPED_TRACE(g.text);
        url u;
        ASSERT_NO_THROW(u = parse_url(g.text)) << message_of(g.text);
        EXPECT_EQ(u.kind, g.kind);
        EXPECT_EQ(u.display(), g.display);
        EXPECT_EQ(u.user, g.user);
        EXPECT_EQ(u.password, g.password);
    }
}

struct bad_url {
    const char* text;
    int column;
    const char* says;
};

TEST(Url, BadOnesAreRefusedByNameAndPlace) {
    const bad_url table[] = {
        {"", 1, "'://'"},
        {"hello", 1, "'://'"},
        {"user:hushhush@host/db", 1, "'://'"},
        {"://host/db", 1, "unknown scheme"},
        {"mongodb://host/db", 1, "'mongodb'"},
        {"oracle+x://h/d", 1, "'oracle+x'"},
        {"postgres:u:p@h/d://", 1, "unknown scheme;"},
        {"sqlite://", 10, "no file"},
        {"sqlite:///", 10, "no file"},
        {"sqlite://host/file.db", 10, "no host"},
        {"sqlite://file.db", 10, "no host"},
        {"sqlite:///folder/", 17, "folder"},
        {"sqlite:///a%zz.db", 12, "hexadecimal"},
        {"sqlite:///a%4", 12, "hexadecimal"},
        {"sqlite:///a%", 12, "hexadecimal"},
        {"sqlite:///a%00b", 12, "zero byte"},
        {"sqlite:///a#b", 12, "%23"},
        {"sqlite:///a\nb", 12, "control"},
        {"sqlite:///%ff.db", 11, "UTF-8"},
        {"sqlite:///a?tls=off", 13, "'tls' does not exist for SQLite"},
        {"sqlite:///a?schema=x", 13, "'schema'"},
        {"sqlite:///a?", 13, "option=value"},
        {"sqlite:///a?pool_size", 13, "option=value"},
        {"sqlite:///a?=3", 13, "option=value"},
        {"sqlite:///a?pool_size=", 23, "'pool_size' has no value"},
        {"sqlite:///a?pool_size=0", 23, "integer from 1"},
        {"sqlite:///a?pool_size=3x", 23, "integer"},
        {"sqlite:///a?pool_size=-1", 23, "integer"},
        {"sqlite:///a?pool_size=99999999999999999999", 23, "integer"},
        {"sqlite:///a?synchronous=maybe", 25, "normal, full or off"},
        {"sqlite:///a?pool_size=1&pool_size=2", 25, "twice"},
        {"sqlite:///a?pool_size=1&", 25, "option=value"},
        {"sqlite:///a?colour=red", 13, "'colour'"},
        {"postgresql://", 14, "no database"},
        {"postgresql://host", 18, "no database"},
        {"postgresql://host/", 19, "no database"},
        {"postgresql://host/?tls=off", 19, "no database"},
        {"postgresql://host/a/b", 20, "%2F"},
        {"postgresql://host:/db", 19, "port"},
        {"postgresql://host:0/db", 19, "port"},
        {"postgresql://host:65536/db", 19, "port"},
        {"postgresql://host:-1/db", 19, "port"},
        {"postgresql://host:54x/db", 19, "port"},
        {"postgresql://::1/db", 14, "brackets"},
        {"postgresql://[::1/db", 14, "']'"},
        {"postgresql://[zebra]/db", 15, "IPv6"},
        {"postgresql://[::1]x/db", 19, "expected ':'"},
        {"postgresql://h o/db", 14, "character"},
        {"postgresql://a,b/db", 14, "character"},
        {"postgresql://@h/db", 14, "empty"},
        {"postgresql://:hushhush@h/db", 14, "empty"},
        {"postgresql://u:hush@hush@h/db", 20, "%40"},
        {"postgresql://u:hush:hush@h/db", 20, "%3A"},
        {"postgresql://u:hush/hush@h/db", 25, "escaped"},
        {"postgresql://u:12/hushhush@h/db", 27, "escaped"},
        {"postgresql://u:hush?hush@h/db", 25, "escaped"},
        {"postgresql://u:hush#hush@h/db", 20, "%23"},
        {"postgresql://u:hush%zz@h/db", 20, "hexadecimal"},
        {"postgresql://u:hush%@h/db", 20, "hexadecimal"},
        {"postgresql://h/db?tls=yes", 23, "verify-full"},
        {"postgresql://h/db?sslmode=disable", 19, "'sslmode'"},
        {"postgresql://h/db?busy_timeout_ms=1", 19, "PostgreSQL"},
        {"mariadb://h/db?schema=x", 16, "MariaDB"},
        {"mariadb://h/db?application_name=x", 16, "MariaDB"},
        {"postgresql://h/db?password=hushhush", 19, "password_env"},
        {"postgresql://h/db?socket=/run", 19, "exclude"},
        {"postgresql:///db?socket=run", 25, "absolute"},
        {"postgresql://u:hushhush@h/db?password_env=HOME", 30, "twice"},
        {"postgresql://h/db?password_env=SW_NOT_SET_AT_ALL", 32, "SW_NOT_SET_AT_ALL"},
        {"postgresql://h/db?password_file=/no/such/file", 33, "/no/such/file"},
    };
    for (const bad_url& b : table) {
        SCOPED_TRACE(b.text);
        const std::string message = message_of(b.text);
        EXPECT_THAT(message, testing::HasSubstr("column " + std::to_string(b.column) + ":"));
        EXPECT_THAT(message, testing::HasSubstr(b.says));
        EXPECT_THAT(message, testing::Not(testing::HasSubstr("hush")));
    }
}

TEST(Url, LocalServersNeedNoTlsAndAllOthersVerifyIt) {
    const auto mode = [](const char* text) { return parse_url(text).tls; };
    for (const char* local :
         {"postgresql://localhost/d", "postgresql://127.0.0.1/d", "postgresql://127.1.2.3/d",
          "mariadb://[::1]/d", "mariadb:///d", "postgresql:///d?socket=/run/pg"})
        EXPECT_EQ(mode(local), tls_mode::off) << local;
    for (const char* remote :
         {"postgresql://db.example.org/d", "mariadb://10.0.0.1/d", "mariadb://[2001:db8::1]/d",
          "postgresql://127.example.org/d", "postgresql://localhost.example.org/d",
          "postgresql://localhost/d?tls_ca=/ca.pem"})
        EXPECT_EQ(mode(remote), tls_mode::verify_full) << remote;
    EXPECT_EQ(mode("mariadb://10.0.0.1/d?tls=off"), tls_mode::off);
    EXPECT_EQ(mode("mariadb://10.0.0.1/d?tls=insecure"), tls_mode::insecure);
    EXPECT_EQ(mode("mariadb://localhost/d?tls=verify-full"), tls_mode::verify_full);
}

TEST(Url, OptionsWithAPlaceOfTheirOwnLeaveTheRest) {
    const url u = parse_url(
        "postgresql://h/d?tls=off&tls_ca=%2Fca.pem&schema=s&pool_size=4&application_name=a");
    EXPECT_EQ(u.tls_ca, "/ca.pem");
    EXPECT_EQ(u.schema, "s");
    EXPECT_THAT(u.options, testing::ElementsAre(testing::Pair("application_name", "a"),
                                                testing::Pair("pool_size", "4")));
}

TEST(Url, PasswordsComeFromTheEnvironmentOrAFile) {
    setenv("SW_TEST_PASSWORD", "p@ss: word", 1);
    EXPECT_EQ(parse_url("postgresql://u@h/d?password_env=SW_TEST_PASSWORD").password, "p@ss: word");
    const test::temp_folder folder;
    const auto from = [&](const std::string& content) {
        std::ofstream(folder.file("pw")) << content;
        return parse_url("mariadb://u@h/d?password_file=" + folder.file("pw")).password;
    };
    EXPECT_EQ(from("from a file\n"), "from a file");
    EXPECT_EQ(from("from windows\r\n"), "from windows");
    EXPECT_EQ(from("no end of line"), "no end of line");
    EXPECT_THROW(from("two\nlines\n"), config_error);
}

/// The password, whole or in parts that could be recognised.
void expect_no_password(const std::string& text) {
    for (const char* part : {"s3cr", "3cr3", "ret", "S3CR"})
        EXPECT_THAT(text, testing::Not(testing::HasSubstr(part)));
}

TEST(Url, NoTruncatedUrlTellsThePassword) {
    const std::string password = "s3cr3t-ret";
    for (const std::string& text :
         {"postgresql://user:" + password + "@host:5432/db?tls=off&pool_size=3",
          "mariadb://user:" + password + "@[::1]:5432/db?socket=/x",
          "mysql://user:" + password + "@/db", "user:" + password + "@host/db",
          "postgresql://user:" + password + "@ho st/db", "postgresql:/user:" + password + "@h/d"}) {
        for (std::size_t size = 0; size <= text.size(); ++size) {
            const std::string cut = text.substr(0, size);
            expect_no_password(message_of(cut));
            expect_no_password(redact_url(cut));
            for (const char extra : {'@', '/', '?', '#', ':', '%', '&', '=', '[', ']'}) {
                std::string changed = text;
                changed.insert(size, 1, extra);
                expect_no_password(message_of(changed));
            }
        }
    }
}

TEST(RedactUrl, HidesPasswordsOnly) {
    const std::pair<const char*, const char*> table[] = {
        {"postgresql://u:p@h:5432/d", "postgresql://u:***@h:5432/d"},
        {"postgresql://u:p@ss@h/d", "postgresql://u:***@h/d"},
        {"postgresql://u:a/b?c@h/d", "postgresql://u:***@h/d"},
        {"postgresql://u@h:5432/d", "postgresql://u@h:5432/d"},
        {"postgresql://h:5432/d?tls=off", "postgresql://h:5432/d?tls=off"},
        {"postgresql://[::1]:5432/d", "postgresql://[::1]:5432/d"},
        {"sqlite:////tmp/a:b@c.db", "sqlite:////tmp/a:b@c.db"},
        {"sqlite://:memory:", "sqlite://:memory:"},
        {"postgresql://u:secret", "postgresql://u:***"},
        {"u:secret@h", "u:***@h"},
        {"postgresql://h/d?password=x&tls=off", "postgresql://h/d?password=***&tls=off"},
        {"postgresql://h/d?tls=off&PGPASS=x", "postgresql://h/d?tls=off&PGPASS=***"},
        {"postgresql://h/d?password_env=NAME", "postgresql://h/d?password_env=NAME"},
        {"", ""},
        {":", ":"},
        {"://", "://"},
        {"no url at all", "no url at all"},
    };
    for (const auto& [text, redacted] : table) EXPECT_EQ(redact_url(text), redacted) << text;
}

}  // namespace
}  // namespace shardwise::engine
