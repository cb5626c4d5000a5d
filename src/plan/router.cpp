// SPDX-License-Identifier: MIT
#include "plan/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "plan/expressions.hpp"
#include "plan/key_literal.hpp"
#include "plan/predicate.hpp"
#include "plan/truth.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::plan {
namespace {

/// Beyond this many comparisons candidates are not tried one by one against the whole condition;
/// the route is then a superset.
constexpr std::size_t most_trials = 200'000;
/// Values and buckets that a reason lists.
constexpr std::size_t listed = 6;

std::string key_name(const key_scope& scope) {
    std::string out = scope.anchor->name;
    if (scope.key_count() == 1) return out + "." + scope.key_at(0).name;
    out += "(";
    for (std::size_t i = 0; i < scope.key_count(); ++i)
        out += (i ? ", " : "") + scope.key_at(i).name;
    return out + ")";
}

std::string display(std::span<const arg> key) {
    if (key.size() == 1) return to_display(key[0]);
    std::string out = "(";
    for (std::size_t i = 0; i < key.size(); ++i) out += (i ? ", " : "") + to_display(key[i]);
    return out + ")";
}

std::string display(const sharding::shard_map& map, const bucket_set& buckets) {
    if (const auto b = buckets.single())
        return fmt::format("{} bucket {}", map.strategy().describe(), *b);
    std::string out = fmt::format("{} buckets ", map.strategy().describe());
    const std::vector<bucket_id> all = buckets.to_vector();
    for (std::size_t i = 0; i < all.size() && i < listed; ++i)
        out += (i ? ", " : "") + std::to_string(all[i]);
    if (all.size() > listed) out += fmt::format(" and {} more", all.size() - listed);
    return out;
}

/// The region's points fulfil such a condition already: no need to try them against it.
bool is_exact(const sql::expr& e) {
    if (e.kind == sql::expr_kind::in_list || e.kind == sql::expr_kind::between) return !e.negated;
    return e.kind == sql::expr_kind::binary && e.operation != sql::op::disj &&
           e.operation != sql::op::ne && e.operands[0]->kind != sql::expr_kind::binary &&
           e.operands[1]->kind != sql::expr_kind::binary;
}

struct key_tuples {
    std::size_t count = 0;
    std::string text;  ///< the first few, for the reason
    bucket_set buckets;
    bool any_bucket = false;
};

/// Reasons are for people: where nobody reads them they are not written.
enum class reasons : bool { untold, told };

/// One statement's way to its shards.
class locator {
public:
    locator(const key_scope& scope, const cluster_view& view, const directory_entries& entries,
            const std::vector<const sql::expr*>& conditions, reasons wanted)
        : told_(wanted == reasons::told),
          by_key_(view.rules.route_by_key),
          scope_(scope),
          keys_(view.map_of(*scope.anchor), entries),
          conditions_(conditions),
          analysis_(scope, keys_) {}

    routed run() {
        if (!by_key_) return {everywhere("the rewrite route_by_key is switched off"), {}};
        region r;
        for (const sql::expr* e : conditions_) r = analysis_.meet(std::move(r), analysis_.of(*e));
        routed out;
        out.where = r.empty ? excluded() : route_of(r);
        out.pending = std::move(keys_.pending());
        return out;
    }

private:
    route route_of(const region& r) {
        if (r.pinned() && (r.columns.size() == 1 || r.combinations() <= most_combinations))
            return route_of_keys(r);
        if (r.buckets && !r.buckets->is_all()) {
            route out = finish(*r.buckets);
            if (told_)
                out.reason = fmt::format("conditions on {} -> {}", key_name(scope_),
                                         display(keys_.map(), *r.buckets));
            return out;
        }
        if (!told_) return everywhere({});
        return everywhere(conditions_.empty()
                              ? fmt::format("no condition on {}", key_name(scope_))
                              : fmt::format("no condition that places {} by {}", key_name(scope_),
                                            keys_.map().strategy().describe()));
    }

    route route_of_keys(const region& r) {
        const key_tuples t = locate(r);
        if (t.count == 0) return excluded();
        if (!told_) return t.any_bucket ? everywhere({}) : finish(t.buckets);
        std::string reason = fmt::format("{} {}", key_name(scope_), t.count == 1 ? "= " : "in (");
        reason += t.text;
        if (t.count > listed) reason += fmt::format(", and {} more", t.count - listed);
        if (t.count > 1) reason += ")";
        if (t.any_bucket) return everywhere(reason + ", which must be looked up");
        route out = finish(t.buckets);
        out.reason = t.buckets.empty()
                         ? reason + " -> no bucket holds such a key"
                         : fmt::format("{} -> {}", reason, display(keys_.map(), t.buckets));
        return out;
    }

