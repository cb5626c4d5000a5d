// SPDX-License-Identifier: MIT
#include "cluster/schema_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "schema/unique_lookup.hpp"

namespace shardwise::cluster_layer {

namespace {

using schema::column_index;
using name_list = std::vector<std::string>;

class comparison {
public:
    comparison(const schema::table& declared, const catalog::found_table& found,
               sql::dialect_kind engine, strictness how)
        : declared_(declared), found_(found), engine_(engine), how_(how) {}

    std::vector<difference> run() {
        if (declared_.view) {
            view_columns();
            return std::move(differences_);
        }
        columns();
        further_columns();
        primary_key();
        if (how_ == strictness::own) {
            uniques();
            indexes();
            foreign_keys();
        }
        return std::move(differences_);
    }

private:
    void differs(std::string what, bool healable = false) {
        differences_.push_back({std::move(what), healable});
    }

    /// PostgreSQL's names are exact; the others ignore the case of ASCII letters.
    bool same_name(std::string_view a, std::string_view b) const {
        return engine_ == sql::dialect_kind::postgres ? a == b : equal_ignoring_case(a, b);
    }
    bool same_names(const name_list& a, const name_list& b) const {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [this](const auto& x, const auto& y) { return same_name(x, y); });
    }
    bool has(const std::vector<name_list>& lists, const name_list& wanted) const {
        return std::any_of(lists.begin(), lists.end(),
                           [&](const name_list& l) { return same_names(l, wanted); });
    }
    name_list names(const std::vector<column_index>& columns) const {
        name_list result;
        for (const column_index c : columns) result.push_back(declared_.columns.at(c).name);
        return result;
    }
    static std::string joined(const name_list& columns) {
        return fmt::format("({})", fmt::join(columns, ", "));
    }

    bool is_keyed(column_index i) const {
        const auto in = [i](const std::vector<column_index>& columns) {
            return std::find(columns.begin(), columns.end(), i) != columns.end();
        };
        const auto any = [&](const auto& list) {
            return std::any_of(list.begin(), list.end(),
                               [&](const auto& one) { return in(one.columns); });
        };
        return in(declared_.primary_key) || any(declared_.uniques) || any(declared_.indexes) ||
               any(declared_.foreign_keys);
    }

    const catalog::found_column* find(std::string_view name) const {
        for (const catalog::found_column& c : found_.columns)
            if (same_name(c.name, name)) return &c;
        return nullptr;
    }

    void columns() {
        for (std::size_t i = 0; i < declared_.columns.size(); ++i) {
            const schema::column& c = declared_.columns[i];
            const catalog::found_column* f = find(c.name);
            if (f == nullptr) {
                differs(fmt::format(
                    "column {} is missing{}", c.name,
                    c.generated == schema::generation::bucket && how_ == strictness::adopted
                        ? " (declare bucket_by_expression to do without it)"
                        : ""));
                continue;
            }
            if (!keeps(c, is_keyed(static_cast<column_index>(i)), f->type, engine_, how_))
                differs(fmt::format("column {} is {}, declared {}", c.name, f->type, declared(c)));
            if (c.type == column_type::text && !f->collation.empty())
                differs(collation_fault(c.name, f->collation, engine_));
            if (f->nullable && !c.nullable)
                differs(fmt::format("column {} can be NULL, declared not null", c.name));
            else if (!f->nullable && c.nullable)
                differs(fmt::format("column {} is not null, declared nullable", c.name));
            if (how_ == strictness::own && !c.default_sql.empty() && !f->has_default)
                differs(
                    fmt::format("column {} has no default, declared {}", c.name, c.default_sql));
        }
    }

    /// A view has no keys, and no engine tells which of its columns can be NULL. It may show more
    /// than the struct reads. SQLite knows no types of what is computed.
    void view_columns() {
        for (const schema::column& c : declared_.columns) {
            const catalog::found_column* f = find(c.name);
            if (f == nullptr) {
                differs(fmt::format("column {} is missing", c.name));
                continue;
            }
            const bool untold = engine_ == sql::dialect_kind::sqlite && f->type.empty();
            if (!untold && !keeps(c, false, f->type, engine_, strictness::adopted))
                differs(fmt::format("column {} is {}, declared {}", c.name, f->type, declared(c)));
            if (c.type == column_type::text && !f->collation.empty())
                differs(collation_fault(c.name, f->collation, engine_));
        }
    }

