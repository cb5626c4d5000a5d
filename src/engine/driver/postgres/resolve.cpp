// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/resolve.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <thread>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

struct answer {
    int status = EAI_AGAIN;
    std::vector<std::string> addresses;
};

answer resolve(const std::string& host, int flags) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    answer out;
    out.status = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (out.status != 0) return out;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(a->ai_addr, a->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) != 0)
            continue;
        std::string address = text.data();
        if (std::ranges::find(out.addresses, address) == out.addresses.end())
            out.addresses.push_back(std::move(address));
    }
    return out;
}

struct lookup {
    std::mutex mutex;
    std::condition_variable done;
    bool is_done = false;
    answer result;
};

void run(lookup& l, const std::string& host) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    answer found;
    try {
        found = resolve(host, 0);
    } catch (...) {
        found.status = EAI_MEMORY;
    }
    const std::lock_guard lock(l.mutex);
    l.result = std::move(found);
    l.is_done = true;
    l.done.notify_all();
}

answer resolve_within(const url& where, deadline limit) {
    auto l = std::make_shared<lookup>();
    std::thread([l, host = where.host] { run(*l, host); }).detach();
    std::unique_lock lock(l->mutex);
    const auto ready = [&l] { return l->is_done; };
    if (limit.is_never()) l->done.wait(lock, ready);
    while (!limit.is_never() && !l->done.wait_until(lock, limit.at(), ready)) {
        if (!limit.passed()) continue;
        raise({.code = limit.late_code(),
               .message = fmt::format("the name of the server {} was not resolved in time",
                                      where.display()),
               .server = where.display()});
    }
    return l->result;
}

}  // namespace

std::vector<std::string> addresses_of(const url& where, deadline limit) {
    if (resolve(where.host, AI_NUMERICHOST).status == 0) return {where.host};
    answer found = resolve_within(where, limit);
    if (found.status != 0 || found.addresses.empty())
        raise({.code = error_code::connect_failed,
               .message = fmt::format("the name of the server {} cannot be resolved: {}",
                                      where.display(), gai_strerror(found.status)),
               .server = where.display()});
    return std::move(found.addresses);
}

}  // namespace shardwise::engine::postgres
