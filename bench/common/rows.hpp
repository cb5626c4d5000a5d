// SPDX-License-Identifier: MIT
// The rows of the benchmark, computed from their ids: the same on every engine and in every run.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

/// A user as hand-written code keeps it.
struct user_row {
    std::int64_t id = 0;
    std::string name;
    std::string email;
    std::string country;
    std::int64_t balance = 0;
    std::int64_t created = 0;  ///< microseconds since 1970 (UTC)
};

struct post_row {
    std::int64_t id = 0;
    std::int64_t user_id = 0;
    std::string title;
    std::int32_t score = 0;
};

/// A row of W7a.
struct user_post_row {
    std::int64_t user_id = 0;
    std::string name;
    std::int64_t post_id = 0;
    std::string title;
    std::int32_t score = 0;
};

/// A row of W7b.
struct user_total_row {
    std::int64_t user_id = 0;
    std::string name;
    std::int64_t total = 0;
};

/// A row of W6.
struct country_row {
    std::string country;
    std::int64_t users = 0;
    std::int64_t balance = 0;
    double average = 0;
};

inline constexpr std::int64_t country_count = 200;  // AA .. HR; HA is one of them
inline constexpr const char* first_country = "HA";
inline constexpr int newest_limit = 50;              // W5
inline constexpr std::int64_t range_size = 10'000;   // W10
inline constexpr std::int64_t changed_size = 1'000;  // W4
inline constexpr std::size_t top_users = 20;         // W7b

/// splitmix64: a well mixed number for each input.
constexpr std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

inline std::string country_code(std::uint64_t number) {
    const std::uint64_t n = number % country_count;
    return {static_cast<char>('A' + n / 26), static_cast<char>('A' + n % 26)};
}

/// No two users have the same instant, so that "the newest 50" is one answer.
constexpr std::int64_t created_of(std::int64_t id) {
    const std::uint64_t slot = (static_cast<std::uint64_t>(id) * 2'654'435'761U) & 0xffffffffU;
    return 1'262'304'000'000'000 + static_cast<std::int64_t>(slot) * 100'000;
}

/// Works for user_row and for the model's struct; `created` is for the caller.
template <class User>
void fill_user(std::int64_t id, User& u) {
    const std::uint64_t m = mixed(static_cast<std::uint64_t>(id));
    u.id = id;
    u.name = "User Number " + std::to_string(id);
    u.email = "user" + std::to_string(id) + "@example.com";
    u.country = country_code(m);
    u.balance = static_cast<std::int64_t>((m >> 32) % 1'000'000);
}

inline user_row make_user(std::int64_t id) {
    user_row u;
    fill_user(id, u);
    u.created = created_of(id);
    return u;
}

inline post_row make_post(std::int64_t id, std::int64_t users) {
    const std::uint64_t m = mixed(static_cast<std::uint64_t>(id) + 0x100000000U);
    post_row p;
    p.id = id;
    p.user_id = 1 + static_cast<std::int64_t>(m % static_cast<std::uint64_t>(users));
    p.title = "Post number " + std::to_string(id) + " about nothing in particular";
    p.score = static_cast<std::int32_t>((m >> 40) % 1000);
    return p;
}

/// Random numbers of one client; every run draws the same ones.
class random_source {
public:
    explicit random_source(unsigned client) : state_(42 + client * 1000ULL) {}
    std::uint64_t next() { return mixed(state_++); }
    std::int64_t id_up_to(std::int64_t last) {
        return 1 + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(last));
    }

private:
    std::uint64_t state_;
};

/// FNV-1a over ids, as the contract wants it.
class id_hash {
public:
    void add(std::int64_t id) { h_ = (h_ ^ static_cast<std::uint64_t>(id)) * 1099511628211U; }
    std::string hex() const;

private:
    std::uint64_t h_ = 1469598103934665603U;
};

/// Keeps the compiler from dropping what a benchmark reads.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "r"(&value) : "memory");
}

}  // namespace bench
