// SPDX-License-Identifier: MIT
// Database URLs:  sqlite:///relative.db  sqlite:////absolute.db  sqlite://:memory:
//                 postgresql://user:password@host:port/database?option=value   (postgres:// too)
//                 mariadb://user:password@host:port/database?option=value      (mysql:// too)
// Percent escapes in every part; [::1] for IPv6; a Unix socket folder (PostgreSQL) or file
// (MariaDB) as ?socket=/path or as an escaped host %2Frun%2Fpostgresql. Plain value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace shardwise::engine {

enum class engine_kind : std::uint8_t { sqlite, postgres, mariadb };

std::string_view name_of(engine_kind kind) noexcept;

enum class tls_mode : std::uint8_t {
    verify_full,  ///< default for every host that is not local
    insecure,     ///< encrypted if the server offers it, nothing verified; must be asked for
    off,          ///< default for loopback addresses and sockets
};

struct url {
    engine_kind kind = engine_kind::sqlite;
    std::string user;
    std::string password;  ///< from the URL, ?password_env=NAME or ?password_file=PATH
    std::string host;      ///< without brackets; empty with a socket
    std::uint16_t port = 0;
    std::string socket;    ///< Unix socket: folder (PostgreSQL) or file (MariaDB)
    std::string database;  ///< database name, or the SQLite file; ":memory:"
    std::string schema;    ///< PostgreSQL: ?schema=name, the search_path; else empty
    tls_mode tls = tls_mode::off;
    std::string tls_ca;                          ///< ?tls_ca=file; empty: the system's certificates
    std::map<std::string, std::string> options;  ///< the remaining known options, e.g. pool_size

    bool is_memory() const noexcept {
        return kind == engine_kind::sqlite && database == ":memory:";
    }

    /// For messages and logs: host:port/database or the file. Never user, password or options.
    std::string display() const;
};

/// Throws bad_url naming what is wrong and its position (1-based column) in the text. The message
/// never contains the password.
url parse_url(std::string_view text);

/// `text` with the password (and the values of options that can hold one) replaced by ***. Works on
/// URLs that do not parse, too.
std::string redact_url(std::string_view text);

}  // namespace shardwise::engine
