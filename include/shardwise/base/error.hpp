// SPDX-License-Identifier: MIT
// One error family that answers questions. Thread-safety: an error is immutable after it is thrown.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "shardwise/base/error_code.hpp"

namespace shardwise {

/// Everything that is known about a failure. Only `code` and `message` are always there.
/// No field ever holds a password; `detail` may hold row values and is not part of what(). (The
/// initialisers let callers name only the fields that they know without a warning.)
struct error_info {
    error_code code = error_code::internal;
    std::string message = {};     ///< one readable sentence, without secrets and without row values
    std::string shard = {};       ///< the shard's name in the cluster
    std::string server = {};      ///< host:port/database or file, without user and password
    std::string statement = {};   ///< the SQL text that failed, with placeholders instead of values
    std::string sqlstate = {};    ///< five characters, as the server gave it
    std::string constraint = {};  ///< the name of the violated constraint
    std::string table = {};       ///< the table that is concerned
    std::string place = {};       ///< where in the input: "cluster.toml:12:5", "orders.csv:17"
    std::string transaction = {};  ///< in_doubt: the id to ask cluster::outcome_of() about
    std::string detail = {};       ///< the server's own, keys of objects; keep it out of logs
};

/// The root of all exceptions that shardwise throws.
class error : public std::exception {
public:
    explicit error(error_info info);

    /// "SW401 unique_violation: message [shard s1, constraint users_email_key]"
    const char* what() const noexcept override { return what_.c_str(); }

    error_code code() const noexcept { return info_.code; }
    const error_info& info() const noexcept { return info_; }
    const std::string& message() const noexcept { return info_.message; }
    const std::string& shard() const noexcept { return info_.shard; }
    const std::string& statement() const noexcept { return info_.statement; }
    const std::string& sqlstate() const noexcept { return info_.sqlstate; }
    const std::string& constraint() const noexcept { return info_.constraint; }

    /// The same transaction may succeed when it is run again from its beginning.
    bool is_retryable() const noexcept { return retryable(info_.code); }
    /// It is not known whether the change was made.
    bool is_in_doubt() const noexcept { return info_.code == error_code::in_doubt; }
    /// The connection cannot be used again.
    bool poisons_connection() const noexcept;

private:
    error_info info_;
    std::string what_;
};

/// Derived types exist only where a caller would write a different catch.
class config_error : public error {
public:
    using error::error;
};
class unique_violation : public error {
public:
    using error::error;
};
class timeout_error : public error {
public:
    using error::error;
};
class in_doubt_error : public error {
public:
    using error::error;
};
class not_supported_error : public error {
public:
    using error::error;
};

/// Throws the class that fits `info.code`.
[[noreturn]] void raise(error_info info);
/// The short form for errors without further facts.
[[noreturn]] void raise(error_code code, std::string_view message);

}  // namespace shardwise
