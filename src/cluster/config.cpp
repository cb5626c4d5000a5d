// SPDX-License-Identifier: MIT
// The cluster file. Every key is known or refused, at its place; docs/guide/cluster-file.md lists
// them.
#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "base/suggestion.hpp"
#include "engine/url.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/cluster/options.hpp"

namespace shardwise {

namespace {

using names = std::vector<std::string_view>;

class file_reader {
public:
    explicit file_reader(std::string file_name) : file_(std::move(file_name)) {}

    cluster_config read(const std::string& text) {
        const toml::table root = parse(text);
        only(root, {"cluster", "shard", "pool", "timeouts", "fan_out", "limits", "tables"},
             "the file");
        cluster(section(root, "cluster"));
        shards(root);
        pool(section(root, "pool"));
        timeouts(section(root, "timeouts"));
        fan_out_of(section(root, "fan_out"));
        limits(section(root, "limits"));
        tables(root, section(root, "tables"));
        return std::move(config_);
    }

private:
    std::string place_of(const toml::source_position& at) const {
        return fmt::format("{}:{}:{}", file_, at.line, at.column);
    }
    std::string place_of(const toml::node& n) const { return place_of(n.source().begin); }

    [[noreturn]] void refuse(const std::string& place, std::string message) const {
        raise({.code = error_code::bad_config,
               .message = fmt::format("{}: {}", place, message),
               .place = place});
    }

    toml::table parse(const std::string& text) const {
        try {
            return toml::parse(std::string_view(text), std::string_view(file_));
        } catch (const toml::parse_error& e) {
            refuse(place_of(e.source().begin), engine::redact_url(std::string(e.description())));
        }
    }

    void only(const toml::table& t, const names& known, std::string_view what) const {
        for (const auto& [key, node] : t) {
            if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
            refuse(place_of(key.source().begin),
                   fmt::format("{} has no key '{}'{}", what, key.str(),
                               did_you_mean(key.str(), known)));
        }
    }

    const toml::table* section(const toml::table& root, std::string_view name) const {
        const toml::node* n = root.get(name);
        if (n == nullptr) return nullptr;
        if (!n->is_table())
            refuse(place_of(*n), fmt::format("'{}' must be a section [{}]", name, name));
        return n->as_table();
    }

    [[noreturn]] void wrong_type(const toml::node& n, std::string_view key,
                                 std::string_view wanted) const {
        refuse(place_of(n), fmt::format("'{}' must be {}", key, wanted));
    }

    void read_text(const toml::table& t, std::string_view key, std::string& into) const {
        const toml::node* n = t.get(key);
        if (n == nullptr) return;
        if (!n->is_string()) wrong_type(*n, key, "text in quotes");
        into = n->as_string()->get();
    }

    void read_flag(const toml::table& t, std::string_view key, bool& into) const {
        const toml::node* n = t.get(key);
        if (n == nullptr) return;
        if (!n->is_boolean()) wrong_type(*n, key, "true or false");
        into = n->as_boolean()->get();
    }

    template <class Integer>
    bool read_number(const toml::table& t, std::string_view key, std::int64_t least,
                     std::int64_t most, Integer& into) const {
        const toml::node* n = t.get(key);
        if (n == nullptr) return false;
        if (!n->is_integer()) wrong_type(*n, key, "a whole number");
        const std::int64_t number = n->as_integer()->get();
        if (number < least || number > most)
            refuse(place_of(*n), fmt::format("'{}' must be {} to {}", key, least, most));
        into = static_cast<Integer>(number);
        return true;
    }

    void optional_bucket(const toml::table& t, std::string_view key,
                         std::optional<std::uint32_t>& into) const {
        std::uint32_t bucket = 0;
        if (read_number(t, key, 0, 65535, bucket)) into = bucket;
    }

    /// One text or a list of texts.
    std::vector<std::string> texts(const toml::table& t, std::string_view key) const {
        const toml::node* n = t.get(key);
        if (n == nullptr) return {};
        if (n->is_string()) return {n->as_string()->get()};
        if (!n->is_array()) wrong_type(*n, key, "text, or a list of texts");
        std::vector<std::string> all;
        for (const toml::node& one : *n->as_array()) {
            if (!one.is_string()) wrong_type(one, key, "a list of texts");
            all.push_back(one.as_string()->get());
        }
        return all;
    }

