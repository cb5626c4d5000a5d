// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "base/utf8.hpp"
#include "shardwise/base/error.hpp"
#include "sql/dialect.hpp"
#include "sql/dialect/quoting.hpp"

namespace shardwise::sql {
namespace {

constexpr std::size_t longest_identifier = 63;

[[noreturn]] void refuse(std::string message) {
    raise(error_info{.code = error_code::bad_identifier, .message = std::move(message)});
}

}  // namespace

void check_identifier(std::string_view what, std::string_view name) {
    if (name.empty()) refuse(fmt::format("the name of a {} is empty", what));
    if (!is_valid_utf8(name)) refuse(fmt::format("the name of a {} is not valid UTF-8", what));
    if (name.find('\0') != std::string_view::npos)
        refuse(fmt::format("the name of a {} has a zero byte", what));
    if (name.size() > longest_identifier)
        refuse(fmt::format("the name of {} \"{}\" has {} bytes: at most {} are possible", what,
                           name, name.size(), longest_identifier));
}

namespace dialects {

void quote(std::string& out, std::string_view text, char mark) {
    out += mark;
    for (const char c : text) {
        if (c == mark) out += mark;
        out += c;
    }
    out += mark;
}

void hex(std::string& out, std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    for (const char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
}

void hex(std::string& out, const uuid& id) {
    hex(out, {reinterpret_cast<const char*>(id.octets.data()), id.octets.size()});
}

}  // namespace dialects
}  // namespace shardwise::sql
