// SPDX-License-Identifier: MIT
// The header: structs, then mappings, then the mappings' variables. Nothing that comes from the
// database stands there but as an identifier, a string literal or a comment made by generate_names.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/ascii.hpp"
#include "ops/generate_draft.hpp"
#include "ops/generate_names.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {

namespace {

using schema::column_index;
using columns_of_key = std::vector<column_index>;
constexpr std::size_t most_members = 96;  // of a mapping, relations included

std::string_view type_text(column_type t) {
    switch (t) {
        case column_type::boolean:
            return "bool";
        case column_type::int16:
            return "std::int16_t";
        case column_type::int32:
            return "std::int32_t";
        case column_type::int64:
            return "std::int64_t";
        case column_type::float64:
            return "double";
        case column_type::text:
            return "std::string";
        case column_type::blob:
            return "shardwise::bytes";
        case column_type::uuid:
            return "shardwise::uuid";
        case column_type::date:
            return "shardwise::date";
        case column_type::timestamp:
            return "shardwise::timestamp";
        case column_type::decimal:
            return "shardwise::decimal";
        case column_type::json:
            return "shardwise::json";
    }
    return "";
}

bool needs_braces(column_type t) {
    return t == column_type::boolean || t == column_type::int16 || t == column_type::int32 ||
           t == column_type::int64 || t == column_type::float64;
}

std::string_view engine_name(sql::dialect_kind engine) {
    return engine == sql::dialect_kind::postgres  ? "PostgreSQL"
           : engine == sql::dialect_kind::mariadb ? "MariaDB"
                                                  : "SQLite";
}

/// The C++ names of one table.
struct named_table {
    const draft_table* draft = nullptr;
    std::string name;                  ///< of the struct
    std::string variable;              ///< of the mapping
    std::vector<std::string> members;  ///< by column
    std::vector<std::string> columns;  ///< of the mapping, by column
    std::vector<std::string> relations;
    std::set<std::string> taken;  ///< names of the mapping's members
    std::vector<std::string> missing;
};

class writer {
public:
    writer(const draft& d, const source_schema& source, const generate_options& options)
        : draft_(d), source_(source), space_(options.namespace_name) {}

    generated_model run() {
        for (const draft_table& t : draft_.tables) add_names(t);
        for (named_table& t : tables_) add_relations(t);
        for (named_table& t : tables_) add_links(t);
        write();
        generated_model m;
        m.header = std::move(out_);
        for (const named_table& t : tables_) {
            m.tables.push_back(t.draft->table.name);
            for (const std::string& what : t.missing)
                m.missing.push_back({t.draft->table.name, what});
        }
        for (const std::string& other : source_.others) m.missing.push_back({"", other});
        return m;
    }

private:
    // --- names

    void add_names(const draft_table& t) {
        named_table n;
        n.draft = &t;
        n.missing = t.missing;
        const std::string plain = identifier(t.table.name);
        const std::string one = singular(plain);
        n.name = free_identifier(one, taken_);
        n.variable = free_identifier(one == plain ? plural(plain) : plain, taken_);
        n.taken = words_of_mappings();
        std::set<std::string> members{n.name};
        for (const schema::column& c : t.table.columns) {
            const bool own = identifier(c.name) == n.name;
            n.members.push_back(free_identifier(own ? n.name + "_" : c.name, members));
            n.columns.push_back(free_identifier(words_of_mappings().contains(n.members.back())
                                                    ? n.members.back() + "_"
                                                    : n.members.back(),
                                                n.taken));
        }
        places_[t.table.name] = tables_.size();
        tables_.push_back(std::move(n));
    }

    named_table& named(const std::string& table) { return tables_[places_.at(table)]; }
    std::string full(const named_table& t) const { return fmt::format("::{}::{}", space_, t.name); }
    std::string member(const named_table& t, column_index i) const {
        return fmt::format("&{}::{}", full(t), t.members[i]);
    }
    std::string members(const named_table& t, const columns_of_key& key) const {
        std::vector<std::string> all;
        for (const column_index i : key) all.push_back(member(t, i));
        return fmt::format("{}", fmt::join(all, ", "));
    }
    columns_of_key target_of(const schema::foreign_key& f) {
        const schema::table& parent = named(f.parent_table).draft->table;
        columns_of_key key;
        for (const std::string& name : f.parent_columns) key.push_back(parent.column_at(name));
        return key;
    }

    // --- relations

