// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/driver.hpp"

#include "engine/driver/mariadb/connection.hpp"

namespace shardwise::engine {
namespace mariadb {
namespace {

/// The first version whose prepared XA branches survive the end of their connection.
constexpr unsigned long durable_xa = 100'500;

class mariadb_driver_impl final : public driver {
public:
    std::unique_ptr<connection> connect(const url& where, const connect_options& options,
                                        deadline limit) override {
        handle_ptr handle = open_handle(where, limit);
        const session_facts facts = set_up_session(handle.get(), where, options, limit);
        return std::make_unique<mariadb_connection>(std::move(handle), facts, where,
                                                    options.statement_cache);
    }

    server_info describe(connection& c, deadline /*limit*/) override {
        auto* mine = dynamic_cast<mariadb_connection*>(&c);
        if (mine == nullptr) raise(error_code::internal, "a connection of another driver");
        return {.version = mysql_get_server_info(mine->handle()),
                .prepared_transactions = mysql_get_server_version(mine->handle()) >= durable_xa,
                .encrypted = mysql_get_ssl_cipher(mine->handle()) != nullptr};
    }

    void check_storable(const arg& v, column_type type) const override { check_value(v, type); }
};

}  // namespace
}  // namespace mariadb

driver& mariadb_driver() {
    static mariadb::mariadb_driver_impl the_driver;
    return the_driver;
}

}  // namespace shardwise::engine
