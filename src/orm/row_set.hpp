// SPDX-License-Identifier: MIT
// Fetched rows, owned: scalars in one array, their text in large chunks; or records of objects.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "exec/executor.hpp"
#include "exec/held_memory.hpp"
#include "orm/record.hpp"
#include "shardwise/orm/result.hpp"

namespace shardwise::orm {

struct row_set {
    std::uint32_t references = 1;
    std::size_t width = 0;
    std::vector<arg> cells;           ///< rows * width
    std::vector<record_ptr> records;  ///< of load()
    std::size_t rows = 0;

    /// Copies what the scalars point to.
    void append(std::span<const arg> row);

private:
    const char* keep(std::string_view text);
    std::vector<std::unique_ptr<char[]>> chunks_;
    std::size_t room_ = 0;
    char* next_ = nullptr;
};

struct row_stream {
    std::uint32_t references = 1;
    std::vector<arg> row;
    plan::plan what;                              ///< the operators refer to it
    std::shared_ptr<const stop_source> stop;      ///< the operators' deadlines refer to it
    std::unique_ptr<exec::held_memory> held;      ///< the same
    std::unique_ptr<exec::operator_node> source;  ///< empty at the end
    bool over = false;                            ///< read to its end
    /// The session on whose transaction's connections it reads; null: on its own.
    session_core::state* owner = nullptr;
};

}  // namespace shardwise::orm