    void cluster(const toml::table* t) {
        if (t == nullptr) return;
        only(*t, {"name", "schema"}, "[cluster]");
        read_text(*t, "name", config_.options.name);
        if (config_.options.name.empty())
            refuse(place_of(*t->get("name")), "the cluster's name is empty");
        std::string schema;
        read_text(*t, "schema", schema);
        if (schema.empty()) return;
        const std::filesystem::path path(schema);
        config_.schema_file =
            path.is_absolute()
                ? schema
                : (std::filesystem::path(file_).parent_path() / path).lexically_normal().string();
    }

    /// ${NAME} is replaced by the environment's NAME.
    std::string expanded(const std::string& text, const toml::node& at) const {
        std::string result;
        std::size_t from = 0;
        for (std::size_t open = text.find("${"); open != std::string::npos;
             open = text.find("${", from)) {
            const std::size_t close = text.find('}', open);
            if (close == std::string::npos)
                refuse(place_of(at), "'${' without '}': an environment variable is ${NAME}");
            const std::string name = text.substr(open + 2, close - open - 2);
            const char* found = std::getenv(name.c_str());
            if (found == nullptr)
                refuse(place_of(at), fmt::format("the environment variable '{}' is not set", name));
            result += text.substr(from, open - from);
            result += found;
            from = close + 1;
        }
        return result + text.substr(from);
    }

    void shards(const toml::table& root) {
        const toml::node* n = root.get("shard");
        if (n == nullptr || !n->is_array() || n->as_array()->empty())
            refuse(n == nullptr ? file_ : place_of(*n),
                   "a cluster needs shards: [[shard]] with name and url for each");
        for (const toml::node& one : *n->as_array()) {
            if (!one.is_table()) wrong_type(one, "shard", "a section [[shard]]");
            const toml::table& t = *one.as_table();
            only(t, {"name", "url"}, "[[shard]]");
            shard_url s;
            read_text(t, "name", s.name);
            read_text(t, "url", s.url);
            if (s.name.empty() || s.url.empty())
                refuse(place_of(t),
                       fmt::format("[[shard]] needs a {}", s.name.empty() ? "name" : "url"));
            s.url = expanded(s.url, *t.get("url"));
            check_url(s, *t.get("url"));
            for (const shard_url& other : config_.shards)
                if (other.name == s.name)
                    refuse(place_of(*t.get("name")),
                           fmt::format("two shards are named '{}'", s.name));
            config_.shards.push_back(std::move(s));
        }
    }

    /// Now, since the place is known now.
    void check_url(const shard_url& s, const toml::node& at) const {
        try {
            engine::parse_url(s.url);
        } catch (const error& e) {
            error_info info = e.info();
            info.place = place_of(at);
            info.shard = s.name;
            info.message = fmt::format("{}: {}", info.place, e.message());
            raise(std::move(info));
        }
    }

