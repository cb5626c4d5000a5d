// SPDX-License-Identifier: MIT
#include "plan/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include <nlohmann/json.hpp>

#include "plan/expressions.hpp"

namespace shardwise {

namespace {

std::string milliseconds(std::uint64_t us) {
    return fmt::format("{}.{:03} ms", us / 1000, us % 1000);
}

std::string measured_text(const explanation::measure& m) {
    return fmt::format("{} rows, {} bytes, first after {}, all after {}", m.rows, m.bytes,
                       milliseconds(m.first_us), milliseconds(m.total_us));
}

nlohmann::ordered_json measured_json(const explanation::measure& m) {
    nlohmann::ordered_json j;
    j["rows"] = m.rows;
    j["bytes"] = m.bytes;
    j["first_us"] = m.first_us;
    j["total_us"] = m.total_us;
    return j;
}

}  // namespace

std::vector<std::string> explanation::merged() const {
    std::vector<std::string> out;
    for (const step& s : steps)
        if (s.name != "scatter" && s.name != "input") out.push_back(s.name);
    return out;
}

std::string explanation::to_string() const {
    std::string out = fmt::format("route: {} ({} of {} shards)\nreason: {}\n", route, shards.size(),
                                  shard_count, reason);
    if (!reads.empty()) out += fmt::format("reads: {}\n", reads);
    for (const std::string& r : related) out += fmt::format("related: {}\n", r);
    if (!analyzed) out += tree;
    for (const step& s : steps) {
        if (!analyzed) break;
        out += fmt::format("{:{}}{}\n", "", 2 * s.depth, s.text);
        if (s.name != "input")
            out += fmt::format("{:{}}took: {}\n", "", 2 * s.depth + 4, measured_text(s.took));
    }
    for (const shard_statement& s : statements) {
        out += fmt::format("{}: {}\n", s.shard, s.sql);
        if (!s.values.empty())
            out +=
                fmt::format("{:{}}  values: {}\n", "", s.shard.size(), fmt::join(s.values, ", "));
        if (analyzed)
            out += fmt::format("{:{}}  took: {}\n", "", s.shard.size(), measured_text(s.took));
    }
    if (analyzed)
        out += fmt::format("held at most: {} rows, {} bytes; scratch database: {} bytes\n",
                           held_rows, held_bytes, scratch_bytes);
    return out;
}

std::string explanation::to_json() const {
    nlohmann::ordered_json j;
    j["route"] = route;
    j["reason"] = reason;
    j["shards"] = shards;
    j["shard_count"] = shard_count;
    if (!reads.empty()) j["reads"] = reads;
    if (!related.empty()) j["related"] = related;
    j["tree"] = tree;
    j["steps"] = nlohmann::ordered_json::array();
    for (const step& s : steps) {
        nlohmann::ordered_json one;
        one["depth"] = s.depth;
        one["name"] = s.name;
        one["text"] = s.text;
        if (analyzed) one["took"] = measured_json(s.took);
        j["steps"].push_back(std::move(one));
    }
    j["merged"] = merged();
    j["statements"] = nlohmann::ordered_json::array();
    for (const shard_statement& s : statements) {
        nlohmann::ordered_json one;
        one["shard"] = s.shard;
        one["sql"] = s.sql;
        one["values"] = s.values;
        if (analyzed) one["took"] = measured_json(s.took);
        j["statements"].push_back(std::move(one));
    }
    if (analyzed)
        j["held"] = {{"rows", held_rows}, {"bytes", held_bytes}, {"scratch_bytes", scratch_bytes}};
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

    struct line_of {
        std::size_t depth;
        std::string text;
        const node* of;  ///< nullptr: the name of an input
    };
    /// The lines, the last operator first.
    std::vector<line_of> write(const node_ptr& root) {
        render(*root, 0);
        return {std::make_move_iterator(lines_.rbegin()), std::make_move_iterator(lines_.rend())};
    }

private:
    /// Children first, because nodes are named after their inputs' columns; lines are kept
    /// in reverse.
    names render(const node& n, std::size_t depth) {
        names out = std::visit([&](const auto& op) { return line(op, n, depth); }, n.op);
        lines_.back().of = &n;
        return out;
    }

    void add(std::size_t depth, std::string text) {
        lines_.push_back({depth, std::move(text), nullptr});
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
    std::vector<line_of> lines_;
};

void put_steps(std::vector<tree_writer::line_of> lines, const measurements* measured,
               explanation& out) {
    for (tree_writer::line_of& l : lines) {
        out.tree += std::string(l.depth * 2, ' ') + l.text + "\n";
        explanation::step s;
        s.depth = l.depth;
        s.name = l.of == nullptr ? "input" : l.text.substr(0, l.text.find(' '));
        s.text = std::move(l.text);
        const bool leaf = l.of != nullptr && std::holds_alternative<scatter>(l.of->op);
        if (measured != nullptr && leaf) {
            // Its streams are read by the step above: they were measured one by one.
            for (const auto& [key, took] : measured->parts) {
                if (key.first != l.of) continue;
                s.took.rows += took.rows;
                s.took.bytes += took.bytes;
                s.took.first_us = std::max(s.took.first_us, took.first_us);
                s.took.total_us = std::max(s.took.total_us, took.total_us);
            }
        } else if (measured != nullptr && l.of != nullptr) {
            if (const auto found = measured->steps.find(l.of); found != measured->steps.end())
                s.took = found->second;
        }
        out.steps.push_back(std::move(s));
    }
}

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

void collect(const node& n, std::vector<const node*>& out);

struct scatter_collector {
    const node& self;
    std::vector<const node*>& out;
    void operator()(const scatter&) const { out.push_back(&self); }
    void operator()(const local_query& q) const {
        for (const local_query::input& i : q.inputs) collect(*i.rows, out);
    }
    void operator()(const auto& op) const { collect(*op.input, out); }
};

void collect(const node& n, std::vector<const node*>& out) {
    std::visit(scatter_collector{n, out}, n.op);
}

}  // namespace

explanation explain(const plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects, const measurements* measured) {
    explanation out = frame(p.where, view);
    out.analyzed = measured != nullptr;
    put_steps(tree_writer(view, dialects).write(p.root), measured, out);
    std::vector<const node*> leaves;
    collect(*p.root, leaves);
    for (const node* leaf : leaves) {
        for (const scatter::part& part : std::get<scatter>(leaf->op).parts) {
            out.statements.push_back(statement_of(sql::compile(*part.query, *dialects[part.shard]),
                                                  view.shard_names.at(part.shard)));
            if (measured == nullptr) continue;
            if (const auto found = measured->parts.find({leaf, part.shard});
                found != measured->parts.end())
                out.statements.back().took = found->second;
        }
    }
    return out;
}

explanation explain(const change_plan& p, const cluster_view& view,
                    std::span<const sql::dialect* const> dialects) {
    explanation out = frame(p.where, view);
    if (p.found) {
        const explanation rows = explain(p.found->rows, view, dialects);
        out.tree = p.found->change->what == sql::change::verb::insert
                       ? "insert each row where it lives, of\n"
                       : "change by primary key, of\n";
        std::istringstream lines(rows.tree);
        for (std::string line; std::getline(lines, line);) out.tree += "  " + line + "\n";
        out.statements = rows.statements;
        return out;
    }
    if (p.moves) {
        out.tree = "move each row, and those that live with it, to the shard of its new key\n";
        for (const shard_index shard : p.where.shards)
            out.statements.push_back(statement_of(sql::compile(*p.moves->rows, *dialects[shard]),
                                                  view.shard_names.at(shard)));
        return out;
    }
    if (p.listed) {
        out.tree = p.replicated ? "insert into every copy\n" : "insert each row where it lives\n";
        return out;
    }
    out.tree = p.replicated ? "change every copy\n" : "change\n";
    for (const change_plan::part& part : p.parts)
        out.statements.push_back(statement_of(sql::compile(*part.change, *dialects[part.shard]),
                                              view.shard_names.at(part.shard)));
    return out;
}

}  // namespace shardwise::plan
