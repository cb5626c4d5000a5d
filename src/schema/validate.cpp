// SPDX-License-Identifier: MIT
// The checks of one table by itself. What needs other tables is in registry.cpp.
#include <algorithm>
#include <set>

#include "base/ascii.hpp"
#include "schema/names.hpp"
#include "schema/table.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::schema {
namespace {

constexpr std::size_t most_columns =
    1000;  // MariaDB's limit is 1017, SQLite's and PostgreSQL's more
constexpr std::uint32_t longest_text = 10'485'760;  // PostgreSQL's varchar(n)
constexpr int most_digits = 38;

class table_check {
public:
    explicit table_check(const table& t) : t_(t) {}

    void run() {
        check_table_name();
        check_columns();
        check_primary_key();
        check_constraints();
        check_distribution();
        for (const unique_constraint& u : t_.uniques) check_scope(u);
    }

private:
    [[noreturn]] void fail(error_code code, const std::string& problem) const {
        raise(error_info{
            .code = code, .message = "table '" + t_.name + "': " + problem, .table = t_.name});
    }
    [[noreturn]] void bad(const std::string& problem) const {
        fail(error_code::bad_model, problem);
    }
    [[noreturn]] void bad_column(const column& c, const std::string& problem) const {
        bad("column '" + c.name + "' " + problem);
    }

    // --- names

    void check_name(const std::string& what, const std::string& name) const {
        const std::string_view fault = fault_of_name(name);
        if (fault.empty()) return;
        fail(error_code::bad_identifier,
             "the name of a " + what + " " + std::string(fault) + "; choose another name");
    }
    void check_object_name(const std::string& what, const std::string& name) const {
        check_name(what, name);
        if (is_reserved_object(name) && !is_lookup_table(t_.name))
            bad("the name '" + name + "' of a " + what +
                " is reserved: names that begin with sw_ or shardwise_ belong to shardwise and "
                "with sqlite_ to "
                "SQLite");
    }

    /// A name with a fault is not fit to be printed, and this one stands before every message.
    void check_table_name() const {
        const std::string_view fault = fault_of_name(t_.name);
        if (!fault.empty())
            raise(error_code::bad_identifier,
                  "the name of a table " + std::string(fault) + "; choose another name");
        check_object_name("table", t_.name);
    }

    // --- columns

    void check_columns() const {
        if (t_.columns.empty()) bad("it has no columns");
        if (t_.columns.size() > most_columns) bad("it has more than 1000 columns");
        std::set<std::string> seen;
        int generated_ids = 0;
        for (const column& c : t_.columns) {
            check_name("column", c.name);
            if (!seen.insert(ascii_lower(c.name)).second)
                bad_column(c, "is there twice (databases ignore the case of column names)");
            if (c.generated != generation::bucket && is_reserved_column(c.name))
                bad_column(c, "has a reserved name; choose another one");
            check_size(c);
            check_generation(c);
            if (c.generated == generation::cluster_id) ++generated_ids;
        }
        if (generated_ids > 1) bad("it has more than one generated id column");
    }

    void check_size(const column& c) const {
        const bool has_length = c.type == column_type::text || c.type == column_type::blob;
        if (c.length != 0 && !has_length)
            bad_column(c, "has a length, which only text and bytes can have");
        if (c.type == column_type::text && c.length > longest_text)
            bad_column(c, "is longer than 10485760 characters; leave the length out instead");
        if (c.type == column_type::decimal) {
            if (c.precision < 1 || c.precision > most_digits)
                bad_column(c, "is a decimal and needs a precision of 1 to 38 digits");
            if (c.scale > c.precision)
                bad_column(c, "has more digits behind the point (scale) than digits (precision)");
        } else if (c.precision != 0 || c.scale != 0) {
            bad_column(c, "has a precision or a scale, which only decimals can have");
        }
    }

    void check_generation(const column& c) const {
        if (c.generated == generation::none) return;
        if (c.nullable) bad_column(c, "is generated and cannot be nullable");
        if (!c.default_sql.empty()) bad_column(c, "is generated and cannot have a default, too");
        if (c.generated == generation::cluster_id && c.type != column_type::int64 &&
            c.type != column_type::uuid)
            bad_column(c, "is a generated id and has to be a 64-bit integer or a UUID");
        if (c.generated == generation::bucket &&
            (c.name != bucket_column_name || c.type != column_type::int16 ||
             &c != &t_.columns.back()))
            bad_column(c, "holds the bucket and has to be the last one, sw_bucket of type int16");
    }

    // --- keys and constraints

    /// `what` is "the primary key", "index 'x'", ...
    void check_key(const std::string& what, const std::vector<column_index>& key) const {
        if (key.empty()) bad(what + " has no columns");
        std::set<column_index> seen;
        for (const column_index i : key) {
            if (i >= t_.columns.size()) bad(what + " has a column that the table does not have");
            const column& c = t_.columns[i];
            if (!seen.insert(i).second) bad(what + " has the column '" + c.name + "' twice");
            if (c.type == column_type::json)
                bad(what + " has the JSON column '" + c.name + "', which databases cannot compare");
        }
    }
    void refuse_bucket(const std::string& what, const std::vector<column_index>& key) const {
        for (const column_index i : key)
            if (t_.columns[i].generated == generation::bucket)
                bad(what + " has the column sw_bucket, which belongs to shardwise");
    }

    void check_primary_key() const {
        if (t_.primary_key.empty())
            bad("it has no primary key; shardwise needs one to know its rows");
        check_key("the primary key", t_.primary_key);
        refuse_bucket("the primary key", t_.primary_key);
        for (const column_index i : t_.primary_key)
            if (t_.columns[i].nullable)
                bad_column(t_.columns[i], "is part of the primary key and cannot be nullable");
    }

