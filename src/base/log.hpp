// SPDX-License-Identifier: MIT
// The library tells what it does through one callback: level, event, fields. Without one nothing is
// logged. A cluster owns its logger: two clusters in one process may log to different places.
// Thread-safe: set() and log() from any thread. Never log a password or the values of a row.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

namespace shardwise {

enum class log_level : std::uint8_t { debug, info, warning, error };

/// "debug", "info", ...
std::string_view name_of(log_level level) noexcept;

struct log_field {
    std::string_view key;
    std::string_view value;
};

/// Called by many threads at once; the views live as long as the call. What it throws is dropped:
/// logging never makes an operation fail.
using log_sink =
    std::function<void(log_level, std::string_view event, std::span<const log_field> fields)>;

class logger {
public:
    /// An empty sink turns logging off. A call that is under way may still end in the old sink.
    void set(log_sink sink);
    /// Cheap: to be asked before fields are made that cost something.
    bool enabled() const noexcept { return enabled_.load(std::memory_order_acquire); }
    void log(log_level level, std::string_view event,
             std::initializer_list<log_field> fields = {}) const noexcept;

private:
    std::atomic<bool> enabled_{false};
    mutable std::mutex mutex_;
    std::shared_ptr<const log_sink> sink_;
};

}  // namespace shardwise
