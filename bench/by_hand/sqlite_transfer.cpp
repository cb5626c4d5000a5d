// SPDX-License-Identifier: MIT
// W8 on SQLite, which cannot prepare: the change is first stored in a table of its file, then the
// decision in the first file, then the change is applied. The writers of a file look into that
// table when they begin, as shardwise's do.
#include <unistd.h>

#include <algorithm>

#include "by_hand/by_hand.hpp"
#include "by_hand/sqlite_shard.hpp"
#include "common/transfer.hpp"

namespace bench {
namespace sqlite {
namespace {

class transfer final : public client {
public:
    transfer(const shards_file& f, unsigned number, std::size_t parts)
        : file_(f),
          random_(number),
          parts_(parts),
          name_("bench/" + std::to_string(getpid()) + "/" + std::to_string(number) + "/") {
        for (const auto& s : f.shards) files_.emplace_back(s.url);
    }
    std::uint64_t step() override {
        const auto ids = transfer_users(random_, file_, number_, parts_);
        const std::string gid = name_ + std::to_string(++count_);
        // In one order, so that clients do not wait for each other in a circle.
        std::vector<std::size_t> order(parts_);
        for (std::size_t i = 0; i < parts_; ++i) order[i] = i;
        const auto shard_at = [&](std::size_t i) { return file_.shard_of(ids[i]); };
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return shard_at(a) < shard_at(b); });
        for (const std::size_t i : order) begin(files_[shard_at(i)]);
        for (std::size_t i = 1; i < parts_; ++i) {
            file& f = files_[shard_at(i)];
            f.store.bind(1, gid).bind(2, ids[i]).bind(3, std::int64_t{-1}).run();
            f.commit.run();
        }
        file& first = files_[shard_at(0)];
        first.move.bind(1, static_cast<std::int64_t>(parts_) - 1).bind(2, ids[0]).run();
        first.decide.bind(1, gid).run();
        first.commit.run();
        for (std::size_t i = 1; i < parts_; ++i) {
            file& f = files_[shard_at(i)];
            f.begin.run();
            f.move.bind(1, std::int64_t{-1}).bind(2, ids[i]).run();
            f.forget.bind(1, gid).run();
            f.commit.run();
        }
        return 1;
    }
    std::string check() override {
        std::int64_t all = 0;
        for (file& f : files_) {
            statement sum = f.db.prepare("SELECT sum(balance) FROM users");
            sum.step();
            all += sum.integer(0);
        }
        return std::to_string(all);
    }

private:
    struct file {
        explicit file(const std::string& url)
            : db(url),
              begin(db.prepare("BEGIN IMMEDIATE")),
              commit(db.prepare("COMMIT")),
              rollback(db.prepare("ROLLBACK")),
              look(db.prepare("SELECT 1 FROM bench_prepared LIMIT 1")),
              move(db.prepare("UPDATE users SET balance = balance + ? WHERE id = ?")),
              store(db.prepare("INSERT INTO bench_prepared VALUES (?,?,?)")),
              forget(db.prepare("DELETE FROM bench_prepared WHERE gid = ?")),
              decide(db.prepare("INSERT INTO bench_commit_log VALUES (?)")) {}
        shard db;
        statement begin, commit, rollback, look, move, store, forget, decide;
    };
    static void begin(file& f) { begin_unblocked(f.begin, f.look, f.rollback); }

    shards_file file_;
    random_source random_;
    unsigned number_;
    std::size_t parts_;
    std::string name_;
    std::uint64_t count_ = 0;
    std::vector<file> files_;
};

}  // namespace
}  // namespace sqlite

std::unique_ptr<client> sqlite_transfer(const shards_file& file, const std::string& workload,
                                        unsigned number) {
    return std::make_unique<sqlite::transfer>(file, number, transfer_shards(workload));
}

}  // namespace bench
