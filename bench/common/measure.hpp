// SPDX-License-Identifier: MIT
// The frame of both workload programs: arguments, warm-up, the measured loop, the line of JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "common/shards_file.hpp"

namespace bench {

/// One client of a workload: connected and prepared when it is made. Used by one thread at a time.
class client {
public:
    client() = default;
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    virtual ~client() = default;
    /// Does some work and says how many ops it was. The first call belongs to the warm-up.
    virtual std::uint64_t step() = 0;
    /// The contract's `check`; called after the last step().
    virtual std::string check() { return {}; }
};

/// Says why a workload is not there; not an error.
struct unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class program {
public:
    program() = default;
    program(const program&) = delete;
    program& operator=(const program&) = delete;
    virtual ~program() = default;
    /// Throws unsupported. `number` counts the clients of a workload, from 0.
    virtual std::unique_ptr<client> make_client(const std::string& workload, unsigned number) = 0;
    /// How many threads make a client and run it.
    virtual unsigned clients(const std::string& workload) const {
        return workload.ends_with("c8") ? 8 : 1;
    }
};

/// --workload W --shards FILE --seconds S --json; returns the exit status.
int run_program(int argc, char** argv,
                std::unique_ptr<program> (*make_program)(const shards_file& file));

}  // namespace bench