    key_tuples locate(const region& r) {
        std::size_t work = 0;
        std::vector<const sql::expr*> tried;
        for (const sql::expr* e : conditions_) {
            if (is_exact(*e)) continue;
            tried.push_back(e);
            work += work_of(*e);
        }
        const bool try_each = !tried.empty() && work <= most_trials / r.combinations();
        key_tuples out;
        out.buckets = bucket_set::none(keys_.map().bucket_count());
        for_each_key(r, [&](std::span<const arg> key) {
            if (try_each && !possible(tried, key)) return;
            if (++out.count <= listed && told_)
                out.text += (out.count > 1 ? ", " : "") + display(key);
            const key_buckets::found f = keys_.find(key);
            if (f.what == key_buckets::answer::bucket) {
                if (!r.buckets || r.buckets->contains(f.bucket)) out.buckets.add(f.bucket);
            } else if (f.what != key_buckets::answer::nowhere) {
                out.any_bucket = true;
            }
        });
        return out;
    }

    bool possible(std::span<const sql::expr* const> tried, std::span<const arg> key) const {
        return std::all_of(tried.begin(), tried.end(), [&](const sql::expr* e) {
            return outcomes_for(*e, scope_, key) & possible_true;
        });
    }

    route excluded() const {
        route out{route_kind::none, {}, {}};
        if (told_)
            out.reason = fmt::format("the conditions on {} exclude every row", scope_.anchor->name);
        return out;
    }

    route everywhere(std::string reason) const {
        const shard_set& all = keys_.map().all_shards();
        return {all.size() == 1 ? route_kind::one : route_kind::all, all, std::move(reason)};
    }

    route finish(const bucket_set& buckets) const {
        route out{route_kind::none, keys_.map().shards_of(buckets), {}};
        if (out.shards.size() == 1)
            out.kind = route_kind::one;
        else if (!out.shards.empty())
            out.kind = out.shards.size() == keys_.map().all_shards().size() ? route_kind::all
                                                                            : route_kind::some;
        return out;
    }

    bool told_;
    bool by_key_;
    const key_scope& scope_;
    key_buckets keys_;
    const std::vector<const sql::expr*>& conditions_;
    predicate_analysis analysis_;
};

shard_set every_shard(const cluster_view& view) {
    shard_set all(view.shard_count);
    std::iota(all.begin(), all.end(), shard_index{0});
    return all;
}

/// Reference tables: one copy, the same one for the same table, spread over the shards by name.
shard_index copy_for(const schema::table& t, const cluster_view& view) {
    std::uint64_t h = 1469598103934665603u;
    for (const char c : t.name) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return static_cast<shard_index>(h % std::max<std::size_t>(view.shard_count, 1));
}

/// The rows are on the shards of both routes.
void narrow(route& where, const route& also) {
    shard_set both;
    std::set_intersection(where.shards.begin(), where.shards.end(), also.shards.begin(),
                          also.shards.end(), std::back_inserter(both));
    if (both.size() == where.shards.size()) return;
    where.kind = both.empty()       ? route_kind::none
                 : both.size() == 1 ? route_kind::one
                                    : route_kind::some;
    where.shards = std::move(both);
    if (!also.reason.empty()) where.reason += "; " + also.reason;
}

struct routing_input {
    const cluster_view& view;
    const directory_entries& entries;
    reasons wanted;
};

routed routed_within(const key_scope& scope, const sql::select& s, const routing_input& in) {
    routed out;
    if (!scope.anchor) {
        out.where = {route_kind::any, {copy_for(*s.from.table, in.view)}, {}};
        return out;
    }
    const std::vector<const sql::expr*> conditions = conditions_of(s);
    out = locator(scope, in.view, in.entries, conditions, in.wanted).run();
    for (const key_scope& linked : scope.linked) {
        routed also = locator(linked, in.view, in.entries, conditions, in.wanted).run();
        std::move(also.pending.begin(), also.pending.end(), std::back_inserter(out.pending));
        narrow(out.where, also.where);
    }
    return out;
}

routed routed_within(const key_scope& scope, const sql::change& c, const routing_input& in) {
    routed out;
    if (!scope.anchor) {
        out.where = {
            in.view.shard_count == 1 ? route_kind::one : route_kind::all, every_shard(in.view), {}};
        return out;
    }
    std::vector<const sql::expr*> conditions;
    add_conjuncts(c.where, conditions);
    return locator(scope, in.view, in.entries, conditions, in.wanted).run();
}

[[noreturn]] void refuse_null_key(const schema::table& t, const schema::column& c) {
    raise(
        {.code = error_code::no_shard_key,
         .message = fmt::format("column \"{}\" of table \"{}\" is NULL but places the row; set it "
                                "or declare a bucket for NULL keys",
                                c.name, t.name),
         .table = t.name});
}

/// The key in the kinds of its columns, so that the same number finds the same bucket from every
/// C++ type.
void key_of_row(const schema::table& t, std::span<const arg> values, std::span<arg> key) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const schema::column& c = t.columns[t.placed.shard_key[i]];
        const key_literal l = equal_to(c, values[i]);
        if (l.what != key_literal::verdict::point)
            raise({.code = error_code::bad_value,
                   .message = fmt::format("a value of kind {} cannot be kept in column \"{}\" of "
                                          "table \"{}\", so it has no place",
                                          name_of(values[i].kind()), c.name, t.name),
                   .table = t.name});
        key[i] = l.at;
    }
}

}  // namespace

