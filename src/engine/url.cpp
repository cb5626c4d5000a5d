// SPDX-License-Identifier: MIT
#include "engine/url.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/utf8.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

constexpr unsigned on_sqlite = 1;
constexpr unsigned on_postgres = 2;
constexpr unsigned on_mariadb = 4;
constexpr unsigned on_servers = on_postgres | on_mariadb;
constexpr unsigned on_all = on_sqlite | on_servers;

unsigned bit_of(engine_kind kind) noexcept { return 1U << static_cast<unsigned>(kind); }

/// Every option there is. `lowest` < `highest`: an integer of that range; otherwise free text.
struct option_rule {
    std::string_view name;
    unsigned engines;
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
};
constexpr std::int64_t longest_ms = 86'400'000;
constexpr std::array<option_rule, 15> rules{{
    {"pool_size", on_all, 1, 10'000},
    {"pool_wait_ms", on_all, 0, longest_ms},
    {"connect_timeout_ms", on_all, 1, longest_ms},
    {"statement_timeout_ms", on_all, 0, longest_ms},
    {"lock_timeout_ms", on_all, 0, longest_ms},
    {"busy_timeout_ms", on_sqlite, 0, longest_ms},
    {"synchronous", on_sqlite},
    {"tls", on_servers},
    {"tls_ca", on_servers},
    {"socket", on_servers},
    {"schema", on_postgres},
    {"application_name", on_postgres},
    {"password_env", on_servers},
    {"password_file", on_servers},
    {"password", 0},  // never allowed: the message says where passwords go
}};

bool is_word(std::string_view s) noexcept {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '+' || c == '.';
    });
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_local(std::string_view host) noexcept {
    if (host.empty() || host == "localhost" || host == "::1") return true;
    in_addr address{};  // not by text: 127.example.org is somebody's server
    return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
           (ntohl(address.s_addr) >> 24) == 127;
}

/// Reads one URL. Messages name places and option names, never text that could be (a part of) a
/// password: a password with an unescaped '/' or '?' may stand anywhere in the text.
class parser {
public:
    explicit parser(std::string_view text) : text_(text) {}

    url read() {
        check_characters();
        const std::size_t after_scheme = read_scheme();
        std::size_t hash = text_.find('#', after_scheme);
        if (hash != npos) fail(hash, "'#' must be written %23");
        const std::size_t query = std::min(text_.find('?', after_scheme), text_.size());
        if (out_.kind == engine_kind::sqlite)
            read_file(after_scheme, query);
        else
            read_server(after_scheme, query);
        if (query < text_.size()) read_options(query + 1);
        finish();
        return std::move(out_);
    }

private:
    static constexpr std::size_t npos = std::string_view::npos;

    [[noreturn]] static void fail(std::size_t at, std::string_view what) {
        raise({.code = error_code::bad_url,
               .message = fmt::format("bad database URL, column {}: {}", at + 1, what)});
    }

    void check_characters() const {
        for (std::size_t i = 0; i < text_.size(); ++i) {
            const auto c = static_cast<unsigned char>(text_[i]);
            if (c < 0x20 || c == 0x7f) fail(i, "a control character must be written as %XX");
        }
    }

    std::size_t read_scheme() {
        const std::size_t end = text_.find("://");
        if (end == npos)
            fail(0,
                 "no '://' found; write sqlite:///file, postgresql://host/database or "
                 "mariadb://host/database");
        std::string scheme(text_.substr(0, end));
        for (char& c : scheme)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (scheme == "sqlite")
            out_.kind = engine_kind::sqlite;
        else if (scheme == "postgresql" || scheme == "postgres")
            out_.kind = engine_kind::postgres;
        else if (scheme == "mariadb" || scheme == "mysql")
            out_.kind = engine_kind::mariadb;
        else
            fail(0, fmt::format("unknown scheme{}; known are sqlite, postgresql (postgres) and "
                                "mariadb (mysql)",
                                is_word(scheme) ? " '" + scheme + "'" : std::string{}));
        return end + 3;
    }

