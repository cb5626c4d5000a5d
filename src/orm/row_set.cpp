// SPDX-License-Identifier: MIT
#include "orm/row_set.hpp"

#include <algorithm>
#include <cstring>

#include "orm/session_state.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {
/// Few rows need little; each chunk is twice as large as the one before, up to a bound.
constexpr std::size_t first_chunk = 1024;
constexpr std::size_t largest_chunk = 64 * 1024;

void leave_session(row_stream& r) noexcept {
    if (r.owner != nullptr) std::erase(r.owner->streams, &r);
    r.owner = nullptr;
}
}  // namespace

const char* row_set::keep(std::string_view text) {
    if (text.empty()) return "";  // memcpy takes no null pointers, also for nothing
    if (text.size() > room_) {
        const std::size_t next_chunk =
            chunks_.size() < 6 ? first_chunk << chunks_.size() : largest_chunk;
        room_ = std::max(next_chunk, text.size());
        chunks_.push_back(std::make_unique_for_overwrite<char[]>(room_));
        next_ = chunks_.back().get();
    }
    char* const here = next_;
    std::memcpy(here, text.data(), text.size());
    next_ += text.size();
    room_ -= text.size();
    return here;
}

void row_set::append(std::span<const arg> row) {
    for (const arg& a : row) {
        switch (a.kind()) {
            case kind::text:
                cells.push_back(arg{std::string_view{keep(a.text()), a.text().size()}});
                break;
            case kind::blob:
                cells.push_back(arg::of_bytes(keep(a.text()), a.text().size()));
                break;
            case kind::json:
                cells.push_back(arg::of_json({keep(a.text()), a.text().size()}));
                break;
            default:
                cells.push_back(a);
        }
    }
    ++rows;
}

void retain(const row_set* r) noexcept { ++const_cast<row_set*>(r)->references; }
void release(const row_set* r) noexcept {
    if (--const_cast<row_set*>(r)->references == 0) delete r;
}
std::size_t size_of(const row_set& r) noexcept { return r.rows; }
const arg* row_at(const row_set& r, std::size_t row) { return r.cells.data() + row * r.width; }
const record_ptr& record_at(const row_set& r, std::size_t row) { return r.records[row]; }

void retain(const row_stream* r) noexcept { ++const_cast<row_stream*>(r)->references; }
void release(const row_stream* r) noexcept {
    auto* const mine = const_cast<row_stream*>(r);
    if (--mine->references != 0) return;
    leave_session(*mine);
    delete mine;
}
const arg* next_row(row_stream& r) {
    if (r.over) return nullptr;
    if (!r.source)
        raise(error_code::bad_state,
              "this stream was opened inside a transaction that is over: streams end with it");
    try {
        if (r.source->next(r.row)) return r.row.data();
    } catch (const error& e) {
        session_core::state* const session = r.owner;
        r.source.reset();
        leave_session(r);
        if (session != nullptr) session->note_failure(e);
        throw;
    }
    r.over = true;
    r.source.reset();
    leave_session(r);
    return nullptr;
}

}  // namespace shardwise::orm
