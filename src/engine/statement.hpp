// SPDX-License-Identifier: MIT
// Interning of statements: equal text, types and flags give the same shared statement with the same
// id, so that prepared-statement caches find it again. Thread-safe; bounded (least recently used
// statements are forgotten, their ids are never used again).
#pragma once

#include <memory>

#include "engine/driver.hpp"

namespace shardwise::engine {

using statement_ptr = std::shared_ptr<const statement>;

class statement_registry {
public:
    explicit statement_registry(std::size_t capacity = 4096);
    ~statement_registry();
    /// `s.id` is ignored and set.
    statement_ptr intern(statement s);

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Interned for the whole process: for the few constant texts that the library sends again and
/// again. Each connection prepares them once.
statement_ptr repeated(statement s);

}  // namespace shardwise::engine
