// SPDX-License-Identifier: MIT
#include "plan/rewrites.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "shardwise/base/error.hpp"

namespace shardwise::plan {
namespace {

constexpr std::array<std::pair<std::string_view, bool rewrites::*>, 14> rules{{
    {"route_by_key", &rewrites::route_by_key},
    {"send_whole", &rewrites::send_whole},
    {"trim_in_list", &rewrites::trim_in_list},
    {"push_filter", &rewrites::push_filter},
    {"push_expressions", &rewrites::push_expressions},
    {"push_order", &rewrites::push_order},
    {"push_limit", &rewrites::push_limit},
    {"push_distinct", &rewrites::push_distinct},
    {"push_groups", &rewrites::push_groups},
    {"split_aggregate", &rewrites::split_aggregate},
    {"push_joins", &rewrites::push_joins},
    {"push_subqueries", &rewrites::push_subqueries},
    {"push_windows", &rewrites::push_windows},
    {"pass_rows_through", &rewrites::pass_rows_through},
}};

}  // namespace

bool rewrites::switch_off(std::string_view name) {
    bool found = false;
    for (const auto& [known, rule] : rules) {
        if (name != "all" && name != known) continue;
        this->*rule = false;
        found = true;
    }
    return found;
}

void rewrites::switch_off_all(std::string_view list) {
    while (!list.empty()) {
        const std::size_t end = list.find(',');
        const std::string_view name = list.substr(0, end);
        if (!name.empty() && !switch_off(name))
            raise(error_code::bad_config,
                  fmt::format("there is no rewrite \"{}\": name one of {}, or all", name, [] {
                      std::string all;
                      for (const std::string_view n : names())
                          all += (all.empty() ? "" : ", ") + std::string(n);
                      return all;
                  }()));
        list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
    }
}

std::span<const std::string_view> rewrites::names() {
    static const auto all = [] {
        std::array<std::string_view, rules.size()> list;
        for (std::size_t i = 0; i < rules.size(); ++i) list[i] = rules[i].first;
        return list;
    }();
    return all;
}

}  // namespace shardwise::plan