    /// The foreign key that column<..., references<>> of a column names: the first of one column.
    static const schema::foreign_key* reference_of(const schema::table& t, column_index i) {
        for (const schema::foreign_key& f : t.foreign_keys)
            if (f.columns == columns_of_key{i}) return &f;
        return nullptr;
    }
    static bool is_reference_tag(const schema::table& t, const schema::foreign_key& f) {
        return f.columns.size() == 1 && reference_of(t, f.columns.front()) == &f;
    }

    std::string key_argument(const named_table& t, const schema::foreign_key& f) const {
        return f.columns.size() == 1 ? member(t, f.columns.front())
                                     : fmt::format("columns<{}>{{}}", members(t, f.columns));
    }

    void relate(named_table& t, const std::string& word, const std::string& arguments,
                const std::string& name) {
        if (t.members.size() + t.relations.size() >= most_members) {
            t.missing.push_back(
                fmt::format("relation {}: a mapping has at most {} members", name, most_members));
            return;
        }
        const bool taken = words_of_mappings().contains(name) || t.taken.contains(name);
        const std::string safe = taken ? name + "_" : name;
        t.relations.push_back(
            fmt::format("{}<{}> {};", word, arguments, free_identifier(safe, t.taken)));
    }

    static bool is_unique(const schema::table& t, columns_of_key key) {
        const auto same = [&](columns_of_key other) {
            std::sort(other.begin(), other.end());
            return other == key;
        };
        std::sort(key.begin(), key.end());
        return same(t.primary_key) || std::any_of(t.uniques.begin(), t.uniques.end(),
                                                  [&](const auto& u) { return same(u.columns); });
    }

    /// author_id -> author; otherwise the column and the parent: reports_to_employee.
    std::string name_of_parent(const named_table& t, const schema::foreign_key& f,
                               const named_table& parent) const {
        if (f.columns.size() != 1) return parent.name;
        const std::string& column = t.members[f.columns.front()];
        for (const std::string_view end : {"_id", "_ID", "Id", "ID"})
            if (column.size() > end.size() && column.ends_with(end))
                return column.substr(0, column.size() - end.size());
        return column + "_" + parent.name;
    }

    void add_relations(named_table& t) {
        const schema::table& table = t.draft->table;
        for (const schema::foreign_key& f : table.foreign_keys) {
            named_table& parent = named(f.parent_table);
            if (f.columns.size() == 1 && !is_reference_tag(table, f)) {
                t.missing.push_back(
                    fmt::format("relation to {} by {}: the column refers to another table, too",
                                f.parent_table, table.columns[f.columns.front()].name));
                continue;
            }
            const std::string key = key_argument(t, f);
            relate(t, "belongs_to", key, name_of_parent(t, f, parent));
            const bool only = std::count_if(table.foreign_keys.begin(), table.foreign_keys.end(),
                                            [&](const auto& one) {
                                                return one.parent_table == f.parent_table;
                                            }) == 1 &&
                              f.parent_table != table.name;
            const bool single = is_unique(table, f.columns);
            relate(parent, single ? "has_one" : "has_many", key,
                   (single ? t.name : identifier(plural(t.name))) +
                       (only ? "" : "_by_" + t.members[f.columns.front()]));
        }
    }

    /// A table of two foreign keys, which together are its primary key, and of nothing else.
    void add_links(named_table& t) {
        const schema::table& table = t.draft->table;
        if (table.foreign_keys.size() != 2) return;
        const schema::foreign_key& a = table.foreign_keys[0];
        const schema::foreign_key& b = table.foreign_keys[1];
        if (a.columns.size() + b.columns.size() != table.columns.size() ||
            table.primary_key.size() != table.columns.size())
            return;
        for (const column_index i : a.columns)
            if (std::find(b.columns.begin(), b.columns.end(), i) != b.columns.end()) return;
        link(t, a, b);
        link(t, b, a);
    }
    void link(const named_table& t, const schema::foreign_key& mine,
              const schema::foreign_key& other) {
        const bool self = mine.parent_table == other.parent_table;
        relate(named(mine.parent_table), "many_to_many",
               key_argument(t, mine) + ", " + key_argument(t, other),
               identifier(plural(named(other.parent_table).name)) +
                   (self ? "_by_" + t.members[other.columns.front()] : ""));
    }

    // --- text

    template <class... Args>
    void line(fmt::format_string<Args...> format, Args&&... args) {
        out_ += fmt::format(format, std::forward<Args>(args)...);
        out_ += '\n';
    }
    void comment(std::string_view text) { line("// {}", comment_text(text)); }

