// SPDX-License-Identifier: MIT
// The limit on SQLite: prepared statements, mmap, two threads where a call takes milliseconds, and
// W6 summed up by the program, which is several times faster than SQLite's GROUP BY.
#include <algorithm>
#include <thread>

#include "by_hand/by_hand.hpp"
#include "by_hand/merge.hpp"
#include "by_hand/sqlite_shard.hpp"
#include "common/transfer.hpp"

namespace bench {
namespace sqlite {
namespace {

constexpr const char* select_user =
    "SELECT id, name, email, country, balance, created FROM users WHERE id = ?";

class sqlite_base : public client {
public:
    sqlite_base(const shards_file& f, unsigned number) : file(f), random(number) {
        for (const auto& s : f.shards) shards.emplace_back(s.url);
    }

protected:
    std::vector<statement> prepare_all(const char* sql) const {
        std::vector<statement> all;
        for (const shard& s : shards) all.push_back(s.prepare(sql));
        return all;
    }
    /// Runs work(shard) for all shards on two threads.
    template <class Work>
    void on_two_threads(Work work) {
        const std::size_t half = shards.size() / 2;
        std::thread other([&] {
            for (std::size_t s = half; s < shards.size(); ++s) work(s);
        });
        for (std::size_t s = 0; s < half; ++s) work(s);
        other.join();
    }

    shards_file file;
    random_source random;
    std::vector<shard> shards;
};

class point_read final : public sqlite_base {
public:
    point_read(const shards_file& f, unsigned n)
        : sqlite_base(f, n), read_(prepare_all(select_user)) {}
    std::uint64_t step() override {
        const std::int64_t id = random.id_up_to(file.users);
        statement& s = read_[file.shard_of(id)];
        if (!s.bind(1, id).step()) throw std::runtime_error("a user is missing");
        const user_row u = s.user();
        s.reset();
        keep(u);
        return 1;
    }

private:
    std::vector<statement> read_;
};

class inserting : public sqlite_base {
public:
    inserting(const shards_file& f, unsigned n)
        : sqlite_base(f, n), insert(prepare_all(insert_user)), next(f.users + 1) {
        for (statement& s : prepare_all("SELECT coalesce(max(id), 0) FROM users_ins")) {
            s.step();
            next = std::max(next, s.integer(0) + 1);
        }
    }

protected:
    std::vector<statement> insert;
    std::int64_t next;
};

class point_insert final : public inserting {
public:
    using inserting::inserting;
    std::uint64_t step() override {
        const user_row u = make_user(next++);
        statement& s = insert[file.shard_of(u.id)];
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
        for (std::int64_t i = 0; i < file.w3; ++i) rows.push_back(make_user(next++));
        on_two_threads([&](std::size_t shard) {
            shards[shard].execute("BEGIN IMMEDIATE");
            for (const user_row& u : rows)
                if (file.shard_of(u.id) == shard) {
                    insert[shard].bind_user(u);
                    insert[shard].run();
                }
        });
        for (const shard& s : shards) s.execute("COMMIT");
        return rows.size();
    }
};

class newest_of_country final : public sqlite_base {
public:
    newest_of_country(const shards_file& f, unsigned n)
        : sqlite_base(f, n),
          newest_(prepare_all("SELECT id, name, email, country, balance, created FROM users "
                              "WHERE country = ? ORDER BY created DESC LIMIT 50")) {}

