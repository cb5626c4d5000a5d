// SPDX-License-Identifier: MIT
#include "engine/driver.hpp"

#include <fmt/format.h>

#include "engine/driver/sqlite/driver.hpp"
#include "shardwise/base/error.hpp"
#ifdef SHARDWISE_WITH_POSTGRES
#include "engine/driver/postgres/driver.hpp"
#endif
#ifdef SHARDWISE_WITH_MARIADB
#include "engine/driver/mariadb/driver.hpp"
#endif

namespace shardwise::engine {

driver& driver_for(engine_kind kind) {
    switch (kind) {
        case engine_kind::sqlite:
            return sqlite_driver();
        case engine_kind::postgres:
#ifdef SHARDWISE_WITH_POSTGRES
            return postgres_driver();
#else
            break;
#endif
        case engine_kind::mariadb:
#ifdef SHARDWISE_WITH_MARIADB
            return mariadb_driver();
#else
            break;
#endif
    }
    raise({.code = error_code::bad_url,
           .message =
               fmt::format("this shardwise was built without {}; build it with "
                           "SHARDWISE_WITH_{}=ON",
                           name_of(kind), kind == engine_kind::postgres ? "POSTGRES" : "MARIADB")});
}

}  // namespace shardwise::engine
