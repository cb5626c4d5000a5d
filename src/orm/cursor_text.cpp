// SPDX-License-Identifier: MIT
//   version  one byte, 1
//   values   each: kind (one byte), then 8 bytes, 16 bytes, or a length of 4 bytes and bytes
//   checksum 8 bytes: FNV-1a of the order, a zero byte, and all before
// Numbers are little endian; the whole is written in base64url without padding.
#include "orm/cursor_text.hpp"

#include <cstring>
#include <limits>

#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

constexpr char version = 1;
constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

[[noreturn]] void refuse() {
    raise(error_code::bad_value,
          "this cursor belongs to a query with another order, or it was damaged; begin at the "
          "first page");
}

std::uint64_t checksum(std::string_view order, std::string_view bytes) {
    std::uint64_t h = 0xcbf29ce484222325u;
    const auto add = [&h](char c) { h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u; };
    for (const char c : order) add(c);
    add('\0');
    for (const char c : bytes) add(c);
    return h;
}

void put(std::string& to, std::uint64_t v, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) to.push_back(static_cast<char>(v >> (8 * i)));
}

std::string encoded(std::string_view bytes) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) out.push_back(digits[(bits >> (count - 6)) & 63]);
    }
    if (count > 0) out.push_back(digits[(bits << (6 - count)) & 63]);
    return out;
}

std::string decoded(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) refuse();
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<char>(bits >> count));
    }
    return out;
}

class reader {
public:
    explicit reader(std::string_view bytes) : rest_(bytes) {}
    bool at_end() const noexcept { return rest_.empty(); }
    std::string_view take(std::size_t n) {
        if (n > rest_.size()) refuse();
        const std::string_view taken = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return taken;
    }
    std::uint64_t number(std::size_t size) {
        std::uint64_t v = 0;
        const std::string_view bytes = take(size);
        for (std::size_t i = 0; i < size; ++i)
            v |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
        return v;
    }

private:
    std::string_view rest_;
};

void write(std::string& to, const arg& v) {
    to.push_back(static_cast<char>(v.kind()));
    switch (v.kind()) {
        case kind::null:
            return;
        case kind::boolean:
            return put(to, v.boolean() ? 1 : 0, 8);
        case kind::integer:
        case kind::date:
        case kind::timestamp:
            return put(to, static_cast<std::uint64_t>(v.integer()), 8);
        case kind::real: {
            std::uint64_t bits = 0;
            const double real = v.real();
            std::memcpy(&bits, &real, sizeof bits);
            return put(to, bits, 8);
        }
        case kind::decimal: {
            const decimal d = v.as_decimal();
            put(to, d.low(), 8);
            put(to, static_cast<std::uint64_t>(d.high()), 8);
            return put(to, static_cast<std::uint64_t>(d.scale()), 1);
        }
        case kind::uuid: {
            const uuid u = v.as_uuid();
            for (const std::uint8_t octet : u.octets) to.push_back(static_cast<char>(octet));
            return;
        }
        case kind::text:
        case kind::blob:
        case kind::json:
            put(to, v.text().size(), 4);
            to += v.text();
            return;
    }
}

value read(reader& from) {
    const auto k = static_cast<kind>(from.number(1));
    switch (k) {
        case kind::null:
            return value{};
        case kind::boolean:
            return value{arg{from.number(8) != 0}};
        case kind::integer:
            return value{arg{static_cast<std::int64_t>(from.number(8))}};
        case kind::date:
            return value{arg{date{static_cast<std::int32_t>(from.number(8))}}};
        case kind::timestamp:
            return value{arg{timestamp{static_cast<std::int64_t>(from.number(8))}}};
        case kind::real: {
            const std::uint64_t bits = from.number(8);
            double real = 0;
            std::memcpy(&real, &bits, sizeof real);
            return value{arg{real}};
        }
        case kind::decimal: {
            const std::uint64_t low = from.number(8);
            const auto high = static_cast<std::int64_t>(from.number(8));
            return value{arg{decimal::from_parts(high, low, static_cast<int>(from.number(1)))}};
        }
        case kind::uuid: {
            uuid u;
            const std::string_view bytes = from.take(16);
            for (std::size_t i = 0; i < 16; ++i) u.octets[i] = static_cast<std::uint8_t>(bytes[i]);
            return value{arg{u}};
        }
        case kind::text:
            return value{arg{from.take(from.number(4))}};
        case kind::blob: {
            const std::string_view bytes = from.take(from.number(4));
            return value{arg::of_bytes(bytes.data(), bytes.size())};
        }
        case kind::json:
            return value{arg::of_json(from.take(from.number(4)))};
    }
    refuse();
}

}  // namespace

std::string write_cursor(std::string_view order, std::span<const value> values) {
    std::string bytes(1, version);
    for (const value& v : values) {
        if (v.view().kind() == kind::text &&
            v.view().text().size() > std::numeric_limits<std::uint32_t>::max())
            raise(error_code::bad_value, "a text of more than 4 GB cannot be part of a cursor");
        write(bytes, v.view());
    }
    put(bytes, checksum(order, bytes), 8);
    return encoded(bytes);
}

std::vector<value> read_cursor(std::string_view order, std::string_view text) {
    const std::string bytes = decoded(text);
    // One text for one cursor: bits that are left over are 0.
    if (bytes.size() < 9 || bytes.front() != version || encoded(bytes) != text) refuse();
    const std::string_view content = std::string_view(bytes).substr(0, bytes.size() - 8);
    if (reader(std::string_view(bytes).substr(content.size())).number(8) !=
        checksum(order, content))
        refuse();
    std::vector<value> values;
    for (reader from(content.substr(1)); !from.at_end();) values.push_back(read(from));
    return values;
}

}  // namespace shardwise::orm
