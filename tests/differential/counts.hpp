// SPDX-License-Identifier: MIT
// What became of the statements of a run, also of one that several processes share.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <istream>
#include <map>
#include <ostream>
#include <string>

#include "differential/operators.hpp"

namespace shardwise::test {

struct counts {
    std::uint64_t asked = 0, answered = 0, empty = 0, refused = 0, failed = 0, different = 0;
    std::uint64_t schemas = 0, changes = 0;
    double seconds = 0;
    std::map<std::string, std::uint64_t> reasons{};
    operator_counts used{};

    void add(const counts& o) {
        asked += o.asked;
        answered += o.answered;
        empty += o.empty;
        refused += o.refused;
        failed += o.failed;
        different += o.different;
        schemas += o.schemas;
        changes += o.changes;
        seconds = std::max(seconds, o.seconds);
        for (const auto& [reason, times] : o.reasons) reasons[reason] += times;
        for (std::size_t i = 0; i < used.size(); ++i) used[i].add(o.used[i]);
    }

    /// For the process that started this one.
    void write(std::ostream& out) const {
        for (const std::uint64_t n :
             {asked, answered, empty, refused, failed, different, schemas, changes})
            out << n << ' ';
        out << seconds << '\n';
        for (const operator_use& u : used)
            out << u.drawn << ' ' << u.answered << ' ' << u.refused << '\n';
        for (const auto& [reason, times] : reasons) out << times << ' ' << reason << '\n';
    }
    static counts read(std::istream& in) {
        counts c;
        in >> c.asked >> c.answered >> c.empty >> c.refused >> c.failed >> c.different >>
            c.schemas >> c.changes >> c.seconds;
        for (operator_use& u : c.used) in >> u.drawn >> u.answered >> u.refused;
        std::uint64_t times = 0;
        for (std::string reason; in >> times && in.get() && std::getline(in, reason);)
            c.reasons[reason] += times;
        return c;
    }

    std::string line() const {
        return fmt::format(
            "{} statements over {} schemas in {:.0f} s ({:.1f} in a second, {} changes), {} "
            "answered ({} without rows), {} refused, {} failed by their data, {} differences",
            asked, schemas, seconds, seconds > 0 ? static_cast<double>(asked) / seconds : 0.0,
            changes, answered, empty, refused, failed, different);
    }
    std::string table() const {
        std::string out;
        for (const auto& [reason, times] : reasons)
            out += fmt::format("  {:6} {}\n", times, reason);
        out += fmt::format("  {:36}{:>9}{:>9}{:>9}\n", "operator", "drawn", "answered", "refused");
        for (std::size_t i = 0; i < operators.size(); ++i)
            out += fmt::format("  {:36}{:9}{:9}{:9}\n", operators[i], used[i].drawn,
                               used[i].answered, used[i].refused);
        return out;
    }
};

}  // namespace shardwise::test