    static std::string declared(const schema::column& c) {
        if (c.type == column_type::decimal)
            return fmt::format("decimal({},{})", c.precision, c.scale);
        if (c.length != 0) return fmt::format("{}({})", name_of(c.type), c.length);
        return std::string(name_of(c.type));
    }

    void further_columns() {
        for (const catalog::found_column& f : found_.columns) {
            const bool known =
                std::any_of(declared_.columns.begin(), declared_.columns.end(),
                            [&](const schema::column& c) { return same_name(c.name, f.name); });
            if (known) continue;
            if (how_ == strictness::own)
                differs(fmt::format("column {} ({}) is not declared", f.name, f.type));
            else if (!f.nullable && !f.has_default)
                differs(
                    fmt::format("column {} ({}) is not declared, and rows cannot be inserted "
                                "without it",
                                f.name, f.type));
        }
    }

    void primary_key() {
        const name_list wanted = names(declared_.primary_key);
        if (how_ == strictness::adopted && has(found_.uniques, wanted)) return;
        if (same_names(found_.primary_key, wanted)) return;
        differs(found_.primary_key.empty()
                    ? fmt::format("there is no primary key, declared {}", joined(wanted))
                    : fmt::format("the primary key is {}, declared {}", joined(found_.primary_key),
                                  joined(wanted)));
    }

    void uniques() {
        std::vector<name_list> wanted;
        for (const schema::unique_constraint& u : declared_.uniques) {
            if (schema::needs_lookup(declared_, u)) continue;
            wanted.push_back(names(u.columns));
            if (!has(found_.uniques, wanted.back()))
                differs(fmt::format("unique {} is missing", joined(wanted.back())));
        }
        for (const name_list& u : found_.uniques)
            if (!has(wanted, u)) differs(fmt::format("unique {} is not declared", joined(u)));
    }

    void indexes() {
        for (const schema::index& i : schema::indexes_of(declared_)) {
            const name_list wanted = names(i.columns);
            if (!has(found_.indexes, wanted) && !has(found_.uniques, wanted))
                differs(fmt::format("index {} is missing", joined(wanted)),
                        engine_ != sql::dialect_kind::mariadb);
        }
    }

    bool same_key(const schema::foreign_key& d, const catalog::found_foreign_key& f) const {
        return same_name(d.parent_table, f.parent_table) &&
               same_names(names(d.columns), f.columns) &&
               (f.parent_columns.empty() || same_names(d.parent_columns, f.parent_columns));
    }

    void foreign_keys() {
        for (const schema::foreign_key& d : declared_.foreign_keys) {
            const auto f = std::find_if(found_.foreign_keys.begin(), found_.foreign_keys.end(),
                                        [&](const auto& one) { return same_key(d, one); });
            if (f == found_.foreign_keys.end())
                differs(fmt::format("foreign key {} to {} is missing", joined(names(d.columns)),
                                    d.parent_table));
            else if (f->on_delete != d.on_delete)
                differs(fmt::format("foreign key {} to {} has another ON DELETE rule",
                                    joined(names(d.columns)), d.parent_table));
        }
        for (const catalog::found_foreign_key& f : found_.foreign_keys)
            if (std::none_of(declared_.foreign_keys.begin(), declared_.foreign_keys.end(),
                             [&](const auto& d) { return same_key(d, f); }))
                differs(fmt::format("foreign key {} to {} is not declared", joined(f.columns),
                                    f.parent_table));
    }

    const schema::table& declared_;
    const catalog::found_table& found_;
    sql::dialect_kind engine_;
    strictness how_;
    std::vector<difference> differences_;
};

}  // namespace

std::string collation_fault(std::string_view column, std::string_view collation,
                            sql::dialect_kind engine) {
    std::string_view wanted = "BINARY";
    if (engine == sql::dialect_kind::mariadb)
        wanted =
            "utf8mb4_nopad_bin (ALTER TABLE ... CONVERT TO CHARACTER SET utf8mb4 COLLATE "
            "utf8mb4_nopad_bin)";
    else if (engine == sql::dialect_kind::postgres)
        wanted = "a deterministic one, best \"C\"";
    return fmt::format(
        "column {} compares text by the collation {}, shardwise by its bytes: give it {}", column,
        collation, wanted);
}

std::vector<difference> compare(const schema::table& declared,
                                const std::optional<catalog::found_table>& found,
                                sql::dialect_kind engine, strictness how) {
    if (!found && declared.view)
        return {
            {"the view is missing: shardwise does not make views, create it on each shard", false}};
    if (!found) return {{"the table is missing", true}};
    return comparison(declared, *found, engine, how).run();
}

}  // namespace shardwise::cluster_layer