    std::string unescape(std::size_t begin, std::size_t end) const {
        std::string out;
        out.reserve(end - begin);
        for (std::size_t i = begin; i < end; ++i) {
            if (text_[i] != '%') {
                out.push_back(text_[i]);
                continue;
            }
            const int high = digit_at(i + 1, end);
            const int low = high < 0 ? -1 : digit_at(i + 2, end);
            if (low < 0)
                fail(i, "'%' must be followed by two hexadecimal digits (write %25 for '%')");
            if (high == 0 && low == 0) fail(i, "a zero byte is not allowed");
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        }
        return out;
    }
    int digit_at(std::size_t i, std::size_t end) const {
        return i < end ? hex_digit(text_[i]) : -1;
    }

    std::string name(std::size_t begin, std::size_t end) const {
        std::string out = unescape(begin, end);
        if (!is_valid_utf8(out)) fail(begin, "this part is not valid UTF-8");
        return out;
    }

    void read_file(std::size_t begin, std::size_t end) {
        const std::string_view path = text_.substr(begin, end - begin);
        if (path == ":memory:" || path == "/:memory:") {
            out_.database = ":memory:";
            return;
        }
        if (path.empty() || path == "/") fail(begin, "no file is named; write sqlite:///file.db");
        if (path.front() != '/')
            fail(begin,
                 "a SQLite URL has no host; write sqlite:///relative.db, "
                 "sqlite:////absolute.db or sqlite://:memory:");
        out_.database = name(begin + 1, end);
        if (out_.database.back() == '/') fail(end - 1, "this names a folder, not a SQLite file");
    }

    void read_server(std::size_t begin, std::size_t query) {
        const std::size_t slash = std::min(text_.find('/', begin), query);
        const std::size_t at = text_.substr(0, slash).rfind('@');
        std::size_t host = begin;
        if (at != npos && at >= begin) {
            read_user(begin, at);
            host = at + 1;
        }
        const std::size_t stray = text_.find('@', slash);
        if (stray != npos)
            fail(stray,
                 "'@' must be written %40 here; in a user name or a password '/', '?' and "
                 "'#' must be escaped, too");
        read_host(host, slash);
        if (slash + 1 >= query) fail(query, "no database is named; write .../database");
        const std::size_t second = text_.substr(0, query).find('/', slash + 1);
        if (second != npos) fail(second, "a '/' in the name of the database must be written %2F");
        out_.database = name(slash + 1, query);
    }

    void read_user(std::size_t begin, std::size_t end) {
        const std::string_view part = text_.substr(0, end);
        const std::size_t extra = part.find('@', begin);
        if (extra != npos) fail(extra, "a '@' in a user name or a password must be written %40");
        const std::size_t colon = part.find(':', begin);
        if (colon == npos) {
            out_.user = name(begin, end);
        } else {
            const std::size_t second = part.find(':', colon + 1);
            if (second != npos)
                fail(second, "a ':' in a user name or a password must be written %3A");
            out_.user = name(begin, colon);
            out_.password = unescape(colon + 1, end);
        }
        if (out_.user.empty()) fail(begin, "the user name before '@' is empty");
    }

    void read_host(std::size_t begin, std::size_t end) {
        const std::string_view part = text_.substr(0, end);
        std::size_t host_end = end;
        std::size_t colon = part.find(':', begin);
        if (begin < end && text_[begin] == '[') {
            const std::size_t close = part.find(']', begin);
            if (close == npos) fail(begin, "the ']' of the IPv6 address is missing");
            out_.host = std::string(text_.substr(begin + 1, close - begin - 1));
            in6_addr address{};
            if (inet_pton(AF_INET6, out_.host.c_str(), &address) != 1)
                fail(begin + 1, "this is not an IPv6 address");
            if (close + 1 < end && text_[close + 1] != ':')
                fail(close + 1, "expected ':' and the port, or '/' and the database");
            colon = close + 1 < end ? close + 1 : npos;
        } else {
            if (colon != npos && part.find(':', colon + 1) != npos)
                fail(begin, "an IPv6 address must be written in brackets, [::1]");
            if (colon != npos) host_end = colon;
            read_host_name(begin, host_end);
        }
        out_.port = out_.kind == engine_kind::postgres ? std::uint16_t{5432} : std::uint16_t{3306};
        if (colon != npos) read_port(colon + 1, end);
    }

