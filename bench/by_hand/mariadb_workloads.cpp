// SPDX-License-Identifier: MIT
// The limit on MariaDB: prepared point statements, text queries sent to all shards before the first
// answer is read, LOAD DATA from memory with one thread a shard.
#include <algorithm>
#include <deque>
#include <thread>

#include "by_hand/by_hand.hpp"
#include "by_hand/mariadb_shard.hpp"
#include "by_hand/merge.hpp"
#include "common/transfer.hpp"

namespace bench {
namespace mariadb {
namespace {

const std::string select_users = "SELECT id, name, email, country, balance, created FROM users";

class mariadb_base : public client {
public:
    mariadb_base(const shards_file& f, unsigned number) : file(f), random(number) {
        for (const auto& s : f.shards) shards.emplace_back(s.url);
    }

protected:
    void prepare_all(const char* sql, std::size_t columns) {
        for (shard& s : shards) prepared.emplace_back(s.handle(), sql, columns);
    }
    void send_all(const std::string& sql) {
        for (shard& s : shards) s.send(sql);
    }

    shards_file file;
    random_source random;
    std::vector<shard> shards;
    std::deque<statement> prepared;  // bound by address
};

class point_read final : public mariadb_base {
public:
    point_read(const shards_file& f, unsigned n) : mariadb_base(f, n) {
        prepare_all((select_users + " WHERE id = ?").c_str(), 6);
        for (statement& s : prepared) {
            s.bind(0, id_);
            s.column(0, found_);
            s.column(4, balance_);
            s.column_time(5);
        }
    }
    std::uint64_t step() override {
        id_ = random.id_up_to(file.users);
        statement& s = prepared[file.shard_of(id_)];
        s.run();
        if (!s.fetch()) throw std::runtime_error("a user is missing");
        user_row u;
        u.id = found_;
        u.name = s.text(1);
        u.email = s.text(2);
        u.country = s.text(3);
        u.balance = balance_;
        u.created = s.time(5);
        s.done();
        keep(u);
        return 1;
    }

private:
    std::int64_t id_ = 0;
    std::int64_t found_ = 0;
    std::int64_t balance_ = 0;
};

class inserting : public mariadb_base {
public:
    inserting(const shards_file& f, unsigned n) : mariadb_base(f, n), next_id(f.users + 1) {
        send_all("SELECT coalesce(max(id), 0) FROM users_ins");
        for (shard& s : shards) {
            const result r = s.store();
            text_row row{};
            if (next(r, row)) next_id = std::max(next_id, row.integer(0) + 1);
        }
    }

protected:
    std::int64_t next_id;
};

class point_insert final : public inserting {
public:
    point_insert(const shards_file& f, unsigned n) : inserting(f, n) {
        prepare_all("INSERT INTO users_ins VALUES (?,?,?,?,?,?)", 0);
    }
    std::uint64_t step() override {
        user_row u = make_user(next_id++);
        statement& s = prepared[file.shard_of(u.id)];
        s.bind_user(u);
        s.run();
        return 1;
    }
};

class bulk_insert final : public inserting {
public:
    using inserting::inserting;
    std::uint64_t step() override {
        std::vector<user_row> rows;
        rows.reserve(static_cast<std::size_t>(file.w3));
        for (std::int64_t i = 0; i < file.w3; ++i) rows.push_back(make_user(next_id++));
        std::vector<std::thread> threads;
        for (std::size_t s = 0; s < shards.size(); ++s)
            threads.emplace_back([this, &rows, s] { load(shards[s], s, rows); });
        for (std::thread& t : threads) t.join();
        send_all("COMMIT");
        for (shard& s : shards) s.store();
        return rows.size();
    }

private:
    void load(shard& to, std::size_t number, const std::vector<user_row>& rows) const {
        to.execute("START TRANSACTION");
        auto at = rows.begin();
        to.load("LOAD DATA LOCAL INFILE 'rows' INTO TABLE users_ins CHARACTER SET utf8mb4",
                [&](std::string& chunk) {
                    for (; at != rows.end() && chunk.size() < 64 * 1024; ++at)
                        if (file.shard_of(at->id) == number) append_user(chunk, *at);
                });
    }
};

class newest_of_country final : public mariadb_base {
public:
    using mariadb_base::mariadb_base;
    std::uint64_t step() override {
        const std::string country =
            first_.empty() ? std::string(first_country) : country_code(random.next());
        send_all(select_users + " WHERE country = '" + country +
                 "' ORDER BY created DESC LIMIT 50");
        std::vector<result> answers;
        for (shard& s : shards) answers.push_back(s.store());
        const auto found = merge(answers);
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
    /// The text of a datetime sorts as the instant does: it is compared undecoded.
    static std::vector<user_row> merge(const std::vector<result>& answers) {
        std::vector<text_row> head(answers.size());
        std::vector<bool> more(answers.size());
        for (std::size_t s = 0; s < answers.size(); ++s) more[s] = next(answers[s], head[s]);
        std::vector<user_row> found;
        found.reserve(newest_limit);
        while (found.size() < newest_limit) {
            std::size_t best = more.size();
            for (std::size_t s = 0; s < more.size(); ++s)
                if (more[s] && (best == more.size() || head[s].text(5) > head[best].text(5)))
                    best = s;
            if (best == more.size()) break;
            found.push_back(head[best].user());
            more[best] = next(answers[best], head[best]);
        }
        return found;
    }

    std::string first_;
};

class by_country final : public mariadb_base {
public:
    using mariadb_base::mariadb_base;
    std::uint64_t step() override {
        // Left alone, MariaDB walks the index on country and looks up every row.
        send_all("SELECT country, count(*), sum(balance) FROM users USE INDEX () GROUP BY country");
        country_sums sums;
        for (shard& s : shards) {
            const result r = s.store();
            for (text_row row{}; next(r, row);)
                sums.add(row.text(0), row.integer(1), row.integer(2));
        }
        rows_ = sums.rows();
        return 1;
    }
    std::string check() override { return check_of(rows_); }

private:
    std::vector<country_row> rows_;
};

class user_with_posts final : public mariadb_base {
public:
    user_with_posts(const shards_file& f, unsigned n) : mariadb_base(f, n) {
        prepare_all(
            "SELECT u.id, u.name, p.id, p.title, p.score FROM users u "
            "JOIN posts p ON p.user_id = u.id WHERE u.id = ?",
            5);
        for (statement& s : prepared) {
            s.bind(0, id_);
            s.column(0, user_);
            s.column(2, post_);
            s.column(4, score_);
        }
    }
    std::uint64_t step() override {
        id_ = random.id_up_to(file.users);
        statement& s = prepared[file.shard_of(id_)];
        s.run();
        std::vector<user_post_row> rows;
        while (s.fetch())
            rows.push_back({user_, std::string(s.text(1)), post_, std::string(s.text(3)), score_});
        s.done();
        keep(rows);
        return 1;
    }

private:
    std::int64_t id_ = 0;
    std::int64_t user_ = 0;
    std::int64_t post_ = 0;
    std::int32_t score_ = 0;
};

class best_users final : public mariadb_base {
public:
    using mariadb_base::mariadb_base;
    std::uint64_t step() override {
        send_all(best_users_sql);
        std::vector<user_total_row> rows;
        for (shard& s : shards) {
            const result r = s.store();
            for (text_row row{}; next(r, row);)
                rows.push_back({row.integer(0), std::string(row.text(1)), row.integer(2)});
        }
        rows_ = best_of(std::move(rows));
        return 1;
    }
    std::string check() override { return check_of(rows_); }

private:
    std::vector<user_total_row> rows_;
};

class different_balances final : public mariadb_base {
public:
    using mariadb_base::mariadb_base;
    std::uint64_t step() override {
        send_all(different_balances_sql);
        std::vector<std::int64_t> all;
        for (shard& s : shards) {
            const result r = s.use();
            for (text_row row{}; next(r, row);) all.push_back(row.integer(0));
        }
        count_ = count_different(std::move(all));
        return 1;
    }
    std::string check() override { return std::to_string(count_); }

private:
    std::size_t count_ = 0;
};

class full_scan final : public mariadb_base {
public:
    using mariadb_base::mariadb_base;
    /// In turns of some rows, so that every server can go on sending.
    std::uint64_t step() override {
        constexpr int turn = 256;
        send_all(select_users);
        std::vector<result> open;
        for (shard& s : shards) open.push_back(s.use());
        rows_ = 0;
        while (!open.empty())
            for (std::size_t i = open.size(); i-- > 0;)
                if (!take(open[i], turn)) open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    bool take(const result& r, int count) {
        for (text_row row{}; count-- > 0; ++rows_) {
            if (!next(r, row)) return false;
            const user_row u = row.user();
            keep(u);
        }
        return true;
    }
    std::uint64_t rows_ = 0;
};

class id_range final : public mariadb_base {
public:
    using mariadb_base::mariadb_base;
    std::uint64_t step() override {
        const auto size = std::min(range_size, file.users);
        const auto first = random.id_up_to(file.users - size + 1);
        send_all(select_users + " WHERE id BETWEEN " + std::to_string(first) + " AND " +
                 std::to_string(first + size - 1));
        std::vector<user_row> rows;
        rows.reserve(static_cast<std::size_t>(size));
        for (shard& s : shards) {
            const result r = s.use();
            for (text_row row{}; next(r, row);) rows.push_back(row.user());
        }
        keep(rows);
        rows_ = rows.size();
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

class change_many final : public mariadb_base {  // one UPDATE for each shard
public:
    using mariadb_base::mariadb_base;
    std::uint64_t step() override {
        const auto size = std::min(changed_size, file.users);
        const auto first = random.id_up_to(file.users - size + 1);
        send_all(select_users + " WHERE id BETWEEN " + std::to_string(first) + " AND " +
                 std::to_string(first + size - 1));
        std::vector<std::string> updates;
        rows_ = 0;
        for (shard& s : shards) {
            const result r = s.store();
            std::string choice, ids;
            for (text_row row{}; next(r, row); ++rows_) {
                const user_row u = row.user();
                const std::string id = std::to_string(u.id);
                choice += " WHEN " + id + " THEN " + std::to_string(u.balance + 1);
                ids += (ids.empty() ? "" : ",") + id;
            }
            updates.push_back("UPDATE users SET balance = CASE id" + choice + " END WHERE id IN (" +
                              ids + ")");
        }
        send_all("BEGIN");
        for (shard& s : shards) s.store();
        for (std::size_t i = 0; i < shards.size(); ++i) shards[i].send(updates[i]);
        for (shard& s : shards) s.store();
        send_all("COMMIT");
        for (shard& s : shards) s.store();
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

}  // namespace
}  // namespace mariadb

std::unique_ptr<client> mariadb_client(const shards_file& file, const std::string& workload,
                                       unsigned number) {
    using namespace mariadb;
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
    if (workload == "W2u") return mariadb_unique(file, number);
    if (is_transfer(workload)) return mariadb_transfer(file, workload, number);
    return nullptr;
}

}  // namespace bench
