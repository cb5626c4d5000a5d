// SPDX-License-Identifier: MIT
// Statements as trees that can be made smaller.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace shardwise::test {

/// A piece of a query: its own text, or parts with a separator. Empty parts vanish, and a piece of
/// empty parts with them.
struct piece {
    std::string text{};  ///< of a piece without parts; else before them
    std::vector<piece> parts{};
    std::string between{" "};
    std::string after{};                 ///< ")" and the like
    char sort{' '};                      ///< pieces of one sort may stand for one another
    std::vector<std::string> instead{};  ///< smaller texts to try

    std::string str() const {
        if (parts.empty()) return text;
        std::string inner;
        for (const piece& p : parts) {
            const std::string s = p.str();
            if (s.empty()) continue;
            if (!inner.empty()) inner += between;
            inner += s;
        }
        return inner.empty() ? inner : text + inner + after;
    }
};

/// The sort of an ORDER BY that stays whole: with fewer keys rows would tie.
inline constexpr char total_order_sort = 'O';

inline piece word(std::string s) { return {.text = std::move(s)}; }

template <class... Parts>
piece line(char sort, Parts... parts) {
    piece p;
    p.sort = sort;
    (p.parts.push_back(std::move(parts)), ...);
    return p;
}

template <class... Parts>
piece call(char sort, const std::string& name, Parts... arguments) {
    piece p{.text = name + "(", .between = ", ", .after = ")", .sort = sort};
    (p.parts.push_back(std::move(arguments)), ...);
    return p;
}

inline piece brackets(char sort, piece inner) {
    return {.text = "(", .parts = {std::move(inner)}, .after = ")", .sort = sort};
}

inline piece clause(const std::string& start, std::vector<piece> parts,
                    const std::string& between) {
    if (parts.empty()) return {};
    return {.text = start + " ", .parts = std::move(parts), .between = between};
}

}  // namespace shardwise::test
