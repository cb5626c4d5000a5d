// SPDX-License-Identifier: MIT
// A TCP proxy before a server that can be told to stop answering (as after SIGSTOP: connections are
// accepted, nothing comes back) or to break all connections (as after a restart), without harm to
// the other tests that use the server. Thread-safe.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace shardwise::test {

class proxy {
public:
    explicit proxy(int server_port) : server_port_(server_port) {
        listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where = local(0);
        socklen_t size = sizeof where;
        if (bind(listener_, address(where), size) != 0 || listen(listener_, 64) != 0 ||
            getsockname(listener_, address(where), &size) != 0)
            throw std::runtime_error("the proxy cannot listen");
        port_ = ntohs(where.sin_port);
        worker_ = std::thread([this] { work(); });
    }
    ~proxy() {
        stopping_ = true;
        worker_.join();
        for (const auto& [a, b] : pairs_) close_both(a, b);
        close(listener_);
    }
    proxy(const proxy&) = delete;
    proxy& operator=(const proxy&) = delete;

    int port() const noexcept { return port_; }
    void freeze() { settle(frozen_, true); }
    void thaw() { settle(frozen_, false); }
    /// Breaks all connections there are.
    void break_all() {
        breaking_ = true;
        while (breaking_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

private:
    static sockaddr_in local(int port) {
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_port = htons(static_cast<std::uint16_t>(port));
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return a;
    }
    static sockaddr* address(sockaddr_in& a) { return reinterpret_cast<sockaddr*>(&a); }
    static void close_both(int a, int b) {
        close(a);
        close(b);
    }

    /// Until the worker has seen it; it may be stuck in sending to somebody who does not read.
    void settle(std::atomic<bool>& flag, bool value) {
        flag = value;
        const unsigned now = rounds_;
        for (int ms = 0; ms < 200 && rounds_ - now < 2; ++ms)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

    void work() {
        for (; !stopping_; ++rounds_) {
            if (breaking_) {
                for (const auto& [a, b] : pairs_) close_both(a, b);
                pairs_.clear();
                breaking_ = false;
            }
            if (frozen_) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            } else {
                forward();
            }
        }
    }

    void forward() {
        std::vector<pollfd> polls{{listener_, POLLIN, 0}};
        for (const auto& [a, b] : pairs_) {
            polls.push_back({a, POLLIN, 0});
            polls.push_back({b, POLLIN, 0});
        }
        if (poll(polls.data(), polls.size(), 5) <= 0) return;
        for (std::size_t i = pairs_.size(); i-- > 0;) {
            const auto [a, b] = pairs_[i];
            const bool alive = (polls[1 + 2 * i].revents == 0 || pass(a, b)) &&
                               (polls[2 + 2 * i].revents == 0 || pass(b, a));
            if (alive) continue;
            close_both(a, b);
            pairs_.erase(pairs_.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (polls[0].revents != 0) take_new();
    }

    void take_new() {
        const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where = local(server_port_);
        if (connect(server, address(where), sizeof where) == 0)
            pairs_.emplace_back(client, server);
        else
            close_both(client, server);
    }

    static bool pass(int from, int to) {
        std::array<char, 65536> room;
        const ssize_t n = recv(from, room.data(), room.size(), 0);
        for (ssize_t done = 0; done < n;) {
            const ssize_t sent =
                send(to, room.data() + done, static_cast<std::size_t>(n - done), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            done += sent;
        }
        return n > 0;
    }

    int server_port_;
    int listener_ = -1;
    int port_ = 0;
    std::vector<std::pair<int, int>> pairs_;  // the worker's
    std::atomic<bool> stopping_{false};
    std::atomic<bool> frozen_{false};
    std::atomic<bool> breaking_{false};
    std::atomic<unsigned> rounds_{0};
    std::thread worker_;
};

}  // namespace shardwise::test
