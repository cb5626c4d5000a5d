// SPDX-License-Identifier: MIT
// The article's walk-through, in full: two servers, users with even ids on one and odd ids on the
// other. No call below says which server it means.
#include <shardwise/shardwise.hpp>

#include <cstdio>

namespace sw = shardwise;

struct User {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email;
};

template <>
struct sw::mapping<User> : table<User, "users", by_modulo> {
    column<&User::id, primary_key, generated, shard_key> id;
    column<&User::name> name;
    column<&User::email, cluster_unique> email;
};
inline constexpr sw::mapping<User> users;

int main(int argc, char** argv) {
    const std::string server1 = argc > 2 ? argv[1] : "sqlite:///server1.db";
    const std::string server2 = argc > 2 ? argv[2] : "sqlite:///server2.db";
    sw::cluster db{{{"server1", server1}, {"server2", server2}}};
    db.create_all<User>();

    sw::session session{db};
    session.run(sw::erase<User>());
    session.add(User{.id = 1, .name = "John Doe", .email = "johndoe@example.com"});
    session.add(User{.id = 2, .name = "Jane Doe", .email = "janedoe@example.com"});
    session.add(User{.name = "Joe Bloggs", .email = std::nullopt});  // gets a cluster-wide id
    session.commit();

    session.add(User{.name = "John Doe", .email = "johndoe@example.com"});  // on either server
    try {
        session.commit();
    } catch (const sw::unique_violation& twice) {
        std::printf("refused by %s\n", twice.info().constraint.c_str());
        session.rollback();
    }

    if (auto jane = session.find<User>(2)) {
        jane.edit().email = "updated@example.com";
        std::printf("%s lives on %s\n", jane->name.c_str(), db.shard_name(jane.shard()).c_str());
    }
    session.erase(session.get<User>(1));
    session.commit();

    auto even = sw::select<User>().where(users.id % 2 == 0).order_by(users.name);
    std::printf("even ids ask %zu of 2 servers\n", session.explain(even).shards.size());
    for (auto user : session.all(sw::select<User>().order_by(users.name).limit(10)))
        std::printf("%s <%s>\n", user->name.c_str(), user->email.value_or("no email").c_str());
}
