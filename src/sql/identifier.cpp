// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "base/utf8.hpp"
#include "schema/names.hpp"
#include "shardwise/base/error.hpp"
#include "sql/dialect.hpp"
#include "sql/dialect/quoting.hpp"

namespace shardwise::sql {
void check_identifier(std::string_view what, std::string_view name) {
    const std::string_view fault = schema::fault_of_name(name);
    if (fault.empty()) return;
    // Only a name that is text can be shown.
    const bool shown =
        !name.empty() && is_valid_utf8(name) && name.find('\0') == std::string_view::npos;
    raise(error_info{.code = error_code::bad_identifier,
                     .message = shown ? fmt::format("the {} name '{}' {}", what, name, fault)
                                      : fmt::format("the name of a {} {}", what, fault)});
}

std::string quoted_name(std::string_view name) {
    std::string out;
    dialects::quote(out, name, '"');
    return out;
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
