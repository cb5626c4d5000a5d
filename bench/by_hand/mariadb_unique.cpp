// SPDX-License-Identifier: MIT
// W2u on MariaDB: as on PostgreSQL, with an XA branch on the shard of the email. Texts of two
// statements where a round has two.
#include <unistd.h>

#include <algorithm>

#include "by_hand/by_hand.hpp"
#include "by_hand/mariadb_shard.hpp"
#include "common/unique.hpp"

namespace bench {
namespace mariadb {
namespace {

class unique_insert final : public client {
public:
    unique_insert(const shards_file& f, unsigned number)
        : file_(f),
          name_("bench/u/" + std::to_string(getpid()) + "/" + std::to_string(number) + "/"),
          next_(f.users + 1) {
        for (const auto& s : f.shards) {
            shard& made = shards_.emplace_back(s.url);
            made.send("SELECT coalesce(max(id), 0) FROM users_by_hand");
            const result r = made.store();
            text_row row{};
            if (next(r, row)) next_ = std::max(next_, row.integer(0) + 1);
            made.allow_many_statements();
        }
    }
    std::uint64_t step() override {
        const user_row u = make_user(next_++);
        // The values are letters, digits, blanks and '@': they need no escapes.
        const std::string row = "INSERT INTO users_by_hand VALUES (" + std::to_string(u.id) +
                                ", '" + u.name + "', '" + u.email + "', '" + u.country + "', " +
                                std::to_string(u.balance) + ", '" + text_of(u.created) + "')";
        const std::string email =
            "INSERT INTO emails_by_hand VALUES ('" + u.email + "', " + std::to_string(u.id) + ")";
        shard& home = shards_[file_.shard_of(u.id)];
        shard& other = shards_[shard_of_email(file_, u.email)];
        if (&home == &other) {
            home.send("START TRANSACTION; " + row + "; " + email + "; COMMIT");
            home.receive_all();
        } else {
            insert_on_two(home, row, other, email);
        }
        return 1;
    }

private:
    void insert_on_two(shard& home, const std::string& row, shard& other,
                       const std::string& email) {
        const std::string gid = "'" + name_ + std::to_string(++count_) + "'";
        home.send("START TRANSACTION; " + row);
        other.send("XA START " + gid + "; " + email);
        home.receive_all();
        other.receive_all();
        home.send("INSERT INTO bench_commit_log VALUES (" + gid + ")");
        other.send("XA END " + gid + "; XA PREPARE " + gid);
        home.receive_all();
        other.receive_all();
        home.execute("COMMIT");
        other.send("XA COMMIT " + gid);
        other.receive_all();
    }

    shards_file file_;
    std::string name_;
    std::int64_t next_;
    std::uint64_t count_ = 0;
    std::vector<shard> shards_;
};

}  // namespace
}  // namespace mariadb

std::unique_ptr<client> mariadb_unique(const shards_file& file, unsigned number) {
    return std::make_unique<mariadb::unique_insert>(file, number);
}

}  // namespace bench
