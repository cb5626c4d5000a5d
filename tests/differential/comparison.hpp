// SPDX-License-Identifier: MIT
// Asks all databases the same and tells what differs; makes a statement that differs smaller.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "differential/databases.hpp"
#include "differential/query_writer.hpp"

namespace shardwise::test {

/// ORDER BY of the whole statement, not of something in parentheses.
inline bool is_ordered(const std::string& sql) {
    const std::size_t order = sql.rfind("ORDER BY");
    return order != std::string::npos && sql.find(')', order) == std::string::npos;
}

/// One statement and how its answers are compared.
struct question {
    std::string sql;
    std::string types{};
    bool ordered = false;
    const random_table* changed = nullptr;  ///< of an UPDATE or DELETE: compared as a whole
};

class comparison {
public:
    explicit comparison(std::vector<database*> databases) : all_(std::move(databases)) {}

    /// Asks the first database only; a change is never empty.
    bool is_empty(const question& q) {
        answers_.clear();
        answers_.push_back(answer_of(*all_.front(), q));
        return q.changed == nullptr && right().is == answer::outcome::rows && right().rows.empty();
    }

    /// Empty: no difference. The first database is right. `began`: is_empty() has asked it.
    std::string difference(const question& q, bool began = false) {
        if (!began) answers_.clear();
        for (std::size_t i = answers_.size(); i < all_.size(); ++i)
            answers_.push_back(answer_of(*all_[i], q));
        const answer& right = answers_.front();
        failed_ = false;
        for (std::size_t i = 0; i < answers_.size(); ++i) {
            const answer& a = answers_[i];
            if (all_[i]->is_foreign() && a.is != answer::outcome::rows) continue;
            if (a.is == answer::outcome::broken) return all_[i]->name() + ": " + a.message;
            failed_ = failed_ || a.is == answer::outcome::failed;
            if (a.is == answer::outcome::failed && failure_.empty()) failure_ = a.message;
            if (a.is == answer::outcome::failed || right.is == answer::outcome::failed) continue;
            if (a.is != right.is) {
                if (all_[i]->is_foreign()) continue;
                return fmt::format("{} and {}: only one refuses: {}{}", all_[0]->name(),
                                   all_[i]->name(), right.message, a.message);
            }
            if (a.rows != right.rows) return told(right, a, i);
        }
        return {};
    }
    const answer& right() const noexcept { return answers_.front(); }
    bool failed() const noexcept { return failed_; }
    std::string take_failure() { return std::exchange(failure_, {}); }

    void show(const question& q) {
        std::cout << difference(q) << "\n";
        for (std::size_t i = 0; i < answers_.size(); ++i) {
            std::cout << "-- " << all_[i]->name() << " " << answers_[i].message << "\n";
            for (const std::string& r : answers_[i].rows) std::cout << "   " << r << "\n";
        }
    }

private:
    static answer answer_of(database& d, const question& q) {
        return q.changed != nullptr ? d.change(q.sql, *q.changed)
                                    : d.ask(q.sql, q.types, q.ordered);
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

    std::vector<database*> all_;
    std::vector<answer> answers_;
    std::string failure_;
    bool failed_ = false;
};

/// The same kind of difference: a smaller statement must not be wrong in another way.
inline std::string kind_of_difference(const std::string& d) {
    if (d.empty()) return {};
    if (d.find(" refuses") != std::string::npos) return "refused";
    if (d.find(" rows, ") != std::string::npos) return "rows";
    const std::size_t code = d.find("SW");
    const std::size_t detail = d.find_first_of("(\"[", code == std::string::npos ? 0 : code);
    return code == std::string::npos ? d.substr(0, 60) : d.substr(code, detail - code);
}

/// Makes a query smaller while it differs.
class shrinker {
public:
    shrinker(random_query& q, const question& first, comparison& c)
        : query_(q), question_(first), compare_(c) {
        kind_ = kind_of_difference(compare_.difference(now()));
    }

    /// The columns of the answer stay as they are when PostgreSQL itself has to read them.
    question run() {
        for (bool smaller = !kind_.empty(); smaller && tries_ < most_tries;)
            smaller = pass(query_.text);
        return now();
    }

private:
    static constexpr int most_tries = 500;

    question now() const {
        question q = question_;
        q.sql = query_.text.str();
        q.ordered = q.ordered && is_ordered(q.sql);
        return q;
    }
    /// The first rows of no order are any rows.
    bool cuts_disorder() const {
        if (!question_.ordered) return false;
        const std::string sql = query_.text.str();
        const std::size_t end = sql.rfind(')');
        const auto has = [&](const char* part) {
            const std::size_t at = sql.rfind(part);
            return at != std::string::npos && (end == std::string::npos || at > end);
        };
        return !is_ordered(sql) && (has("LIMIT ") || has("OFFSET ") || has("FETCH "));
    }
    bool differs() {
        ++tries_;
        if (cuts_disorder()) return false;
        return kind_of_difference(compare_.difference(now())) == kind_;
    }
    bool attempt(piece& at, piece by) {
        if (tries_ >= most_tries || by.str().size() >= at.str().size()) return false;
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
        if (attempt(at, {})) return true;
        if (at.sort == total_order_sort) return false;
        if (at.sort != ' ') {
            std::vector<piece> found;
            same_sort(at, at.sort, found);
            if (at.sort == 'b') found.push_back({.text = "TRUE", .sort = 'b'});
            if (at.sort == 'i') found.push_back({.text = "1", .sort = 'i'});
            for (const piece& p : found)
                if (attempt(at, p)) return true;
        }
        bool smaller = false;
        for (piece& p : at.parts) smaller = pass(p) || smaller;
        return smaller;
    }

    random_query& query_;
    question question_;
    comparison& compare_;
    std::string kind_;
    int tries_ = 0;
};

}  // namespace shardwise::test
