// SPDX-License-Identifier: MIT
// A TCP proxy before a server that can be told to stop answering (as after SIGSTOP: connections are
// accepted, nothing comes back) or to break all connections (as after a restart), without harm to
// the other tests that use the server; and that counts round trips. Thread-safe.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
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
        for (const link& l : pairs_) close_both(l);
        close(listener_);
    }
    proxy(const proxy&) = delete;
    proxy& operator=(const proxy&) = delete;

    int port() const noexcept { return port_; }
    /// How often a client has said something after the server had spoken (or first of all): the
    /// round trips of all connections, also those of logging in.
    std::size_t turns() const noexcept { return turns_; }
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
    struct link {
        int client;
        int server;
        bool clients_turn = true;  ///< the server has spoken last
    };
    static void close_both(const link& l) {
        close(l.client);
        close(l.server);
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
                for (const link& l : pairs_) close_both(l);
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
        for (const link& l : pairs_) {
            polls.push_back({l.client, POLLIN, 0});
            polls.push_back({l.server, POLLIN, 0});
        }
        if (poll(polls.data(), polls.size(), 5) <= 0) return;
        for (std::size_t i = pairs_.size(); i-- > 0;) {
            if (pass(pairs_[i], polls[1 + 2 * i].revents != 0, polls[2 + 2 * i].revents != 0))
                continue;
            close_both(pairs_[i]);
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
            pairs_.push_back({client, server});
        else
            close_both({client, server});
    }

    /// False: one of them has gone.
    bool pass(link& l, bool client_speaks, bool server_speaks) {
        if (client_speaks) {
            if (l.clients_turn) ++turns_;
            l.clients_turn = false;
            if (!copy(l.client, l.server)) return false;
        }
        if (server_speaks) {
            l.clients_turn = true;
            if (!copy(l.server, l.client)) return false;
        }
        return true;
    }
    static bool copy(int from, int to) {
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
    std::vector<link> pairs_;  // the worker's
    std::atomic<std::size_t> turns_{0};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> frozen_{false};
    std::atomic<bool> breaking_{false};
    std::atomic<unsigned> rounds_{0};
    std::thread worker_;
};

/// Leads the URL of a server through a proxy.
inline std::unique_ptr<proxy> put_proxy_before(std::string& url) {
    const std::size_t port = url.rfind(':') + 1;
    const std::size_t end = url.find_first_of("/?", port);
    auto way = std::make_unique<proxy>(std::stoi(url.substr(port, end - port)));
    url.replace(port, end - port, std::to_string(way->port()));
    return way;
}

}  // namespace shardwise::test
