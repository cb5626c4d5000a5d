// SPDX-License-Identifier: MIT
// Small steps of the dialogue with one connection, for statements without parameters whose rows, of
// one column at most, do not matter.
#pragma once

#include <string>
#include <utility>

#include "base/deadline.hpp"
#include "engine/engine.hpp"

namespace shardwise::orm {

/// Used once: not prepared on the server.
inline engine::statement plain(std::string text) {
    engine::statement s;
    s.text = std::move(text);
    s.prepare = false;
    return s;
}

/// Goes on with what was sent until it is done (true) or has to wait. Throws what the server
/// refused.
inline bool advance(engine::connection& c) {
    arg row[1];
    while (c.pending() > 0)
        if (c.next(row) == engine::fetch::wait) return false;
    return true;
}

/// Takes the end of everything that was sent.
inline void drain(engine::connection& c, deadline limit) {
    while (!advance(c)) engine::wait(c, limit);
}

}  // namespace shardwise::orm
