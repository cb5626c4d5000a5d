// SPDX-License-Identifier: MIT
// Random queries, each answered by clusters of several numbers of shards (one of them empty), by
// one database of the same kind and by one SQLite database: one answer, or the same refusal.
//   test_differential --seed 1 --queries 1000 --engines sqlite,mixed --shards 1,2,3,5 [--sql TEXT]
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <map>
#include <regex>
#include <sstream>

#include "differential/model.hpp"
#include "differential/query_writer.hpp"
#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {
namespace {

struct settings {
    std::uint64_t seed = 1;
    std::uint64_t queries = 1000;
    std::vector<std::string> engines{"sqlite"};
    std::vector<std::size_t> shards{1, 2, 3, 5};
    std::string sql;
    bool print = false;  ///< each query
};

/// The second shard has bucket 3 of 16 alone: no person and no purchase is there.
cluster_options placed(const test_shards& on) {
    cluster_options options;
    placement people{.table = "person", .modulus = 16};
    for (std::size_t b = 0; b < 16; ++b) people.owners.push_back(on[b % on.all().size()].name);
    if (on.all().size() > 1)
        for (std::size_t b = 0; b < 16; ++b)
            if (people.owners[b] == "s2" || b == 3) people.owners[b] = b == 3 ? "s2" : "s1";
    options.placements = {people};
    return options;
}

std::string display(const arg& v) {
    if (v.kind() == kind::real) return fmt::format("{:.9g}", v.real() == 0 ? 0.0 : v.real());
    if (v.kind() == kind::boolean) return v.boolean() ? "true" : "false";
    if (v.kind() != kind::decimal) return to_display(v);
    std::string t = v.as_decimal().to_string();
    if (t.find('.') == std::string::npos) return t;
    while (t.back() == '0') t.pop_back();
    if (t.back() == '.') t.pop_back();
    return t;
}

struct answer {
    enum class outcome { rows, refused, failed } is = outcome::rows;
    std::vector<std::string> rows{};
    std::string message{};
};

class database {
public:
    database(const std::string& kind, std::size_t count, std::uint64_t seed)
        : name_(fmt::format("{} x{}", kind, count)), shards_(kind, count) {
        db_ = std::make_unique<cluster>(shards_.all(), placed(shards_));
        const schema_report report = db_->create_all<person, purchase, item, tag, land>();
        if (!report.complete()) throw std::runtime_error(report.to_string());
        session s{*db_};
        random_rows(seed).fill(s);
    }

    answer ask(const std::string& sql, bool ordered) const {
        answer a;
        try {
            session s{*db_};
            for (const auto& row : s.sql(sql).rows) {
                std::string line;
                for (const value& v : row) line += display(v.view()) + "|";
                a.rows.push_back(std::move(line));
            }
            if (!ordered) std::sort(a.rows.begin(), a.rows.end());
        } catch (const error& e) {
            const bool refused =
                e.statement().empty() &&
                (e.code() == error_code::not_supported || e.code() == error_code::bad_query ||
                 e.code() == error_code::bad_input || e.code() == error_code::unknown_column);
            a.is = refused ? answer::outcome::refused : answer::outcome::failed;
            a.message = e.what();
        } catch (const std::exception& e) {
            a.is = answer::outcome::failed;
            a.message = std::string("not an error of shardwise: ") + e.what();
        }
        return a;
    }
    const std::string& name() const noexcept { return name_; }

private:
    std::string name_;
    test_shards shards_;
    std::unique_ptr<cluster> db_;
};

/// Messages without what differs from query to query.
std::string class_of(const std::string& message) {
    static const std::regex quoted("\"[^\"]*\"|'[^']*'|[0-9]+|`[^`]*`|\\[.*");
    return std::regex_replace(message.substr(0, 300), quoted, "~").substr(0, 110);
}

class comparison {
public:
    comparison(std::vector<const database*> databases, bool show)
        : all_(std::move(databases)), show_(show) {}

