// SPDX-License-Identifier: MIT
#include "ops/migration_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "shardwise/base/error.hpp"
#include "shardwise/ops/migrate.hpp"

namespace shardwise {
namespace ops {
namespace {

namespace fs = std::filesystem;

struct migration_file {
    std::int64_t version = 0;
    std::string name;
    bool up = true;
    std::string engine;  ///< empty: all
    fs::path path;
};

[[noreturn]] void refuse(std::string message) {
    raise({.code = error_code::bad_input, .message = std::move(message)});
}

std::vector<migration_file> files_of(const std::string& directory) {
    static const std::regex form(
        R"((\d{1,9})_([A-Za-z0-9_]+)\.(up|down)(\.(postgres|mariadb|sqlite))?\.sql)");
    std::error_code failed;
    std::vector<migration_file> files;
    fs::directory_iterator at(directory, failed);
    if (failed)
        refuse(fmt::format("the folder of migrations {} cannot be read: {}", directory,
                           failed.message()));
    for (const fs::directory_entry& e : at) {
        const std::string name = e.path().filename().string();
        if (e.path().extension() != ".sql") continue;
        std::smatch m;
        if (!std::regex_match(name, m, form) || std::stoll(m[1]) == 0)
            refuse(
                fmt::format("{}: migrations are named like 0001_add_score.up.sql, or "
                            "0001_add_score.up.postgres.sql (mariadb, sqlite) for one engine",
                            e.path().string()));
        files.push_back({std::stoll(m[1]), m[2], m[3] == "up", m[5], e.path()});
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in && !in.eof()) refuse(fmt::format("{} cannot be read", path.string()));
    return text;
}

std::string_view word_of(sql::dialect_kind engine) {
    switch (engine) {
        case sql::dialect_kind::postgres:
            return "postgres";
        case sql::dialect_kind::mariadb:
            return "mariadb";
        case sql::dialect_kind::sqlite:
            return "sqlite";
    }
    return {};
}

/// The engine's own file, else the one for all.
const migration_file* choose(const std::vector<const migration_file*>& files, bool up,
                             std::string_view engine) {
    const migration_file* general = nullptr;
    for (const migration_file* f : files) {
        if (f->up != up) continue;
        if (f->engine == engine) return f;
        if (f->engine.empty()) general = f;
    }
    return general;
}

}  // namespace

std::vector<migration> read_migrations(const std::string& directory, sql::dialect_kind engine) {
    const std::vector<migration_file> files = files_of(directory);
    std::map<std::int64_t, std::vector<const migration_file*>> versions;
    for (const migration_file& f : files) {
        auto& same = versions[f.version];
        if (!same.empty() && same.front()->name != f.name)
            refuse(fmt::format("{} and {} have the same number", same.front()->path.string(),
                               f.path.string()));
        same.push_back(&f);
    }
    std::vector<migration> result;
    for (const auto& [version, same] : versions) {
        const migration_file* const up = choose(same, true, word_of(engine));
        if (up == nullptr)
            refuse(
                fmt::format("migration {:04}_{} has no up file for {}; an empty one does "
                            "nothing there",
                            version, same.front()->name, word_of(engine)));
        migration m;
        m.version = version;
        m.name = up->name;
        m.up = parse_migration(text_of(up->path), up->path.string(), engine);
        if (const migration_file* const down = choose(same, false, word_of(engine)))
            m.down = parse_migration(text_of(down->path), down->path.string(), engine);
        result.push_back(std::move(m));
    }
    return result;
}

}  // namespace ops

std::vector<std::string> new_migration(const std::string& name, const migrate_options& options) {
    static const std::regex form("[A-Za-z0-9_]+");
    if (!std::regex_match(name, form))
        ops::refuse("the name of a migration is made of letters, digits and underscores");
    std::error_code failed;
    std::filesystem::create_directories(options.directory, failed);
    std::int64_t last = 0;
    for (const auto& f : ops::files_of(options.directory)) last = std::max(last, f.version);
    std::vector<std::string> made;
    for (const char* const way : {"up", "down"}) {
        const std::string path = (std::filesystem::path(options.directory) /
                                  fmt::format("{:04}_{}.{}.sql", last + 1, name, way))
                                     .string();
        std::ofstream out(path);
        out << "-- " << name << ": " << way << ", on every shard\n";
        out.close();
        if (!out) ops::refuse(fmt::format("{} cannot be written", path));
        made.push_back(path);
    }
    return made;
}

}  // namespace shardwise
