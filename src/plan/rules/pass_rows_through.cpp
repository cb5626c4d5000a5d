// SPDX-License-Identifier: MIT
#include "plan/rules/pass_rows_through.hpp"

#include <algorithm>

#include "plan/colocation.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::plan {
namespace {

class passing {
public:
    passing(const sql::change& c, const plan& rows) : c_(c), target_(*c.target), rows_(rows) {}

    bool possible() {
        const auto* const leaf = std::get_if<scatter>(&rows_.root->op);
        return leaf != nullptr && !leaf->parts.empty() && !target_.is_reference() &&
               !c_.inserted->has_conflict && c_.returning.empty() &&
               c_.inserted->source->branches.empty() && columns_need_nothing() && keys_stay();
    }

    std::vector<change_plan::part> parts() const {
        std::vector<change_plan::part> out;
        for (const scatter::part& p : std::get<scatter>(rows_.root->op).parts) {
            auto* const mine = new sql::change(c_);
            const sql::change_ptr owner{mine};
            const shared<sql::select> source = sql::clone(*p.query);
            if (const auto bucket = target_.bucket_column()) {
                mine->inserted->columns.push_back(*bucket);
                source->items.push_back({bucket_, {}});
                // One bucket for each key, and the key is grouped: the groups stay what they are.
                if (!source->group_by.empty()) source->group_by.push_back(bucket_);
            }
            mine->inserted->source = sql::freeze(source);
            out.push_back({p.shard, owner});
        }
        return out;
    }

private:
    std::optional<std::size_t> position_of(schema::column_index column) const {
        const auto& given = c_.inserted->columns;
        const auto at = std::find(given.begin(), given.end(), column);
        if (at == given.end()) return std::nullopt;
        return static_cast<std::size_t>(at - given.begin());
    }

    bool columns_need_nothing() const {
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            const schema::column& column = target_.columns[i];
            if (column.generated == schema::generation::bucket) continue;
            const auto at = position_of(static_cast<schema::column_index>(i));
            if (at && !fits(*c_.inserted->source->items[*at].expression, column)) return false;
            if (!at && (!column.nullable || !column.default_sql.empty() ||
                        column.generated != schema::generation::none))
                return false;
        }
        return true;
    }

    /// Every value of the expression can be kept in the column, so nothing has to be checked.
    static bool fits(const sql::expr& e, const schema::column& c) {
        if (e.kind != sql::expr_kind::column || e.type.type != c.type || e.type.scale != c.scale ||
            e.type.precision != c.precision)
            return false;
        const std::uint32_t length = e.ref.table->columns[e.ref.column].length;
        return c.length == 0 || (length != 0 && length <= c.length);
    }

    bool keys_stay() {
        try {
            const key_scope scope = scope_of(*c_.inserted->source);
            if (!scope.anchor || scope.anchor->placed.root_table != target_.placed.root_table)
                return false;
            const auto& key = target_.placed.shard_key;
            for (std::size_t i = 0; i < key.size(); ++i) {
                const auto at = position_of(key[i]);
                if (!at) return false;
                const sql::expr& e = *c_.inserted->source->items[*at].expression;
                const key_column* const known = scope.find(e.ref);
                if (known == nullptr || known->key != i || known->outer) return false;
                if (e.type.nullable && !nulls_stay(*e.ref.table)) return false;
                if (!bucket_stays(*known)) return false;
            }
            return scope.key_count() == key.size();
        } catch (const not_supported_error&) {
            return false;
        }
    }

    /// A row without a key lives in the bucket for them, which both tables must have.
    bool nulls_stay(const schema::table& source) const {
        return target_.placed.null_bucket && source.placed.null_bucket;
    }

    bool bucket_stays(const key_column& k) {
        if (!target_.placed.stored_bucket) return true;
        const auto bucket = k.column.table->bucket_column();
        if (!bucket || !k.declared) return false;
        bucket_ = sql::column({k.column.table, *bucket, k.column.alias});
        return true;
    }

    const sql::change& c_;
    const schema::table& target_;
    const plan& rows_;
    sql::expr_ptr bucket_;
};

}  // namespace

std::vector<change_plan::part> pass_rows_through(const sql::change& c, const plan& rows) {
    passing p(c, rows);
    return p.possible() ? p.parts() : std::vector<change_plan::part>{};
}

}  // namespace shardwise::plan