    /// Empty: no difference. The first database is the one that is right.
    std::string difference(const std::string& sql, bool ordered) {
        std::vector<answer> answers;
        for (const database* d : all_) answers.push_back(d->ask(sql, ordered));
        last_ = answers.front();
        if (show_) show(answers);
        const answer& right = answers.front();
        failed_ = std::any_of(answers.begin(), answers.end(),
                              [&](const answer& a) { return a.is == answer::outcome::failed; });
        for (std::size_t i = 1; i < answers.size(); ++i) {
            const answer& a = answers[i];
            if (a.is == answer::outcome::failed && last_.is != answer::outcome::failed) last_ = a;
            if (suspicious(a)) return all_[i]->name() + ": " + a.message;
            if (a.is == answer::outcome::failed || right.is == answer::outcome::failed) continue;
            if (a.is != right.is)
                return fmt::format("{} and {}: only one refuses: {}{}", all_[0]->name(),
                                   all_[i]->name(), right.message, a.message);
            if (a.rows != right.rows) return told(right, a, i);
        }
        return {};
    }
    const answer& last() const noexcept { return last_; }
    bool failed() const noexcept { return failed_; }

private:
    /// Failures that no data excuse: the library wrote SQL that a server does not know.
    static bool suspicious(const answer& a) {
        if (a.is != answer::outcome::failed) return false;
        for (const char* word : {"syntax", "no such", "not an error of", "ambiguous", "SW9",
                                 "does not exist", "Unknown column", "internal"})
            if (a.message.find(word) != std::string::npos) return true;
        return false;
    }
    void show(const std::vector<answer>& answers) const {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            std::cout << "-- " << all_[i]->name() << " " << answers[i].message << "\n";
            for (const std::string& r : answers[i].rows) std::cout << "   " << r << "\n";
        }
    }
    std::string told(const answer& right, const answer& a, std::size_t i) const {
        std::string s = fmt::format("{} has {} rows, {} has {}", all_[0]->name(), right.rows.size(),
                                    all_[i]->name(), a.rows.size());
        for (std::size_t r = 0; r < std::max(right.rows.size(), a.rows.size()); ++r) {
            const std::string x = r < right.rows.size() ? right.rows[r] : "(none)";
            const std::string y = r < a.rows.size() ? a.rows[r] : "(none)";
            if (x != y) return s + fmt::format("\n  row {}: {}\n  but:  {}", r, x, y);
        }
        return s;
    }

    std::vector<const database*> all_;
    bool show_;
    answer last_;
    bool failed_ = false;
};

/// ORDER BY of the whole statement, not of something in parentheses.
bool is_ordered(const std::string& sql) {
    const std::size_t order = sql.rfind("ORDER BY");
    return order != std::string::npos && sql.find(')', order) == std::string::npos;
}

/// Makes a query smaller while the difference stays.
class shrinker {
public:
    shrinker(random_query& q, comparison& c) : query_(q), compare_(c) {}

    void run() {
        for (bool smaller = true; smaller && tries_ < 600;) smaller = pass(query_.text);
    }

private:
    bool differs() {
        ++tries_;
        const std::string sql = query_.text.str();
        const std::string d = compare_.difference(sql, query_.ordered && is_ordered(sql));
        return !d.empty() && d.find(" refuses") == std::string::npos;
    }
    bool attempt(piece& at, piece by) {
        if (tries_ >= 600 || by.str().size() >= at.str().size()) return false;
        std::swap(at, by);
        if (differs()) return true;
        std::swap(at, by);
        return false;
    }
    static void same_sort(const piece& in, char sort, std::vector<piece>& found) {
        for (const piece& p : in.parts) {
            if (p.sort == sort) found.push_back(p);
            same_sort(p, sort, found);
        }
    }
    bool pass(piece& at) {
        if (at.str().empty()) return false;
        bool smaller = attempt(at, {});
        if (smaller) return true;
        if (at.sort != ' ') {
            std::vector<piece> found;
            same_sort(at, at.sort, found);
            if (at.sort == 'b') found.push_back({.text = "TRUE", .sort = 'b'});
            if (at.sort == 'i') found.push_back({.text = "1", .sort = 'i'});
            for (const piece& p : found)
                if (attempt(at, p)) return true;
        }
        for (piece& p : at.parts) smaller = pass(p) || smaller;
        return smaller;
    }

