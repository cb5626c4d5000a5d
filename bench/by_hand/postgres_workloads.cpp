// SPDX-License-Identifier: MIT
// The limit on PostgreSQL: prepared statements with binary values, all shards at once, COPY BINARY
// in and out, a merge on undecoded keys.
#include <poll.h>

#include <algorithm>

#include "by_hand/by_hand.hpp"
#include "by_hand/merge.hpp"
#include "by_hand/postgres_shard.hpp"
#include "common/transfer.hpp"

namespace bench {
namespace postgres {
namespace {

constexpr const char* columns = "id, name, email, country, balance, created";

class postgres_base : public client {
public:
    postgres_base(const shards_file& f, unsigned number) : file(f), random(number) {
        for (const auto& s : f.shards) shards.emplace_back(s.url);
    }

protected:
    void prepare_all(const std::string& sql) {
        for (shard& s : shards) s.prepare("q", sql.c_str());
    }
    /// The same statement on all shards at once.
    std::vector<result> scatter(const parameters& p) {
        for (shard& s : shards) s.send("q", p);
        std::vector<result> answers;
        for (shard& s : shards) answers.push_back(s.receive());
        return answers;
    }
    /// COPY out of all shards at once: calls take(decoder, data, size) for each row as it comes.
    template <class Take>
    void copy_rows(const std::string& query, Take take);
    template <class Row>
    void copy_users(const std::string& query, Row row) {
        copy_rows(query, [&row](copy_out_decoder& decoder, const char* data, int size) {
            if (user_row u; decoder.decode_user(data, size, u)) row(std::move(u));
        });
    }