    void write() {
        comment(fmt::format("Written by 'shardwise generate' from the tables of a {} database.",
                            engine_name(draft_.engine)));
        comment("The tables are used as they are: cluster.adopt<...>() once, then verify_schema.");
        comment(
            "How rows are distributed is said in the table options; change it before adopting.");
        for (const std::string& other : source_.others) comment("Not in this model: " + other);
        comment("clang-format off");
        line("#pragma once\n");
        line("#include <cstdint>\n#include <optional>\n#include <string>\n");
        line("#include <shardwise/shardwise.hpp>\n");
        line("namespace {} {{", space_);
        for (const named_table& t : tables_) write_struct(t);
        line("\n}}  // namespace {}", space_);
        for (const named_table& t : tables_) write_mapping(t);
        line("\nnamespace {} {{\n", space_);
        for (const named_table& t : tables_)
            line("inline constexpr shardwise::mapping<{}> {};", t.name, t.variable);
        line("\n}}  // namespace {}", space_);
    }

    static std::string placement(const schema::table& t) {
        if (t.is_reference()) return "reference table";
        std::vector<std::string> key;
        for (const column_index i : t.placed.shard_key) key.push_back(t.columns[i].name);
        return fmt::format("sharded by {}", fmt::join(key, ", "));
    }

    void write_struct(const named_table& t) {
        const draft_table& d = *t.draft;
        line("");
        comment(
            fmt::format("Table {}: {}; {}.", d.table.name, placement(d.table), d.placement_note));
        for (const std::string& note : d.notes) comment("Note: " + note + ".");
        for (const std::string& what : t.missing) comment("Not in this model: " + what);
        line("struct {} {{", t.name);
        for (std::size_t i = 0; i < d.table.columns.size(); ++i) {
            const schema::column& c = d.table.columns[i];
            if (c.nullable)
                line("    std::optional<{}> {};", type_text(c.type), t.members[i]);
            else
                line("    {} {}{};", type_text(c.type), t.members[i],
                     needs_braces(c.type) ? "{}" : "");
        }
        line("}};");
    }

    static std::string rule(schema::delete_rule r) {
        return r == schema::delete_rule::cascade    ? ", on_delete::cascade"
               : r == schema::delete_rule::set_null ? ", on_delete::set_null"
                                                    : "";
    }

    std::string tags(const named_table& t, column_index i) {
        const schema::table& table = t.draft->table;
        const schema::column& c = table.columns[i];
        const auto in = [&](const columns_of_key& key) {
            return std::find(key.begin(), key.end(), i) != key.end();
        };
        std::string out;
        const auto tag = [&out](const std::string& text) { out += ", " + text; };
        if (in(table.primary_key)) tag("primary_key");
        if (c.generated == schema::generation::cluster_id) tag("generated");
        if (in(table.placed.shard_key)) tag("shard_key");
        for (const auto& u : table.uniques)
            if (u.columns == columns_of_key{i}) tag(std::string(scope_word(u.scope)));
        for (const auto& x : table.indexes)
            if (x.columns == columns_of_key{i}) tag("indexed");
        if (c.length != 0) tag(fmt::format("length<{}>", c.length));
        if (c.type == column_type::decimal)
            tag(fmt::format("digits<{}, {}>", c.precision, c.scale));
        if (!c.default_sql.empty())
            tag(fmt::format("defaults_to<{}>", string_literal(c.default_sql)));
        if (const schema::foreign_key* const f = reference_of(table, i))
            tag(fmt::format("references<{}{}>",
                            member(named(f->parent_table), target_of(*f).front()),
                            rule(f->on_delete)));
        return out;
    }

    static std::string_view scope_word(schema::unique_scope s) {
        return s == schema::unique_scope::cluster     ? "cluster_unique"
               : s == schema::unique_scope::per_shard ? "unique_per_shard"
                                                      : "unique";
    }
    static std::string_view together_word(schema::unique_scope s) {
        return s == schema::unique_scope::cluster     ? "cluster_unique_together"
               : s == schema::unique_scope::per_shard ? "unique_together_per_shard"
                                                      : "unique_together";
    }

