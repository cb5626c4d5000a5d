// SPDX-License-Identifier: MIT
#include "exec/executor.hpp"

#include "exec/operators.hpp"

namespace shardwise::exec {
namespace {

struct opener {
    const plan::node_ptr& self;
    const execution& how;
    arrival order;

    static std::size_t width(const plan::node_ptr& n) { return n->columns.size(); }

    operator_ptr operator()(const plan::scatter&) const { return make_scatter(*self, how, order); }
    operator_ptr operator()(const plan::merge_sort& op) const {
        return make_merge_sort(op, *self, how);
    }
    operator_ptr operator()(const plan::sort& op) const {
        return make_sort(op, open_node(op.input, how, order), width(self), how);
    }
    operator_ptr operator()(const plan::aggregate& op) const {
        return make_aggregate(self, open_node(op.input, how, arrival::by_shard), how);
    }
    operator_ptr operator()(const plan::distinct& op) const {
        return make_distinct(open_node(op.input, how, order), width(self), how);
    }
    operator_ptr operator()(const plan::limit& op) const {
        return make_limit(op, open_node(op.input, how, order));
    }
    operator_ptr operator()(const plan::project& op) const {
        return make_project(op, open_node(op.input, how, order));
    }
    operator_ptr operator()(const plan::local_query&) const { return make_local_query(self, how); }
    operator_ptr operator()(const plan::count_rows& op) const {
        return make_count_rows(open_node(op.input, how, order), width(op.input));
    }
};

}  // namespace

operator_ptr open_plain(const plan::node_ptr& n, const execution& how, arrival order) {
    return std::visit(opener{n, how, order}, n->op);
}

operator_ptr open_node(const plan::node_ptr& n, const execution& how, arrival order) {
    return how.measured ? open_measured(n, how, order) : open_plain(n, how, order);
}

std::unique_ptr<operator_node> open(const plan::plan& p, const execution& how) {
    if (!p.bound) return open_node(p.root, how);
    execution with_values = how;
    with_values.bound = &*p.bound;
    with_values.bound_shards = p.where.shards;
    return open_node(p.root, with_values);
}

}  // namespace shardwise::exec
