// SPDX-License-Identifier: MIT
// Cluster-wide ids of one process: leases a worker number from a table of one shard and makes ids
// with it (sharding/id_sequence). Thread-safe.
//
// What keeps two processes' ids apart is not a clock: a number's row says until which millisecond
// its holders may have made ids (until_ms); it is raised in the database before ids up to it are
// made, and whoever takes the number over starts above it. The server's clock (expires_at) only
// says when a number may be taken over because its holder seems to be gone; a holder that comes
// back late may use up what it was granted, and then finds that the number is not its own any more.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "sharding/id_sequence.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

struct lease_settings {
    /// For how long ids can be made without the database. A transaction of the program may block
    /// the renewal on an embedded database, hence hours rather than seconds there.
    std::chrono::milliseconds horizon{60'000};
    /// A number whose holder has not renewed it for so long may be taken over.
    std::chrono::milliseconds expiry{60'000};
    std::function<std::int64_t()> clock;  ///< Unix milliseconds; empty: the system's clock
};

class worker_lease {
public:
    /// `borrow` gives a connection to the shard that holds the leases; nothing is asked yet. Empty:
    /// no other process can have this cluster (:memory:), so nothing has to be leased.
    worker_lease(std::function<engine::lease(deadline)> borrow, const sql::dialect& d,
                 lease_settings settings);
    /// Gives the number back, if the database can be reached at once.
    ~worker_lease();
    worker_lease(const worker_lease&) = delete;
    worker_lease& operator=(const worker_lease&) = delete;

    /// Throws lease_lost, naming the reason, when the granted time is used up and the lease can be
    /// neither renewed nor replaced before `limit`.
    std::int64_t next_id(deadline limit);

    /// Takes or renews the lease now if half of the granted time is used up, so that ids can be
    /// made while a transaction of this very program blocks the database of the leases. Failures
    /// are forgotten, as in renew_early().
    void prepare(deadline limit) noexcept;

    /// True once for each renewal that should be made in the background, by renew_early().
    bool should_renew();
    /// Failures are forgotten: next_id() tries again when it has to.
    void renew_early(deadline limit) noexcept;

private:
    struct held {
        std::uint16_t worker;
        std::int64_t until_ms;
    };
    struct candidate {
        std::uint16_t worker = 0;
        bool fresh = true;  ///< no row yet
        std::string owner;  ///< of the row that is to be replaced
        std::int64_t until_ms = 0;
    };

    void renew(deadline limit);
    bool extend(engine::connection& c, deadline limit);
    void acquire(engine::connection& c, deadline limit);
    std::vector<candidate> candidates(engine::connection& c, deadline limit);
    bool claim(engine::connection& c, const candidate& one, std::int64_t until_ms, deadline limit);
    void release() noexcept;
    std::int64_t now() const;

    const std::function<engine::lease(deadline)> borrow_;
    const sql::dialect& dialect_;
    const lease_settings settings_;
    const std::string owner_;
    sharding::id_sequence ids_;
    std::mutex renewing_;  ///< guards held_ and the dialogue with the database
    std::optional<held> held_;
    std::atomic<std::int64_t> last_id_{0};
    std::atomic<bool> has_lease_{false};
    std::atomic<bool> early_under_way_{false};
    std::atomic<std::int64_t> next_early_ms_{0};  ///< not before, after a failure
};

}  // namespace shardwise::catalog
