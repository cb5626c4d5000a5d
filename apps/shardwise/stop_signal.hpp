// SPDX-License-Identifier: MIT
// Ctrl-C (and SIGTERM) as a question that a loop asks. The first signal is only noted, so that the
// work can stop at a good place; the second one ends the program at once. One at a time.
#pragma once

namespace cli {

class stop_signal {
public:
    stop_signal();
    ~stop_signal();  ///< signals do again what they did before
    stop_signal(const stop_signal&) = delete;
    stop_signal& operator=(const stop_signal&) = delete;

    static bool requested() noexcept;
};

}  // namespace cli
