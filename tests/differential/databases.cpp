// SPDX-License-Identifier: MIT
#include "differential/databases.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "cluster/core.hpp"
#include "engine/engine.hpp"
#include "plan/router.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::test {
namespace {

using seconds = std::chrono::seconds;

/// Numbers without what depends on the way they were computed.
std::string canonical(std::string t) {
    if (t.find('.') == std::string::npos) return t;
    while (t.back() == '0') t.pop_back();
    if (t.back() == '.') t.pop_back();
    return t == "-0" ? "0" : t;
}

std::string canonical(double d) {
    if (std::isnan(d)) return "nan";
    return fmt::format("{:.9g}", d == 0 ? 0.0 : d);
}

std::string display(const arg& v) {
    switch (v.kind()) {
        case kind::real:
            return canonical(v.real());
        case kind::decimal:
            return canonical(v.as_decimal().to_string());
        case kind::timestamp:
            return std::to_string(v.integer());
        default:
            return to_display(v);
    }
}

/// What the data can bring about on one engine and not on another.
bool is_of_data(const error& e) {
    static constexpr error_code codes[] = {
        error_code::value_not_storable, error_code::bad_value,
        error_code::unique_violation,   error_code::foreign_key_violation,
        error_code::not_null_violation, error_code::check_violation};
    if (std::find(std::begin(codes), std::end(codes), e.code()) != std::end(codes)) return true;
    const std::string text = e.what();
    for (const char* part :
         {"overflow", "out of range", "too large", "more than one row", "more than 1 row",
          "bigger than", "38 digits", "18 digits", "leaves the years", "outside of the years"})
        if (text.find(part) != std::string::npos) return true;
    return false;
}

answer told(const error& e) {
    answer a;
    a.message = fmt::format("{} {}", e.what(), e.statement());
    static constexpr error_code known[] = {error_code::not_supported, error_code::bad_query,
                                           error_code::bad_input,     error_code::unknown_column,
                                           error_code::unknown_table, error_code::unroutable_key};
    const bool early = e.statement().empty() &&
                       std::find(std::begin(known), std::end(known), e.code()) != std::end(known);
    a.is = early           ? answer::outcome::refused
           : is_of_data(e) ? answer::outcome::failed
                           : answer::outcome::broken;
    return a;
}

template <class F>
answer answer_of(F&& work) {
    answer a;
    try {
        work(a);
    } catch (const error& e) {
        return told(e);
    } catch (const std::exception& e) {
        a.is = answer::outcome::broken;
        a.message = std::string("not an error of shardwise: ") + e.what();
    }
    return a;
}

std::string whole_table(const random_table& t) {
    std::vector<std::string> names;
    for (const random_column& c : t.columns) names.push_back(c.name);
    return fmt::format("SELECT {} FROM {}", fmt::join(names, ", "), t.name);
}

class clustered final : public database {
public:
    clustered(std::string name, const cluster_config& config)
        : database(std::move(name), false), db_(config) {}

    answer ask(const std::string& sql, const std::string&, bool ordered) override {
        return answer_of([&](answer& a) {
            session s{db_};
            keep(s.sql(sql), a);
            if (!ordered) std::sort(a.rows.begin(), a.rows.end());
        });
    }
    answer change(const std::string& sql, const random_table& table) override {
        return answer_of([&](answer& a) {
            session s{db_};
            const sql_result done = s.sql(sql);
            keep(done, a);
            for (std::string& row : a.rows) row.insert(0, "returned ");
            keep(s.sql(whole_table(table)), a);
            s.rollback();
            std::sort(a.rows.begin(), a.rows.end());
            a.rows.push_back(fmt::format("changed {}", done.changed));
        });
    }

private:
    static void keep(const sql_result& result, answer& a) {
        for (const auto& row : result.rows) {
            std::string line;
            for (const value& v : row) line += display(v.view()) + "|";
            a.rows.push_back(std::move(line));
        }
    }

    cluster db_;
};

/// PostgreSQL without the library's planner and compiler: each column comes as text.
class native final : public database {
public:
    explicit native(const std::string& url)
        : database("PostgreSQL itself", true), engine_(engine::parse_url(url), {}) {
        const auto link = engine_.acquire(limit());
    }

    answer ask(const std::string& sql, const std::string& types, bool ordered) override {
        if (means_something_else(sql))
            return {.is = answer::outcome::refused, .message = "not asked"};
        return answer_of([&](answer& a) {
            std::vector<std::string> names, texts;
            for (std::size_t i = 0; i < types.size(); ++i) {
                names.push_back(fmt::format("r{}", i));
                texts.push_back(text_of(names.back(), types[i]));
            }
            engine::statement s;
            s.text = fmt::format("SELECT {} FROM ({}) q ({})", fmt::join(texts, ", "), sql,
                                 fmt::join(names, ", "));
            s.columns.assign(types.size(), {column_type::text, 0});
            s.prepare = false;
            const auto link = engine_.acquire(limit());
            engine::run(*link, "SET TIME ZONE 'UTC'", limit());
            engine::run(*link, s, {}, limit(), [&](std::span<const arg> row) {
                std::string line;
                for (std::size_t i = 0; i < types.size(); ++i)
                    line += shown(row[i], types[i]) + "|";
                a.rows.push_back(std::move(line));
            });
            if (!ordered) std::sort(a.rows.begin(), a.rows.end());
        });
    }
    answer change(const std::string&, const random_table&) override {
        return {.is = answer::outcome::refused, .message = "not asked"};
    }

private:
    static deadline limit() { return deadline::after(seconds(30)); }
    /// docs/types.md: letters of other alphabets have cases in every collation.
    static bool means_something_else(const std::string& sql) {
        const auto has = [&](const char* part) { return sql.find(part) != std::string::npos; };
        return has("upper(") || has("lower(");
    }
    static std::string text_of(const std::string& name, char type) {
        if (type == 'T')
            return fmt::format("(extract(epoch FROM {}) * 1000000)::bigint::text", name);
        if (type == 'x') return fmt::format("encode({}, 'hex')", name);
        if (type == 'D') return name + "::date::text";
        return name + "::text";
    }
    static std::string shown(const arg& v, char type) {
        if (v.is_null()) return "NULL";
        const std::string text(v.text());
        switch (type) {
            case 'f':
                return canonical(std::strtod(text.c_str(), nullptr));
            case 'i':
            case 'h':
            case 'd':
                return canonical(text);
            case 'b':
            case 'T':
                return text;
            case 'x':
                return "x'" + text + "'";
            default:
                return to_display(arg{std::string_view(text)});
        }
    }