    void read_host_name(std::size_t begin, std::size_t end) {
        std::string host = unescape(begin, end);
        if (!host.empty() && host.front() == '/') {
            if (!is_valid_utf8(host)) fail(begin, "this part is not valid UTF-8");
            out_.socket = std::move(host);
            return;
        }
        if (!host.empty() && (!is_word(host) || host.find('+') != npos))
            fail(begin, "the host name has a character that is not allowed");
        out_.host = std::move(host);
    }

    void read_port(std::size_t begin, std::size_t end) {
        const std::string_view digits = text_.substr(begin, end - begin);
        const auto [stop, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), out_.port);
        if (error != std::errc{} || stop != digits.data() + digits.size() || out_.port == 0)
            fail(begin,
                 "the port must be a number from 1 to 65535 (if this is a password, the "
                 "'@host' behind it is missing)");
    }

    void read_options(std::size_t begin) {
        while (begin <= text_.size()) {
            const std::size_t end = std::min(text_.find('&', begin), text_.size());
            read_option(begin, end);
            begin = end + 1;
        }
    }

    void read_option(std::size_t begin, std::size_t end) {
        const std::size_t equals = text_.substr(0, end).find('=', begin);
        if (equals == npos || equals == begin) fail(begin, "expected option=value");
        const std::string_view key = text_.substr(begin, equals - begin);
        const auto* rule = std::find_if(rules.begin(), rules.end(),
                                        [key](const option_rule& r) { return r.name == key; });
        if (rule == rules.end())
            fail(begin, fmt::format("unknown option{}",
                                    is_word(key) ? fmt::format(" '{}'", key) : std::string{}));
        if (rule->engines == 0)
            fail(begin,
                 "the password is not an option; write user:password@host, "
                 "password_env=NAME or password_file=PATH");
        if ((rule->engines & bit_of(out_.kind)) == 0)
            fail(begin, fmt::format("option '{}' does not exist for {}", key, name_of(out_.kind)));
        std::string value = name(equals + 1, end);
        if (value.empty()) fail(equals + 1, fmt::format("option '{}' has no value", key));
        if (rule->lowest < rule->highest) check_integer(*rule, value, equals + 1);
        if (!out_.options.emplace(std::string(key), value).second)
            fail(begin, fmt::format("option '{}' is given twice", key));
        apply(key, std::move(value), begin, equals + 1);
    }

    static void check_integer(const option_rule& rule, std::string_view value, std::size_t at) {
        std::int64_t number = 0;
        const auto [stop, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc{} || stop != value.data() + value.size() || number < rule.lowest ||
            number > rule.highest)
            fail(at, fmt::format("option '{}' must be an integer from {} to {}", rule.name,
                                 rule.lowest, rule.highest));
    }

    /// Options that have a place of their own in url leave `options` again.
    void apply(std::string_view key, std::string value, std::size_t at, std::size_t value_at) {
        if (key == "tls") {
            out_.tls = read_tls(value, value_at);
            tls_given_ = true;
        } else if (key == "tls_ca") {
            out_.tls_ca = std::move(value);
        } else if (key == "socket") {
            if (value.front() != '/') fail(value_at, "the socket must be an absolute path");
            if (!out_.host.empty() || !out_.socket.empty())
                fail(at, "a socket and a host exclude each other");
            out_.socket = std::move(value);
        } else if (key == "schema") {
            out_.schema = std::move(value);
        } else if (key == "password_env" || key == "password_file") {
            if (password_given_ || !out_.password.empty()) fail(at, "the password is given twice");
            password_given_ = true;
            out_.password = key == "password_env" ? from_environment(value, value_at)
                                                  : from_file(value, value_at);
        } else if (key == "synchronous" && value != "normal" && value != "full" && value != "off") {
            fail(value_at, "option 'synchronous' must be normal, full or off");
        }
    }

    static tls_mode read_tls(std::string_view value, std::size_t at) {
        if (value == "verify-full") return tls_mode::verify_full;
        if (value == "insecure") return tls_mode::insecure;
        if (value == "off") return tls_mode::off;
        fail(at, "option 'tls' must be verify-full, insecure or off");
    }

    static std::string from_environment(const std::string& variable, std::size_t at) {
        const char* value = std::getenv(variable.c_str());
        if (value == nullptr)
            fail(at, fmt::format("the environment variable '{}' is not set", variable));
        return value;
    }

    static std::string from_file(const std::string& path, std::size_t at) {
        std::ifstream file(path, std::ios::binary);
        std::string value{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        if (!file.is_open() || file.bad())
            fail(at, fmt::format("the password file '{}' cannot be read", path));
        if (!value.empty() && value.back() == '\n') value.pop_back();
        if (!value.empty() && value.back() == '\r') value.pop_back();
        if (value.find_first_of(std::string_view("\0\n", 2)) != npos)
            fail(at, fmt::format("the password file '{}' must hold one line", path));
        return value;
    }

    void finish() {
        for (const char* known :
             {"tls", "tls_ca", "socket", "schema", "password_env", "password_file"})
            out_.options.erase(known);
        // A certificate authority that is named wants to be used, on local hosts, too.
        const bool trusted = is_local(out_.host) && out_.tls_ca.empty();
        if (!tls_given_) out_.tls = trusted ? tls_mode::off : tls_mode::verify_full;
    }

    std::string_view text_;
    url out_;
    bool tls_given_ = false;
    bool password_given_ = false;
};

