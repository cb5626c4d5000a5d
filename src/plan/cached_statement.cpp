// SPDX-License-Identifier: MIT
#include "plan/cached_statement.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/statement_of.hpp"
#include "shardwise/base/error.hpp"
#include "sql/constants.hpp"

namespace shardwise::plan {
namespace {

/// Statements with more parameters hardly ever come again (exec/request.cpp).
constexpr std::size_t most_prepared_parameters = 256;

/// The nodes that pass rows on without looking at a constant of the statement. A node that is not
/// among them keeps its plans from being cached.
template <class Op>
constexpr bool is_plain =
    std::is_same_v<Op, merge_sort> || std::is_same_v<Op, sort> || std::is_same_v<Op, aggregate> ||
    std::is_same_v<Op, distinct> || std::is_same_v<Op, limit> || std::is_same_v<Op, project> ||
    std::is_same_v<Op, count_rows>;

const scatter* only_scatter(const node& n) {
    return std::visit(
        [](const auto& op) -> const scatter* {
            using op_type = std::remove_cvref_t<decltype(op)>;
            if constexpr (std::is_same_v<op_type, scatter>)
                return &op;
            else if constexpr (is_plain<op_type>)
                return only_scatter(*op.input);
            else
                return nullptr;
        },
        n.op);
}

/// The same tree with a scatter whose parts come with each execution.
node_ptr without_parts(const node& n) {
    node copy = n;
    std::visit(
        [](auto& op) {
            using op_type = std::remove_cvref_t<decltype(op)>;
            if constexpr (std::is_same_v<op_type, scatter>) {
                op.parts.clear();
                op.cached = true;
            } else if constexpr (is_plain<op_type>) {
                op.input = without_parts(*op.input);
            }
        },
        copy.op);
    return std::make_shared<const node>(std::move(copy));
}

bool same_constant(const value& a, const value& b) {
    return a.kind() == b.kind() && same(a.view(), b.view());
}

/// Which parameter takes which constant.
class parameter_reader {
public:
    explicit parameter_reader(std::span<const value* const> constants)
        : constants_(constants), bound_(constants.size(), false) {}

    std::optional<std::vector<cached_parameter>> read(const sql::compiled& c) {
        std::vector<cached_parameter> out;
        for (std::size_t i = 0; i < c.values.size(); ++i) {
            std::optional<cached_parameter> p = read(c.sources[i]);
            if (!p) return std::nullopt;
            p->result = c.parameters[i];
            if (p->from == cached_parameter::origin::fixed) p->literal = c.values[i];
            out.push_back(std::move(*p));
        }
        if (!all_bound()) return std::nullopt;
        return out;
    }

private:
    std::optional<cached_parameter> read(const sql::parameter_source& s) {
        using from = sql::parameter_source::origin;
        cached_parameter p;
        if (s.from == from::unknown) return std::nullopt;
        if (s.from == from::shape) return p;
        const auto at = std::find(constants_.begin(), constants_.end(), s.literal);
        // Not a constant of the statement: made by planning, from we do not know what.
        if (at == constants_.end()) return std::nullopt;
        p.slot = static_cast<std::size_t>(at - constants_.begin());
        bound_[p.slot] = true;
        p.from = s.from == from::constant ? cached_parameter::origin::constant
                                          : cached_parameter::origin::assigned;
        p.as = s.as;
        p.table = s.table;
        p.column = s.column;
        return p;
    }

    /// A constant that is not bound was used in another way. But of equal grouped expressions one
    /// stands for all; which constants are equal belongs to the shape.
    bool all_bound() const {
        for (std::size_t i = 0; i < constants_.size(); ++i) {
            bool found = bound_[i];
            for (std::size_t j = 0; j < constants_.size() && !found; ++j)
                found = bound_[j] && same_constant(*constants_[i], *constants_[j]);
            if (!found) return false;
        }
        return true;
    }