    /// SQLite is asked row by row, so only the winners are read at all.
    std::uint64_t step() override {
        const std::string country =
            first_.empty() ? std::string(first_country) : country_code(random.next());
        std::vector<bool> more;
        for (statement& s : newest_) more.push_back(s.bind(1, country).step());
        std::vector<user_row> found;
        found.reserve(newest_limit);
        while (found.size() < newest_limit) {
            std::size_t best = more.size();
            for (std::size_t s = 0; s < more.size(); ++s)
                if (more[s] &&
                    (best == more.size() || newest_[s].integer(5) > newest_[best].integer(5)))
                    best = s;
            if (best == more.size()) break;
            found.push_back(newest_[best].user());
            more[best] = newest_[best].step();
        }
        for (statement& s : newest_) s.reset();
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
    std::vector<statement> newest_;
    std::string first_;
};

class by_country final : public sqlite_base {
public:
    by_country(const shards_file& f, unsigned n)
        : sqlite_base(f, n), scan_(prepare_all("SELECT country, balance FROM users NOT INDEXED")) {}
    std::uint64_t step() override {
        std::vector<country_sums> sums(shards.size());
        on_two_threads([&](std::size_t shard) {
            statement& s = scan_[shard];
            while (s.step()) sums[shard].add(s.text(0), 1, s.integer(1));
            s.reset();
        });
        for (std::size_t s = 1; s < sums.size(); ++s) sums[0].add(sums[s]);
        rows_ = sums[0].rows();
        return 1;
    }
    std::string check() override { return check_of(rows_); }

private:
    std::vector<statement> scan_;
    std::vector<country_row> rows_;
};

class user_with_posts final : public sqlite_base {
public:
    user_with_posts(const shards_file& f, unsigned n)
        : sqlite_base(f, n),
          join_(prepare_all("SELECT u.id, u.name, p.id, p.title, p.score FROM users u "
                            "JOIN posts p ON p.user_id = u.id WHERE u.id = ?")) {}
    std::uint64_t step() override {
        const std::int64_t id = random.id_up_to(file.users);
        statement& s = join_[file.shard_of(id)];
        s.bind(1, id);
        std::vector<user_post_row> rows;
        while (s.step())
            rows.push_back({s.integer(0), std::string(s.text(1)), s.integer(2),
                            std::string(s.text(3)), static_cast<std::int32_t>(s.integer(4))});
        s.reset();
        keep(rows);
        return 1;
    }

private:
    std::vector<statement> join_;
};

class best_users final : public sqlite_base {
public:
    best_users(const shards_file& f, unsigned n)
        : sqlite_base(f, n), best_(prepare_all(best_users_sql)) {}
    std::uint64_t step() override {
        std::vector<std::vector<user_total_row>> rows(shards.size());
        on_two_threads([&](std::size_t shard) {
            statement& s = best_[shard];
            while (s.step())
                rows[shard].push_back({s.integer(0), std::string(s.text(1)), s.integer(2)});
            s.reset();
        });
        std::vector<user_total_row> all;
        for (auto& some : rows) all.insert(all.end(), some.begin(), some.end());
        rows_ = best_of(std::move(all));
        return 1;
    }
    std::string check() override { return check_of(rows_); }

private:
    std::vector<statement> best_;
    std::vector<user_total_row> rows_;
};

class different_balances final : public sqlite_base {
public:
    /// All values: the program finds the different ones faster than SQLite does.
    different_balances(const shards_file& f, unsigned n)
        : sqlite_base(f, n), scan_(prepare_all("SELECT balance FROM users NOT INDEXED")) {}
    std::uint64_t step() override {
        std::vector<std::vector<std::int64_t>> found(shards.size());
        on_two_threads([&](std::size_t shard) {
            statement& s = scan_[shard];
            while (s.step()) found[shard].push_back(s.integer(0));
            s.reset();
        });
        for (std::size_t i = 1; i < found.size(); ++i)
            found[0].insert(found[0].end(), found[i].begin(), found[i].end());
        count_ = count_different(std::move(found[0]));
        return 1;
    }
    std::string check() override { return std::to_string(count_); }

private:
    std::vector<statement> scan_;
    std::size_t count_ = 0;
};

class full_scan final : public sqlite_base {
public:
    full_scan(const shards_file& f, unsigned n)
        : sqlite_base(f, n),
          scan_(prepare_all("SELECT id, name, email, country, balance, created FROM users")) {}
    std::uint64_t step() override {
        rows_ = 0;
        for (statement& s : scan_) {
            while (s.step()) {
                const user_row u = s.user();
                keep(u);
                ++rows_;
            }
            s.reset();
        }
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::vector<statement> scan_;
    std::uint64_t rows_ = 0;
};

class id_range final : public sqlite_base {
public:
    id_range(const shards_file& f, unsigned n)
        : sqlite_base(f, n),
          range_(prepare_all("SELECT id, name, email, country, balance, created FROM users "
                             "WHERE id BETWEEN ? AND ?")) {}
    std::uint64_t step() override {
        const auto size = std::min(range_size, file.users);
        const auto first = random.id_up_to(file.users - size + 1);
        std::vector<user_row> rows;
        rows.reserve(static_cast<std::size_t>(size));
        for (statement& s : range_) {
            s.bind(1, first).bind(2, first + size - 1);
            while (s.step()) rows.push_back(s.user());
            s.reset();
        }
        keep(rows);
        rows_ = rows.size();
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::vector<statement> range_;
    std::uint64_t rows_ = 0;
};

class change_many final : public sqlite_base {  // one prepared UPDATE after the other
public:
    change_many(const shards_file& f, unsigned n)
        : sqlite_base(f, n),
          range_(prepare_all("SELECT id, name, email, country, balance, created FROM users "
                             "WHERE id BETWEEN ? AND ?")),
          update_(prepare_all("UPDATE users SET balance = ? WHERE id = ?")) {}
    std::uint64_t step() override {
        const auto size = std::min(changed_size, file.users);
        const auto first = random.id_up_to(file.users - size + 1);
        rows_ = 0;
        for (std::size_t i = 0; i < shards.size(); ++i) {
            std::vector<user_row> rows;
            range_[i].bind(1, first).bind(2, first + size - 1);
            while (range_[i].step()) rows.push_back(range_[i].user());
            range_[i].reset();
            shards[i].execute("BEGIN IMMEDIATE");
            for (user_row& u : rows) {
                u.balance += 1;
                update_[i].bind(1, u.balance).bind(2, u.id).run();
            }
            shards[i].execute("COMMIT");
            rows_ += rows.size();
        }
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::vector<statement> range_;
    std::vector<statement> update_;
    std::uint64_t rows_ = 0;
};

}  // namespace
}  // namespace sqlite

std::unique_ptr<client> sqlite_client(const shards_file& file, const std::string& workload,
                                      unsigned number) {
    using namespace sqlite;
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
    if (workload == "W2u") return sqlite_unique(file, number);
    if (is_transfer(workload)) return sqlite_transfer(file, workload, number);
    return nullptr;
}

}  // namespace bench
