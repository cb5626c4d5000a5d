// SPDX-License-Identifier: MIT
#include "walk_through.hpp"

#include <shardwise/shardwise.hpp>

#include <cstdio>

namespace sw = shardwise;

namespace {
struct User {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email;
};
}  // namespace

template <>
struct sw::mapping<User> : table<User, "users", by_modulo> {
    column<&User::id, primary_key, generated, shard_key> id;
    column<&User::name> name;
    column<&User::email, cluster_unique> email;
};

namespace {
inline constexpr sw::mapping<User> users;

void print(const char* title, sw::session& session, const auto& query) {
    std::printf("%s (%zu shards asked)\n", title, session.explain(query).shards.size());
    for (auto user : session.all(query))
        std::printf("    %lld  %-12s %s\n", static_cast<long long>(user->id), user->name.c_str(),
                    user->email.value_or("-").c_str());
}
}  // namespace

void walk_through(sw::cluster& db) {
    db.create_all<User>();
    sw::session session{db};
    session.run(sw::erase<User>());  // so that it can be run again

    session.add(User{.id = 1, .name = "John Doe", .email = "johndoe@example.com"});
    session.add(User{.id = 2, .name = "Jane Doe", .email = "janedoe@example.com"});
    session.add(User{.id = 3, .name = "Joe Bloggs", .email = std::nullopt});
    session.add(User{.id = 4, .name = "Ann Other", .email = "ann@example.com"});
    session.commit();
    std::printf("inserted 4 users without naming a server\n");

    // Even ids live on another server than John's; the address is taken all the same.
    session.add(User{.id = 6, .name = "John Doe", .email = "johndoe@example.com"});
    try {
        session.commit();
    } catch (const sw::unique_violation& twice) {
        std::printf("a second John Doe is refused: %s\n", twice.info().constraint.c_str());
        session.rollback();
    }

    auto jane = session.get<User>(2);
    std::printf("user 2 is %s, found on %s\n", jane->name.c_str(),
                db.shard_name(jane.shard()).c_str());
    jane.edit().email = "updated@example.com";
    session.erase(session.get<User>(1));
    session.commit();
    std::printf("updated user 2, deleted user 1\n");

    print("all users, by name", session, sw::select<User>().order_by(users.name));
    print("even ids", session, sw::select<User>().where(users.id % 2 == 0).order_by(users.id));
    print("second page of one", session,
          sw::select<User>().order_by(users.name).limit(1).offset(1));
    std::printf("count: %lld\n", static_cast<long long>(session.count(sw::select<User>())));
}
