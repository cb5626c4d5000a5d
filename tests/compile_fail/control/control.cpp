// Everything that the cases get wrong, done right: must compile.
#include "model.hpp"

void control(sw::session& s, sw::cluster& db) {
    db.create_all<Country, User, Post, Other>();
    const auto q = sw::select<User>().where(users.id == 7);
    static_assert(sw::routes_to_one_shard<decltype(q)>);
    s.local(q);
    s.find<User>(7);
    s.find_everywhere<Post>(7);
    s.all(sw::select<User>().where(users.name == "Ann" && users.email.is_null()).limit(3));
    s.all(sw::select<Post>().where(posts.color == Color::red).order_by(posts.likes.desc()));
    s.all(sw::select(users.name, sw::count(posts.id))
              .join(users.posts)
              .group_by(users.name)
              .having(sw::count(posts.id) > 3));
    s.run(sw::update<User>().set(users.name, "x").where(users.id == 1));
}
