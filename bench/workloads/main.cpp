// SPDX-License-Identifier: MIT
// The workloads of the contract (docs/performance.md) through shardwise's public API only.
#include <functional>
#include <unordered_map>

#include "common/measure.hpp"
#include "common/rows.hpp"
#include "common/transfer.hpp"
#include "workloads/model.hpp"

namespace bench {
namespace {

namespace sw = shardwise;

sw::cluster_options options_for(const shards_file& file) {
    sw::cluster_options options;
    options.pool_size = 16;
    for (const char* root : {"users", "users_ins", "users_unique"}) {
        sw::placement p;
        p.table = root;
        p.modulus = static_cast<std::uint32_t>(file.modulus);
        for (const auto& s : file.shards) p.owners.push_back("shard" + std::to_string(s.residue));
        options.placements.push_back(std::move(p));
    }
    return options;
}

std::vector<sw::shard_url> urls_of(const shards_file& file) {
    std::vector<sw::shard_url> urls;
    for (const auto& s : file.shards) urls.push_back({"shard" + std::to_string(s.residue), s.url});
    return urls;
}

struct environment {
    explicit environment(const shards_file& f) : file(f), db(urls_of(f), options_for(f)) {
        db.adopt<user, post, inserted_user>();
        db.create_all<unique_user>();
    }
    shards_file file;
    sw::cluster db;
};

/// What all workloads have.
class shardwise_client : public client {
public:
    shardwise_client(environment& e, unsigned number) : env(e), random(number) {}

protected:
    std::int64_t random_user() { return random.id_up_to(env.file.users); }

    environment& env;
    random_source random;
};

/// W1, W1c8: a session for each read, as a request of a server has it.
class point_read final : public shardwise_client {
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        sw::session session(env.db);
        const auto u = session.get<user>(random_user());
        keep(u->balance);
        return 1;
    }
};

/// Gives ids behind all that are stored.
class inserting_client : public shardwise_client {
public:
    inserting_client(environment& e, unsigned number) : shardwise_client(e, number) {
        sw::session session(env.db);
        const auto newest = std::get<0>(session.one(sw::select(sw::max(users_ins.id))));
        next_ = std::max(env.file.users, newest.value_or(0)) + 1;
    }

protected:
    inserted_user make_next() {
        inserted_user u;
        fill_user(next_, u);
        u.created.micros_since_epoch = created_of(next_++);
        return u;
    }

private:
    std::int64_t next_ = 0;
};

class point_insert final : public inserting_client {  // W2
public:
    using inserting_client::inserting_client;
    std::uint64_t step() override {
        sw::session session(env.db);
        session.add(make_next());
        session.commit();
        return 1;
    }
};

class unique_insert final : public shardwise_client {  // W2u
public:
    unique_insert(environment& e, unsigned number) : shardwise_client(e, number) {
        sw::session session(env.db);
        const auto newest = std::get<0>(session.one(sw::select(sw::max(users_unique.id))));
        next_ = std::max(env.file.users, newest.value_or(0)) + 1;
    }
    std::uint64_t step() override {
        unique_user u;
        fill_user(next_, u);
        u.created.micros_since_epoch = created_of(next_++);
        sw::session session(env.db);
        session.add(std::move(u));
        session.commit();
        return 1;
    }

private:
    std::int64_t next_ = 0;
};

class bulk_insert final : public inserting_client {  // W3
public:
    using inserting_client::inserting_client;
    std::uint64_t step() override {
        std::vector<inserted_user> rows;
        rows.reserve(static_cast<std::size_t>(env.file.w3));
        for (std::int64_t i = 0; i < env.file.w3; ++i) rows.push_back(make_next());
        // As the clients written by hand: one transaction for each shard.
        sw::session session(env.db, {.mode = sw::commit_mode::best_effort});
        session.bulk_insert(rows);
        session.commit();
        return rows.size();
    }
};

class newest_of_country final : public shardwise_client {  // W5
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        const std::string country =
            first_.empty() ? std::string(first_country) : country_code(random.next());
        sw::session session(env.db);
        const auto found = session.values(sw::select<user>()
                                              .where(users.country == country)
                                              .order_by(users.created.desc())
                                              .limit(newest_limit));
        keep(found);
        if (first_.empty()) {
            id_hash hash;
            for (const user& u : found) hash.add(u.id);
            first_ = hash.hex();
        }
        return 1;
    }
    std::string check() override { return first_; }

private:
    std::string first_;
};

class by_country final : public shardwise_client {  // W6
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        sw::session session(env.db);
        rows_ = session
                    .all(sw::select(users.country, sw::count(), sw::sum(users.balance),
                                    sw::avg(users.balance))
                             .group_by(users.country))
                    .to_vector();
        return 1;
    }
    std::string check() override {
        std::int64_t total = 0;
        for (const auto& row : rows_) total += std::get<1>(row);
        return std::to_string(rows_.size()) + "/" + std::to_string(total);
    }

