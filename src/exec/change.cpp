// SPDX-License-Identifier: MIT
#include <vector>

#include "exec/shard_streams.hpp"

namespace shardwise::exec {

std::int64_t run(const plan::change_plan& p, const execution& how, const row_sink& returned) {
    std::vector<request> requests = requests_of(p);
    if (requests.empty()) return 0;
    shard_streams streams(std::move(requests), how);
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        // Each copy of a reference table changes the same rows.
        const bool counts = i == 0 || !p.replicated;
        const std::size_t width = streams[i].width();
        std::int64_t delivered = 0;
        while (const arg* const row = streams.pull(i)) {
            if (counts && returned) returned({row, width});
            ++delivered;
        }
        const std::int64_t here = width > 0 ? delivered : streams[i].affected_rows();
        if (counts) rows += here;
        if (how.changed != nullptr && here > 0) how.changed->push_back(streams[i].shard());
    }
    return rows;
}

}  // namespace shardwise::exec
