// SPDX-License-Identifier: MIT
// The order of rows by sort keys, with NULLs where the statement wants them. Immutable, any thread.
#pragma once

#include <cstring>
#include <vector>

#include "plan/plan.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::exec {

/// compare() with the frequent kinds decided in place. Neither is NULL.
inline int compare_present(const arg& a, const arg& b) {
    if (a.kind() == b.kind()) {
        switch (a.kind()) {
            case kind::integer:
            case kind::date:
            case kind::timestamp:
                return a.integer() < b.integer() ? -1 : a.integer() > b.integer() ? 1 : 0;
            case kind::text: {
                const std::string_view x = a.text(), y = b.text();
                const std::size_t n = x.size() < y.size() ? x.size() : y.size();
                const int order = n == 0 ? 0 : std::memcmp(x.data(), y.data(), n);
                if (order != 0) return order;
                return x.size() < y.size() ? -1 : x.size() > y.size() ? 1 : 0;
            }
            default:
                break;
        }
    }
    return compare(a, b);
}

class row_order {
public:
    explicit row_order(std::vector<plan::sort_key> keys) : keys_(std::move(keys)) {}

    int operator()(const arg* a, const arg* b) const {
        for (const plan::sort_key& k : keys_) {
            const arg &x = a[k.column], &y = b[k.column];
            if (x.is_null() || y.is_null()) {
                if (x.is_null() && y.is_null()) continue;
                return x.is_null() == k.nulls_first ? -1 : 1;
            }
            const int order = compare_present(x, y);
            if (order != 0) return k.descending ? -order : order;
        }
        return 0;
    }
    const std::vector<plan::sort_key>& keys() const noexcept { return keys_; }

private:
    std::vector<plan::sort_key> keys_;
};

}  // namespace shardwise::exec