private:
    std::vector<
        std::tuple<std::string, std::int64_t, std::optional<std::int64_t>, std::optional<double>>>
        rows_;
};

class user_with_posts final : public shardwise_client {  // W7a
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        sw::session session(env.db);
        const auto rows =
            session
                .all(sw::select(users.id, users.name, posts.id, posts.title, posts.score)
                         .join<post>(posts.user_id == users.id)
                         .where(users.id == random_user())
                         .into<user_post_row>())
                .to_vector();
        keep(rows);
        return 1;
    }
};

class best_users final : public shardwise_client {  // W7b
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        sw::session session(env.db);
        rows_ = session
                    .all(sw::select(users.id, users.name, sw::sum(posts.score))
                             .join<post>(posts.user_id == users.id)
                             .group_by(users.id, users.name)
                             .order_by(sw::desc(sw::sum(posts.score)), users.id)
                             .limit(top_users))
                    .to_vector();
        return 1;
    }
    std::string check() override {
        id_hash hash;
        for (const auto& row : rows_) hash.add(std::get<0>(row));
        return hash.hex();
    }

private:
    std::vector<std::tuple<std::int64_t, std::string, std::optional<std::int64_t>>> rows_;
};

class different_balances final : public shardwise_client {  // W11
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        sw::session session(env.db);
        count_ = std::get<0>(session.one(sw::select(sw::count_distinct(users.balance))));
        return 1;
    }
    std::string check() override { return std::to_string(count_); }

private:
    std::int64_t count_ = 0;
};

class full_scan final : public shardwise_client {  // W9
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        sw::session session(env.db);
        rows_ = 0;
        for (const user& u : session.stream(sw::select<user>())) {
            keep(u);
            ++rows_;
        }
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

class id_range final : public shardwise_client {  // W10
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        const auto size = std::min(range_size, env.file.users);
        const auto first = random.id_up_to(env.file.users - size + 1);
        sw::session session(env.db);
        const auto found =
            session.values(sw::select<user>().where(users.id.between(first, first + size - 1)));
        keep(found);
        rows_ = found.size();
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

class change_many final : public shardwise_client {  // W4
public:
    using shardwise_client::shardwise_client;
    std::uint64_t step() override {
        const auto size = std::min(changed_size, env.file.users);
        const auto first = random.id_up_to(env.file.users - size + 1);
        sw::session session(env.db);
        rows_ = 0;
        for (const auto u :
             session.all(sw::select<user>().where(users.id.between(first, first + size - 1)))) {
            u.edit().balance += 1;
            ++rows_;
        }
        session.commit();
        return rows_;
    }
    std::string check() override { return std::to_string(rows_); }

private:
    std::uint64_t rows_ = 0;
};

class transfer final : public shardwise_client {  // W8
public:
    transfer(environment& e, unsigned number, std::size_t parts)
        : shardwise_client(e, number), number_(number), parts_(parts) {}
    std::uint64_t step() override {
        const auto ids = transfer_users(random, env.file, number_, parts_);
        const auto others = static_cast<std::int64_t>(parts_) - 1;
        sw::session session(env.db);
        session.run(
            sw::update<user>()
                .set(users.balance,
                     users.balance + sw::case_when(users.id == ids[0], others).otherwise(-1))
                .where(users.id.in(ids)));
        session.commit();
        return 1;
    }
    std::string check() override {
        sw::session session(env.db);
        return std::to_string(
            std::get<0>(session.one(sw::select(sw::sum(users.balance)))).value_or(0));
    }

private:
    unsigned number_;
    std::size_t parts_;
};

class shardwise_program final : public program {
public:
    explicit shardwise_program(const shards_file& file) : env_(file) {}

    std::unique_ptr<client> make_client(const std::string& workload, unsigned number) override {
        if (workload == "W1" || workload == "W1c8") return made<point_read>(number);
        if (workload == "W2") return made<point_insert>(number);
        if (workload == "W2u") return made<unique_insert>(number);
        if (workload == "W3") return made<bulk_insert>(number);
        if (workload == "W5") return made<newest_of_country>(number);
        if (workload == "W6") return made<by_country>(number);
        if (workload == "W7a") return made<user_with_posts>(number);
        if (workload == "W7b") return made<best_users>(number);
        if (workload == "W11") return made<different_balances>(number);
        if (workload == "W9") return made<full_scan>(number);
        if (workload == "W10") return made<id_range>(number);
        if (workload == "W4") return made<change_many>(number);
        if (is_transfer(workload))
            return std::make_unique<transfer>(env_, number, transfer_shards(workload));
        throw unsupported("there is no such workload");
    }

private:
    template <class Client>
    std::unique_ptr<client> made(unsigned number) {
        return std::make_unique<Client>(env_, number);
    }

    environment env_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    return bench::run_program(argc, argv, [](const bench::shards_file& file) {
        return std::unique_ptr<bench::program>(new bench::shardwise_program(file));
    });
}