    engine::engine engine_;
};

class filler {
public:
    filler(cluster& db, const random_schema& schema) : db_(db), schema_(schema) {}

    void run() {
        for (std::size_t i = 0; i < db_.shard_count(); ++i)
            links_.push_back(
                db_.core().endpoint(static_cast<plan::shard_index>(i)).acquire(limit()));
        for (const engine::lease& l : links_) engine::run(*l, "BEGIN", limit());
        for (const random_table& t : schema_.tables) put(t);
        for (const engine::lease& l : links_) engine::run(*l, "COMMIT", limit());
    }

private:
    static deadline limit() { return deadline::after(seconds(30)); }

    void put(const random_table& t) {
        const schema::table& known = db_.core().table(t.name);
        std::vector<engine::connection::bulk_column> columns;
        for (const schema::column& c : known.columns) columns.push_back({c.name, c.type, c.scale});
        std::vector<std::unique_ptr<engine::bulk_writer>> writers(links_.size());
        for (const auto& row : t.rows) {
            std::vector<arg> values;
            for (const value& v : row) values.push_back(v.view());
            for (const plan::placement p : places_of(t, known, row)) {
                std::vector<arg> all = values;
                if (known.placed.stored_bucket)
                    all.push_back(arg{static_cast<std::int64_t>(p.bucket)});
                if (!writers[p.shard])
                    writers[p.shard] = links_[p.shard]->bulk_insert(t.name, columns, limit());
                writers[p.shard]->put(all, limit());
            }
        }
        for (const auto& w : writers)
            if (w) w->finish(limit());
    }

    std::vector<plan::placement> places_of(const random_table& t, const schema::table& known,
                                           const std::vector<value>& row) {
        std::vector<plan::placement> all;
        if (t.shard_key.empty()) {
            for (std::size_t i = 0; i < links_.size(); ++i)
                all.push_back({static_cast<plan::shard_index>(i), 0});
            return all;
        }
        std::vector<arg> key;
        for (const std::string& k : t.shard_key) key.push_back(row[t.position_of(k)].view());
        const std::string& root = known.placed.root_table;
        if (schema_.at(root).strategy == "directory") assign(root, key);
        all.push_back(*plan::place(known, key, db_.core().current_view(), entries_));
        return all;
    }

    void assign(const std::string& root, const std::vector<arg>& key) {
        const std::string name = plan::encode_key(key.data(), key.size());
        if (entries_.find(root, name) != nullptr) return;
        std::vector<value> owned;
        for (const arg& k : key) owned.emplace_back(k);
        const bucket_id bucket = static_cast<bucket_id>(std::hash<std::string>{}(name) % 6);
        // The directory's own tables must not wait for our transactions.
        pending_.push_back({root, owned, bucket});
        entries_.add(root, name, bucket);
    }

public:
    struct entry {
        std::string root;
        std::vector<value> key;
        bucket_id bucket;
    };
    void assign_all() {
        links_.clear();
        for (const entry& e : pending_) db_.assign(e.root, e.key, e.bucket);
    }

private:
    cluster& db_;
    const random_schema& schema_;
    std::vector<engine::lease> links_;
    std::vector<entry> pending_;
    plan::directory_entries entries_;
};

}  // namespace

filled_shards::filled_shards(std::string kind, std::size_t count, const random_schema& schema)
    : kind_(std::move(kind)), schema_(schema), shards_(kind_, count) {
    std::ofstream(folder_.file("schema.sql"), std::ios::binary) << schema.create_text();
    cluster db(config());
    const schema_report report = db.create_described();
    if (!report.complete()) throw std::runtime_error(report.to_string());
    filler rows(db, schema);
    rows.run();
    rows.assign_all();
}

filled_shards::~filled_shards() = default;

cluster_config filled_shards::config() const {
    return cluster_config::from_text(cluster_file(), folder_.file("cluster.toml"));
}

std::string filled_shards::cluster_file() const {
    return schema_.cluster_file(shards_.all(), folder_.file("schema.sql"));
}

std::string filled_shards::file_for_people() const {
    std::vector<shard_url> files;
    for (const shard_url& s : shards_.all())
        files.emplace_back(s.name, "sqlite:///" + s.name + ".db");
    return schema_.cluster_file(files, "schema.sql");
}

std::unique_ptr<database> filled_shards::open(bool rewrites) const {
    cluster_config c = config();
    if (!rewrites) c.options.without_rewrites = "all";
    c.options.pool_size = 2;
    return std::make_unique<clustered>(
        fmt::format("{} x{}{}", kind_, shards_.all().size(), rewrites ? "" : " without rewrites"),
        c);
}

std::unique_ptr<database> filled_shards::open_natively() const {
    return std::make_unique<native>(shards_[0].url);
}

}  // namespace shardwise::test
