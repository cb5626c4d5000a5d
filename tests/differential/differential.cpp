// SPDX-License-Identifier: MIT
// Random statements over random tables, each answered by clusters of several numbers of shards (one
// of them without rows), with and without the planner's rewrites, by one database of the same kind,
// by one SQLite database and, where the shards are PostgreSQL, by PostgreSQL itself: one answer, or
// the same refusal. docs/differential.md tells what was run and how to run it.
#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <regex>
#include <sstream>

#include "differential/comparison.hpp"
#include "differential/counts.hpp"
#include "differential/databases.hpp"
#include "differential/query_writer.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::test {
namespace {

struct settings {
    std::uint64_t seed = 1;
    std::uint64_t queries = 1000;
    std::uint64_t seconds = 0;       ///< not 0: as many queries as fit
    std::uint64_t per_schema = 500;  ///< queries over the same tables
    std::uint64_t jobs = 1;          ///< processes that share the schemas
    std::uint64_t job = 0;           ///< of this process
    std::vector<std::string> engines{"sqlite"};
    std::vector<std::size_t> shards{1, 2, 3, 5};
    std::string rewrites = "both";  ///< "on": not without them
    std::optional<std::uint64_t> only;
    std::string sql;
    bool print = false;  ///< each query
};

/// Messages without what differs from query to query.
std::string class_of(const std::string& message) {
    static const std::regex quoted(
        "\"[^\"]*\"|'[^']*'|[0-9]+|`[^`]*`|\\[.*|\\b[a-z_0-9]+\\.[a-z_0-9]+\\b");
    return std::regex_replace(message.substr(0, 300), quoted, "~").substr(0, 110);
}

/// All databases with the rows of one schema.
class world {
public:
    world(const std::string& kind, const settings& s, random_schema schema)
        : schema_(std::move(schema)) {
        const bool both = s.rewrites == "both";
        add(kind, 1, both);
        if (kind != "sqlite" && !has_nans()) add("sqlite", 1, false);
        const bool server = kind == "postgres";
        if (server) own_.push_back(shards_.front()->open_natively());
        for (const std::size_t count : s.shards)
            if (count > 1) add(kind, count, both && count != s.shards.back());
    }

    const random_schema& schema() const noexcept { return schema_; }
    std::vector<database*> all() const {
        std::vector<database*> list;
        for (const auto& d : own_) list.push_back(d.get());
        return list;
    }
    const filled_shards& widest() const { return *shards_.back(); }

private:
    void add(const std::string& kind, std::size_t count, bool without_rewrites) {
        shards_.push_back(std::make_unique<filled_shards>(kind, count, schema_));
        own_.push_back(shards_.back()->open(true));
        if (without_rewrites) own_.push_back(shards_.back()->open(false));
    }
    bool has_nans() const {
        for (const random_table& t : schema_.tables)
            for (const auto& row : t.rows)
                for (const value& v : row)
                    if (v.kind() == kind::real && v.view().real() != v.view().real()) return true;
        return false;
    }

    random_schema schema_;
    std::vector<std::unique_ptr<filled_shards>> shards_;
    std::vector<std::unique_ptr<database>> own_;
};

value_limits limits_of(const std::string& kind, std::uint64_t seed) {
    value_limits l;
    // PostgreSQL's inf - inf is NaN, in the client it is NULL (docs/differential.md).
    l.infinities = kind == "sqlite" && seed % 3 == 0;
    l.nans = kind == "postgres" && seed % 6 == 0;
    return l;
}

/// Fewer rows, while the statement differs. Each step fills the databases anew.
random_schema with_fewer_rows(const std::string& kind, const settings& s, random_schema schema,
                              const question& q, const std::string& difference) {
    const std::string wanted = kind_of_difference(difference);
    int steps = kind == "sqlite" ? 60 : 12;
    const auto still = [&](const random_schema& smaller) {
        --steps;
        try {
            world w(kind, s, smaller);
            question again = q;
            if (q.changed != nullptr) again.changed = &w.schema().at(q.changed->name);
            return kind_of_difference(comparison(w.all()).difference(again)) == wanted;
        } catch (const std::exception&) {
            return false;  // such rows cannot be: a child without its parent
        }
    };
    for (std::size_t t = schema.tables.size(); t-- > 0;) {
        for (std::size_t part = schema.tables[t].rows.size(); part > 0 && steps > 0; part /= 2) {
            for (std::size_t at = 0; at < schema.tables[t].rows.size() && steps > 0;) {
                random_schema smaller = schema;
                auto& rows = smaller.tables[t].rows;
                const auto first = rows.begin() + static_cast<std::ptrdiff_t>(at);
                rows.erase(first,
                           first + static_cast<std::ptrdiff_t>(std::min(part, rows.size() - at)));
                if (still(smaller))
                    schema = std::move(smaller);
                else
                    at += part;
            }
        }
    }
    return schema;
}

class run_of_kind {
public:
    run_of_kind(std::string kind, const settings& s)
        : kind_(std::move(kind)), s_(s), start_(clock::now()) {}

