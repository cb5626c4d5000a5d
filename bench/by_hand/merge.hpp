// SPDX-License-Identifier: MIT
// Pieces of scatter work that all hand-written sides share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/rows.hpp"

namespace bench {

/// k-way merge of sorted answers: calls take(shard, row) for the `limit` rows with the greatest
/// keys. `keys[shard]` are descending. With four shards a linear look beats a heap.
template <class Take>
void merge_newest(const std::vector<std::vector<std::int64_t>>& keys, int limit, Take take) {
    std::vector<std::size_t> at(keys.size(), 0);
    for (int taken = 0; taken < limit; ++taken) {
        std::size_t best = keys.size();
        for (std::size_t s = 0; s < keys.size(); ++s)
            if (at[s] < keys[s].size() &&
                (best == keys.size() || keys[s][at[s]] > keys[best][at[best]]))
                best = s;
        if (best == keys.size()) return;
        take(best, at[best]++);
    }
}

/// Sums of W6 by country.
class country_sums {
public:
    struct sums {
        std::int64_t users = 0;
        std::int64_t balance = 0;
    };
    void add(std::string_view country, std::int64_t users, std::int64_t balance) {
        const auto found = groups_.find(country);
        sums& s = found != groups_.end() ? found->second
                                         : groups_.try_emplace(std::string(country)).first->second;
        s.users += users;
        s.balance += balance;
    }
    void add(const country_sums& other) {
        for (const auto& [country, s] : other.groups_) add(country, s.users, s.balance);
    }
    std::vector<country_row> rows() const {
        std::vector<country_row> all;
        all.reserve(groups_.size());
        for (const auto& [country, s] : groups_)
            all.push_back({country, s.users, s.balance,
                           static_cast<double>(s.balance) / static_cast<double>(s.users)});
        return all;
    }

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept {
            return std::hash<std::string_view>{}(s);
        }
    };
    std::unordered_map<std::string, sums, hash, std::equal_to<>> groups_;
};

/// W7b: the best of what the shards, each with its own best, have sent. Ties go by id.
inline std::vector<user_total_row> best_of(std::vector<user_total_row> rows) {
    std::sort(rows.begin(), rows.end(), [](const user_total_row& a, const user_total_row& b) {
        return a.total != b.total ? a.total > b.total : a.user_id < b.user_id;
    });
    rows.resize(std::min(rows.size(), top_users));
    return rows;
}

inline std::string check_of(const std::vector<user_total_row>& rows) {
    id_hash hash;
    for (const user_total_row& r : rows) hash.add(r.user_id);
    return hash.hex();
}

/// W11: how many different values there are.
inline std::size_t count_different(std::vector<std::int64_t> values) {
    std::sort(values.begin(), values.end());
    return static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
}

inline constexpr const char* best_users_sql =
    "SELECT u.id, u.name, SUM(p.score) AS total FROM users u JOIN posts p ON p.user_id = u.id "
    "GROUP BY u.id, u.name ORDER BY total DESC, u.id LIMIT 20";
inline constexpr const char* different_balances_sql = "SELECT DISTINCT balance FROM users";

inline std::string check_of(const std::vector<country_row>& rows) {
    std::int64_t total = 0;
    for (const country_row& r : rows) total += r.users;
    return std::to_string(rows.size()) + "/" + std::to_string(total);
}

}  // namespace bench
