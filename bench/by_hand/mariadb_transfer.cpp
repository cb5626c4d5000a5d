// SPDX-License-Identifier: MIT
// W8 on MariaDB, as on PostgreSQL: the first shard has a plain transaction and stores the decision,
// the others XA branches. Texts of two statements where a round has two.
#include <unistd.h>

#include "by_hand/by_hand.hpp"
#include "by_hand/mariadb_shard.hpp"
#include "common/transfer.hpp"

namespace bench {
namespace mariadb {
namespace {

class transfer final : public client {
public:
    transfer(const shards_file& f, unsigned number, std::size_t parts)
        : file_(f),
          random_(number),
          parts_(parts),
          name_("bench/" + std::to_string(getpid()) + "/" + std::to_string(number) + "/") {
        for (const auto& s : f.shards) shards_.emplace_back(s.url).allow_many_statements();
    }
    std::uint64_t step() override {
        const auto ids = transfer_users(random_, file_, number_, parts_);
        const std::string gid = "'" + name_ + std::to_string(++count_) + "'";
        const auto at = [&](std::size_t i) -> shard& { return shards_[file_.shard_of(ids[i])]; };
        for (std::size_t i = 0; i < parts_; ++i) {
            const std::string begin = i == 0 ? "START TRANSACTION" : "XA START " + gid;
            const std::string amount = i == 0 ? std::to_string(parts_ - 1) : "-1";
            at(i).send(begin + "; UPDATE users SET balance = balance + " + amount +
                       " WHERE id = " + std::to_string(ids[i]));
        }
        for (std::size_t i = 0; i < parts_; ++i) at(i).receive_all();
        at(0).send("INSERT INTO bench_commit_log VALUES (" + gid + ")");
        for (std::size_t i = 1; i < parts_; ++i)
            at(i).send("XA END " + gid + "; XA PREPARE " + gid);
        for (std::size_t i = 0; i < parts_; ++i) at(i).receive_all();
        at(0).execute("COMMIT");
        for (std::size_t i = 1; i < parts_; ++i) at(i).send("XA COMMIT " + gid);
        for (std::size_t i = 1; i < parts_; ++i) at(i).receive_all();
        return 1;
    }
    std::string check() override {
        std::int64_t all = 0;
        for (shard& s : shards_) {
            s.send("SELECT sum(balance) FROM users");
            const result r = s.store();
            text_row row{};
            if (next(r, row)) all += row.integer(0);
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
}  // namespace mariadb

std::unique_ptr<client> mariadb_transfer(const shards_file& file, const std::string& workload,
                                         unsigned number) {
    return std::make_unique<mariadb::transfer>(file, number, transfer_shards(workload));
}

}  // namespace bench
