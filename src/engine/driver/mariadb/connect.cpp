// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/connect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <mutex>

namespace shardwise::engine::mariadb {
namespace {

constexpr const char* system_certificates = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::size_t largest_packet = std::size_t{1} << 30U;  // of the protocol's client side

// A server that nobody verified must not be able to ask for the password in clear text.
constexpr const char* hashed_authentication =
    "mysql_native_password,client_ed25519,caching_sha2_password";

void initialise_library() {
    static std::once_flag once;
    std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
}

void set(MYSQL* handle, mysql_option option, const void* value) {
    if (mysql_optionsv(handle, option, value) != 0) {
        raise(error_code::connect_failed, "libmariadb does not know an option that is needed");
    }
}

void set_flag(MYSQL* handle, mysql_option option, bool on) {
    const my_bool flag = on ? 1 : 0;
    set(handle, option, &flag);
}

void set_tls(MYSQL* handle, const url& where) {
    if (where.tls == tls_mode::off) return;
    const bool verify = where.tls == tls_mode::verify_full;
    if (verify) {
        set(handle, MYSQL_OPT_SSL_CA,
            where.tls_ca.empty() ? system_certificates : where.tls_ca.c_str());
    }
    set_flag(handle, MYSQL_OPT_SSL_ENFORCE, verify);
    set_flag(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, verify);
    if (!verify) {
        // Any of these makes libmariadb offer TLS; this one leaves the choice of ciphers as it is.
        mysql_ssl_set(handle, nullptr, nullptr, nullptr, nullptr, nullptr);
    }
}

void set_options(MYSQL* handle, const url& where) {
    set(handle, MYSQL_OPT_NONBLOCK, nullptr);
    set(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    // A malicious server could otherwise ask for any file that this process can read.
    const unsigned int no_local_files = 0;
    set(handle, MYSQL_OPT_LOCAL_INFILE, &no_local_files);
    set_flag(handle, MYSQL_OPT_RECONNECT, false);
    const std::size_t packet = largest_packet;
    set(handle, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
    if (where.tls != tls_mode::verify_full && where.socket.empty()) {
        set(handle, MARIADB_OPT_RESTRICTED_AUTH, hashed_authentication);
    }
    const unsigned int protocol = where.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    set(handle, MYSQL_OPT_PROTOCOL, &protocol);
    set_tls(handle, where);
}

[[noreturn]] void refuse(error_info info, const url& where) {
    info.server = where.display();
    // The user is not told to anybody but the caller, and the password to nobody: libmariadb's
    // text says "for user 'x'@'y' (using password: YES)".
    if (info.code == error_code::permission_denied) info.detail.clear();
    info.message = fmt::format("cannot connect to {}: {}", info.server, info.message);
    raise(std::move(info));
}

[[noreturn]] void refuse_late(const url& where, deadline limit) {
    error_info info{.code = limit.late_code()};
    info.message = limit.cancelled() ? "the call was cancelled"
                                     : "it did not answer before the connect time-out";
    refuse(std::move(info), where);
}

std::string seconds(std::chrono::milliseconds time) {
    return fmt::format("{}", std::max<std::int64_t>(1, (time.count() + 999) / 1000));
}

/// Without ERROR_FOR_DIVISION_BY_ZERO: x / 0 is NULL everywhere (docs/types.md). NULLIF around the
/// divisor would do the same, but SELECT DISTINCT ordered by an expression with NULLIF loses rows.
std::string setup_text(const connect_options& options) {
    std::string text =
        "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin, time_zone='+00:00', "
        "sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION,NO_"
        "BACKSLASH_ESCAPES', autocommit=1, completion_type='NO_CHAIN', "
        "tx_isolation='READ-COMMITTED', foreign_key_checks=1, unique_checks=1, "
        "check_constraint_checks=1, sql_safe_updates=0, sql_auto_is_null=0, "
        "sql_select_limit=18446744073709551615";
    if (options.statement_timeout.count() > 0) {
        text +=
            fmt::format(", max_statement_time={}.{:03}", options.statement_timeout.count() / 1000,
                        options.statement_timeout.count() % 1000);
    }
    if (options.lock_timeout.count() > 0) {
        // Whole seconds only: rounded up, for 0 would mean not to wait at all.
        text += fmt::format(", innodb_lock_wait_timeout={0}, lock_wait_timeout={0}",
                            seconds(options.lock_timeout));
    }
    if (options.idle_transaction.count() > 0)
        text += fmt::format(", idle_transaction_timeout={}", seconds(options.idle_transaction));
    return text;
}

std::size_t number_at(MYSQL_ROW row, unsigned column) {
    std::size_t number = 0;
    const char* text = row[column] == nullptr ? "" : row[column];
    std::from_chars(text, text + std::strlen(text), number);
    return number;
}

}  // namespace

handle_ptr open_handle(const url& where, deadline limit, int abort_fd) {
    initialise_library();
    handle_ptr owner(mysql_init(nullptr));
    if (owner == nullptr) raise(error_code::connect_failed, "libmariadb is out of memory");
    MYSQL* handle = owner.get();
    set_options(handle, where);
    const char* host = where.socket.empty() ? where.host.c_str() : "localhost";
    const char* socket = where.socket.empty() ? nullptr : where.socket.c_str();
    const char* database = where.database.empty() ? nullptr : where.database.c_str();
    MYSQL* connected = nullptr;
    pending_call call;
    call.start([&] {
        return mysql_real_connect_start(&connected, handle, host, where.user.c_str(),
                                        where.password.c_str(), database, where.port, socket,
                                        CLIENT_FOUND_ROWS);
    });
    bool late = false;
    while (!call.done()) {
        short ready = late ? short{0} : wait_socket(handle, call.events(), limit, abort_fd);
        if (ready == 0) {
            late = true;
            cut(handle);
        }
        call.resume(ready,
                    [&](int flags) { return mysql_real_connect_cont(&connected, handle, flags); });
    }
    if (late) refuse_late(where, limit);
    if (connected == nullptr) refuse(translate_connect(error_of(handle)), where);
    if (where.tls == tls_mode::verify_full && mysql_get_ssl_cipher(handle) == nullptr) {
        // libmariadb has refused this already; this guards against a change of its mind.
        refuse({.code = error_code::connect_failed, .message = "the server offers no TLS"}, where);
    }
    return owner;
}

session_facts set_up_session(MYSQL* handle, const url& where, const connect_options& options,
                             deadline limit) {
    try {
        if (std::strstr(mysql_get_server_info(handle), "MariaDB") == nullptr) {
            raise(error_code::connect_failed,
                  "this server is not MariaDB, and no other one of its family is supported");
        }
        run_text(handle, setup_text(options), limit);
        const result_ptr rows =
            run_text(handle, "SELECT @@max_allowed_packet, @@innodb_rollback_on_timeout", limit);
        const MYSQL_ROW row = mysql_fetch_row(rows.get());
        if (row == nullptr) raise(error_code::connect_failed, "the server hides its settings");
        return {.max_packet = number_at(row, 0), .rollback_on_timeout = number_at(row, 1) != 0};
    } catch (const error& e) {
        if (e.code() == error_code::timeout || e.code() == error_code::cancelled)
            refuse_late(where, limit);
        error_info info = e.info();
        info.code = error_code::connect_failed;
        refuse(std::move(info), where);
    }
}

}  // namespace shardwise::engine::mariadb
