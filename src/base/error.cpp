// SPDX-License-Identifier: MIT
#include "shardwise/base/error.hpp"

#include <utility>

namespace shardwise {
namespace {

void append_fact(std::string& facts, std::string_view label, const std::string& fact) {
    if (fact.empty()) return;
    facts += facts.empty() ? " [" : ", ";
    facts += label;
    facts += ' ';
    facts += fact;
}

/// `statement` and `detail` stay out: the first is long, the second may hold row values.
std::string describe(const error_info& info) {
    std::string text{tag_of(info.code)};
    text += ' ';
    text += name_of(info.code);
    text += ": ";
    text += info.message;

    std::string facts;
    append_fact(facts, "shard", info.shard);
    append_fact(facts, "server", info.server);
    append_fact(facts, "table", info.table);
    append_fact(facts, "constraint", info.constraint);
    append_fact(facts, "sqlstate", info.sqlstate);
    append_fact(facts, "place", info.place);
    append_fact(facts, "transaction", info.transaction);
    if (!facts.empty()) {
        text += facts;
        text += ']';
    }
    return text;
}

}  // namespace

error::error(error_info info) : info_(std::move(info)), what_(describe(info_)) {}

bool error::poisons_connection() const noexcept {
    switch (info_.code) {
        case error_code::connection_lost:
        case error_code::timeout:
        case error_code::in_doubt:
        case error_code::cancelled:
        case error_code::connect_failed:
            return true;
        default:
            return false;
    }
}

void raise(error_info info) {
    switch (info.code) {
        case error_code::bad_url:
        case error_code::bad_config:
        case error_code::wrong_shard:
        case error_code::missing_shard:
            throw config_error(std::move(info));
        case error_code::unique_violation:
            throw shardwise::unique_violation(std::move(info));
        case error_code::timeout:
            throw timeout_error(std::move(info));
        case error_code::in_doubt:
            throw in_doubt_error(std::move(info));
        case error_code::not_supported:
            throw not_supported_error(std::move(info));
        default:
            throw error(std::move(info));
    }
}

void raise(error_code code, std::string_view message) {
    raise(error_info{.code = code, .message = std::string(message)});
}

}  // namespace shardwise
