// SPDX-License-Identifier: MIT
#include "base/suggestion.hpp"

#include <algorithm>
#include <numeric>

#include "base/ascii.hpp"

namespace shardwise {
namespace {

/// Insertions, deletions, replacements and swaps of neighbours, by dynamic programming over three
/// rows.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool equal = ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (equal ? 0 : 1)});
            if (i > 1 && j > 1 && ascii_lower(a[i - 1]) == ascii_lower(b[j - 2]) &&
                ascii_lower(a[i - 2]) == ascii_lower(b[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view wanted, const std::vector<std::string_view>& known) {
    constexpr std::size_t longest = 128;  // the cost is quadratic, and names are at most 63 bytes
    if (wanted.size() > longest) return {};
    std::string_view nearest;
    std::size_t smallest = wanted.size() / 3 + (wanted.size() < 3 ? 1 : 0) + 1;  // exclusive
    for (const std::string_view name : known) {
        if (name.size() > longest) continue;
        const std::size_t distance = edit_distance(wanted, name);
        // Every letter replaced is another name, not a mistyped one.
        if (distance < smallest && distance < std::max(wanted.size(), name.size())) {
            smallest = distance;
            nearest = name;
        }
    }
    return nearest;
}

std::string did_you_mean(std::string_view wanted, const std::vector<std::string_view>& known) {
    const std::string_view name = nearest_name(wanted, known);
    if (name.empty()) return {};
    std::string sentence = "; did you mean '";
    sentence += name;
    sentence += "'?";
    return sentence;
}

}  // namespace shardwise
