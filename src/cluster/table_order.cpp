// SPDX-License-Identifier: MIT
#include "cluster/table_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

enum class mark { none, open, done };

class sorter {
public:
    explicit sorter(std::vector<schema::table>& tables) {
        for (schema::table& t : tables) places_[t.name] = {&t, mark::none};
    }

    std::vector<schema::table> sorted() {
        for (auto& [name, p] : places_) visit(p);
        std::vector<schema::table> result;
        for (schema::table* t : order_) result.push_back(std::move(*t));
        return result;
    }

private:
    struct place {
        schema::table* table = nullptr;
        mark state = mark::none;
    };

    void visit(place& p) {
        if (p.state == mark::done) return;
        if (p.state == mark::open)
            raise({.code = error_code::bad_model,
                   .message = fmt::format("table {} refers to itself through other tables: none of "
                                          "them can be created first",
                                          p.table->name),
                   .table = p.table->name});
        p.state = mark::open;
        for (const schema::foreign_key& f : p.table->foreign_keys) visit_parent(p, f.parent_table);
        visit_parent(p, p.table->placed.parent_table);
        p.state = mark::done;
        order_.push_back(p.table);
    }

    void visit_parent(const place& child, std::string_view parent) {
        if (parent == child.table->name) return;
        if (const auto at = places_.find(parent); at != places_.end()) visit(at->second);
    }

    std::map<std::string, place, std::less<>> places_;
    std::vector<schema::table*> order_;
};

}  // namespace

std::vector<schema::table> parents_first(std::vector<schema::table> tables) {
    return sorter(tables).sorted();
}

}  // namespace shardwise::cluster_layer
