// SPDX-License-Identifier: MIT
// W2u on PostgreSQL: the row on its shard, its email in a table on the shard of the email; the same
// rounds as a transfer (W8), or one transaction where both are on one shard.
#include <unistd.h>

#include <algorithm>

#include "by_hand/by_hand.hpp"
#include "by_hand/postgres_shard.hpp"
#include "common/unique.hpp"

namespace bench {
namespace postgres {
namespace {

class unique_insert final : public client {
public:
    unique_insert(const shards_file& f, unsigned number)
        : file_(f),
          name_("bench/u/" + std::to_string(getpid()) + "/" + std::to_string(number) + "/"),
          next_(f.users + 1) {
        for (const auto& s : f.shards) {
            shard& made = shards_.emplace_back(s.url);
            made.execute("SET synchronous_commit = on");
            made.prepare("newest", "SELECT coalesce(max(id), 0)::int8 FROM users_by_hand");
            next_ = std::max(next_, int8_at(made.run("newest", {}), 0, 0) + 1);
            made.prepare("begin", "BEGIN");
            made.prepare("row", "INSERT INTO users_by_hand VALUES ($1, $2, $3, $4, $5, $6)");
            made.prepare("email", "INSERT INTO emails_by_hand VALUES ($1, $2)");
            made.prepare("decide", "INSERT INTO bench_commit_log VALUES ($1)");
            made.prepare("commit", "COMMIT");
        }
    }
    std::uint64_t step() override {
        const user_row u = make_user(next_++);
        parameters row, email;
        row.add_user(u);
        email.add(std::string_view(u.email));
        email.add(u.id);
        shard& home = shards_[file_.shard_of(u.id)];
        shard& other = shards_[shard_of_email(file_, u.email)];
        if (&home == &other)
            insert_on_one(home, row, email);
        else
            insert_on_two(home, row, other, email);
        return 1;
    }

private:
    static void insert_on_one(shard& home, const parameters& row, const parameters& email) {
        home.send_both("begin", {}, "row", row);
        home.receive_both();
        home.send_both("email", email, "commit", {});
        home.receive_both();
    }
    void insert_on_two(shard& home, const parameters& row, shard& other, const parameters& email) {
        const std::string gid = name_ + std::to_string(++count_);
        home.send_both("begin", {}, "row", row);
        other.send_both("begin", {}, "email", email);
        home.receive_both();
        other.receive_both();
        parameters decision;
        decision.add(std::string_view(gid));
        home.send("decide", decision);
        other.send("PREPARE TRANSACTION '" + gid + "'");
        home.receive();
        other.receive();
        home.run("commit", {});
        other.send("COMMIT PREPARED '" + gid + "'");
        other.receive();
    }

    shards_file file_;
    std::string name_;
    std::int64_t next_;
    std::uint64_t count_ = 0;
    std::vector<shard> shards_;
};

}  // namespace
}  // namespace postgres

std::unique_ptr<client> postgres_unique(const shards_file& file, unsigned number) {
    return std::make_unique<postgres::unique_insert>(file, number);
}

}  // namespace bench