    random_query& query_;
    comparison& compare_;
    int tries_ = 0;
};

struct counts {
    std::uint64_t asked = 0, answered = 0, empty = 0, refused = 0, failed = 0, different = 0;
    std::map<std::string, std::uint64_t> reasons{};
};

void run_kind(const std::string& kind, const settings& s, counts& n) {
    std::vector<std::unique_ptr<database>> own;
    own.push_back(std::make_unique<database>(kind, 1, s.seed));
    if (kind != "sqlite") own.push_back(std::make_unique<database>("sqlite", 1, s.seed));
    for (const std::size_t count : s.shards)
        if (count > 1) own.push_back(std::make_unique<database>(kind, count, s.seed));
    std::vector<const database*> all;
    for (const auto& d : own) all.push_back(d.get());
    comparison compare(all, !s.sql.empty());
    if (!s.sql.empty()) {
        std::cout << compare.difference(s.sql, s.sql.find("ORDER BY") != std::string::npos) << "\n";
        return;
    }
    for (std::uint64_t i = 0; i < s.queries; ++i) {
        const std::uint64_t seed = s.seed * 1'000'003 + i;
        random_query q = query_writer(seed).next();
        const std::string sql = q.text.str();
        const std::string d = compare.difference(sql, q.ordered);
        ++n.asked;
        if (s.print) std::cout << sql << "\n    " << class_of(compare.last().message) << "\n";
        if (compare.failed())
            ++n.failed;
        else if (compare.last().is == answer::outcome::refused)
            ++n.refused;
        else
            ++n.answered;
        if (compare.last().is != answer::outcome::rows)
            ++n.reasons[class_of(compare.last().message)];
        else if (compare.last().rows.empty())
            ++n.empty;
        if (d.empty()) continue;
        ++n.different;
        std::cout << fmt::format("DIFFERENCE {} --seed {}, query {}: {}\n  {}\n", kind, s.seed, i,
                                 d, sql);
        shrinker(q, compare).run();
        std::cout << "  smaller: " << q.text.str() << "\n  "
                  << compare.difference(q.text.str(), q.ordered && is_ordered(q.text.str()))
                  << std::endl;
    }
}

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
        if (option == "--seed") {
            s.seed = std::stoull(v);
        } else if (option == "--queries") {
            s.queries = std::stoull(v);
        } else if (option == "--engines") {
            s.engines = split(v);
        } else if (option == "--sql") {
            s.sql = v;
        } else if (option == "--print") {
            s.print = v == "yes";
        } else if (option == "--shards") {
            s.shards.clear();
            for (const std::string& n : split(v)) s.shards.push_back(std::stoull(n));
        } else {
            throw std::runtime_error("unknown option " + option);
        }
    }
    return s;
}

int run(const settings& s) {
    bool different = false;
    for (const std::string& kind : s.engines) {
        const std::string missing = missing_for(kind);
        if (!missing.empty()) {
            std::cout << kind << ": " << missing << " (SHARDWISE_TEST_SERVERS)\n";
            return no_skips() ? 1 : 77;
        }
        counts n;
        run_kind(kind, s, n);
        std::cout << fmt::format(
            "{}: {} queries, {} answered ({} without rows), {} refused, {} failed with an error "
            "(overflow and the like), {} differences\n",
            kind, n.asked, n.answered, n.empty, n.refused, n.failed, n.different);
        for (const auto& [reason, times] : n.reasons)
            std::cout << fmt::format("  {:6} {}\n", times, reason);
        different = different || n.different > 0;
    }
    return different ? 1 : 0;
}

}  // namespace
}  // namespace shardwise::test

int main(int count, char** words) {
    try {
        return shardwise::test::run(shardwise::test::read(count, words));
    } catch (const std::exception& e) {
        std::cerr << e.what() << "\n";
        return 2;
    }
}
