// A program that knows only the installed library.
#include <shardwise/shardwise.hpp>

#include <cstdio>

namespace sw = shardwise;

struct Note {
    std::int64_t id{};
    std::string text;
};
template <>
struct sw::mapping<Note> : table<Note, "notes"> {
    column<&Note::id, primary_key, generated, shard_key> id;
    column<&Note::text> text;
};

int main(int, char** argv) {
    const std::string folder = argv[1];
    sw::cluster db{
        {{"a", "sqlite:///" + folder + "/a.db"}, {"b", "sqlite:///" + folder + "/b.db"}}};
    if (!db.create_all<Note>().complete()) return 1;
    sw::session session{db};
    const auto note = session.add(Note{.text = "kept"});
    session.commit();
    sw::session other{db};
    const auto found = other.find<Note>(note->id);
    std::printf("%s\n", found ? found->text.c_str() : "lost");
    return found && found->text == "kept" ? 0 : 1;
}