    std::span<const value* const> constants_;
    std::vector<bool> bound_;
};

engine::statement to_statement(const sql::compiled& c, bool streaming) {
    engine::statement s = engine::statement_of(c);
    s.prepare = c.parameters.size() <= most_prepared_parameters;
    s.streaming = streaming;
    return s;
}

/// Fills `out` with the texts of one AST for all shards; leaves it empty when that is not enough.
template <class Statement>
void add_texts(const Statement& ast, bool streaming, const version_input& in, cached_version& out) {
    std::array<std::optional<sql::compiled>, 3> texts;
    prepared_text all;
    for (engine::engine* const endpoint : in.endpoints) {
        const sql::dialect& d = endpoint->dialect();
        const auto kind = static_cast<std::size_t>(d.kind());
        std::optional<sql::compiled>& text = texts[kind];
        if (!text) {
            text = sql::compile(ast, d);
            auto parameters = parameter_reader(in.constants).read(*text);
            if (!parameters) return;
            out.parameters[kind] = std::move(*parameters);
        }
        all.statements.push_back(endpoint->prepare(to_statement(*text, streaming)));
        all.dialects.push_back(d.kind());
    }
    out.text = std::move(all);
}

bool looks_up_keys(const sql::expr& e, const key_scope& scope) {
    if (e.kind == sql::expr_kind::in_list && e.operands[0]->kind == sql::expr_kind::column &&
        scope.find(e.operands[0]->ref) != nullptr)
        return true;
    return std::any_of(e.operands.begin(), e.operands.end(),
                       [&](const sql::expr_ptr& x) { return looks_up_keys(*x, scope); });
}

bool looks_up_keys(const sql::expr_ptr& e, const key_scope& scope) {
    return e && looks_up_keys(*e, scope);
}

}  // namespace

bool cached_version::bind(std::span<const value* const> constants,
                          const sharding::shard_set& shards, bound_values& out) const {
    std::array<bool, 3> done{};
    for (const shard_index shard : shards) {
        const auto kind = static_cast<std::size_t>(text.dialects[shard]);
        if (std::exchange(done[kind], true)) continue;
        const sql::dialect_traits& traits = sql::dialect_for(text.dialects[shard]).traits();
        std::vector<arg>& args = out.args[kind];
        args.reserve(parameters[kind].size());
        for (const cached_parameter& p : parameters[kind]) {
            if (p.from == cached_parameter::origin::fixed) {
                args.push_back(p.literal.view());
                continue;
            }
            const arg v = constants[p.slot]->view();
            const sql::bound_view b = p.from == cached_parameter::origin::constant
                                          ? sql::bind_constant(v, p.as, traits)
                                          : sql::bind_assigned(v, *p.table, *p.column, traits);
            if (b.as.type != p.result.type || b.as.scale != p.result.scale) return false;
            args.push_back(b.bound);
        }
    }
    return true;
}

cached_version version_of(const plan& p, bool streaming, const version_input& in) {
    const scatter* const leaf = only_scatter(*p.root);
    cached_version out;
    if (leaf == nullptr || leaf->parts.empty()) return out;
    const sql::select_ptr& query = leaf->parts.front().query;
    for (const scatter::part& part : leaf->parts)
        if (!(part.query == query)) return out;
    out.root = without_parts(*p.root);
    add_texts(*query, streaming, in, out);
    return out;
}

cached_version version_of(const change_plan& p, const version_input& in) {
    cached_version out;
    if (p.parts.empty()) return out;
    const sql::change_ptr& change = p.parts.front().change;
    for (const change_plan::part& part : p.parts)
        if (!(part.change == change)) return out;
    out.replicated = p.replicated;
    add_texts(*change, false, in, out);
    return out;
}

cached_statement::cached_statement(const sql::statement_shape& shape, std::uint64_t hash,
                                   const sql::select& s)
    : words_(shape.words().begin(), shape.words().end()), hash_(hash) {
    try {
        scope_ = scope_of(s);
    } catch (const error&) {
        return;  // planning says what is wrong, or finds another way
    }
    usable_ = true;
    cuts_lists_ = looks_up_keys(s.where, scope_);
    for (const sql::join& j : s.joins) cuts_lists_ = cuts_lists_ || looks_up_keys(j.on, scope_);
}

cached_statement::cached_statement(const sql::statement_shape& shape, std::uint64_t hash,
                                   const sql::change& c)
    : words_(shape.words().begin(), shape.words().end()), hash_(hash) {
    scope_ = scope_of(c);
    usable_ = true;
    cuts_lists_ = looks_up_keys(c.where, scope_);
}

bool cached_statement::has(const sql::statement_shape& shape) const noexcept {
    return std::equal(words_.begin(), words_.end(), shape.words().begin(), shape.words().end());
}

}  // namespace shardwise::plan
