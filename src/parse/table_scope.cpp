// SPDX-License-Identifier: MIT
#include "parse/table_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggestion.hpp"

namespace shardwise::parse {

namespace {

constexpr std::size_t most_appearances = 256;  // column_ref::alias is one byte
constexpr int deepest_statement = 32;

sql::expr_ptr column_of(const table_scope::appearance& a, schema::column_index index) {
    return sql::column({a.table, index, a.number});
}

}  // namespace

bool is_star(const tree_node& ref) {
    const std::vector<tree_node> fields = ref.children("fields");
    return !fields.empty() && fields.back().kind() == "A_Star";
}

table_scope::table_scope(const tree_node& at, const table_scope& around)
    : text_(around.text_), tables_(around.tables_), around_(&around), depth_(around.depth_ + 1) {
    if (depth_ > deepest_statement)
        text_.wrong(at,
                    fmt::format("statements are nested deeper than {} levels", deepest_statement));
}

void table_scope::check_name(const tree_node& at, const std::string& name) const {
    for (const appearance& a : appearances_)
        if (a.name == name)
            text_.wrong(at, fmt::format("two tables are called \"{}\": give one an alias", name));
}

/// Unique in the whole statement: columns of outer statements can be told from inner ones.
std::uint8_t table_scope::number_of(const tree_node& at, const schema::table& t) const {
    const table_scope* root = this;
    while (root->around_ != nullptr) root = root->around_;
    const std::size_t before = root->counts_[&t]++;
    if (before >= most_appearances)
        text_.wrong(
            at, fmt::format("table \"{}\" appears more than {} times", t.name, most_appearances));
    return static_cast<std::uint8_t>(before);
}

const table_scope::with_statement* table_scope::find_with(std::string_view name) const {
    for (auto w = with_.rbegin(); w != with_.rend(); ++w)
        if (w->name == name) return &*w;
    return around_ == nullptr ? nullptr : around_->find_with(name);
}

void table_scope::add_with(const tree_node& at, std::string name, sql::select_ptr query,
                           std::vector<std::string> columns) {
    for (const with_statement& w : with_)
        if (w.name == name)
            text_.wrong(at, fmt::format("two statements of WITH are called \"{}\"", name));
    with_.push_back({std::move(name), std::move(query), std::move(columns)});
}

const table_scope::appearance& table_scope::add(const tree_node& at, const sql::derived_ptr& made) {
    const schema::table& t = sql::table_of(*made);
    check_name(at, t.name);
    appearances_.push_back({t.name, &t, number_of(at, t), made});
    return appearances_.back();
}

const table_scope::appearance& table_scope::add(const tree_node& range_var) {
    text_.only(range_var, "a table", {"relname", "inh", "relpersistence", "alias", "location"});
    if (!range_var.flag("inh")) text_.unsupported(range_var, "ONLY");
    const std::string name = range_var.text("relname");
    std::string visible = name;
    if (range_var.has("alias")) {
        text_.only(range_var.child("alias"), "an alias", {"aliasname"});
        visible = range_var.child("alias").text("aliasname");
    }
    if (const with_statement* const w = find_with(name)) {
        const std::vector<std::string_view> columns(w->columns.begin(), w->columns.end());
        return add(range_var, text_.placed(range_var, [&] {
            return sql::make_derived(visible, w->query, columns.data());
        }));
    }
    const schema::table* const table = tables_.find(name);
    if (table == nullptr)
        text_.fail(range_var, error_code::unknown_table,
                   fmt::format("the cluster has no table \"{}\"{}", name,
                               did_you_mean(name, tables_.names())));
    check_name(range_var, visible);
    appearances_.push_back({std::move(visible), table, number_of(range_var, *table), {}});
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

sql::expr_ptr table_scope::own_column(const tree_node& ref,
                                      const std::vector<std::string>& names) const {
    const std::string& wanted = names.back();
    if (names.size() == 2) {
        for (const appearance& a : appearances_) {
            if (a.name != names.front()) continue;
            const auto index = a.table->find_column(wanted);
            if (!index) unknown(ref, wanted, &a);
            return column_of(a, *index);
        }
        return {};
    }
    const appearance* owner = nullptr;
    for (const appearance& a : appearances_) {
        if (!a.table->find_column(wanted)) continue;
        if (owner != nullptr)
            text_.wrong(ref, fmt::format("column \"{0}\" is ambiguous: write {1}.{0} or {2}.{0}",
                                         wanted, owner->name, a.name));
        owner = &a;
    }
    if (owner == nullptr) return {};
    return column_of(*owner, *owner->table->find_column(wanted));
}

sql::expr_ptr table_scope::column(const tree_node& ref) const {
    text_.only(ref, "a column", {"fields", "location"});
    if (is_star(ref)) text_.wrong(ref, "* can only stand by itself in SELECT or in count(*)");
    const std::vector<std::string> names = names_of(ref);
    for (const table_scope* s = this; s != nullptr; s = s->around_)
        if (sql::expr_ptr found = s->own_column(ref, names)) return found;
    if (names.size() == 2) unknown(ref, names.back(), &qualified(ref, names.front()));
    unknown(ref, names.back(), nullptr);
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
