// SPDX-License-Identifier: MIT
#include "parse/table_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggestion.hpp"
#include "parse/check_writer.hpp"
#include "parse/column_types.hpp"

namespace shardwise::parse {

namespace {

schema::delete_rule delete_rule_of(const tree_node& constraint) {
    const std::string action = constraint.text("fk_del_action");
    if (action == "c") return schema::delete_rule::cascade;
    if (action == "n") return schema::delete_rule::set_null;
    if (action == "a" || action == "r") return schema::delete_rule::restrict;
    constraint.refuse("ON DELETE SET DEFAULT is not supported: use RESTRICT, CASCADE or SET NULL");
}

std::string_view constraint_kind_said(const std::string& contype) {
    if (contype == "CONSTR_GENERATED") return "GENERATED ALWAYS AS (expression)";
    if (contype == "CONSTR_IDENTITY")
        return "GENERATED AS IDENTITY (shardwise makes ids that are unique in the cluster)";
    if (contype == "CONSTR_EXCLUSION") return "EXCLUDE";
    if (contype == "CONSTR_ATTR_DEFERRABLE" || contype == "CONSTR_ATTR_DEFERRED")
        return "DEFERRABLE";
    if (contype == "CONSTR_ATTR_NOT_DEFERRABLE" || contype == "CONSTR_ATTR_IMMEDIATE")
        return "NOT DEFERRABLE or INITIALLY IMMEDIATE (nothing is deferred anyway)";
    return contype;
}

[[noreturn]] void refuse_constraint(const tree_node& constraint) {
    constraint.refuse(fmt::format("{} is not supported: leave it out",
                                  constraint_kind_said(constraint.text("contype"))));
}

}  // namespace

std::string plain_table_name(const tree_node& relation) {
    relation.allow_only("a table name", {"relname", "inh", "relpersistence", "location"});
    if (relation.text("relpersistence") != "p")
        relation.refuse("TEMPORARY and UNLOGGED tables are not supported: leave the word out");
    if (!relation.flag("inh")) relation.refuse("ONLY is not supported: leave it out");
    return relation.text("relname");
}

table_builder::table_builder(const tree_node& statement) {
    const tree_node relation = statement.child("relation");
    table_.name = plain_table_name(relation);
    table_.placed.kind = schema::distribution_kind::sharded;
    tree_node(statement).allow_only("CREATE TABLE",
                                    {"relation", "tableElts", "oncommit", "if_not_exists"});
    const std::vector<tree_node> elements = statement.children("tableElts");
    for (const tree_node& e : elements) {
        if (e.kind() == "ColumnDef")
            add_column(e.inner());
        else if (e.kind() != "Constraint")
            e.refuse("LIKE another table is not supported: write the columns out");
    }
    for (const tree_node& e : elements)
        if (e.kind() == "Constraint") add_table_constraint(e.inner());
    add_checks();
    for (const schema::column_index i : table_.primary_key) {
        if (null_columns_.count(table_.columns[i].name) != 0)
            relation.refuse(
                fmt::format("column \"{}\" is both NULL and part of the primary key of "
                            "\"{}\"",
                            table_.columns[i].name, table_.name));
        table_.columns[i].nullable = false;
    }
}

void table_builder::add_column(const tree_node& definition) {
    definition.allow_only("a column",
                          {"colname", "typeName", "is_local", "constraints", "location"});
    schema::column c;
    c.name = definition.text("colname");
    c.nullable = true;
    if (!definition.has("typeName"))
        definition.refuse(fmt::format("column \"{}\" has no type", c.name));
    if (table_.find_column(c.name))
        definition.refuse(
            fmt::format("table \"{}\" has two columns named \"{}\"", table_.name, c.name));
    set_type(c, definition.child("typeName"));
    table_.columns.push_back(c);
    for (const tree_node& constraint : definition.children("constraints"))
        add_column_constraint(table_.columns.back(), constraint.inner());
}

void table_builder::add_column_constraint(schema::column& c, const tree_node& constraint) {
    const std::string contype = constraint.text("contype");
    const std::vector<std::string> own{c.name};
    if (contype == "CONSTR_NOTNULL" || contype == "CONSTR_NULL") {
        constraint.allow_only("NULL or NOT NULL", {"contype", "location", "conname"});
        if (contype == "CONSTR_NULL") null_columns_.insert(c.name);
        c.nullable = c.nullable && contype == "CONSTR_NULL";
        if (!c.nullable && null_columns_.count(c.name) != 0)
            constraint.refuse(fmt::format("column \"{}\" is both NULL and NOT NULL", c.name));
    } else if (contype == "CONSTR_DEFAULT") {
        constraint.allow_only("DEFAULT", {"contype", "location", "raw_expr", "conname"});
        if (!c.default_sql.empty())
            constraint.refuse(fmt::format("column \"{}\" has two DEFAULTs", c.name));
        c.default_sql = default_of(c, constraint.child("raw_expr"));
    } else if (contype == "CONSTR_PRIMARY") {
        set_primary_key(constraint, own);
    } else if (contype == "CONSTR_UNIQUE") {
        add_unique(constraint, own);
    } else if (contype == "CONSTR_CHECK") {
        checks_.push_back(constraint);
        check_columns_.push_back(own);
    } else if (contype == "CONSTR_FOREIGN") {
        add_foreign_key(constraint, own);
    } else {
        refuse_constraint(constraint);
    }
}

void table_builder::add_table_constraint(const tree_node& constraint) {
    const std::string contype = constraint.text("contype");
    if (contype == "CONSTR_PRIMARY") {
        set_primary_key(constraint, constraint.strings("keys"));
    } else if (contype == "CONSTR_UNIQUE") {
        add_unique(constraint, constraint.strings("keys"));
    } else if (contype == "CONSTR_CHECK") {
        checks_.push_back(constraint);
        check_columns_.emplace_back();
    } else if (contype == "CONSTR_FOREIGN") {
        add_foreign_key(constraint, constraint.strings("fk_attrs"));
    } else {
        refuse_constraint(constraint);
    }
}

void table_builder::set_primary_key(const tree_node& constraint, std::vector<std::string> columns) {
    constraint.allow_only("PRIMARY KEY", {"contype", "conname", "location", "keys"});
    if (!table_.primary_key.empty())
        constraint.refuse(fmt::format("table \"{}\" has two primary keys", table_.name));
    table_.primary_key = indexes_of(constraint, columns);
}

void table_builder::add_unique(const tree_node& constraint, std::vector<std::string> columns) {
    constraint.allow_only("UNIQUE", {"contype", "conname", "location", "keys"});
    schema::unique_constraint u;
    u.columns = indexes_of(constraint, columns);
    u.name = constraint_name(constraint, constraint.text("conname"), columns, "key");
    table_.uniques.push_back(std::move(u));
}

void table_builder::add_foreign_key(const tree_node& constraint, std::vector<std::string> columns) {
    constraint.allow_only("a foreign key",
                          {"contype", "conname", "location", "pktable", "pk_attrs", "fk_attrs",
                           "fk_matchtype", "fk_upd_action", "fk_del_action", "initially_valid"});
    if (constraint.text("fk_matchtype") != "s")
        constraint.refuse("MATCH FULL and MATCH PARTIAL are not supported: leave them out");
    if (constraint.text("fk_upd_action") != "a")
        constraint.refuse("ON UPDATE is not supported, keys do not change: leave it out");
    schema::foreign_key f;
    f.columns = indexes_of(constraint, columns);
    f.parent_table = plain_table_name(constraint.child("pktable"));
    f.parent_columns = constraint.strings("pk_attrs");
    f.on_delete = delete_rule_of(constraint);
    f.name = constraint_name(constraint, constraint.text("conname"), columns, "fkey");
    references_.push_back({table_.foreign_keys.size(), constraint});
    table_.foreign_keys.push_back(std::move(f));
}

void table_builder::add_checks() {
    for (std::size_t i = 0; i < checks_.size(); ++i) {
        const tree_node& constraint = checks_[i];
        constraint.allow_only("CHECK",
                              {"contype", "conname", "location", "raw_expr", "initially_valid"});
        schema::check_constraint c;
        c.sql = portable_check(table_, constraint.child("raw_expr"));
        c.name =
            constraint_name(constraint, constraint.text("conname"), check_columns_[i], "check");
        table_.checks.push_back(std::move(c));
    }
}

void table_builder::add_index(const tree_node& statement) {
    statement.allow_only("CREATE INDEX", {"idxname", "relation", "accessMethod", "indexParams",
                                          "unique", "if_not_exists"});
    const tree_node at = statement.child("relation");
    if (statement.text("accessMethod") != "btree")
        at.refuse("only ordinary (btree) indexes are supported: leave USING out");
    std::vector<std::string> columns;
    for (const tree_node& wrapped : statement.children("indexParams")) {
        const tree_node element(wrapped.inner());
        element.allow_only("an index", {"name", "ordering", "nulls_ordering"});
        const std::string ordering = element.text("ordering");
        if ((ordering != "SORTBY_DEFAULT" && ordering != "SORTBY_ASC") ||
            element.text("nulls_ordering") != "SORTBY_NULLS_DEFAULT")
            at.refuse(
                "DESC and NULLS FIRST in an index are not supported: leave them out, indexes "
                "are read in both directions");
        columns.push_back(element.text("name"));
    }
    std::vector<schema::column_index> indexes = indexes_of(at, columns);
    const bool unique = statement.flag("unique");
    std::string name = constraint_name(at, statement.text("idxname"), columns, "idx");
    if (unique) {
        schema::unique_constraint u;
        u.name = std::move(name);
        u.columns = std::move(indexes);
        table_.uniques.push_back(std::move(u));
    } else {
        table_.indexes.push_back({std::move(name), std::move(indexes)});
    }
}

void table_builder::resolve_parents(const std::vector<table_builder>& all) {
    for (const parent_reference& reference : references_) {
        schema::foreign_key& f = table_.foreign_keys[reference.foreign_key];
        const auto parent = std::find_if(all.begin(), all.end(), [&](const table_builder& b) {
            return b.table_.name == f.parent_table;
        });
        if (parent == all.end()) {
            if (f.parent_columns.empty())
                reference.node.refuse(
                    fmt::format("table \"{0}\" is not in this text, so its "
                                "columns are not known: write REFERENCES "
                                "{0}(column)",
                                f.parent_table));
        } else if (f.parent_columns.empty()) {
            for (const schema::column_index i : parent->table_.primary_key)
                f.parent_columns.push_back(parent->table_.columns[i].name);
        } else {
            parent->indexes_of(reference.node, f.parent_columns);
        }
        if (f.parent_columns.size() != f.columns.size())
            reference.node.refuse(
                fmt::format("a foreign key of {} columns refers to {} columns of "
                            "\"{}\": name as many",
                            f.columns.size(), f.parent_columns.size(), f.parent_table));
    }
}

std::vector<schema::column_index> table_builder::indexes_of(
    const tree_node& at, const std::vector<std::string>& names) const {
    std::vector<schema::column_index> found;
    for (const std::string& name : names) {
        const auto i = table_.find_column(name);
        if (!i) {
            std::vector<std::string_view> known;
            for (const schema::column& c : table_.columns) known.push_back(c.name);
            at.refuse(fmt::format("table \"{}\" has no column \"{}\"{}", table_.name, name,
                                  did_you_mean(name, known)));
        }
        if (std::find(found.begin(), found.end(), *i) != found.end())
            at.refuse(fmt::format("column \"{}\" is named twice in one key", name));
        found.push_back(*i);
    }
    return found;
}

std::string table_builder::constraint_name(const tree_node& at, const std::string& written,
                                           const std::vector<std::string>& columns,
                                           std::string_view kind) {
    if (!written.empty()) {
        if (!names_.insert(written).second)
            at.refuse(fmt::format("table \"{}\" has two constraints or indexes named \"{}\"",
                                  table_.name, written));
        return written;
    }
    std::string base = table_.name;
    for (const std::string& column : columns) base += "_" + column;
    base += fmt::format("_{}", kind);
    std::string name = base;
    for (int n = 1; names_.count(name) != 0; ++n) name = base + std::to_string(n);
    constexpr std::size_t longest_constraint_name = 63;
    if (name.size() > longest_constraint_name)
        at.refuse(
            fmt::format("the name of this constraint or index would be \"{}\", longer than "
                        "{} bytes: give it a name",
                        name, longest_constraint_name));
    names_.insert(name);
    return name;
}

}  // namespace shardwise::parse
