// SPDX-License-Identifier: MIT
#include "stop_signal.hpp"

#include <signal.h>

namespace cli {

namespace {

volatile sig_atomic_t asked = 0;

extern "C" void note_signal(int) { asked = 1; }

void install(int signal_number) {
    struct sigaction action = {};
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    // One shot: the next signal does what it always does. Interrupted reads go on.
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    sigaction(signal_number, &action, nullptr);
}

}  // namespace

stop_signal::stop_signal() {
    asked = 0;
    install(SIGINT);
    install(SIGTERM);
}

stop_signal::~stop_signal() {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

bool stop_signal::requested() noexcept { return asked != 0; }

}  // namespace cli
