// SPDX-License-Identifier: MIT
#include "plan/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "plan/expressions.hpp"

namespace shardwise {

std::string explanation::to_string() const {
    std::string out = fmt::format("route: {} ({} of {} shards)\nreason: {}\n", route, shards.size(),
                                  shard_count, reason);
    if (!tree.empty()) out += tree;
    for (const shard_statement& s : statements) {
        out += fmt::format("{}: {}\n", s.shard, s.sql);
        if (s.values.empty()) continue;
        out += fmt::format("{:{}}  values: {}\n", "", s.shard.size(), fmt::join(s.values, ", "));
    }
    return out;
}

std::string explanation::to_json() const {
    nlohmann::ordered_json j;
    j["route"] = route;
    j["reason"] = reason;
    j["shards"] = shards;
    j["shard_count"] = shard_count;
    j["tree"] = tree;
    j["statements"] = nlohmann::ordered_json::array();
    for (const shard_statement& s : statements) {
        nlohmann::ordered_json one;
        one["shard"] = s.shard;
        one["sql"] = s.sql;
        one["values"] = s.values;
        j["statements"].push_back(std::move(one));
    }
    // Values may hold bytes that are not UTF-8: they are replaced, never an exception.
    return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace shardwise

namespace shardwise::plan {
namespace {

using names = std::vector<std::string>;

/// The embedded database is SQLite.
sql::compiled local_text(const local_query& q) {
    return sql::compile(*q.query, sql::dialect_for(sql::dialect_kind::sqlite));
}

std::string_view name_of(aggregate::merge how) {
    switch (how) {
        case aggregate::merge::sum:
            return "sum";
        case aggregate::merge::count:
            return "sum of counts";
        case aggregate::merge::min:
            return "min";
        case aggregate::merge::max:
            return "max";
        case aggregate::merge::avg:
            return "avg";
        case aggregate::merge::present:
            return "count of values";
    }
    return "?";
}

class tree_writer {
public:
    tree_writer(const cluster_view& view, std::span<const sql::dialect* const> dialects)
        : view_(view), dialects_(dialects) {}

    std::string write(const node_ptr& root) {
        render(*root, 0);
        std::string out;
        for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) out += *line + "\n";
        return out;
    }

private:
    /// Children first, because nodes are named after their inputs' columns; lines are kept
    /// in reverse.
    names render(const node& n, std::size_t depth) {
        return std::visit([&](const auto& op) { return line(op, n, depth); }, n.op);
    }

    void add(std::size_t depth, std::string text) {
        lines_.push_back(std::string(depth * 2, ' ') + std::move(text));
    }

    static names numbered(std::size_t count) {
        names out;
        for (std::size_t i = 0; i < count; ++i) out.push_back(fmt::format("#{}", i + 1));
        return out;
    }

    names line(const scatter& s, const node& n, std::size_t depth) {
        if (s.parts.empty()) {
            add(depth, "scatter nothing");
            return numbered(n.columns.size());
        }
        std::string shards;
        for (const scatter::part& p : s.parts)
            shards += (shards.empty() ? "" : ", ") + view_.shard_names.at(p.shard);
        const bool one_text = std::all_of(s.parts.begin(), s.parts.end(), [&](const auto& p) {
            return p.query == s.parts.front().query;
        });
        const scatter::part& first = s.parts.front();
        std::string text = sql::compile(*first.query, *dialects_[first.shard]).text;
        add(depth, fmt::format("scatter {}: {}{}", shards, text,
                               one_text ? "" : " (IN lists cut down to each shard)"));
        names out;
        for (const sql::select_item& i : first.query->items) out.push_back(heading_of(i));
        return out;
    }

    static std::string keys_text(const std::vector<sort_key>& keys, const names& columns) {
        std::string out;
        for (const sort_key& k : keys) {
            out += (out.empty() ? "" : ", ") + columns.at(k.column);
            if (k.descending) out += " desc";
            if (k.nulls_first != k.descending)
                out += k.nulls_first ? " nulls first" : " nulls last";
        }
        return out;
    }

    names sorted(std::string_view what, const std::vector<sort_key>& keys, const node_ptr& input,
                 std::size_t depth) {
        names in = render(*input, depth + 1);
        add(depth, fmt::format("{} {}", what, keys_text(keys, in)));
        return in;
    }
    names line(const merge_sort& s, const node&, std::size_t depth) {
        return sorted("merge_sort", s.keys, s.input, depth);
    }
    names line(const sort& s, const node&, std::size_t depth) {
        return sorted("sort", s.keys, s.input, depth);
    }

    names line(const aggregate& a, const node&, std::size_t depth) {
        const names in = render(*a.input, depth + 1);
        names out(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(a.group_columns));
        std::string text = "aggregate";
        for (const aggregate::item& i : a.items) {
            std::string item = fmt::format("{}({})", name_of(i.how), in.at(i.column));
            text += (out.size() == a.group_columns ? " " : ", ") + item;
            out.push_back(std::move(item));
        }
        if (a.group_columns > 0)
            text += fmt::format(
                " by {}",
                fmt::join(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(a.group_columns),
                          ", "));
        add(depth, std::move(text));
        return out;
    }

    names line(const distinct& d, const node&, std::size_t depth) {
        names in = render(*d.input, depth + 1);
        add(depth, "distinct");
        return in;
    }

    names line(const limit& l, const node&, std::size_t depth) {
        names in = render(*l.input, depth + 1);
        std::string text = "limit";
        text += l.count ? " " + std::to_string(*l.count) : " none";
        if (l.offset != 0) text += fmt::format(" offset {}", l.offset);
        add(depth, std::move(text));
        return in;
    }

    names line(const project& p, const node&, std::size_t depth) {
        const names in = render(*p.input, depth + 1);
        names out;
        for (const std::size_t c : p.columns) out.push_back(in.at(c));
        add(depth, fmt::format("project {}", fmt::join(out, ", ")));
        return out;
    }

    names line(const count_rows& c, const node&, std::size_t depth) {
        render(*c.input, depth + 1);
        add(depth, "count_rows");
        return {"count(*)"};
    }

    names line(const local_query& q, const node&, std::size_t depth) {
        // Lines are kept in reverse: the first input comes last.
        for (auto i = q.inputs.rbegin(); i != q.inputs.rend(); ++i) {
            render(*i->rows, depth + 2);
            add(depth + 1, i->table->name);
        }
        add(depth, "local_query " + local_text(q).text);
        names out;
        for (const sql::select_item& i : q.query->items) out.push_back(heading_of(i));
        return out;
    }

    const cluster_view& view_;
    std::span<const sql::dialect* const> dialects_;
    std::vector<std::string> lines_;
};

explanation frame(const route& where, const cluster_view& view) {
    explanation out;
    out.route = name_of(where.kind);
    out.reason = where.reason;
    out.shard_count = view.shard_count;
    for (const shard_index s : where.shards) out.shards.push_back(view.shard_names.at(s));
    return out;
}

explanation::shard_statement statement_of(const sql::compiled& c, std::string shard) {
    explanation::shard_statement out{std::move(shard), c.text, {}};
    for (const value& v : c.values) out.values.push_back(to_display(v.view()));
    return out;
}

void collect(const node& n, std::vector<const scatter*>& out);

struct scatter_collector {
    std::vector<const scatter*>& out;
    void operator()(const scatter& s) const { out.push_back(&s); }
    void operator()(const local_query& q) const {
        for (const local_query::input& i : q.inputs) collect(*i.rows, out);
    }
    void operator()(const auto& op) const { collect(*op.input, out); }
};

void collect(const node& n, std::vector<const scatter*>& out) {
    std::visit(scatter_collector{out}, n.op);
}

}  // namespace

explanation explain(const plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects) {
    explanation out = frame(p.where, view);
    out.tree = tree_writer(view, dialects).write(p.root);
    std::vector<const scatter*> scatters;
    collect(*p.root, scatters);
    for (const scatter* s : scatters)
        for (const scatter::part& part : s->parts)
            out.statements.push_back(statement_of(sql::compile(*part.query, *dialects[part.shard]),
                                                  view.shard_names.at(part.shard)));
    return out;
}

explanation explain(const change_plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects) {
    explanation out = frame(p.where, view);
    out.tree = p.replicated ? "change every copy\n" : "change\n";
    for (const change_plan::part& part : p.parts)
        out.statements.push_back(statement_of(sql::compile(*part.change, *dialects[part.shard]),
                                              view.shard_names.at(part.shard)));
    return out;
}

}  // namespace shardwise::plan