routed route_select(const sql::select& s, const cluster_view& view,
                    const directory_entries& entries) {
    const key_scope scope = scope_of(s);
    routed out = routed_within(scope, s, {view, entries, reasons::told});
    if (!scope.anchor) out.where.reason = "reference tables only: each shard has a full copy";
    return out;
}

routed route_change(const sql::change& c, const cluster_view& view,
                    const directory_entries& entries) {
    const key_scope scope = scope_of(c);
    routed out = routed_within(scope, c, {view, entries, reasons::told});
    if (!scope.anchor)
        out.where.reason =
            fmt::format("{} is a reference table: every copy is changed", c.target->name);
    return out;
}

routed route_within(const key_scope& scope, const sql::select& s, const cluster_view& view,
                    const directory_entries& entries) {
    return routed_within(scope, s, {view, entries, reasons::untold});
}

routed route_within(const key_scope& scope, const sql::change& c, const cluster_view& view,
                    const directory_entries& entries) {
    return routed_within(scope, c, {view, entries, reasons::untold});
}

std::optional<placement> place(const schema::table& t, std::span<const arg> shard_key,
                               const cluster_view& view, const directory_entries& entries) {
    const sharding::shard_map& map = view.map_of(t);
    if (shard_key.size() != t.placed.shard_key.size())
        raise({.code = error_code::internal,
               .message = fmt::format("table \"{}\" is placed by {} columns, {} were given", t.name,
                                      t.placed.shard_key.size(), shard_key.size()),
               .table = t.name});
    for (std::size_t i = 0; i < shard_key.size(); ++i) {
        if (!shard_key[i].is_null()) continue;
        const auto& bucket = t.placed.null_bucket;
        if (!bucket) refuse_null_key(t, t.columns[t.placed.shard_key[i]]);
        return placement{map.owner_of(*bucket), *bucket};
    }
    constexpr std::size_t few = 4;
    arg on_stack[few];
    std::vector<arg> on_heap(shard_key.size() > few ? shard_key.size() : 0);
    const std::span<arg> key(on_heap.empty() ? on_stack : on_heap.data(), shard_key.size());
    key_of_row(t, shard_key, key);
    if (map.spec().kind != schema::strategy_kind::directory) {
        const auto bucket = map.strategy().bucket_of(key.data(), key.size());
        if (bucket) return placement{map.owner_of(*bucket), *bucket};
    } else {
        const auto* const entry = entries.find(map.group(), encode_key(key.data(), key.size()));
        if (!entry) return std::nullopt;
        if (*entry) return placement{map.owner_of(**entry), **entry};
    }
    raise({.code = error_code::unroutable_key,
           .message = fmt::format("no bucket of {} is declared for this key of table \"{}\"",
                                  map.strategy().describe(), t.name),
           .table = t.name,
           .detail = display(key)});
}

}  // namespace shardwise::plan
