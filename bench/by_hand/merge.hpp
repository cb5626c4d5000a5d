// SPDX-License-Identifier: MIT
// Pieces of scatter work that all hand-written sides share.
#pragma once

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

inline std::string check_of(const std::vector<country_row>& rows) {
    std::int64_t total = 0;
    for (const country_row& r : rows) total += r.users;
    return std::to_string(rows.size()) + "/" + std::to_string(total);
}

}  // namespace bench
