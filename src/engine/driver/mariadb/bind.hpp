// SPDX-License-Identifier: MIT
// The parameters of one execution in the form libmariadb sends them. Everything is copied, so that
// the caller's values may go away; the buffers are kept for the next execution. One thread at a
// time.
#pragma once

#include <mysql.h>

#include <span>
#include <string>
#include <vector>

#include "engine/driver.hpp"

namespace shardwise::engine::mariadb {

/// Throws value_not_storable when MariaDB cannot keep `v`; see driver::check_storable.
/// `position` is 1-based, 0: unknown.
void check_value(const arg& v, column_type type, std::size_t position = 0);

/// A date or an instant in the form of the wire. It was checked before.
MYSQL_TIME wire_time(const arg& v, column_type type);

/// The 16 bytes of a UUID.
std::string octets_of(const arg& v);

/// How parameters of a type are sent. All integers go as 64 bits: their range was checked, and the
/// server compares and stores by value.
enum_field_types wire_type(column_type type) noexcept;

class parameter_set {
public:
    /// Throws bad_value or value_not_storable; `max_packet` is what the server takes at once.
    void assign(std::span<const statement::parameter> types, std::span<const arg> args,
                std::size_t max_packet);
    /// As long as types.size(); valid until the following assign().
    MYSQL_BIND* binds() noexcept { return binds_.data(); }
    std::size_t size() const noexcept { return binds_.size(); }
    /// Gives memory back after an unusually large value.
    void shrink();

private:
    /// A value of fixed size; long ones are in text_.
    union fixed {
        std::int64_t integer = 0;
        double real;
        MYSQL_TIME time;
    };
    void append_text(std::size_t i, std::string_view text);
    void encode(std::size_t i, const arg& v, column_type type);

    std::vector<MYSQL_BIND> binds_;
    std::vector<fixed> fixed_;
    std::vector<std::size_t> offsets_;  ///< in text_; no_text for fixed values
    std::string text_;
};

}  // namespace shardwise::engine::mariadb
