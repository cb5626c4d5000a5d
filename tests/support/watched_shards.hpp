// SPDX-License-Identifier: MIT
// Shards on servers whose round trips are counted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/proxy.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

class watched_shards {
public:
    /// `kind`: "postgres" or "mariadb".
    watched_shards(const std::string& kind, std::size_t count)
        : shards_(kind, count), urls_(shards_.all()) {
        for (shard_url& s : urls_) ways_.push_back(put_proxy_before(s.url));
    }
    const std::vector<shard_url>& all() const noexcept { return urls_; }

    /// Round trips to each shard while `call` runs. What was prepared on first use is not counted
    /// when the same was called before.
    template <class Call>
    std::vector<std::size_t> turns_of(Call&& call) const {
        std::vector<std::size_t> before;
        for (const auto& w : ways_) before.push_back(w->turns());
        call();
        std::vector<std::size_t> turns;
        for (std::size_t i = 0; i < ways_.size(); ++i)
            turns.push_back(ways_[i]->turns() - before[i]);
        return turns;
    }
    /// The same after a few calls: statements are prepared then, those of reference tables on each
    /// shard.
    template <class Call>
    std::vector<std::size_t> settled_turns_of(Call&& call) const {
        for (int time = 0; time < 6; ++time) call();
        return turns_of(call);
    }

private:
    test_shards shards_;
    std::vector<shard_url> urls_;
    std::vector<std::unique_ptr<proxy>> ways_;
};

}  // namespace shardwise::test
