// SPDX-License-Identifier: MIT
// W2u on SQLite: as a transfer (W8), the email is stored as prepared in its file first. Where both
// are in one file, one transaction.
#include <unistd.h>

#include <algorithm>

#include "by_hand/by_hand.hpp"
#include "by_hand/sqlite_shard.hpp"
#include "common/unique.hpp"

namespace bench {
namespace sqlite {
namespace {

class unique_insert final : public client {
public:
    unique_insert(const shards_file& f, unsigned number)
        : file_(f),
          name_("bench/u/" + std::to_string(getpid()) + "/" + std::to_string(number) + "/"),
          next_(f.users + 1) {
        for (const auto& s : f.shards) {
            file& made = files_.emplace_back(s.url);
            statement newest = made.db.prepare("SELECT coalesce(max(id), 0) FROM users_by_hand");
            newest.step();
            next_ = std::max(next_, newest.integer(0) + 1);
        }
    }
    std::uint64_t step() override {
        const user_row u = make_user(next_++);
        const std::size_t home = file_.shard_of(u.id);
        const std::size_t other = shard_of_email(file_, u.email);
        if (home == other)
            insert_on_one(files_[home], u);
        else
            insert_on_two(files_[home], files_[other], u, home < other);
        return 1;
    }

private:
    struct file {
        explicit file(const std::string& url)
            : db(url),
              begin(db.prepare("BEGIN IMMEDIATE")),
              commit(db.prepare("COMMIT")),
              rollback(db.prepare("ROLLBACK")),
              look(db.prepare("SELECT 1 FROM bench_prepared_emails LIMIT 1")),
              row(db.prepare("INSERT INTO users_by_hand VALUES (?,?,?,?,?,?)")),
              email(db.prepare("INSERT INTO emails_by_hand VALUES (?,?)")),
              is_free(db.prepare("SELECT 1 FROM emails_by_hand WHERE email = ?")),
              store(db.prepare("INSERT INTO bench_prepared_emails VALUES (?,?,?)")),
              forget(db.prepare("DELETE FROM bench_prepared_emails WHERE gid = ?")),
              decide(db.prepare("INSERT INTO bench_commit_log VALUES (?)")) {}
        shard db;
        statement begin, commit, rollback, look, row, email, is_free, store, forget, decide;
    };
    static void begin(file& f) { begin_unblocked(f.begin, f.look, f.rollback); }
    static void insert_on_one(file& home, const user_row& u) {
        begin(home);
        home.row.bind_user(u);
        home.row.run();
        home.email.bind(1, u.email).bind(2, u.id).run();
        home.commit.run();
    }
    void insert_on_two(file& home, file& other, const user_row& u, bool home_first) {
        const std::string gid = name_ + std::to_string(++count_);
        begin(home_first ? home : other);
        begin(home_first ? other : home);
        other.is_free.bind(1, u.email).run();
        other.store.bind(1, gid).bind(2, u.email).bind(3, u.id).run();
        other.commit.run();
        home.row.bind_user(u);
        home.row.run();
        home.decide.bind(1, gid).run();
        home.commit.run();
        other.begin.run();
        other.email.bind(1, u.email).bind(2, u.id).run();
        other.forget.bind(1, gid).run();
        other.commit.run();
    }

    shards_file file_;
    std::string name_;
    std::int64_t next_;
    std::uint64_t count_ = 0;
    std::vector<file> files_;
};

}  // namespace
}  // namespace sqlite

std::unique_ptr<client> sqlite_unique(const shards_file& file, unsigned number) {
    return std::make_unique<sqlite::unique_insert>(file, number);
}

}  // namespace bench
