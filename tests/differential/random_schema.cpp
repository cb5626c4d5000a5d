// SPDX-License-Identifier: MIT
#include "differential/random_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

#include "shardwise/schema/types.hpp"

namespace shardwise::test {
namespace {

using limits = std::numeric_limits<std::int64_t>;

class schema_maker {
public:
    schema_maker(std::uint64_t seed, value_limits allowed) : random_(seed), allowed_(allowed) {}

    random_schema run() {
        random_schema s;
        s.tables.push_back(root("alpha"));
        s.tables.push_back(child("alpha_part", s.tables[0]));
        s.tables.push_back(chance(50) ? child("alpha_more", s.tables[0]) : root("gamma"));
        s.tables.push_back(root("beta"));
        s.tables.push_back(reference("land"));
        for (random_table& t : s.tables)
            for (random_column& c : t.columns) take_literals(t, c);
        return s;
    }

private:
    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    bool chance(int percent) { return below(100) < percent; }

    // ------------------------------------------------------------ columns

    random_column column(char type, const std::string& name) {
        random_column c{.name = name, .type = type, .sql = {}, .nullable = chance(60)};
        switch (type) {
            case 'i': {
                const char* const names[] = {"smallint", "integer", "bigint"};
                c.sql = names[below(3)];
                break;
            }
            case 'h':
                c.sql = "bigint";
                break;
            case 'd': {
                const std::int64_t digits = 4 + below(9);
                c.scale = static_cast<std::uint8_t>(below(std::min<std::int64_t>(digits, 5)));
                c.sql = fmt::format("numeric({},{})", digits, c.scale);
                break;
            }
            case 'f':
                c.sql = "double precision";
                break;
            case 't':
                c.sql = chance(50) ? "text" : "varchar(40)";
                break;
            case 'b':
                c.sql = "boolean";
                break;
            case 'D':
                c.sql = "date";
                break;
            case 'T':
                c.sql = "timestamptz";
                break;
            case 'u':
                c.sql = "uuid";
                break;
            case 'x':
                c.sql = "bytea";
                break;
            default:
                c.sql = "json";
        }
        return c;
    }

    void add_columns(random_table& t) {
        static const std::string types = "iiihddftttbbDTTuxj";
        // Each table has a number and a text that others can be joined with.
        t.columns.push_back(column('i', "n"));
        t.columns.push_back(column('t', "s"));
        for (std::int64_t i = 2 + below(5); i > 0; --i) {
            const char type = types[static_cast<std::size_t>(below(18))];
            t.columns.push_back(column(type, fmt::format("{}{}",
                                                         type == 'D'   ? "day"
                                                         : type == 'T' ? "at"
                                                                       : std::string(1, type),
                                                         t.columns.size())));
        }
    }

    // ------------------------------------------------------------ values

    value any_value(const random_column& c) {
        if (c.nullable && chance(25)) return {};
        switch (c.type) {
            case 'i':
                return integer(c);
            case 'h': {
                const std::int64_t all[] = {limits::max(), limits::min(),  0, -1, 1,
                                            1LL << 53,     (1LL << 53) + 1};
                return value{arg{all[below(7)]}};
            }
            case 'd':
                return value{arg{decimal::from_unscaled(amount(c), c.scale)}};
            case 'f':
                return value{arg{real()}};
            case 't':
                return value{arg{std::string_view(text())}};
            case 'b':
                return value{arg{below(3) != 0}};
            case 'D':
                return value{arg{day()}};
            case 'T':
                return value{arg{instant()}};
            case 'u':
                return value{arg{some_uuid(below(6))}};
            case 'x': {
                static const std::vector<std::string> all{"", std::string("\0", 1), "\xff\xfe",
                                                          "abc", std::string("a\0b", 3)};
                const std::string& bytes_of = all[static_cast<std::size_t>(below(5))];
                return value{arg::of_bytes(bytes_of.data(), bytes_of.size())};
            }
            default: {
                static const char* const all[] = {"{\"a\": 1, \"b\": [1, 2]}", "[]", "null",
                                                  "{\"a\": \"x\"}", "12"};
                return value{arg::of_json(all[below(5)])};
            }
        }
    }