    shards_file file;
    random_source random;
    std::vector<shard> shards;
};

template <class Take>
void postgres_base::copy_rows(const std::string& query, Take take) {
    for (shard& s : shards) s.send("COPY (" + query + ") TO STDOUT (FORMAT binary)");
    for (shard& s : shards) s.expect_copy(PGRES_COPY_OUT);
    std::vector<copy_out_decoder> decoders(shards.size());
    std::vector<pollfd> waiting;
    for (shard& s : shards) waiting.push_back({PQsocket(s.handle()), POLLIN, 0});
    for (std::size_t open = shards.size(); open > 0;) {
        for (std::size_t i = 0; i < shards.size(); ++i) {
            if (waiting[i].fd < 0) continue;
            const char* data = nullptr;
            int size = 0;
            while ((size = shards[i].take_copy(&data)) > 0) take(decoders[i], data, size);
            if (size == -1) {
                shards[i].receive();
                waiting[i].fd = -1;
                --open;
            }
        }
        if (open == 0) break;
        poll(waiting.data(), waiting.size(), -1);
        for (std::size_t i = 0; i < shards.size(); ++i)
            if (waiting[i].fd >= 0 && waiting[i].revents != 0) PQconsumeInput(shards[i].handle());
    }
}

class point_read final : public postgres_base {
public:
    point_read(const shards_file& f, unsigned n) : postgres_base(f, n) {
        prepare_all(std::string("SELECT ") + columns + " FROM users WHERE id = $1::int8");
    }
    std::uint64_t step() override {
        const std::int64_t id = random.id_up_to(file.users);
        parameters p;
        p.add(id);
        const result r = shards[file.shard_of(id)].run("q", p);
        const user_row u = user_at(r, 0);
        keep(u);
        return 1;
    }
};

class inserting : public postgres_base {
public:
    inserting(const shards_file& f, unsigned n) : postgres_base(f, n), next(f.users + 1) {
        prepare_all("SELECT coalesce(max(id), 0)::int8 FROM users_ins");
        for (const result& r : scatter({})) next = std::max(next, int8_at(r, 0, 0) + 1);
    }

protected:
    std::int64_t next;
};

class point_insert final : public inserting {
public:
    point_insert(const shards_file& f, unsigned n) : inserting(f, n) {
        for (shard& s : shards)
            s.prepare("i", "INSERT INTO users_ins VALUES ($1, $2, $3, $4, $5, $6)");
    }
    std::uint64_t step() override {
        const user_row u = make_user(next++);
        parameters p;
        p.add_user(u);
        shards[file.shard_of(u.id)].run("i", p);
        return 1;
    }
};

class bulk_insert final : public inserting {
public:
    using inserting::inserting;
    std::uint64_t step() override {
        std::vector<user_row> rows;
        rows.reserve(static_cast<std::size_t>(file.w3));
        for (std::int64_t i = 0; i < file.w3; ++i) rows.push_back(make_user(next++));
        at_all("BEGIN");
        for (shard& s : shards) s.send("COPY users_ins FROM STDIN (FORMAT binary)");
        std::vector<copy_in> copies;
        for (shard& s : shards) {
            s.expect_copy(PGRES_COPY_IN);
            copies.emplace_back(s);
        }
        for (const user_row& u : rows) copies[file.shard_of(u.id)].user(u);
        for (copy_in& c : copies) c.end();
        for (shard& s : shards) s.receive();
        at_all("COMMIT");
        return rows.size();
    }

private:
    void at_all(const char* sql) {
        for (shard& s : shards) s.send(sql);
        for (shard& s : shards) s.receive();
    }
};

class newest_of_country final : public postgres_base {
public:
    newest_of_country(const shards_file& f, unsigned n) : postgres_base(f, n) {
        prepare_all(std::string("SELECT ") + columns +
                    " FROM users WHERE country = $1 ORDER BY created DESC LIMIT 50");
    }
    std::uint64_t step() override {
        const std::string country =
            first_.empty() ? std::string(first_country) : country_code(random.next());
        parameters p;
        p.add(std::string_view(country));
        const auto answers = scatter(p);
        std::vector<std::vector<std::int64_t>> keys(answers.size());
        for (std::size_t s = 0; s < answers.size(); ++s)
            for (int row = 0; row < PQntuples(answers[s].get()); ++row)
                keys[s].push_back(int8_at(answers[s], row, 5));
        std::vector<user_row> found;
        found.reserve(newest_limit);
        merge_newest(keys, newest_limit, [&](std::size_t s, std::size_t row) {
            found.push_back(user_at(answers[s], static_cast<int>(row)));
        });
        keep(found);
        if (first_.empty()) {
            id_hash hash;
            for (const user_row& u : found) hash.add(u.id);
            first_ = hash.hex();
        }
        return 1;
    }
    std::string check() override { return first_; }

private:
    std::string first_;
};

class by_country final : public postgres_base {
public:
    by_country(const shards_file& f, unsigned n) : postgres_base(f, n) {
        prepare_all("SELECT country, count(*), sum(balance)::int8 FROM users GROUP BY country");
    }
    std::uint64_t step() override {
        country_sums sums;
        for (const result& r : scatter({}))
            for (int row = 0; row < PQntuples(r.get()); ++row)
                sums.add(text_at(r, row, 0), int8_at(r, row, 1), int8_at(r, row, 2));
        rows_ = sums.rows();
        return 1;
    }
    std::string check() override { return check_of(rows_); }

private:
    std::vector<country_row> rows_;
};

class user_with_posts final : public postgres_base {
public:
    user_with_posts(const shards_file& f, unsigned n) : postgres_base(f, n) {
        prepare_all(
            "SELECT u.id, u.name, p.id, p.title, p.score FROM users u "
            "JOIN posts p ON p.user_id = u.id WHERE u.id = $1::int8");
    }
    std::uint64_t step() override {
        const std::int64_t id = random.id_up_to(file.users);
        parameters p;
        p.add(id);
        const result r = shards[file.shard_of(id)].run("q", p);
        std::vector<user_post_row> rows;
        const int count = PQntuples(r.get());
        rows.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            rows.push_back({int8_at(r, i, 0), std::string(text_at(r, i, 1)), int8_at(r, i, 2),
                            std::string(text_at(r, i, 3)), int4_at(r, i, 4)});
        keep(rows);
        return 1;
    }
};

class best_users final : public postgres_base {
public:
    best_users(const shards_file& f, unsigned n) : postgres_base(f, n) {
        prepare_all(best_users_sql);
    }
    std::uint64_t step() override {
        std::vector<user_total_row> rows;
        for (const result& r : scatter({}))
            for (int i = 0; i < PQntuples(r.get()); ++i)
                rows.push_back({int8_at(r, i, 0), std::string(text_at(r, i, 1)), int8_at(r, i, 2)});
        rows_ = best_of(std::move(rows));
        return 1;
    }
    std::string check() override { return check_of(rows_); }

private:
    std::vector<user_total_row> rows_;
};

class different_balances final : public postgres_base {
public:
    using postgres_base::postgres_base;
    std::uint64_t step() override {
        std::vector<std::int64_t> all;
        copy_rows(different_balances_sql, [&](copy_out_decoder& d, const char* data, int size) {
            if (std::int64_t v = 0; d.decode_integer(data, size, v)) all.push_back(v);
        });
        count_ = count_different(std::move(all));
        return 1;
    }
    std::string check() override { return std::to_string(count_); }

private:
    std::size_t count_ = 0;
};

class full_scan final : public postgres_base {
public:
    using postgres_base::postgres_base;
    std::uint64_t step() override {
        rows_ = 0;
        copy_users(std::string("SELECT ") + columns + " FROM users", [this](user_row&& u) {
            keep(u);
            ++rows_;
        });
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

class id_range final : public postgres_base {
public:
    using postgres_base::postgres_base;
    std::uint64_t step() override {
        const auto size = std::min(range_size, file.users);
        const auto first = random.id_up_to(file.users - size + 1);
        std::vector<user_row> rows;
        rows.reserve(static_cast<std::size_t>(size));
        copy_users(std::string("SELECT ") + columns + " FROM users WHERE id BETWEEN " +
                       std::to_string(first) + " AND " + std::to_string(first + size - 1),
                   [&rows](user_row&& u) { rows.push_back(std::move(u)); });
        keep(rows);
        rows_ = rows.size();
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

class change_many final : public postgres_base {  // one UPDATE from arrays for each shard
public:
    change_many(const shards_file& f, unsigned n) : postgres_base(f, n) {
        prepare_all(std::string("SELECT ") + columns + " FROM users WHERE id BETWEEN $1 AND $2");
        for (shard& s : shards)
            s.prepare("u",
                      "UPDATE users SET balance = v.b FROM unnest($1::int8[], $2::int8[]) "
                      "AS v (i, b) WHERE users.id = v.i");
    }
    std::uint64_t step() override {
        const auto size = std::min(changed_size, file.users);
        const auto first = random.id_up_to(file.users - size + 1);
        parameters p;
        p.add(first);
        p.add(first + size - 1);
        const auto answers = scatter(p);
        rows_ = 0;
        for (shard& s : shards) s.send("BEGIN");
        for (shard& s : shards) s.receive();
        for (std::size_t i = 0; i < shards.size(); ++i) {
            std::string ids = "{", balances = "{";
            for (int row = 0; row < PQntuples(answers[i].get()); ++row, ++rows_) {
                const user_row u = user_at(answers[i], row);
                ids += (row == 0 ? "" : ",") + std::to_string(u.id);
                balances += (row == 0 ? "" : ",") + std::to_string(u.balance + 1);
            }
            ids += "}", balances += "}";
            const char* const values[] = {ids.c_str(), balances.c_str()};
            if (PQsendQueryPrepared(shards[i].handle(), "u", 2, values, nullptr, nullptr, 1) != 1)
                throw std::runtime_error(PQerrorMessage(shards[i].handle()));
        }
        for (shard& s : shards) s.receive();
        for (shard& s : shards) s.send("COMMIT");
        for (shard& s : shards) s.receive();
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

}  // namespace
}  // namespace postgres

std::unique_ptr<client> postgres_client(const shards_file& file, const std::string& workload,
                                        unsigned number) {
    using namespace postgres;
    if (workload == "W1" || workload == "W1c8") return std::make_unique<point_read>(file, number);
    if (workload == "W2") return std::make_unique<point_insert>(file, number);
    if (workload == "W3") return std::make_unique<bulk_insert>(file, number);
    if (workload == "W5") return std::make_unique<newest_of_country>(file, number);
    if (workload == "W6") return std::make_unique<by_country>(file, number);
    if (workload == "W7a") return std::make_unique<user_with_posts>(file, number);
    if (workload == "W7b") return std::make_unique<best_users>(file, number);
    if (workload == "W11") return std::make_unique<different_balances>(file, number);
    if (workload == "W9") return std::make_unique<full_scan>(file, number);
    if (workload == "W10") return std::make_unique<id_range>(file, number);
    if (workload == "W4") return std::make_unique<change_many>(file, number);
    if (workload == "W2u") return postgres_unique(file, number);
    if (is_transfer(workload)) return postgres_transfer(file, workload, number);
    return nullptr;
}

}  // namespace bench
