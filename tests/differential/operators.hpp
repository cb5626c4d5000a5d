// SPDX-License-Identifier: MIT
// Which operators of the language a statement has, for counting how often each was answered.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace shardwise::test {

/// What is counted, by the text that gives it away.
inline constexpr std::array operators{
    std::string_view{"CASE "},        std::string_view{"coalesce("},
    std::string_view{"nullif("},      std::string_view{"greatest("},
    std::string_view{"least("},       std::string_view{"cast("},
    std::string_view{" + "},          std::string_view{" - "},
    std::string_view{" * "},          std::string_view{" / "},
    std::string_view{" % "},          std::string_view{"abs("},
    std::string_view{"round("},       std::string_view{"floor("},
    std::string_view{"ceil("},        std::string_view{" || "},
    std::string_view{"upper("},       std::string_view{"lower("},
    std::string_view{"trim("},        std::string_view{"substr("},
    std::string_view{"replace("},     std::string_view{"length("},
    std::string_view{"strpos("},      std::string_view{"extract("},
    std::string_view{"date_trunc("},  std::string_view{" LIKE "},
    std::string_view{" BETWEEN "},    std::string_view{" IN ("},
    std::string_view{" IN (SELECT"},  std::string_view{"NOT IN (SELECT"},
    std::string_view{"EXISTS ("},     std::string_view{"NOT EXISTS ("},
    std::string_view{"(SELECT "},     std::string_view{"DISTINCT FROM"},
    std::string_view{" IS NULL"},     std::string_view{" UNKNOWN"},
    std::string_view{" JOIN "},       std::string_view{"LEFT JOIN"},
    std::string_view{"RIGHT JOIN"},   std::string_view{"FULL JOIN"},
    std::string_view{"CROSS JOIN"},   std::string_view{"GROUP BY"},
    std::string_view{"HAVING"},       std::string_view{"count("},
    std::string_view{"count(*)"},     std::string_view{"count(DISTINCT"},
    std::string_view{"sum("},         std::string_view{"sum(DISTINCT"},
    std::string_view{"avg("},         std::string_view{"min("},
    std::string_view{"max("},         std::string_view{"var_pop("},
    std::string_view{"var_samp("},    std::string_view{"stddev"},
    std::string_view{"bool_and("},    std::string_view{"bool_or("},
    std::string_view{"every("},       std::string_view{"string_agg("},
    std::string_view{"FILTER ("},     std::string_view{"SELECT DISTINCT"},
    std::string_view{"ORDER BY"},     std::string_view{"NULLS FIRST"},
    std::string_view{"NULLS LAST"},   std::string_view{"LIMIT"},
    std::string_view{"OFFSET"},       std::string_view{"UNION"},
    std::string_view{"UNION ALL"},    std::string_view{"INTERSECT"},
    std::string_view{"EXCEPT"},       std::string_view{"WITH "},
    std::string_view{"FROM (SELECT"}, std::string_view{" OVER "},
    std::string_view{"PARTITION BY"}, std::string_view{"row_number("},
    std::string_view{"rank("},        std::string_view{"ntile("},
    std::string_view{"lag("},         std::string_view{"lead("},
    std::string_view{"first_value("}, std::string_view{"last_value("},
    std::string_view{"ROWS "},        std::string_view{" -> "},
    std::string_view{" ->> "},        std::string_view{"UPDATE "},
    std::string_view{"DELETE "}};

using operator_counts = std::map<std::string_view, std::uint64_t>;

inline void count_operators(const std::string& sql, operator_counts& counts) {
    for (const std::string_view o : operators)
        if (sql.find(o) != std::string::npos) ++counts[o];
}

}  // namespace shardwise::test
