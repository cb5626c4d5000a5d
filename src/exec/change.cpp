// SPDX-License-Identifier: MIT
#include <vector>

#include "exec/shard_streams.hpp"

namespace shardwise::exec {

std::int64_t run(const plan::change_plan& p, const execution& how) {
    std::vector<request> requests = requests_of(p);
    if (requests.empty()) return 0;
    shard_streams streams(std::move(requests), how);
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        while (streams.pull(i)) {
        }
        // Each copy of a reference table changes the same rows.
        if (i == 0 || !p.replicated) rows += streams[i].affected_rows();
    }
    return rows;
}

}  // namespace shardwise::exec
