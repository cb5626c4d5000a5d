// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <utility>

namespace shardwise {

std::string_view name_of(log_level level) noexcept {
    switch (level) {
        case log_level::debug:
            return "debug";
        case log_level::info:
            return "info";
        case log_level::warning:
            return "warning";
        case log_level::error:
            return "error";
    }
    return "unknown";
}

void logger::set(log_sink sink) {
    auto next = sink ? std::make_shared<const log_sink>(std::move(sink)) : nullptr;
    const std::lock_guard lock{mutex_};
    enabled_.store(next != nullptr, std::memory_order_release);
    sink_.swap(next);
}

void logger::log(log_level level, std::string_view event,
                 std::initializer_list<log_field> fields) const noexcept {
    if (!enabled()) return;
    try {
        std::shared_ptr<const log_sink> sink;
        {
            const std::lock_guard lock{mutex_};
            sink = sink_;
        }
        // Without the lock: the sink may be slow, and may itself call set().
        if (sink) (*sink)(level, event, {fields.begin(), fields.size()});
    } catch (...) {
        // Dropped, as promised in the header.
    }
}

}  // namespace shardwise