    void pool(const toml::table* t) {
        if (t == nullptr) return;
        only(*t, {"size", "wait_ms", "connect_timeout_ms"}, "[pool]");
        read_number(*t, "size", 1, 10'000, config_.options.pool_size);
        read_number(*t, "wait_ms", 0, longest_ms, config_.options.pool_wait_ms);
        read_number(*t, "connect_timeout_ms", 1, longest_ms, config_.options.connect_timeout_ms);
    }

    void timeouts(const toml::table* t) {
        if (t == nullptr) return;
        only(*t, {"statement_ms", "lock_ms", "idle_transaction_ms"}, "[timeouts]");
        read_number(*t, "statement_ms", 0, longest_ms, config_.options.statement_timeout_ms);
        read_number(*t, "lock_ms", 0, longest_ms, config_.options.lock_timeout_ms);
        read_number(*t, "idle_transaction_ms", 0, longest_ms,
                    config_.options.idle_transaction_timeout_ms);
    }

    void fan_out_of(const toml::table* t) {
        if (t == nullptr) return;
        only(*t, {"scatters", "few"}, "[fan_out]");
        fan_out& f = config_.options.fan_out;
        read_number(*t, "few", 1, 65'535, f.few);
        std::string word = "allow";
        read_text(*t, "scatters", word);
        if (word == "allow")
            f.scatters = fan_out::policy::allow;
        else if (word == "warn")
            f.scatters = fan_out::policy::warn;
        else if (word == "refuse")
            f.scatters = fan_out::policy::refuse;
        else
            wrong_type(*t->get("scatters"), "scatters", "\"allow\", \"warn\" or \"refuse\"");
    }

    void limits(const toml::table* t) {
        if (t == nullptr) return;
        only(*t, {"rows", "bytes", "scratch_bytes"}, "[limits]");
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        read_number(*t, "rows", 0, most, config_.options.limits.rows);
        read_number(*t, "bytes", 0, most, config_.options.limits.bytes);
        read_number(*t, "scratch_bytes", 0, most, config_.options.limits.scratch_bytes);
    }

    void tables(const toml::table& root, const toml::table* all) {
        if (all == nullptr) return;
        if (config_.schema_file.empty())
            refuse(place_of(*root.get("tables")),
                   "[tables] describes tables of a schema file: give schema = \"file.sql\" in "
                   "[cluster]");
        for (const auto& [key, node] : *all) {
            if (!node.is_table()) wrong_type(node, key.str(), "a section [tables.NAME]");
            table(std::string(key.str()), *node.as_table());
        }
    }

    void table(const std::string& name, const toml::table& t) {
        only(t,
             {"shard_key", "strategy", "modulus", "bounds", "lists", "default_bucket", "owners",
              "colocated_with", "reference", "null_bucket", "stored_bucket", "unique_per_shard",
              "cluster_unique"},
             fmt::format("[tables.{}]", name));
        cluster_config::table_distribution d;
        d.table = name;
        d.place = place_of(t);
        d.shard_key = texts(t, "shard_key");
        d.unique_per_shard = texts(t, "unique_per_shard");
        d.cluster_unique = texts(t, "cluster_unique");
        read_text(t, "strategy", d.strategy);
        read_text(t, "colocated_with", d.colocated_with);
        read_flag(t, "reference", d.reference);
        read_flag(t, "stored_bucket", d.stored_bucket);
        optional_bucket(t, "null_bucket", d.null_bucket);
        config_.tables.push_back(std::move(d));
        placement_of(name, t);
    }

    void placement_of(const std::string& name, const toml::table& t) {
        placement p;
        p.table = name;
        read_number(t, "modulus", 1, 65536, p.modulus);
        optional_bucket(t, "default_bucket", p.default_bucket);
        p.owners = texts(t, "owners");
        if (const toml::node* n = t.get("bounds")) p.bounds = keys(*n, "bounds");
        if (const toml::node* n = t.get("lists")) {
            if (!n->is_array()) wrong_type(*n, "lists", "a list of lists of keys");
            for (const toml::node& one : *n->as_array()) p.lists.push_back(keys(one, "lists"));
        }
        const bool said = p.modulus != 0 || p.default_bucket || !p.owners.empty() ||
                          !p.bounds.empty() || !p.lists.empty();
        if (said) config_.options.placements.push_back(std::move(p));
    }

    std::vector<value> keys(const toml::node& n, std::string_view what) const {
        if (!n.is_array()) wrong_type(n, what, what == "lists" ? "a list of lists" : "a list");
        std::vector<value> all;
        for (const toml::node& one : *n.as_array()) all.push_back(key(one, what));
        return all;
    }

    value key(const toml::node& n, std::string_view what) const {
        try {
            if (const auto* v = n.as_integer()) return value{arg{v->get()}};
            if (const auto* v = n.as_boolean()) return value{arg{v->get()}};
            if (const auto* v = n.as_string()) return value{arg{std::string_view(v->get())}};
            if (const auto* v = n.as_date()) return value{arg{day(v->get())}};
            if (const auto* v = n.as_date_time()) return value{arg{instant(v->get())}};
        } catch (const error& e) {
            refuse(place_of(n), e.message());
        }
        wrong_type(n, what, "whole numbers, texts, dates or times (decimals and UUIDs as text)");
    }

    static date day(const toml::date& d) { return date::from_ymd(d.year, d.month, d.day); }

    /// Without a zone UTC is meant.
    static timestamp instant(const toml::date_time& t) {
        std::int64_t seconds = std::int64_t{day(t.date).days_since_epoch} * 86'400 +
                               t.time.hour * 3600 + t.time.minute * 60 + t.time.second;
        if (t.offset) seconds -= std::int64_t{t.offset->minutes} * 60;
        return {seconds * 1'000'000 + t.time.nanosecond / 1000};
    }

    static constexpr std::int64_t longest_ms = 86'400'000;
    std::string file_;
    cluster_config config_;
};

}  // namespace

cluster_config cluster_config::from_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.good() && !in.eof())
        raise({.code = error_code::bad_config,
               .message = fmt::format("the cluster file {} cannot be read: {}", path,
                                      std::strerror(errno)),
               .place = path});
    return from_text(text, path);
}

cluster_config cluster_config::from_text(const std::string& toml, const std::string& file_name) {
    return file_reader(file_name).read(toml);
}

}  // namespace shardwise
