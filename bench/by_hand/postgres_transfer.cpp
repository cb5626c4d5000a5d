// SPDX-License-Identifier: MIT
// W8 on PostgreSQL: BEGIN and UPDATE in one message to each shard; PREPARE on all but the first
// one, which stores the decision; COMMIT there; COMMIT PREPARED. All shards of a round at once.
#include <unistd.h>

#include "by_hand/by_hand.hpp"
#include "by_hand/postgres_shard.hpp"
#include "common/transfer.hpp"

namespace bench {
namespace postgres {
namespace {

class transfer final : public client {
public:
    transfer(const shards_file& f, unsigned number, std::size_t parts)
        : file_(f),
          random_(number),
          parts_(parts),
          name_("bench/" + std::to_string(getpid()) + "/" + std::to_string(number) + "/") {
        for (const auto& s : f.shards) {
            shard& made = shards_.emplace_back(s.url);
            made.execute("SET synchronous_commit = on");
            made.prepare("begin", "BEGIN");
            made.prepare("move", "UPDATE users SET balance = balance + $2 WHERE id = $1");
            made.prepare("decide", "INSERT INTO bench_commit_log VALUES ($1)");
            made.prepare("commit", "COMMIT");
        }
    }
    std::uint64_t step() override {
        const auto ids = transfer_users(random_, file_, number_, parts_);
        const std::string gid = name_ + std::to_string(++count_);
        const auto at = [&](std::size_t i) -> shard& { return shards_[file_.shard_of(ids[i])]; };
        for (std::size_t i = 0; i < parts_; ++i) {
            parameters p;
            p.add(ids[i]);
            p.add(i == 0 ? static_cast<std::int64_t>(parts_) - 1 : std::int64_t{-1});
            at(i).send_both("begin", {}, "move", p);
        }
        for (std::size_t i = 0; i < parts_; ++i) at(i).receive_both();
        parameters decision;
        decision.add(std::string_view(gid));
        at(0).send("decide", decision);
        for (std::size_t i = 1; i < parts_; ++i) at(i).send("PREPARE TRANSACTION '" + gid + "'");
        for (std::size_t i = 0; i < parts_; ++i) at(i).receive();
        at(0).run("commit", {});
        for (std::size_t i = 1; i < parts_; ++i) at(i).send("COMMIT PREPARED '" + gid + "'");
        for (std::size_t i = 1; i < parts_; ++i) at(i).receive();
        return 1;
    }
    std::string check() override {
        std::int64_t all = 0;
        for (shard& s : shards_) {
            s.send("SELECT sum(balance)::text FROM users");
            all += std::stoll(std::string(text_at(s.receive(), 0, 0)));
        }
        return std::to_string(all);
    }

private:
    shards_file file_;
    random_source random_;
    unsigned number_;
    std::size_t parts_;
    std::string name_;
    std::uint64_t count_ = 0;
    std::vector<shard> shards_;
};

}  // namespace
}  // namespace postgres

std::unique_ptr<client> postgres_transfer(const shards_file& file, const std::string& workload,
                                          unsigned number) {
    return std::make_unique<postgres::transfer>(file, number, transfer_shards(workload));
}

}  // namespace bench
