// SPDX-License-Identifier: MIT
#include "common/shards_file.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

int hex_digit(char c) {
    const std::string_view digits = "0123456789abcdef";
    const auto at = digits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// Cuts `text` at the first `mark`; gives the part behind it, empty when there is none.
std::string_view cut(std::string_view& text, std::string_view mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + mark.size());
    text = text.substr(0, at);
    return rest;
}

server_kind kind_of(std::string_view scheme) {
    if (scheme == "sqlite") return server_kind::sqlite;
    if (scheme == "postgresql" || scheme == "postgres") return server_kind::postgres;
    if (scheme == "mariadb" || scheme == "mysql") return server_kind::mariadb;
    throw std::runtime_error("unknown URL scheme '" + std::string(scheme) + "'");
}

void parse_authority(std::string_view authority, database_url& url) {
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        std::string_view user = authority.substr(0, at);
        url.password = unescaped(cut(user, ":"));
        url.user = unescaped(user);
        authority.remove_prefix(at + 1);
    }
    const std::string_view port = cut(authority, ":");
    std::from_chars(port.data(), port.data() + port.size(), url.port);
    url.host = unescaped(authority);
}

}  // namespace

std::string database_url::option(const std::string& name, std::string otherwise) const {
    const auto found = options.find(name);
    return found == options.end() ? std::move(otherwise) : found->second;
}

database_url parse_url(std::string_view text) {
    database_url url;
    std::string_view scheme = text;
    std::string_view rest = cut(scheme, "://");
    url.kind = kind_of(scheme);
    std::string_view options = cut(rest, "?");
    while (!options.empty()) {
        std::string_view name = options;
        options = cut(name, "&");
        const std::string_view value = cut(name, "=");
        url.options[unescaped(name)] = unescaped(value);
    }
    const std::string_view path = cut(rest, "/");
    parse_authority(rest, url);
    url.database = unescaped(path);
    return url;
}

shards_file read_shards_file(const std::string& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read '" + path + "'");
    shards_file f;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string word;
        if (!(words >> word) || word.front() == '#') continue;
        shards_file::shard s;
        bool good = true;
        if (word == "modulus") {
            good = static_cast<bool>(words >> f.modulus);
        } else if (word == "users") {
            good = static_cast<bool>(words >> f.users);
        } else if (word == "posts") {
            good = static_cast<bool>(words >> f.posts);
        } else if (word == "w3") {
            good = static_cast<bool>(words >> f.w3);
        } else if (word == "shard") {
            good = static_cast<bool>(words >> s.residue >> s.url);
            f.shards.push_back(s);
        } else {
            good = false;
        }
        if (!good) throw std::runtime_error(path + ": cannot read the line '" + word + " ...'");
    }
    std::sort(f.shards.begin(), f.shards.end(),
              [](const auto& a, const auto& b) { return a.residue < b.residue; });
    for (std::size_t i = 0; i < f.shards.size(); ++i)
        if (f.shards[i].residue != static_cast<std::int64_t>(i))
            throw std::runtime_error(path + ": each residue needs one shard");
    if (f.modulus <= 0 || f.modulus != static_cast<std::int64_t>(f.shards.size()) || f.users <= 0)
        throw std::runtime_error(path +
                                 ": 'modulus' must be the number of shards, 'users' positive");
    return f;
}

}  // namespace bench
