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
    s.all(sw::select(posts.color, sw::string_agg(sw::cast_to<std::string>(posts.likes), ", ",
                                                 sw::order_by(posts.likes.desc())))
              .group_by(posts.color));
    const auto d = sw::derived<"d">(sw::select(posts.author_id, sw::max(posts.likes))
                                        .group_by(posts.author_id));
    s.all(sw::select(users.name, d[sw::nth<1>]).join(d, users.id == d[sw::nth<0>]));
    s.all(sw::select_from(d, sw::max(d[sw::nth<1>])));
    s.run(sw::update<User>().set(users.name, "x").where(users.id == 1));
    s.run(sw::insert_into(posts.author_id, posts.title).values(1, "x").returning(posts.id));
    s.run(sw::insert_into(posts.author_id).from(sw::select(users.id)).on_conflict(posts.id, posts.author_id));
    s.run(sw::erase<User>().where(users.id == 1).returning(users.id));
    User u;
    s.upsert(u, sw::on_conflict(users.id).update(users.name));
    s.upsert(u);
}
