// SPDX-License-Identifier: MIT
#include "exec/held_memory.hpp"

#include <fmt/format.h>

#include <limits>

#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {

std::uint64_t limit_of(std::int64_t given) {
    return given > 0 ? static_cast<std::uint64_t>(given)
                     : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

held_memory::held_memory(const result_limits& limits)
    : most_rows_(limit_of(limits.rows)),
      most_bytes_(limit_of(limits.bytes)),
      most_scratch_(limit_of(limits.scratch_bytes)) {
    received_.most = static_cast<std::size_t>(most_bytes_);
}

void held_memory::refuse(std::string_view what) const {
    const bool rows = rows_ > most_rows_;
    raise({.code = error_code::result_too_large,
           .message = fmt::format(
               "{} of this statement holds too much: {} rows and {} bytes are held, and limits.{} "
               "allows {}; read it as a stream or in pages, ask for less, or raise the limit",
               what, rows_, bytes_ + received_.held, rows ? "rows" : "bytes",
               rows ? most_rows_ : most_bytes_)});
}

void held_memory::refuse_scratch() const {
    raise(
        {.code = error_code::result_too_large,
         .message = fmt::format(
             "the rows that are kept in the client to compute this statement, or to be written by "
             "it, are too many: {} bytes, and limits.scratch_bytes allows {}; add conditions on "
             "the single tables, write fewer rows at a time, or raise the limit",
             scratch_, most_scratch_)});
}

}  // namespace shardwise::exec
