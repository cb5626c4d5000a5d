// SPDX-License-Identifier: MIT
#include "sql/dialect.hpp"

#include "sql/dialect/quoting.hpp"

namespace shardwise::sql {

const dialect& dialect_for(dialect_kind kind) {
    switch (kind) {
        case dialect_kind::postgres:
            return dialects::postgres();
        case dialect_kind::mariadb:
            return dialects::mariadb();
        case dialect_kind::sqlite:
            break;
    }
    return dialects::sqlite();
}

std::size_t max_parameters(const dialect& d) noexcept { return d.traits().max_parameters; }

}  // namespace shardwise::sql
