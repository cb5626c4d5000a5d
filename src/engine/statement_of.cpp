// SPDX-License-Identifier: MIT
#include "engine/statement_of.hpp"

namespace shardwise::engine {

statement statement_of(const sql::compiled& c) {
    statement s;
    s.text = c.text;
    s.parameters.reserve(c.parameters.size());
    for (const sql::typed& t : c.parameters) s.parameters.push_back({t.type, t.scale});
    s.columns.reserve(c.columns.size());
    for (const sql::typed& t : c.columns) s.columns.push_back({t.type, t.scale});
    return s;
}

}  // namespace shardwise::engine
