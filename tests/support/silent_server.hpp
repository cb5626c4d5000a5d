// SPDX-License-Identifier: MIT
// A server that accepts connections (the kernel does) and never says a word, like one that was
// stopped with SIGSTOP.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace shardwise::test {

class silent_server {
public:
    silent_server() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const raw = reinterpret_cast<sockaddr*>(&address);
        if (socket_ < 0 || bind(socket_, raw, size) != 0 || listen(socket_, 16) != 0 ||
            getsockname(socket_, raw, &size) != 0)
            throw std::runtime_error("cannot listen on 127.0.0.1");
        port_ = ntohs(address.sin_port);
    }
    ~silent_server() { close(socket_); }
    silent_server(const silent_server&) = delete;
    silent_server& operator=(const silent_server&) = delete;

    std::uint16_t port() const noexcept { return port_; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

}  // namespace shardwise::test
