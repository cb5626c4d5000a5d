// SPDX-License-Identifier: MIT
#include "orm/flush_log.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace shardwise::orm {
namespace {

bool wanted_by_environment() {
    static const bool wanted = [] {
        const char* const level = std::getenv("SHARDWISE_LOG");
        return level != nullptr && std::string_view(level) == "debug";
    }();
    return wanted;
}

std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string to_text(const write& w) {
    const schema::table& t = w.records.front()->table->table();
    const std::string rows = counted(w.records.size(), "row");
    if (w.what == write::verb::insert) return fmt::format("INSERT {}, {}", t.name, rows);
    if (w.what == write::verb::erase) return fmt::format("DELETE {}, {}", t.name, rows);
    std::string columns;
    for (const column_index c : w.columns) {
        if (!columns.empty()) columns += ", ";
        columns += t.columns[c].name;
    }
    return fmt::format("UPDATE {} ({}), {}", t.name, columns, rows);
}

}  // namespace

std::string to_text(const cluster_layer::core& db, const flush_account& a) {
    std::string text = fmt::format("flush to {}", counted(a.work.size(), "shard"));
    if (a.lookup_rows > 0)
        text += fmt::format(", {} of cluster_unique", counted(a.lookup_rows, "lookup row"));
    if (a.moved > 0) text += fmt::format(", {} to another shard", counted(a.moved, "object"));
    text += "\n";
    for (const shard_writes& shard : a.work)
        for (const write& w : shard.writes)
            text += fmt::format("  {}: {}\n", db.shard_name(shard.shard), to_text(w));
    return text;
}

void tell_flush(const session_core::state& s, const flush_account& a) {
    if (a.work.empty() && a.moved == 0) return;
    const flush_listener& listener = s.options.flushes;
    if (listener.on_flush != nullptr) {
        listener.on_flush(listener.context, to_text(s.db, a).c_str());
    } else if (wanted_by_environment()) {
        std::fputs(("shardwise: " + to_text(s.db, a)).c_str(), stderr);
    }
}

}  // namespace shardwise::orm