/// Where a password may begin and end in `text`; equal when there is none.
std::pair<std::size_t, std::size_t> password_range(std::string_view text) {
    const std::size_t scheme = text.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    if (scheme != std::string_view::npos && begin < text.size() &&
        (text[begin] == '/' || text.substr(begin) == ":memory:"))
        if (text.substr(0, scheme) == "sqlite") return {0, 0};
    const std::size_t colon = text.find(':', begin);
    if (colon == std::string_view::npos) return {0, 0};
    const std::size_t at = text.rfind('@');
    if (at != std::string_view::npos && at > colon) return {colon + 1, at};
    if (at != std::string_view::npos || text[begin] == '[') return {0, 0};
    if (scheme == std::string_view::npos) return {colon + 1, text.size()};
    // host:port, or user:password of a text that was cut off before the '@'
    const std::size_t end = std::min(text.find_first_of("/?", colon), text.size());
    const std::string_view part = text.substr(colon + 1, end - colon - 1);
    const bool is_port =
        std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_port ? std::pair<std::size_t, std::size_t>{0, 0} : std::pair{colon + 1, text.size()};
}

bool may_hold_password(std::string_view option) {
    if (option == "password_env" || option == "password_file") return false;
    std::string lower(option);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower.find("pass") != std::string::npos || lower.find("pwd") != std::string::npos ||
           lower.find("secret") != std::string::npos || lower.find("token") != std::string::npos;
}

}  // namespace

std::string_view name_of(engine_kind kind) noexcept {
    switch (kind) {
        case engine_kind::sqlite:
            return "SQLite";
        case engine_kind::postgres:
            return "PostgreSQL";
        case engine_kind::mariadb:
            return "MariaDB";
    }
    return "";
}

std::string url::display() const {
    if (kind == engine_kind::sqlite) return database;
    std::string out;
    if (!socket.empty())
        out = socket;
    else if (host.find(':') != std::string::npos)
        out = fmt::format("[{}]:{}", host, port);
    else
        out = fmt::format("{}:{}", host.empty() ? "localhost" : host, port);
    out += "/" + database;
    if (!schema.empty()) out += "?schema=" + schema;  // shards may differ by this alone
    return out;
}

url parse_url(std::string_view text) { return parser(text).read(); }

std::string redact_url(std::string_view text) {
    std::string out(text);
    const auto [begin, end] = password_range(text);
    if (end > begin) out.replace(begin, end - begin, "***");
    std::size_t at = out.find('?');
    while (at != std::string::npos && at < out.size()) {
        const std::size_t stop = std::min(out.find('&', at + 1), out.size());
        const std::size_t equals = out.find('=', at);
        if (equals < stop &&
            may_hold_password(std::string_view(out).substr(at + 1, equals - at - 1))) {
            out.replace(equals + 1, stop - equals - 1, "***");
            at = out.find('&', at + 1);
        } else {
            at = stop;
        }
    }
    return out;
}

}  // namespace shardwise::engine
