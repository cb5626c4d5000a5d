// SPDX-License-Identifier: MIT
#include "base/failpoint.hpp"

#ifdef SHARDWISE_FAILPOINTS

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "shardwise/base/error.hpp"

namespace shardwise {
namespace {

enum class action { kill, stop, error, skip };

action action_of(std::string_view name) {
    if (name == "kill") return action::kill;
    if (name == "stop") return action::stop;
    if (name == "error") return action::error;
    if (name == "skip") return action::skip;
    raise(error_code::bad_config,
          "SHARDWISE_FAILPOINT has to read name:kill, name:stop, name:error or name:skip");
}

class armed_failpoints {
public:
    armed_failpoints() {
        if (const char* const from_environment = std::getenv("SHARDWISE_FAILPOINT"))
            description_ = from_environment;
    }

    void arm(std::string_view description) {
        const std::lock_guard lock{mutex_};
        description_ = description;
        parsed_ = false;
    }

    std::optional<action> find(std::string_view name) {
        const std::lock_guard lock{mutex_};
        if (!parsed_) parse();
        const auto found = actions_.find(name);
        return found == actions_.end() ? std::nullopt : std::optional{found->second};
    }

private:
    void parse() {
        actions_.clear();
        std::string_view rest = description_;
        while (!rest.empty()) {
            const std::string_view one = rest.substr(0, rest.find(','));
            rest.remove_prefix(one.size() < rest.size() ? one.size() + 1 : one.size());
            const std::size_t colon = one.rfind(':');
            if (colon == 0 || colon == std::string_view::npos) action_of({});
            actions_[std::string(one.substr(0, colon))] = action_of(one.substr(colon + 1));
        }
        parsed_ = true;
    }

    std::mutex mutex_;
    std::string description_;
    bool parsed_ = false;
    std::map<std::string, action, std::less<>> actions_;
};

armed_failpoints& armed() {
    static armed_failpoints instance;
    return instance;
}

}  // namespace

void failpoint(std::string_view name) {
    const std::optional<action> what = armed().find(name);
    if (!what) return;
    switch (*what) {
        case action::kill:
            ::kill(::getpid(), SIGKILL);
            break;
        case action::stop:
            ::kill(::getpid(), SIGSTOP);
            break;
        case action::error:
            raise(error_code::internal, "failpoint '" + std::string(name) + "' is armed");
        case action::skip:
            break;
    }
}

bool failpoint_skips(std::string_view name) { return armed().find(name) == action::skip; }

void arm_failpoints(std::string_view description) { armed().arm(description); }

}  // namespace shardwise

#endif
