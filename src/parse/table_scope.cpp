// SPDX-License-Identifier: MIT
#include "parse/table_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/suggestion.hpp"

namespace shardwise::parse {

namespace {

constexpr std::size_t most_appearances = sql::excluded_row;  // column_ref::alias is one byte
constexpr int deepest_statement = 32;

/// The columns of a table by their own names.
table_scope::columns columns_of(const schema::table& t, std::uint8_t number) {
    table_scope::columns all;
    for (std::size_t i = 0; i < t.columns.size(); ++i)
        all.push_back({t.columns[i].name,
                       sql::column({&t, static_cast<schema::column_index>(i), number}),
                       t.columns[i].generated == schema::generation::bucket});
    return all;
}

const table_scope::named_column* find_in(const table_scope::columns& list,
                                         const std::string& name) {
    const auto at =
        std::find_if(list.begin(), list.end(), [&](const auto& c) { return c.name == name; });
    return at == list.end() ? nullptr : &*at;
}

}  // namespace

std::vector<std::string> different(const std::vector<std::string>& names) {
    std::vector<std::string> out;
    for (const std::string& name : names) {
        std::string mine = name;
        const auto taken = [&] {
            return std::any_of(out.begin(), out.end(),
                               [&](const std::string& n) { return equal_ignoring_case(n, mine); });
        };
        for (std::size_t n = 2; taken(); ++n) mine = fmt::format("{}_{}", name, n);
        out.push_back(std::move(mine));
    }
    return out;
}

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

void table_scope::add_with(const tree_node& at, with_statement added) {
    for (const with_statement& w : with_)
        if (w.name == added.name)
            text_.wrong(at, fmt::format("two statements of WITH are called \"{}\"", added.name));
    with_.push_back(std::move(added));
}

const table_scope::appearance& table_scope::add_made(const tree_node& at, appearance made) {
    check_name(at, made.name);
    outputs_.push_back(made.visible);
    appearances_.push_back(std::move(made));
    return appearances_.back();
}

const table_scope::appearance& table_scope::add(const tree_node& at, const sql::derived_ptr& made,
                                                const std::vector<std::string>& names) {
    const schema::table& t = sql::table_of(*made);
    const std::uint8_t number = number_of(at, t);
    appearance a{t.name, &t, number, made, columns_of(t, number)};
    for (std::size_t i = 0; i < names.size(); ++i) a.visible[i].name = names[i];
    return add_made(at, std::move(a));
}

void table_scope::add_excluded(const schema::table& t) {
    columns visible = columns_of(t, sql::excluded_row);
    outputs_.push_back(visible);
    appearances_.push_back({"excluded", &t, sql::excluded_row, {}, std::move(visible)});
}

table_scope::appearance table_scope::add_hidden(const tree_node& at, const sql::derived_ptr& made,
                                                columns output) {
    const schema::table& t = sql::table_of(*made);
    outputs_.push_back(std::move(output));
    return {{}, &t, number_of(at, t), made, {}};
}

void table_scope::add_name(const tree_node& at, std::string name, columns visible) {
    check_name(at, name);
    const schema::table* const t = visible.empty() ? nullptr : visible.front().column->ref.table;
    appearances_.push_back({std::move(name), t, 0, {}, std::move(visible)});
}

const table_scope::appearance& table_scope::add_with_rows(const tree_node& range_var,
                                                          const with_statement& w,
                                                          std::string visible) {
    if (!w.self) {
        const std::vector<std::string> names = different(w.columns);
        const std::vector<std::string_view> views(names.begin(), names.end());
        return add(range_var,
                   text_.placed(range_var,
                                [&] { return sql::make_derived(visible, w.query, views.data()); }),
                   w.columns);
    }
    if (++w.uses > 1)
        text_.unsupported(range_var, "a recursive statement that names itself twice",
                          "name it once in the FROM of its second part");
    appearance a{std::move(visible), w.self.get(), 0, {}, columns_of(*w.self, 0)};
    for (std::size_t i = 0; i < w.columns.size(); ++i) a.visible[i].name = w.columns[i];
    return add_made(range_var, std::move(a));
}

const table_scope::appearance& table_scope::add(const tree_node& range_var) {
    text_.only(range_var, "a table",
               {"relname", "inh", "relpersistence", "alias", "location", "schemaname"});
    if (range_var.has("schemaname") && range_var.text("schemaname") != "public")
        text_.unsupported(range_var, "a schema name", "name the table alone");
    if (!range_var.flag("inh")) text_.unsupported(range_var, "ONLY");
    const std::string name = range_var.text("relname");
    std::string visible = name;
    std::vector<std::string> given;
    if (range_var.has("alias")) {
        text_.only(range_var.child("alias"), "an alias", {"aliasname", "colnames"});
        visible = range_var.child("alias").text("aliasname");
        given = range_var.child("alias").strings("colnames");
    }
    if (const with_statement* const w = find_with(name)) {
        add_with_rows(range_var, *w, std::move(visible));
    } else {
        const schema::table* const table = tables_.find(name);
        if (table == nullptr)
            text_.fail(range_var, error_code::unknown_table,
                       fmt::format("the cluster has no table \"{}\"{}", name,
                                   did_you_mean(name, tables_.names())));
        const std::uint8_t number = number_of(range_var, *table);
        add_made(range_var, {std::move(visible), table, number, {}, columns_of(*table, number)});
    }
    columns& shown = appearances_.back().visible;
    if (given.size() > shown.size())
        text_.wrong(range_var, fmt::format("{} names for {} columns", given.size(), shown.size()));
    for (std::size_t i = 0; i < given.size(); ++i) shown[i].name = given[i];
    outputs_.back() = shown;
    return appearances_.back();
}

void table_scope::join() {
    columns& left = outputs_[outputs_.size() - 2];
    left.insert(left.end(), outputs_.back().begin(), outputs_.back().end());
    outputs_.pop_back();
}

std::vector<std::string> table_scope::common_names() const {
    std::vector<std::string> names;
    for (const named_column& c : outputs_[outputs_.size() - 2])
        if (!c.hidden && find_in(outputs_.back(), c.name) != nullptr) names.push_back(c.name);
    return names;
}

sql::expr_ptr table_scope::join_using(const tree_node& at, sql::join_kind kind,
                                      const std::vector<std::string>& names) {
    columns left = std::move(outputs_[outputs_.size() - 2]), right = std::move(outputs_.back());
    outputs_.pop_back();
    const auto take = [&](columns& from, const std::string& name, std::string_view side) {
        const auto count = std::count_if(from.begin(), from.end(),
                                         [&](const named_column& c) { return c.name == name; });
        if (count == 0)
            text_.fail(at, error_code::unknown_column,
                       fmt::format("column \"{}\" of USING is not on the {} side of the join", name,
                                   side));
        if (count > 1)
            text_.wrong(
                at, fmt::format("column \"{}\" of USING is ambiguous on the {} side", name, side));
        const auto found = std::find_if(from.begin(), from.end(),
                                        [&](const named_column& c) { return c.name == name; });
        sql::expr_ptr column = found->column;
        from.erase(found);
        return column;
    };
    sql::expr_ptr all;
    columns merged;
    for (const std::string& name : names) {
        const sql::expr_ptr pair[] = {take(left, name, "left"), take(right, name, "right")};
        const sql::expr_ptr equal =
            text_.placed(at, [&] { return sql::binary(sql::op::eq, pair[0], pair[1]); });
        all = all ? sql::binary(sql::op::conj, all, equal) : equal;
        merged.push_back({name, kind == sql::join_kind::full
                                    ? sql::call(sql::function::coalesce, pair, 2)
                                    : pair[kind == sql::join_kind::right ? 1 : 0]});
    }
    for (const columns* rest : {&left, &right})
        merged.insert(merged.end(), rest->begin(), rest->end());
    outputs_.back() = std::move(merged);
    return all;
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
        if (a.table != nullptr && a.table->name == name)
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
            for (const named_column& c : a.visible) known.push_back(c.name);
    const appearance* const single = appearances_.size() == 1 ? &appearances_.front() : in;
    const bool named = single != nullptr && single->table != nullptr;
    text_.fail(ref, error_code::unknown_column,
               single != nullptr ? fmt::format("table \"{}\" has no column \"{}\"{}",
                                               named ? single->table->name : single->name, column,
                                               did_you_mean(column, known))
                                 : fmt::format("no table of this statement has a column \"{}\"{}",
                                               column, did_you_mean(column, known)));
}

sql::expr_ptr table_scope::own_column(const tree_node& ref,
                                      const std::vector<std::string>& names) const {
    const std::string& wanted = names.back();
    sql::expr_ptr found;
    const auto take = [&](const columns& from, const std::string& owner) {
        for (const named_column& c : from) {
            if (c.name != wanted) continue;
            if (found)
                text_.wrong(ref, fmt::format("column \"{0}\" is ambiguous: {1}", wanted,
                                             owner.empty() ? way_out_of(wanted)
                                                           : "give the columns of \"" + owner +
                                                                 "\" other names"));
            found = c.column;
        }
    };
    if (names.size() == 2) {
        for (const appearance& a : appearances_) {
            if (a.name != names.front()) continue;
            take(a.visible, a.name);
            if (!found) unknown(ref, wanted, &a);
        }
        return found;
    }
    for (const columns& output : outputs_) take(output, {});
    return found;
}

/// "write a.id or b.id"
std::string table_scope::way_out_of(const std::string& column) const {
    std::vector<std::string> ways;
    for (const appearance& a : appearances_)
        if (find_in(a.visible, column) != nullptr) ways.push_back(a.name + "." + column);
    return fmt::format("write {}", fmt::join(ways, " or "));
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

table_scope::columns table_scope::all_columns(const tree_node& ref) const {
    const std::vector<std::string> names = names_of(ref);
    columns found;
    const auto take = [&](const columns& from) {
        for (const named_column& c : from)
            if (!c.hidden) found.push_back(c);
    };
    if (names.size() == 2)
        take(qualified(ref, names.front()).visible);
    else
        for (const columns& output : outputs_) take(output);
    return found;
}

bool table_scope::knows(const std::string& column) const {
    return std::any_of(outputs_.begin(), outputs_.end(),
                       [&](const columns& output) { return find_in(output, column) != nullptr; });
}

}  // namespace shardwise::parse
