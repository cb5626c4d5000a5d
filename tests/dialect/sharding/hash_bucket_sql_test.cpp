// SPDX-License-Identifier: MIT
// hash_bucket_sql() on real servers: what they compute is what C++ stored. Speaks to the servers
// through their own client libraries, so that nothing of shardwise stands between.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <mysql.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "unit/sharding/keys.hpp"

namespace shardwise::sharding {
namespace {

using namespace testing;

/// One server of a dialect; evaluates an expression over a column that holds keys.
class real_engine {
public:
    virtual ~real_engine() = default;
    virtual const char* dialect() const = 0;
    virtual std::string sql_type(column_type type) const = 0;
    virtual std::string literal(const arg& key) const = 0;
    /// `result` false: the statement gives no rows.
    virtual std::vector<std::string> run(const std::string& sql, bool result) = 0;
    virtual void create_empty(const std::string& type) = 0;

    std::vector<std::string> evaluate(const std::string& expression, column_type type,
                                      const std::vector<value>& keys) {
        create_empty(sql_type(type));
        constexpr std::size_t chunk = 2000;
        for (std::size_t from = 0; from < keys.size(); from += chunk) {
            std::string rows;
            for (std::size_t i = from; i < std::min(keys.size(), from + chunk); ++i)
                rows +=
                    fmt::format("{}({}, {})", i == from ? "" : ", ", i, literal(keys[i].view()));
            run("INSERT INTO sw_hash_keys VALUES " + rows, false);
        }
        return run("SELECT " + expression + " FROM sw_hash_keys ORDER BY n", true);
    }
};

std::string sql_string(std::string_view s) {
    std::string out = "'";
    for (const char c : s) out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
}

std::string hex(std::string_view s) {
    std::string out;
    for (const char c : s) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

class postgres_engine final : public real_engine {
public:
    explicit postgres_engine(const nlohmann::json& server) {
        const std::string port = std::to_string(server.at("port").get<int>());
        const auto text_of = [&](const char* field) { return server.at(field).get<std::string>(); };
        connection_.reset(PQsetdbLogin("127.0.0.1", port.c_str(), nullptr, nullptr,
                                       server.at("databases").at(0).get<std::string>().c_str(),
                                       text_of("user").c_str(), text_of("password").c_str()));
        if (PQstatus(connection_.get()) != CONNECTION_OK)
            throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
    const char* dialect() const override { return "postgres"; }
    std::string sql_type(column_type type) const override {
        switch (type) {
            case column_type::boolean:
                return "boolean";
            case column_type::int16:
                return "smallint";
            case column_type::int32:
                return "integer";
            case column_type::int64:
                return "bigint";
            case column_type::text:
                return "varchar(200) COLLATE \"C\"";
            case column_type::blob:
                return "bytea";
            case column_type::uuid:
                return "uuid";
            case column_type::date:
                return "date";
            default:
                return "timestamp with time zone";
        }
    }
    std::string literal(const arg& key) const override {
        switch (key.kind()) {
            case kind::text:
                return sql_string(key.text());
            case kind::blob:
                return "'\\x" + hex(key.text()) + "'";
            case kind::uuid:
                return sql_string(key.as_uuid().to_string());
            case kind::date:
                return sql_string(key.to_date().to_string());
            case kind::timestamp:
                return sql_string(key.to_timestamp().to_string());
            case kind::boolean:
                return key.boolean() ? "true" : "false";
            default:
                return sql_string(std::to_string(key.integer()));
        }
    }
    void create_empty(const std::string& type) override {
        run("DROP TABLE IF EXISTS sw_hash_keys", false);
        run("SET TIME ZONE 'America/St_Johns'", false);  // must not matter
        run("CREATE TEMPORARY TABLE sw_hash_keys(n integer, \"k\" " + type + ")", false);
    }
    std::vector<std::string> run(const std::string& sql, bool) override {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(
            PQexec(connection_.get(), sql.c_str()), PQclear);
        const ExecStatusType status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            throw std::runtime_error(PQerrorMessage(connection_.get()));
        std::vector<std::string> rows;
        for (int i = 0; i < PQntuples(result.get()); ++i)
            rows.emplace_back(PQgetvalue(result.get(), i, 0));
        return rows;
    }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_{nullptr, PQfinish};
};

class mariadb_engine final : public real_engine {
public:
    explicit mariadb_engine(const nlohmann::json& server)
        : connection_(mysql_init(nullptr), mysql_close) {
        const auto text_of = [&](const char* field) { return server.at(field).get<std::string>(); };
        if (mysql_real_connect(connection_.get(), nullptr, text_of("user").c_str(),
                               text_of("password").c_str(),
                               server.at("databases").at(0).get<std::string>().c_str(), 0,
                               text_of("socket").c_str(), 0) == nullptr ||
            mysql_set_character_set(connection_.get(), "utf8mb4") != 0)
            throw std::runtime_error(mysql_error(connection_.get()));
    }
    const char* dialect() const override { return "mariadb"; }
    std::string sql_type(column_type type) const override {
        switch (type) {
            case column_type::boolean:
                return "tinyint(1)";
            case column_type::int16:
                return "smallint";
            case column_type::int32:
                return "int";
            case column_type::int64:
                return "bigint";
            case column_type::text:
                return "varchar(200) COLLATE utf8mb4_nopad_bin";
            case column_type::blob:
                return "longblob";
            case column_type::uuid:
                return "binary(16)";
            case column_type::date:
                return "date";
            default:
                return "datetime(6)";
        }
    }
    std::string literal(const arg& key) const override {
        switch (key.kind()) {
            case kind::text:
            case kind::blob:
                return "X'" + hex(key.text()) + "'";
            case kind::uuid: {
                const uuid u = key.as_uuid();
                return "X'" +
                       hex({reinterpret_cast<const char*>(u.octets.data()), u.octets.size()}) + "'";
            }
            case kind::date:
                return sql_string(key.to_date().to_string());
            case kind::timestamp: {
                const std::string zoned = key.to_timestamp().to_string();
                return sql_string(zoned.substr(0, zoned.find('+')));
            }
            default:
                return std::to_string(key.integer());
        }
    }
    void create_empty(const std::string& type) override {
        run("DROP TEMPORARY TABLE IF EXISTS sw_hash_keys", false);
        run("SET time_zone = '-03:30'", false);  // must not matter
        run("CREATE TEMPORARY TABLE sw_hash_keys(n int, `k` " + type + ")", false);
    }
    std::vector<std::string> run(const std::string& sql, bool result) override {
        if (mysql_real_query(connection_.get(), sql.data(), sql.size()) != 0)
            throw std::runtime_error(mysql_error(connection_.get()));
        std::vector<std::string> rows;
        if (!result) return rows;
        const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> answer(
            mysql_store_result(connection_.get()), mysql_free_result);
        while (MYSQL_ROW row = mysql_fetch_row(answer.get()))
            rows.emplace_back(row[0] == nullptr ? "NULL" : row[0]);
        return rows;
    }

private:
    std::unique_ptr<MYSQL, decltype(&mysql_close)> connection_;
};

/// The first server of this kind; empty when none runs.
std::unique_ptr<real_engine> find_engine(const std::string& kind_name) {
    const char* const path = std::getenv("SHARDWISE_TEST_SERVERS");
    if (path == nullptr) return nullptr;
    std::ifstream file(path);
    for (const nlohmann::json& server : nlohmann::json::parse(file)) {
        if (server.at("kind") != kind_name) continue;
        if (kind_name == "postgres") return std::make_unique<postgres_engine>(server);
        return std::make_unique<mariadb_engine>(server);
    }
    return nullptr;
}

struct key_column {
    column_type type;
    std::vector<value> keys;
};

std::vector<value> integer_keys(int bits) {
    const std::int64_t highest =
        std::numeric_limits<std::int64_t>::max() >> (64 - bits);  // 2^(bits-1) - 1
    std::vector<value> keys{whole(highest), whole(-highest - 1), whole(0)};
    for (int bit = 0; bit < bits - 1; ++bit)
        for (const std::int64_t near : {-1, 0, 1}) {
            const std::int64_t power = std::int64_t{1} << bit;
            if (power - 1 + near < highest) keys.push_back(whole(power + near));
            keys.push_back(whole(-power + near + 1));
        }
    std::mt19937_64 random(3);
    for (int i = 0; i < 20'000; ++i)
        keys.push_back(whole(static_cast<std::int64_t>(random()) >> (64 - bits)));
    return keys;
}

std::vector<key_column> key_columns() {
    std::vector<value> days;
    std::vector<value> instants;
    for (const std::int32_t d : {-719162, -25567, -1, 0, 1, 19723, 2932896}) {
        days.push_back(day(d));
        for (const std::int64_t us : {0LL, 1LL, 999'999LL, 86'399'999'999LL})
            instants.push_back(instant(d * 86'400'000'000LL + us));
    }
    std::string all_bytes;
    for (int b = 0; b < 256; ++b) all_bytes.push_back(static_cast<char>(b));
    return {
        {column_type::boolean, {value{arg{false}}, value{arg{true}}}},
        {column_type::int16, integer_keys(16)},
        {column_type::int32, integer_keys(32)},
        {column_type::int64, integer_keys(64)},
        {column_type::date, days},
        {column_type::timestamp, instants},
        {column_type::text,
         {text(""), text("a"), text("A"), text("a "), text("it's"), text("\xc3\x9f"),
          text("\xe6\x97\xa5\xe6\x9c\xac"), text("\xf0\x9f\x98\x80"), text("e\xcc\x81")}},
        {column_type::blob, {octets(""), octets(all_bytes), octets(std::string_view("\0", 1))}},
        {column_type::uuid,
         {id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"), id("00000000-0000-0000-0000-000000000000"),
          id("ffffffff-ffff-ffff-ffff-ffffffffff20")}},
    };
}

class HashBucketSqlOnServers : public ::testing::TestWithParam<const char*> {};

TEST_P(HashBucketSqlOnServers, ComputesTheBucketsThatRowsAreStoredBy) {
    const auto engine = find_engine(GetParam());
    if (!engine) {
        if (std::getenv("SHARDWISE_NO_SKIPS") != nullptr)
            FAIL() << "no " << GetParam() << " server in SHARDWISE_TEST_SERVERS";
        GTEST_SKIP() << "no " << GetParam() << " server in SHARDWISE_TEST_SERVERS";
    }
    const std::string column = std::string_view(GetParam()) == "postgres" ? "\"k\"" : "`k`";
    for (const auto& [type, keys] : key_columns()) {
        const std::string sql = hash_bucket_sql(column, type, engine->dialect());
        const std::vector<std::string> got = engine->evaluate(sql, type, keys);
        ASSERT_EQ(got.size(), keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i)
            ASSERT_EQ(got[i], std::to_string(hashed({keys[i]})))
                << name_of(type) << " " << to_display(keys[i].view());
        // It stands in a condition without further parentheses.
        engine->run("SELECT 1 FROM sw_hash_keys WHERE " + sql + " = 5 AND 1 = 1", true);
    }
}

INSTANTIATE_TEST_SUITE_P(Each, HashBucketSqlOnServers, ::testing::Values("postgres", "mariadb"),
                         [](const auto& chosen) { return std::string(chosen.param); });

}  // namespace
}  // namespace shardwise::sharding
