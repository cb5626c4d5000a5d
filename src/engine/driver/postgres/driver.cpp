// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/driver.hpp"

#include "engine/driver/postgres/connect.hpp"
#include "engine/driver/postgres/connection.hpp"
#include "engine/engine.hpp"
#include "engine/storable.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

class driver_on_libpq final : public driver {
public:
    std::unique_ptr<connection> connect(const url& where, const connect_options& options,
                                        deadline limit) override {
        return std::make_unique<postgres::pg_connection>(
            postgres::open_connection(where, options, limit), where.display(), options);
    }

    server_info describe(connection& c, deadline limit) override {
        auto& pg = dynamic_cast<postgres::pg_connection&>(c);
        server_info info;
        if (const char* version = PQparameterStatus(pg.handle(), "server_version"))
            info.version = version;
        info.encrypted = PQsslInUse(pg.handle()) != 0;
        statement s;
        s.text = "SELECT current_setting('max_prepared_transactions')::int8";
        s.columns = {{column_type::int64}};
        s.prepare = false;
        run(c, s, {}, limit, [&info](std::span<const arg> row) {
            info.prepared_transactions = row[0].to_integer() > 0;
        });
        return info;
    }

    /// PostgreSQL keeps NaN and the infinities of double precision; everything else that cannot be
    /// kept is refused on all engines.
    void check_storable(const arg& v, column_type type) const override { check_argument(v, type); }
};

}  // namespace

driver& postgres_driver() {
    static driver_on_libpq instance;
    return instance;
}

}  // namespace shardwise::engine