    counts run() {
        for (std::uint64_t i = s_.job * s_.per_schema; more(i);) {
            const std::uint64_t number = s_.only ? *s_.only / s_.per_schema : i / s_.per_schema;
            const std::uint64_t seed = s_.seed * 1'000'003 + number;
            world w(kind_, s_, random_schema::from_seed(seed, limits_of(kind_, seed)));
            ++n_.schemas;
            if (!s_.sql.empty()) {
                comparison(w.all()).show({.sql = s_.sql, .ordered = is_ordered(s_.sql)});
                return n_;
            }
            if (s_.only) {
                ask(w, *s_.only);
                return finished();
            }
            const std::uint64_t end = i + s_.per_schema;
            for (; i < end && more(i); ++i) ask(w, i);
            i = end + (s_.jobs - 1) * s_.per_schema;
            std::cout << kind_ << " job " << s_.job << " so far: " << finished().line()
                      << std::endl;
        }
        return finished();
    }

private:
    using clock = std::chrono::steady_clock;

    bool more(std::uint64_t i) const {
        if (s_.seconds == 0) return i < s_.queries;
        return clock::now() - start_ < std::chrono::seconds(s_.seconds);
    }
    counts finished() {
        n_.seconds = std::chrono::duration<double>(clock::now() - start_).count();
        return n_;
    }

    static constexpr std::uint64_t draws = 3;

    /// Of several draws the first one with rows: an empty answer proves little. Deterministic, as
    /// the answer of the first database is.
    void ask(world& w, std::uint64_t i) {
        comparison compare(w.all());
        random_query text;
        question q;
        for (std::uint64_t draw = 0; draw < draws; ++draw) {
            q = drawn(w, i, draw, text);
            if (!compare.is_empty(q) || i % 8 == 0) break;
        }
        if (q.changed != nullptr) ++n_.changes;
        const std::string d = compare.difference(q, true);
        if (s_.print) std::cout << q.sql << "\n    " << class_of(compare.right().message) << "\n";
        count(compare, q);
        if (d.empty()) return;
        ++n_.different;
        report(w, compare, text, q, i, d);
    }

    question drawn(world& w, std::uint64_t i, std::uint64_t draw, random_query& text) const {
        query_writer writer((s_.seed * 1'000'003 + i) * 7 + 1 + draw * 0x9e3779b97f4a7c15,
                            w.schema());
        question q;
        if (i % 8 == 7) {
            std::string table;
            text = writer.next_change(table);
            q.changed = &w.schema().at(table);
        } else {
            text = writer.next();
        }
        q.sql = text.text.str();
        q.types = text.types;
        q.ordered = text.ordered;
        return q;
    }

    void count(comparison& compare, const question& q) {
        ++n_.asked;
        operator_use use{.drawn = 1};
        const answer& right = compare.right();
        if (compare.failed()) {
            ++n_.failed;
            ++n_.reasons[class_of(compare.take_failure())];
        } else if (right.is != answer::outcome::rows) {
            ++n_.refused;
            use.refused = 1;
            ++n_.reasons[class_of(right.message)];
        } else {
            ++n_.answered;
            use.answered = 1;
            if (right.rows.empty()) ++n_.empty;
        }
        count_operators(q.sql, use, n_.used);
    }

