// SPDX-License-Identifier: MIT
// bench_setup --shards FILE: makes the contract's tables and fills them; --reset: empties
// users_ins.
#include <cstdio>
#include <cstring>
#include <functional>

#include "by_hand/mariadb_shard.hpp"
#include "by_hand/postgres_shard.hpp"
#include "by_hand/sqlite_shard.hpp"

namespace bench {
namespace {

const char* const tables[] = {"users",         "posts",         "users_ins", "bench_commit_log",
                              "users_by_hand", "emails_by_hand"};
const char* const user_tables[] = {"users", "users_ins", "users_by_hand"};
const char* const index_users = "CREATE INDEX users_country_created ON users(country, created)";
const char* const index_emails = "CREATE INDEX users_by_hand_email ON users_by_hand(email)";
const char* const index_posts = "CREATE INDEX posts_user ON posts(user_id)";

/// The rows of one shard, ascending by id.
void each_user(const shards_file& f, std::size_t shard,
               const std::function<void(const user_row&)>& use) {
    for (std::int64_t id = 1; id <= f.users; ++id)
        if (f.shard_of(id) == shard) use(make_user(id));
}
void each_post(const shards_file& f, std::size_t shard,
               const std::function<void(const post_row&)>& use) {
    for (std::int64_t id = 1; id <= f.posts; ++id) {
        const post_row p = make_post(id, f.users);
        if (f.shard_of(p.user_id) == shard) use(p);
    }
}

void set_up_sqlite(const shards_file& f, std::size_t number) {
    const sqlite::shard s(f.shards[number].url);
    for (const char* t : tables) s.execute((std::string("DROP TABLE IF EXISTS ") + t).c_str());
    for (const char* t : user_tables)
        s.execute((std::string("CREATE TABLE ") + t +
                   " (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, "
                   "country TEXT NOT NULL, balance INTEGER NOT NULL, created INTEGER NOT NULL)")
                      .c_str());
    s.execute(
        "CREATE TABLE posts (id INTEGER PRIMARY KEY NOT NULL, user_id INTEGER NOT NULL, "
        "title TEXT NOT NULL, score INTEGER NOT NULL)");
    s.execute("CREATE TABLE bench_commit_log (gid TEXT PRIMARY KEY)");
    s.execute(
        "CREATE TABLE IF NOT EXISTS bench_prepared (gid TEXT PRIMARY KEY, id INTEGER, amount "
        "INTEGER)");
    s.execute("CREATE TABLE emails_by_hand (email TEXT PRIMARY KEY, id INTEGER NOT NULL)");
    s.execute(
        "CREATE TABLE IF NOT EXISTS bench_prepared_emails (gid TEXT PRIMARY KEY, email TEXT, id "
        "INTEGER)");
    s.execute(index_emails);
    s.execute("BEGIN");
    sqlite::statement user = s.prepare("INSERT INTO users VALUES (?,?,?,?,?,?)");
    each_user(f, number, [&](const user_row& u) {
        user.bind_user(u);
        user.run();
    });
    sqlite::statement post = s.prepare("INSERT INTO posts VALUES (?,?,?,?)");
    each_post(f, number, [&](const post_row& p) {
        post.bind(1, p.id).bind(2, p.user_id).bind(3, p.title).bind(4, p.score);
        post.run();
    });
    s.execute(index_users);
    s.execute(index_posts);
    s.execute("COMMIT");
    s.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

void set_up_postgres(const shards_file& f, std::size_t number) {
    postgres::shard s(f.shards[number].url);
    for (const char* t : tables) s.execute(std::string("DROP TABLE IF EXISTS ") + t);
    for (const char* t : user_tables)
        s.execute(std::string("CREATE TABLE ") + t +
                  " (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL, "
                  "country text NOT NULL, balance bigint NOT NULL, created timestamptz NOT NULL)");
    s.execute(
        "CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL, title text NOT NULL, "
        "score int NOT NULL)");
    s.execute("CREATE TABLE bench_commit_log (gid text PRIMARY KEY)");
    s.execute("CREATE TABLE emails_by_hand (email text PRIMARY KEY, id bigint NOT NULL)");
    s.execute(index_emails);
    s.send("COPY users FROM STDIN (FORMAT binary)");
    s.expect_copy(PGRES_COPY_IN);
    postgres::copy_in users(s);
    each_user(f, number, [&](const user_row& u) { users.user(u); });
    users.end();
    s.receive();
    s.send("COPY posts FROM STDIN (FORMAT binary)");
    s.expect_copy(PGRES_COPY_IN);
    postgres::copy_in posts(s);
    each_post(f, number, [&](const post_row& p) {
        posts.row(4);
        posts.field(p.id);
        posts.field(p.user_id);
        posts.field(std::string_view(p.title));
        posts.field(p.score);
    });
    posts.end();
    s.receive();
    s.execute(index_users);
    s.execute(index_posts);
    for (const char* t : tables) s.execute(std::string("VACUUM ANALYZE ") + t);
}

void set_up_mariadb(const shards_file& f, std::size_t number) {
    mariadb::shard s(f.shards[number].url);
    const std::string text = "utf8mb4 COLLATE utf8mb4_nopad_bin";
    for (const char* t : tables) s.execute(std::string("DROP TABLE IF EXISTS ") + t);
    for (const char* t : user_tables)
        s.execute(
            std::string("CREATE TABLE ") + t +
            " (id bigint PRIMARY KEY, name varchar(100) NOT NULL, email varchar(100) NOT NULL, "
            "country varchar(8) NOT NULL, balance bigint NOT NULL, "
            "created datetime(6) NOT NULL) DEFAULT CHARSET=" +
            text);
    s.execute(
        "CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL, "
        "title varchar(200) NOT NULL, score int NOT NULL) DEFAULT CHARSET=" +
        text);
    s.execute("CREATE TABLE bench_commit_log (gid varchar(64) PRIMARY KEY)");
    s.execute(
        "CREATE TABLE emails_by_hand (email varchar(100) PRIMARY KEY, id bigint NOT NULL) "
        "DEFAULT CHARSET=" +
        text);
    s.execute(index_emails);
    std::int64_t user = 1;
    s.load("LOAD DATA LOCAL INFILE 'rows' INTO TABLE users CHARACTER SET utf8mb4",
           [&](std::string& chunk) {
               for (; user <= f.users && chunk.size() < 64 * 1024; ++user)
                   if (f.shard_of(user) == number) mariadb::append_user(chunk, make_user(user));
           });
    std::int64_t post = 1;
    s.load("LOAD DATA LOCAL INFILE 'rows' INTO TABLE posts CHARACTER SET utf8mb4",
           [&](std::string& chunk) {
               for (; post <= f.posts && chunk.size() < 64 * 1024; ++post) {
                   const post_row p = make_post(post, f.users);
                   if (f.shard_of(p.user_id) != number) continue;
                   chunk += std::to_string(p.id) + '\t' + std::to_string(p.user_id) + '\t' +
                            p.title + '\t' + std::to_string(p.score) + '\n';
               }
           });
    s.execute(index_users);
    s.execute(index_posts);
    s.execute("ANALYZE TABLE users, posts");
}

void set_up(const shards_file& f, std::size_t number) {
    switch (f.kind()) {
        case server_kind::sqlite:
            return set_up_sqlite(f, number);
        case server_kind::postgres:
            return set_up_postgres(f, number);
        case server_kind::mariadb:
            return set_up_mariadb(f, number);
    }
}

void reset(const shards_file& f, std::size_t number) {
    const std::string& url = f.shards[number].url;
    switch (f.kind()) {
        case server_kind::sqlite: {
            const sqlite::shard s(url);
            s.execute("DELETE FROM users_ins");
            s.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return;
        }
        case server_kind::postgres:
            return postgres::shard(url).execute("TRUNCATE users_ins");
        case server_kind::mariadb:
            return mariadb::shard(url).execute("TRUNCATE TABLE users_ins");
    }
}

int run(int argc, char** argv) {
    std::string path;
    bool only_reset = false;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--reset") == 0) {
            only_reset = true;
        } else if (std::strcmp(argv[i], "--shards") == 0 && i + 1 < argc) {
            path = argv[++i];
        } else {
            throw std::runtime_error(std::string("unknown argument: ") + argv[i]);
        }
    }
    if (path.empty()) throw std::runtime_error("usage: bench_setup --shards FILE [--reset]");
    const shards_file f = read_shards_file(path);
    for (std::size_t s = 0; s < f.shards.size(); ++s) {
        if (only_reset) {
            reset(f, s);
        } else {
            set_up(f, s);
            std::printf("shard %zu of %zu is filled\n", s + 1, f.shards.size());
            std::fflush(stdout);
        }
    }
    return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    try {
        return bench::run(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_setup: %s\n", e.what());
        return 1;
    }
}
