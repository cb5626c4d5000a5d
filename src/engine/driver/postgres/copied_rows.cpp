// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/copied_rows.hpp"

#include "engine/driver/postgres/byte_order.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

constexpr std::string_view signature{"PGCOPY\n\377\r\n\0", 11};
constexpr std::uint32_t critical_flags = 0xffff0000U;
constexpr std::int16_t trailer = -1;
constexpr int text_format = 0;  // the description comes by the simple protocol; it has no values

[[noreturn]] void refuse(const char* what) {
    raise(error_code::internal, std::string("the server's COPY data is not understood: ") + what);
}

template <typename Integer>
Integer taken(std::string_view& from) {
    if (from.size() < sizeof(Integer)) refuse("a message ends too early");
    const auto v = load<Integer>(from.data());
    from.remove_prefix(sizeof(Integer));
    return v;
}

void skip_header(std::string_view& message) {
    if (!message.starts_with(signature)) refuse("it has another signature");
    message.remove_prefix(signature.size());
    if ((taken<std::uint32_t>(message) & critical_flags) != 0) refuse("it has unknown flags");
    const auto extension = taken<std::uint32_t>(message);
    if (extension > message.size()) refuse("its header ends too early");
    message.remove_prefix(extension);
}

}  // namespace

void copied_rows::describe(result_handle result,
                           std::span<const statement::result_column> columns) {
    clear();
    described_ = std::move(result);
    choose_readers(*described_, columns, text_format, readers_);
}

bool copied_rows::take(std::string_view message) {
    has_row_ = false;
    if (at_ == place::end) refuse("something follows its trailer");
    if (at_ == place::header) {
        skip_header(message);
        at_ = place::rows;
        if (message.empty()) return false;
    }
    const auto fields = taken<std::int16_t>(message);
    if (fields == trailer) {
        at_ = place::end;
        if (!message.empty()) refuse("something follows its trailer");
        return false;
    }
    if (static_cast<std::size_t>(fields) != readers_.size())
        refuse("a row has another number of columns than its description");
    fields_ = message;
    has_row_ = true;
    ++count_;
    return true;
}

void copied_rows::read(std::span<arg> row) {
    has_row_ = false;
    if (row.size() < readers_.size()) raise(error_code::internal, "the row has too few places");
    const char* at = fields_.data();
    auto left = static_cast<std::int64_t>(fields_.size());
    constexpr std::int64_t length_bytes = sizeof(std::int32_t);
    for (std::size_t i = 0; i < readers_.size(); ++i) {
        if (left < length_bytes) refuse("a row ends too early");
        const std::int64_t size = load<std::int32_t>(at);
        at += length_bytes;
        left -= length_bytes;
        if (size == -1) {
            row[i] = arg{};
            continue;
        }
        if (size < 0 || size > left) refuse("a value has an impossible length");
        if (!readers_[i].read(at, static_cast<std::size_t>(size), row[i]))
            refuse_value(*described_, i, readers_[i].type);
        at += size;
        left -= size;
    }
    if (left != 0) refuse("a row is longer than its columns");
}

void copied_rows::clear() noexcept {
    described_.reset();
    readers_.clear();
    fields_ = {};
    count_ = 0;
    at_ = place::header;
    has_row_ = false;
}

}  // namespace shardwise::engine::postgres