    void check_constraints() const {
        std::set<std::string> seen;
        const auto check_constraint_name = [&](const std::string& what, const std::string& name) {
            check_object_name(what, name);
            if (!seen.insert(ascii_lower(name)).second)
                bad("the name '" + name + "' is given to two constraints or indexes");
        };
        for (const unique_constraint& u : t_.uniques) {
            check_constraint_name("unique constraint", u.name);
            check_key("unique constraint '" + u.name + "'", u.columns);
            refuse_bucket("unique constraint '" + u.name + "'", u.columns);
        }
        for (const index& i : t_.indexes) {
            check_constraint_name("index", i.name);
            check_key("index '" + i.name + "'", i.columns);
        }
        for (const check_constraint& c : t_.checks) {
            check_constraint_name("check constraint", c.name);
            if (c.sql.empty()) bad("check constraint '" + c.name + "' is empty");
        }
        for (const foreign_key& f : t_.foreign_keys) {
            check_constraint_name("foreign key", f.name);
            check_foreign_key(f);
        }
    }

    void check_foreign_key(const foreign_key& f) const {
        const std::string what = "foreign key '" + f.name + "'";
        check_key(what, f.columns);
        refuse_bucket(what, f.columns);
        if (f.parent_table.empty()) bad(what + " names no parent table");
        if (f.columns.size() != f.parent_columns.size())
            bad(what + " has another number of columns than it refers to");
        if (f.on_delete != delete_rule::set_null) return;
        for (const column_index i : f.columns) {
            if (!t_.columns[i].nullable)
                bad(what + " sets column '" + t_.columns[i].name +
                    "' to NULL on delete, which is not nullable");
            if (is_shard_key(i))
                bad(what + " sets column '" + t_.columns[i].name +
                    "' to NULL on delete; it is part of the shard key, and the row would be left "
                    "on the wrong shard");
        }
    }

    // --- distribution

    bool is_shard_key(column_index i) const {
        const auto& key = t_.placed.shard_key;
        return std::find(key.begin(), key.end(), i) != key.end();
    }

    void check_distribution() const {
        const distribution& d = t_.placed;
        check_bucket_column();
        if (d.kind == distribution_kind::reference) {
            if (!d.shard_key.empty() || !d.parent_table.empty() || d.null_bucket)
                bad("it is a reference table, which has a full copy on each shard and therefore "
                    "no shard key and no table it lives with");
            return;
        }
        if (d.shard_key.empty())
            bad("it is " + std::string(name_of(d.kind)) + " and needs a shard key");
        check_shard_key();
        if (d.kind == distribution_kind::sharded) {
            if (!d.parent_table.empty())
                bad("it is sharded by itself and cannot live with table '" + d.parent_table +
                    "', too");
        } else if (d.parent_table.empty() || d.parent_table == t_.name) {
            bad("it is colocated and has to name the other table whose rows it lives with");
        }
    }

    void check_shard_key() const {
        const distribution& d = t_.placed;
        check_key("the shard key", d.shard_key);
        refuse_bucket("the shard key", d.shard_key);
        bool nullable = false;
        for (const column_index i : d.shard_key) {
            const column& c = t_.columns[i];
            nullable = nullable || c.nullable;
            if (c.type == column_type::float64)
                bad_column(c,
                           "is a double and cannot be part of the shard key: equal numbers "
                           "could be placed differently");
        }
        if (d.null_bucket && !nullable)
            bad("it has a bucket for rows without a shard key, but no column of the shard key is "
                "nullable");
    }

    void check_bucket_column() const {
        const distribution& d = t_.placed;
        if (d.stored_bucket != t_.bucket_column().has_value())
            bad(d.stored_bucket
                    ? "it stores its bucket and needs sw_bucket of type int16 as its last column"
                    : "it has a column sw_bucket, but does not store its bucket");
        if (d.stored_bucket &&
            (d.kind == distribution_kind::reference || d.strategy != strategy_kind::hash))
            bad("only tables that are placed by hash store their bucket");
    }

    void check_scope(const unique_constraint& u) const {
        if (t_.is_reference()) return;
        const auto& key = t_.placed.shard_key;
        const bool pins_shard = std::all_of(key.begin(), key.end(), [&](column_index i) {
            return std::find(u.columns.begin(), u.columns.end(), i) != u.columns.end();
        });
        if (pins_shard || u.scope == unique_scope::per_shard) return;
        if (u.scope == unique_scope::cluster) return check_cluster_scope(u);
        bad("unique constraint '" + u.name +
            "' does not contain the shard key; say cluster_unique or unique_per_shard");
    }

    /// Its lookup row has to come and go with the row, and nobody may change the row behind it.
    void check_cluster_scope(const unique_constraint& u) const {
        for (const column_index i : u.columns) {
            const column& c = t_.columns[i];
            if (c.type == column_type::float64 || c.type == column_type::json)
                bad_column(c,
                           "cannot be unique in the cluster: equal values of its type may be "
                           "written differently");
        }
        for (const foreign_key& f : t_.foreign_keys)
            if (f.on_delete != delete_rule::restrict)
                bad("unique constraint '" + u.name + "' spans shards, and foreign key '" + f.name +
                    "' lets the database change rows by itself, which would leave the lookup table "
                    "behind: declare on_delete::restrict and delete the rows first");
    }

    const table& t_;
};

}  // namespace

void validate(const table& t) { table_check{t}.run(); }

}  // namespace shardwise::schema
