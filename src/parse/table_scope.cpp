// SPDX-License-Identifier: MIT
#include "parse/table_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggestion.hpp"

namespace shardwise::parse {

namespace {

constexpr std::size_t most_appearances = 256;  // column_ref::alias is one byte

sql::expr_ptr column_of(const table_scope::appearance& a, schema::column_index index) {
    return sql::column({a.table, index, a.number});
}

}  // namespace

bool is_star(const tree_node& ref) {
    const std::vector<tree_node> fields = ref.children("fields");
    return !fields.empty() && fields.back().kind() == "A_Star";
}

const table_scope::appearance& table_scope::add(const tree_node& range_var) {
    text_.only(range_var, "a table", {"relname", "inh", "relpersistence", "alias", "location"});
    if (!range_var.flag("inh")) text_.unsupported(range_var, "ONLY");
    const std::string name = range_var.text("relname");
    const schema::table* const table = tables_.find(name);
    if (table == nullptr)
        text_.fail(range_var, error_code::unknown_table,
                   fmt::format("the cluster has no table \"{}\"{}", name,
                               did_you_mean(name, tables_.names())));
    std::string visible = name;
    if (range_var.has("alias")) {
        text_.only(range_var.child("alias"), "an alias", {"aliasname"});
        visible = range_var.child("alias").text("aliasname");
    }
    std::size_t before = 0;
    for (const appearance& a : appearances_) {
        if (a.name == visible)
            text_.wrong(range_var,
                        fmt::format("two tables are called \"{}\": give one an alias", visible));
        if (a.table == table) ++before;
    }
    if (before >= most_appearances)
        text_.wrong(range_var,
                    fmt::format("table \"{}\" appears more than {} times", name, most_appearances));
    appearances_.push_back({std::move(visible), table, static_cast<std::uint8_t>(before)});
    return appearances_.back();
}

std::vector<std::string> table_scope::names_of(const tree_node& ref) const {
    std::vector<std::string> names = ref.strings("fields");
    if (names.size() > 2)
        text_.unsupported(ref, "a column name with a schema name", "name the table or its alias");
    return names;
}

const table_scope::appearance& table_scope::qualified(const tree_node& ref,
                                                      const std::string& name) const {
    std::vector<std::string_view> known;
    for (const appearance& a : appearances_) {
        if (a.name == name) return a;
        known.push_back(a.name);
    }
    for (const appearance& a : appearances_)
        if (a.table->name == name)
            text_.fail(
                ref, error_code::unknown_table,
                fmt::format("table \"{}\" is called \"{}\" in this statement", name, a.name));
    text_.fail(ref, error_code::unknown_table,
               fmt::format("no table of this statement is called \"{}\"{}", name,
                           did_you_mean(name, known)));
}

void table_scope::unknown(const tree_node& ref, const std::string& column,
                          const appearance* in) const {
    std::vector<std::string_view> known;
    for (const appearance& a : appearances_)
        if (in == nullptr || in == &a)
            for (const schema::column& c : a.table->columns) known.push_back(c.name);
    const appearance* const single = appearances_.size() == 1 ? &appearances_.front() : in;
    text_.fail(ref, error_code::unknown_column,
               single != nullptr
                   ? fmt::format("table \"{}\" has no column \"{}\"{}", single->table->name, column,
                                 did_you_mean(column, known))
                   : fmt::format("no table of this statement has a column \"{}\"{}", column,
                                 did_you_mean(column, known)));
}

sql::expr_ptr table_scope::column(const tree_node& ref) const {
    text_.only(ref, "a column", {"fields", "location"});
    if (is_star(ref)) text_.wrong(ref, "* can only stand by itself in SELECT or in count(*)");
    const std::vector<std::string> names = names_of(ref);
    const std::string& wanted = names.back();
    if (names.size() == 2) {
        const appearance& a = qualified(ref, names.front());
        const auto index = a.table->find_column(wanted);
        if (!index) unknown(ref, wanted, &a);
        return column_of(a, *index);
    }
    const appearance* owner = nullptr;
    for (const appearance& a : appearances_) {
        if (!a.table->find_column(wanted)) continue;
        if (owner != nullptr)
            text_.wrong(ref, fmt::format("column \"{0}\" is ambiguous: write {1}.{0} or {2}.{0}",
                                         wanted, owner->name, a.name));
        owner = &a;
    }
    if (owner == nullptr) unknown(ref, wanted, nullptr);
    return column_of(*owner, *owner->table->find_column(wanted));
}

std::vector<table_scope::named_column> table_scope::all_columns(const tree_node& ref) const {
    const std::vector<std::string> names = names_of(ref);
    const appearance* const one = names.size() == 2 ? &qualified(ref, names.front()) : nullptr;
    std::vector<named_column> found;
    for (const appearance& a : appearances_) {
        if (one != nullptr && one != &a) continue;
        for (std::size_t i = 0; i < a.table->columns.size(); ++i) {
            const schema::column& c = a.table->columns[i];
            if (c.generated == schema::generation::bucket) continue;
            found.push_back({c.name, column_of(a, static_cast<schema::column_index>(i))});
        }
    }
    return found;
}

bool table_scope::knows(const std::string& column) const {
    return std::any_of(appearances_.begin(), appearances_.end(), [&](const appearance& a) {
        return a.table->find_column(column).has_value();
    });
}

}  // namespace shardwise::parse