    value integer(const random_column& c) {
        std::int64_t v = chance(50) ? below(6) : below(52) - 12;
        if (chance(1) && c.sql == "smallint") v = chance(50) ? 32767 : -32768;
        if (chance(1) && c.sql == "integer") v = chance(50) ? 2147483647 : -2147483648LL;
        return value{arg{v}};
    }
    std::int64_t amount(const random_column& c) {
        std::int64_t one = 1;
        for (std::uint8_t i = 0; i < c.scale; ++i) one *= 10;
        const std::int64_t digits = c.sql[9] == ',' ? c.sql[8] - '0' : 10;
        if (digits <= 6 && chance(3)) return chance(50) ? 9999 : -9999;
        if (chance(50)) return std::min<std::int64_t>(below(9) * one, 9999);
        return below(9000) - 3000;
    }
    double real() {
        if (chance(4)) return -0.0;
        if (allowed_.infinities && chance(4))
            return (chance(50) ? 1 : -1) * std::numeric_limits<double>::infinity();
        if (allowed_.nans && chance(4)) return std::numeric_limits<double>::quiet_NaN();
        return static_cast<double>(below(40) - 16) / 8;
    }
    std::string text() {
        static const char* const all[] = {
            "",   "Ann", "ann", "bob", "bob ", "Ä",  "a_b", "50%", "x'y",     "\\", "😀",
            "😀a", "~",   "zz ", "de",  "fr",   "it", "10",  "9",   "e\u0301", "é",  " "};
        return all[chance(40) ? below(4) : below(22)];
    }
    date day() {
        if (chance(2)) return date{chance(50) ? -719162 : 2932896};
        return date{static_cast<std::int32_t>(below(14) * 500 - 3000)};
    }
    timestamp instant() {
        const std::int64_t whole_day = 86'400'000'000;
        if (chance(1)) return timestamp{-719162 * whole_day};
        if (chance(1)) return timestamp{2932897 * whole_day - 1};
        return timestamp{(below(200) - 100) * whole_day * 5 +
                         (chance(50) ? below(whole_day) : below(24) * 3'600'000'000)};
    }
    static uuid some_uuid(std::int64_t n) {
        return uuid::parse(fmt::format("{:08x}-1111-4111-8111-{:012x}", n * 0x2fa3b1, n));
    }

    // ------------------------------------------------------------ keys

    random_column key_column(const std::string& name, const std::string& strategy) {
        char type = 'i';
        if (strategy == "hash") {
            static const std::string types = "iiittDu";
            type = types[static_cast<std::size_t>(below(7))];
        } else if (strategy == "list" || strategy == "range" || strategy == "directory") {
            static const std::string types = "iit";
            type = types[static_cast<std::size_t>(below(3))];
        }
        random_column c = column(type, name);
        c.nullable = false;
        if (type == 't') c.sql = "varchar(40)";
        if (type == 'i' && chance(60)) c.sql = "bigint";
        return c;
    }

    value key_value(const random_column& c) {
        if (c.type == 't') return value{arg{std::string_view(text() + std::to_string(below(30)))}};
        if (c.type == 'D') return value{arg{date{static_cast<std::int32_t>(below(60) - 20)}}};
        if (c.type == 'u') return value{arg{some_uuid(below(40))}};
        return value{arg{below(60) - 15}};
    }

    static std::string key_text(const std::vector<value>& row, std::size_t count) {
        std::string t;
        for (std::size_t i = 0; i < count; ++i) t += to_display(row[i].view()) + "|";
        return t;
    }

    random_table root(const std::string& name) {
        static const char* const strategies[] = {"hash",  "hash", "modulo",
                                                 "range", "list", "directory"};
        random_table t;
        t.name = name;
        t.strategy = strategies[below(6)];
        t.stored_bucket = t.strategy != "hash" || chance(50);
        const std::size_t keys = t.strategy == "hash" && chance(35) ? 2 : 1;
        for (std::size_t i = 0; i < keys; ++i) {
            t.columns.push_back(key_column(fmt::format("k{}", i + 1), t.strategy));
            t.shard_key.push_back(t.columns.back().name);
        }
        // The shard key alone is the primary key, or a number makes it complete.
        const bool numbered = chance(40);
        t.primary_key = t.shard_key;
        if (numbered) {
            t.columns.push_back({.name = "id", .type = 'i', .sql = "bigint"});
            t.primary_key.push_back("id");
        }
        add_columns(t);
        std::set<std::string> known;
        const std::int64_t rows = chance(5) ? 0 : 12 + below(22);
        for (std::int64_t n = 1; n <= rows; ++n) {
            std::vector<value> row;
            for (std::size_t c = 0; c < t.columns.size(); ++c)
                row.push_back(c < keys                    ? key_value(t.columns[c])
                              : t.columns[c].name == "id" ? value{arg{n}}
                                                          : any_value(t.columns[c]));
            if (numbered && n > 1 && chance(50))  // several rows of one key
                std::copy_n(t.rows.empty() ? row.begin() : t.rows.back().begin(), keys,
                            row.begin());
            if (known.insert(key_text(row, numbered ? keys + 1 : keys)).second)
                t.rows.push_back(std::move(row));
        }
        return t;
    }

    random_table child(const std::string& name, const random_table& parent) {
        random_table t;
        t.name = name;
        t.parent = parent.name;
        t.columns.push_back({.name = "id", .type = 'i', .sql = "bigint"});
        for (const std::string& k : parent.shard_key) {
            random_column c = parent.columns[parent.position_of(k)];
            c.name = "p_" + k;
            c.literals.clear();
            t.shard_key.push_back(c.name);
            t.columns.push_back(std::move(c));
        }
        t.primary_key = {"id"};
        if (chance(50))
            t.primary_key.insert(t.primary_key.begin(), t.shard_key.begin(), t.shard_key.end());
        t.foreign_key = parent.primary_key == parent.shard_key && chance(60);
        add_columns(t);
        const std::size_t keys = t.shard_key.size();
        for (std::int64_t n = 1, rows = 10 + below(30); n <= rows; ++n) {
            std::vector<value> row{value{arg{n}}};
            const bool orphan = !t.foreign_key && chance(20);
            if (parent.rows.empty() && t.foreign_key) break;
            const bool known = !orphan && !parent.rows.empty();
            const auto& p =
                parent.rows.empty()
                    ? row
                    : parent.rows[static_cast<std::size_t>(
                          below(static_cast<std::int64_t>(chance(40) ? 1 : parent.rows.size())))];
            for (std::size_t k = 0; k < keys; ++k)
                row.push_back(known ? p[k] : key_value(t.columns[k + 1]));
            for (std::size_t c = keys + 1; c < t.columns.size(); ++c)
                row.push_back(any_value(t.columns[c]));
            t.rows.push_back(std::move(row));
        }
        return t;
    }

    random_table reference(const std::string& name) {
        random_table t;
        t.name = name;
        t.columns.push_back({.name = "code", .type = 't', .sql = "varchar(10)"});
        t.primary_key = {"code"};
        add_columns(t);
        for (const char* code : {"de", "fr", "it", "Ann", "bob", ""}) {
            std::vector<value> row{value{arg{std::string_view(code)}}};
            for (std::size_t c = 1; c < t.columns.size(); ++c)
                row.push_back(any_value(t.columns[c]));
            t.rows.push_back(std::move(row));
        }
        return t;
    }

    static void take_literals(const random_table& t, random_column& c) {
        const std::size_t at = t.position_of(c.name);
        for (const auto& row : t.rows) {
            std::string l = row[at].is_null() ? std::string() : literal_of(c, row[at]);
            if (!l.empty()) c.literals.push_back(std::move(l));
        }
    }

    std::mt19937_64 random_;
    value_limits allowed_;
};

/// Keys as TOML.
std::string toml_of(const value& v) {
    if (v.kind() != kind::text) return to_display(v.view());
    std::string out = "\"";
    for (const char c : v.view().text()) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::vector<value> different_keys(const random_table& t) {
    std::vector<value> keys;
    for (const auto& row : t.rows)
        if (std::none_of(keys.begin(), keys.end(),
                         [&](const value& k) { return same(k.view(), row[0].view()); }))
            keys.push_back(row[0]);
    std::sort(keys.begin(), keys.end(),
              [](const value& a, const value& b) { return compare(a.view(), b.view()) < 0; });
    return keys;
}

/// Strategy and owners of a root table. With several shards the second owns buckets that no row is
/// in, or none.
std::string placement_of(const random_table& t, const std::vector<shard_url>& shards) {
    std::string out = fmt::format("strategy = \"{}\"\n", t.strategy);
    const std::vector<value> keys = different_keys(t);
    std::size_t buckets = 1024;
    bool last_is_empty = false;
    if (t.strategy == "modulo" || t.strategy == "directory") {
        buckets = 6;
        out += "modulus = 6\n";
    } else if (t.strategy == "range") {
        std::vector<std::string> bounds;
        for (std::size_t i = 3; i < keys.size(); i += 4) bounds.push_back(toml_of(keys[i]));
        bounds.push_back(t.columns[0].type == 't' ? "\"\U0001F9FF\"" : "1000");
        buckets = bounds.size() + 1;
        last_is_empty = true;
        out += fmt::format("bounds = [{}]\n", fmt::join(bounds, ", "));
    } else if (t.strategy == "list") {
        std::vector<std::vector<std::string>> lists(4);
        for (std::size_t i = 0; i < keys.size(); i += 2)
            lists[i / 2 % 3].push_back(toml_of(keys[i]));
        const bool number = t.columns[0].type == 'i';
        lists[3].push_back(number ? "1000" : "\"nobody\"");
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < lists.size(); ++i) {
            if (lists[i].empty())
                lists[i].push_back(number ? std::to_string(2000 + i) : fmt::format("\"no{}\"", i));
            texts.push_back(fmt::format("[{}]", fmt::join(lists[i], ", ")));
        }
        // The keys in no list live in the first bucket.
        out += fmt::format("lists = [{}]\ndefault_bucket = 0\n", fmt::join(texts, ", "));
        buckets = 4;
        last_is_empty = true;
    } else if (!t.stored_bucket) {
        out += "stored_bucket = false\n";
    }
    std::vector<std::string> owners;
    for (std::size_t b = 0; b < buckets; ++b) {
        std::size_t owner = b % shards.size();
        if (shards.size() > 1 && owner == 1) owner = 0;
        if (shards.size() > 1 && last_is_empty && b + 1 == buckets) owner = 1;
        owners.push_back("\"" + shards[owner].name + "\"");
    }
    return out + fmt::format("owners = [{}]\n", fmt::join(owners, ", "));
}

}  // namespace

std::size_t random_table::position_of(const std::string& column) const {
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].name == column) return i;
    throw std::runtime_error("no column " + column);
}

std::string random_table::create_text() const {
    std::vector<std::string> parts;
    for (const random_column& c : columns)
        parts.push_back(fmt::format("{} {}{}", c.name, c.sql, c.nullable ? "" : " NOT NULL"));
    parts.push_back(fmt::format("PRIMARY KEY ({})", fmt::join(primary_key, ", ")));
    if (foreign_key) {
        std::vector<std::string> parents;
        for (const std::string& k : shard_key) parents.push_back(k.substr(2));
        parts.push_back(fmt::format("FOREIGN KEY ({}) REFERENCES {} ({})",
                                    fmt::join(shard_key, ", "), parent, fmt::join(parents, ", ")));
    }
    return fmt::format("CREATE TABLE {} ({});\n", name, fmt::join(parts, ", "));
}

random_schema random_schema::from_seed(std::uint64_t seed, value_limits limits) {
    return schema_maker(seed, limits).run();
}

const random_table& random_schema::at(const std::string& name) const {
    for (const random_table& t : tables)
        if (t.name == name) return t;
    throw std::runtime_error("no table " + name);
}

std::string random_schema::cluster_file(const std::vector<shard_url>& shards,
                                        const std::string& schema_file) const {
    std::string out = fmt::format("[cluster]\nschema = \"{}\"\n", schema_file);
    for (const shard_url& s : shards)
        out += fmt::format("[[shard]]\nname = \"{}\"\nurl = \"{}\"\n", s.name, s.url);
    for (const random_table& t : tables) {
        out += fmt::format("[tables.{}]\n", t.name);
        std::vector<std::string> keys;
        for (const std::string& k : t.shard_key) keys.push_back("\"" + k + "\"");
        if (keys.empty()) {
            out += "reference = true\n";
            continue;
        }
        out += fmt::format("shard_key = [{}]\n", fmt::join(keys, ", "));
        out += t.parent.empty() ? placement_of(t, shards)
                                : fmt::format("colocated_with = \"{}\"\n", t.parent);
    }
    return out;
}

std::string random_schema::create_text() const {
    std::string out;
    for (const random_table& t : tables) out += t.create_text();
    return out;
}

std::string random_schema::insert_text(const std::string& sql) const {
    std::string out;
    for (const random_table& t : tables) {
        bool used = sql.find(t.name + " ") != std::string::npos;
        for (const random_table& c : tables)
            used = used || (c.parent == t.name && c.foreign_key &&
                            sql.find(c.name + " ") != std::string::npos);
        if (!used) continue;
        for (const auto& row : t.rows) {
            std::vector<std::string> values;
            for (std::size_t c = 0; c < row.size(); ++c)
                values.push_back(row[c].is_null() ? "NULL" : literal_of(t.columns[c], row[c]));
            out += fmt::format("INSERT INTO {} VALUES ({});\n", t.name, fmt::join(values, ", "));
        }
    }
    return out;
}

std::string literal_of(const random_column& c, const value& v) {
    const std::string text = to_display(v.view());
    const auto sign = [](const std::string& n) { return n[0] == '-' ? "(" + n + ")" : n; };
    switch (c.type) {
        case 'i':
            return sign(text);
        case 'h':
            return v.view().integer() == limits::min() ? "(-9223372036854775807 - 1)" : sign(text);
        case 'd':
            return sign(text.find('.') == std::string::npos ? text + ".0" : text);
        case 'f':
            if (!std::isfinite(v.view().real())) return {};
            return fmt::format("cast({} AS double precision)",
                               sign(fmt::format("{}", v.view().real())));
        case 't':
            return text;
        case 'b':
            return text == "true" ? "TRUE" : "FALSE";
        case 'D':
            return fmt::format("cast({} AS date)", text);
        case 'T':
            return fmt::format("cast({} AS timestamptz)", text);
        case 'u':
            return fmt::format("cast({} AS uuid)", text);
        default:
            return {};
    }
}

}  // namespace shardwise::test
