// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/statement_cache.hpp"

#include <algorithm>

#include "engine/driver/postgres/binary_codec.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {

prepared_statement::prepared_statement(const statement& s, std::string name,
                                       std::shared_ptr<dropped_names> dropped)
    : name_(std::move(name)), text_(s.text), columns_(s.columns), dropped_(std::move(dropped)) {
    parameter_types_.reserve(s.parameters.size());
    for (const auto& p : s.parameters) parameter_types_.push_back(oid_of(p.type));
    if (dropped_ && is_named()) dropped_->reserve(dropped_->size() + 1);
}

prepared_statement::prepared_statement(const prepared_statement& other)
    : text_(other.text_), parameter_types_(other.parameter_types_), columns_(other.columns_) {}

prepared_statement::~prepared_statement() {
    if (!on_server_ || !dropped_) return;
    try {
        dropped_->push_back(std::move(name_));
    } catch (...) {  // out of memory: the server keeps the statement until the connection ends
    }
}

prepared_ptr statement_cache::find_or_add(const statement& s) {
    if (!s.prepare || s.id == 0 || capacity_ == 0)
        return std::make_shared<prepared_statement>(s, std::string{}, nullptr);
    if (const auto found = by_id_.find(s.id); found != by_id_.end()) {
        if (found->second != recent_.begin())
            recent_.splice(recent_.begin(), recent_, found->second);
        const prepared_ptr& known = recent_.front().prepared;
        if (known->text() != s.text)  // never run another statement than the one asked for
            raise(error_code::internal, "two different statements have the same id");
        return known;
    }
    auto added = std::make_shared<prepared_statement>(
        s, "shardwise_" + std::to_string(++names_given_), dropped_);
    if (recent_.size() >= capacity_) {
        by_id_.erase(recent_.back().id);
        recent_.pop_back();
    }
    recent_.push_front({s.id, added});
    by_id_.emplace(s.id, recent_.begin());
    return added;
}

void statement_cache::forget(const prepared_statement& p) noexcept {
    const auto found =
        std::ranges::find_if(recent_, [&p](const entry& e) { return e.prepared.get() == &p; });
    if (found == recent_.end()) return;
    by_id_.erase(found->id);
    recent_.erase(found);
}

void statement_cache::forget_all() noexcept {
    for (entry& e : recent_) e.prepared->set_on_server(false);
    by_id_.clear();
    recent_.clear();
    dropped_->clear();
}

}  // namespace shardwise::engine::postgres