    void report(world& w, comparison& compare, random_query& text, const question& q,
                std::uint64_t i, const std::string& d) {
        std::cout << fmt::format("DIFFERENCE {} --seed {} --per-schema {} --only {}: {}\n  {}\n",
                                 kind_, s_.seed, s_.per_schema, i, d, q.sql);
        const question small = shrinker(text, q, compare).run();
        const std::string left = compare.difference(small);
        std::cout << "  smaller: " << small.sql << "\n  " << left << std::endl;
        if (n_.different > 5) return;  // the first few are work enough
        const random_schema rows = with_fewer_rows(kind_, s_, w.schema(), small, left);
        std::cout << "  with the rows\n"
                  << rows.create_text() << rows.insert_text(small.sql + " ") << small.sql
                  << ";\n  in\n"
                  << w.widest().file_for_people() << std::endl;
    }

    std::string kind_;
    const settings& s_;
    clock::time_point start_;
    counts n_;
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
    return parts;
}

settings read(int count, char** words) {
    settings s;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string option = words[i], v = words[i + 1];
        if (option == "--seed")
            s.seed = std::stoull(v);
        else if (option == "--queries")
            s.queries = std::stoull(v);
        else if (option == "--seconds")
            s.seconds = std::stoull(v);
        else if (option == "--per-schema")
            s.per_schema = std::max<std::uint64_t>(1, std::stoull(v));
        else if (option == "--jobs")
            s.jobs = std::max<std::uint64_t>(1, std::stoull(v));
        else if (option == "--only")
            s.only = std::stoull(v);
        else if (option == "--engines")
            s.engines = split(v);
        else if (option == "--rewrites")
            s.rewrites = v;
        else if (option == "--sql")
            s.sql = v;
        else if (option == "--print")
            s.print = v == "yes";
        else if (option == "--shards") {
            s.shards.clear();
            for (const std::string& n : split(v)) s.shards.push_back(std::stoull(n));
        } else
            throw std::runtime_error("unknown option " + option);
    }
    return s;
}

/// The counts of all jobs, each a process of its own.
counts run_jobs(const std::string& kind, const settings& s) {
    if (s.jobs == 1 || s.only || !s.sql.empty()) return run_of_kind(kind, s).run();
    temp_folder folder;
    std::vector<pid_t> children;
    for (std::uint64_t j = 0; j < s.jobs; ++j) {
        std::cout.flush();
        const pid_t child = fork();
        if (child < 0) throw std::runtime_error("no process for a job");
        if (child == 0) {
            settings mine = s;
            mine.job = j;
            int status = 0;
            try {
                std::ofstream out(folder.file(std::to_string(j)));
                run_of_kind(kind, mine).run().write(out);
            } catch (const std::exception& e) {
                std::cerr << e.what() << std::endl;
                status = 2;
            }
            std::cout.flush();
            _exit(status);  // the folder is the parent's
        }
        children.push_back(child);
    }
    bool complete = true;
    for (const pid_t child : children) {
        int status = 0;
        complete = waitpid(child, &status, 0) == child && status == 0 && complete;
    }
    if (!complete) throw std::runtime_error("a job did not finish");
    counts all;
    for (std::uint64_t j = 0; j < s.jobs; ++j) {
        std::ifstream in(folder.file(std::to_string(j)));
        all.add(counts::read(in));
    }
    return all;
}

int run(const settings& s) {
    bool different = false;
    for (const std::string& kind : s.engines) {
        const std::string missing = missing_for(kind);
        if (!missing.empty()) {
            std::cout << kind << ": " << missing << " (SHARDWISE_TEST_SERVERS)\n";
            return no_skips() ? 1 : 77;
        }
        const counts n = run_jobs(kind, s);
        if (!s.sql.empty()) continue;
        std::cout << kind << ": " << n.line() << "\n" << n.table() << std::endl;
        different = different || n.different > 0;
    }
    return different ? 1 : 0;
}

}  // namespace
}  // namespace shardwise::test

int main(int count, char** words) {
    // Nothing of this has to survive a power failure.
    if (std::getenv("TMPDIR") == nullptr && std::filesystem::is_directory("/dev/shm"))
        setenv("TMPDIR", "/dev/shm", 1);
    try {
        return shardwise::test::run(shardwise::test::read(count, words));
    } catch (const std::exception& e) {
        std::cerr << e.what() << "\n";
        return 2;
    }
}