    std::vector<std::string> options(const named_table& t) {
        const schema::table& table = t.draft->table;
        std::vector<std::string> all;
        place(t, all);
        for (const auto& u : table.uniques)
            if (u.columns.size() > 1)
                all.push_back(fmt::format("{}<{}>", together_word(u.scope), members(t, u.columns)));
        for (const auto& x : table.indexes)
            if (x.columns.size() > 1)
                all.push_back(fmt::format("index_on<{}>", members(t, x.columns)));
        for (const schema::foreign_key& f : table.foreign_keys)
            if (!is_reference_tag(table, f))
                all.push_back(
                    fmt::format("foreign_key<columns<{}>, columns<{}>{}>", members(t, f.columns),
                                members(named(f.parent_table), target_of(f)), rule(f.on_delete)));
        for (const auto& c : table.checks)
            all.push_back(
                fmt::format("check<{}, {}>", string_literal(c.name), string_literal(c.sql)));
        return all;
    }

    void place(const named_table& t, std::vector<std::string>& all) {
        const schema::distribution& placed = t.draft->table.placed;
        if (placed.kind == schema::distribution_kind::reference) {
            all.emplace_back("reference_table");
            return;
        }
        const schema::table* root = &t.draft->table;
        while (root->placed.kind == schema::distribution_kind::colocated)
            root = &named(root->placed.parent_table).draft->table;
        if (placed.kind == schema::distribution_kind::colocated)
            all.push_back(fmt::format("colocated_with<{}>", full(named(placed.parent_table))));
        else
            all.push_back(fmt::format("by_{}", schema::name_of(placed.strategy)));
        if (root->placed.strategy == schema::strategy_kind::hash && !t.draft->stores_bucket)
            all.emplace_back("bucket_by_expression");
        if (placed.null_bucket)
            all.push_back(fmt::format("nulls_in_bucket<{}>", *placed.null_bucket));
    }

    /// Keys have the order of the mapping: the primary key's and the shard key's columns in theirs.
    static columns_of_key mapping_order(const schema::table& t) {
        columns_of_key rest = t.primary_key;
        for (std::size_t i = 0; i < t.columns.size(); ++i)
            if (std::find(rest.begin(), rest.end(), i) == rest.end())
                rest.push_back(static_cast<column_index>(i));
        columns_of_key order;
        const auto placed = [&](column_index i) {
            return std::find(order.begin(), order.end(), i) != order.end();
        };
        const auto is_next = [&](const columns_of_key& key, column_index i) {
            const auto at = std::find(key.begin(), key.end(), i);
            return at == key.end() || std::all_of(key.begin(), at, placed);
        };
        while (!rest.empty()) {
            const auto next = std::find_if(rest.begin(), rest.end(), [&](column_index i) {
                return is_next(t.primary_key, i) && is_next(t.placed.shard_key, i);
            });
            if (next == rest.end())
                raise(
                    {.code = error_code::not_supported,
                     .message = fmt::format("table {}: its primary key and its shard key have the "
                                            "same columns in another order, which no mapping "
                                            "can say",
                                            t.name),
                     .table = t.name});
            order.push_back(*next);
            rest.erase(next);
        }
        return order;
    }

    void write_mapping(const named_table& t) {
        const schema::table& table = t.draft->table;
        line("\ntemplate <>");
        line("struct shardwise::mapping<{}>", full(t));
        line("    : table<{}, {}", full(t), string_literal(table.name));
        for (const std::string& option : options(t)) {
            out_.pop_back();
            line(",\n            {}", option);
        }
        out_.pop_back();
        line("> {{");
        for (const column_index i : mapping_order(table)) {
            const std::string& database = table.columns[i].name;
            line("    column<{}{}> {}{};", member(t, i), tags(t, i), t.columns[i],
                 t.members[i] == database ? "" : fmt::format("{{{}}}", string_literal(database)));
        }
        for (const std::string& relation : t.relations) line("    {}", relation);
        line("}};");
    }

    const draft& draft_;
    const source_schema& source_;
    std::string space_;
    std::vector<named_table> tables_;
    std::map<std::string, std::size_t> places_;
    std::set<std::string> taken_;
    std::string out_;
};

}  // namespace

generated_model write_model(const draft& d, const source_schema& source,
                            const generate_options& options) {
    if (!is_namespace_name(options.namespace_name))
        raise({.code = error_code::bad_identifier,
               .message = "the namespace has to be a name of C++, as shop or shop::model"});
    return writer(d, source, options).run();
}

generated_model generate_from(const source_schema& source, const generate_options& options) {
    draft d = draft_tables(source);
    distribute(d, options.distribution);
    finish(d, options.distribution);
    return write_model(d, source, options);
}

}  // namespace shardwise::ops
