// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/connect.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <vector>

#include "engine/driver/postgres/errors.hpp"
#include "engine/driver/postgres/resolve.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

/// libpq 15 has no word for the system's certificates.
constexpr const char* system_certificates = "/etc/ssl/certs/ca-certificates.crt";

[[noreturn]] void refuse(error_code code, const url& where, std::string_view why) {
    raise({.code = code,
           .message = fmt::format("cannot connect to {}: {}", where.display(), why),
           .server = where.display()});
}

/// Keywords for PQconnectStartParams: each value stands by itself, nothing is quoted or parsed.
class keywords {
public:
    void add(const char* keyword, std::string value) {
        words_.push_back(keyword);
        values_.push_back(std::move(value));
    }
    void add_unless_empty(const char* keyword, const std::string& value) {
        if (!value.empty()) add(keyword, value);
    }
    connection_handle start() const {
        std::vector<const char*> words = words_;
        std::vector<const char*> values;
        for (const std::string& v : values_) values.push_back(v.c_str());
        words.push_back(nullptr);
        values.push_back(nullptr);
        constexpr int plain_database_name = 0;
        return connection_handle{
            PQconnectStartParams(words.data(), values.data(), plain_database_name)};
    }

private:
    std::vector<const char*> words_;
    std::vector<std::string> values_;
};

void append_setting(std::string& to, std::string_view name, std::string_view value) {
    to += fmt::format("{}-c {}=", to.empty() ? "" : " ", name);
    for (const char c : value) {
        if (c == ' ' || c == '\\' || (c >= '\t' && c <= '\r')) to += '\\';
        to += c;
    }
}

std::string quoted(std::string_view identifier) {
    std::string out = "\"";
    for (const char c : identifier) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

void add_place(keywords& to, const url& where, deadline limit) {
    // In these two keywords a comma separates servers.
    if (!where.socket.empty()) {
        if (where.socket.find(',') != std::string::npos)
            refuse(error_code::bad_url, where, "the socket folder must not have a comma");
        to.add("host", where.socket);
    } else {
        const std::string host = where.host.empty() ? "localhost" : where.host;
        url named = where;
        named.host = host;
        std::string hosts;
        std::string addresses;
        for (const std::string& address : addresses_of(named, limit)) {
            hosts += (hosts.empty() ? "" : ",") + host;
            addresses += (addresses.empty() ? "" : ",") + address;
        }
        to.add("host", hosts);
        to.add("hostaddr", addresses);
    }
    if (where.port != 0) to.add("port", std::to_string(where.port));
}

void add_tls(keywords& to, const url& where) {
    to.add("gssencmode", "disable");
    switch (where.tls) {
        case tls_mode::verify_full:
            to.add("sslmode", "verify-full");
            to.add("sslrootcert", where.tls_ca.empty() ? system_certificates : where.tls_ca);
            break;
        case tls_mode::insecure:
            to.add("sslmode", "prefer");
            break;
        case tls_mode::off:
            to.add("sslmode", "disable");
            break;
    }
}

keywords keywords_of(const url& where, const connect_options& options, deadline limit) {
    keywords out;
    add_place(out, where, limit);
    add_tls(out, where);
    out.add_unless_empty("user", where.user);
    out.add_unless_empty("password", where.password);
    out.add_unless_empty("dbname", where.database);
    const auto name = where.options.find("application_name");
    out.add("application_name", name == where.options.end() ? "shardwise" : name->second);
    out.add("client_encoding", "UTF8");
    out.add("options", startup_settings(where, options));
    return out;
}

/// Waits for what PQconnectPoll asked for. The socket may be another one after each step.
void wait_for(const PGconn& c, PostgresPollingStatusType wanted, const url& where, deadline limit) {
    pollfd p{PQsocket(&c), static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT),
             0};
    for (;;) {
        const int ready = poll(&p, 1, limit.poll_timeout());
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR)
            refuse(error_code::connect_failed, where, "poll failed on the connection's socket");
        if (limit.passed()) break;
    }
    raise({.code = limit.late_code(),
           .message = fmt::format("the server {} did not answer the connection request in time",
                                  where.display()),
           .server = where.display()});
}

void ignore_notice(void*, const PGresult*) {}

/// The environment (PGTZ, PGDATESTYLE) and poolers can override startup settings; values would then
/// mean something else in SQL. Checked against what the server reports, without a round trip.
void check_session(const PGconn& c, const url& where) {
    struct expectation {
        const char* name;
        std::string_view value;
    };
    // Byte order of another encoding is not the order of code points; ICU does not know it either.
    const char* encoding = PQparameterStatus(&c, "server_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "UTF8")
        refuse(error_code::connect_failed, where,
               fmt::format("the database's encoding is {}, shardwise needs UTF8 (CREATE DATABASE "
                           "... ENCODING 'UTF8' TEMPLATE template0)",
                           encoding == nullptr ? "not known" : encoding));
    constexpr std::array<expectation, 4> expected{{{"client_encoding", "UTF8"},
                                                   {"TimeZone", "UTC"},
                                                   {"standard_conforming_strings", "on"},
                                                   {"integer_datetimes", "on"}}};
    for (const expectation& e : expected) {
        const char* actual = PQparameterStatus(&c, e.name);
        if (actual == nullptr || e.value != actual)
            refuse(error_code::connect_failed, where,
                   fmt::format("the session has {} = {} where {} is needed; an environment "
                               "variable (PGTZ, PGOPTIONS) or a proxy overrides it",
                               e.name, actual == nullptr ? "nothing" : actual, e.value));
    }
}

}  // namespace

std::string startup_settings(const url& where, const connect_options& options) {
    std::string out;
    append_setting(out, "timezone", "UTC");
    append_setting(out, "datestyle", "ISO,YMD");
    append_setting(out, "standard_conforming_strings", "on");
    if (!where.schema.empty()) append_setting(out, "search_path", quoted(where.schema));
    if (options.statement_timeout.count() > 0)
        append_setting(out, "statement_timeout", std::to_string(options.statement_timeout.count()));
    if (options.lock_timeout.count() > 0)
        append_setting(out, "lock_timeout", std::to_string(options.lock_timeout.count()));
    if (options.idle_transaction.count() > 0)
        append_setting(out, "idle_in_transaction_session_timeout",
                       std::to_string(options.idle_transaction.count()));
    return out;
}

connection_handle open_connection(const url& where, const connect_options& options,
                                  deadline limit) {
    connection_handle c = keywords_of(where, options, limit).start();
    if (c == nullptr) refuse(error_code::connect_failed, where, "out of memory");
    PQsetErrorVerbosity(c.get(), PQERRORS_VERBOSE);
    PQsetNoticeReceiver(c.get(), ignore_notice, nullptr);
    PostgresPollingStatusType status =
        PQstatus(c.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED) raise(connect_failure(PQerrorMessage(c.get()), where));
        wait_for(*c, status, where, limit);
        status = PQconnectPoll(c.get());
    }
    PQsetErrorVerbosity(c.get(), PQERRORS_DEFAULT);
    if (PQsetnonblocking(c.get(), 1) != 0)
        refuse(error_code::connect_failed, where, "the socket cannot be made non-blocking");
    check_session(*c, where);
    return c;
}

}  // namespace shardwise::engine::postgres
