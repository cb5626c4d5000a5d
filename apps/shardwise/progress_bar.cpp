// SPDX-License-Identifier: MIT
#include "progress_bar.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "terminal_text.hpp"

namespace cli {

namespace {

constexpr int bar_width = 24;

std::string with_one_digit(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", number);
    return text;
}

std::string minutes(double seconds) {
    const auto whole = static_cast<long long>(std::ceil(seconds));
    char text[48];
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
    return text;
}

}  // namespace

std::string progress_line(const std::string& label, const shardwise::import_progress& p,
                          double seconds) {
    std::string line = printable(label);
    const auto done = static_cast<double>(p.bytes_done);
    const double part =
        p.bytes_total == 0 ? 0 : std::min(1.0, done / static_cast<double>(p.bytes_total));
    if (p.bytes_total != 0) {
        const int filled = static_cast<int>(part * bar_width);
        line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
                std::string(static_cast<std::size_t>(bar_width - filled), '-') + "] " +
                std::to_string(static_cast<int>(part * 100)) + "%";
    }
    line += "  " + grouped(p.rows) + " rows";
    if (seconds > 0.2) line += "  " + with_one_digit(done / seconds / 1e6) + " MB/s";
    if (seconds > 1 && part > 0.01 && part < 1)
        line += "  ETA " + minutes(seconds / part * (1 - part));
    return line;
}

double progress_bar::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void progress_bar::show(const shardwise::import_progress& p) {
    if (!visible_) return;
    // ESC [K: the rest of the longer line before goes.
    std::cerr << '\r' << progress_line(label_, p, seconds()) << "\x1b[K" << std::flush;
    drawn_ = true;
}

void progress_bar::clear() {
    if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
    drawn_ = false;
}

}  // namespace cli
