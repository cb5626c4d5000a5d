// SPDX-License-Identifier: MIT
#include "ops/verify_stream.hpp"

#include <fmt/format.h>

#include "engine/statement_of.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"

namespace shardwise::ops {
namespace {

sql::select_ptr query_for(const schema::table& t, std::span<const schema::column_index> columns) {
    std::vector<sql::expr_ptr> items;
    std::vector<sql::ordering> order;
    for (const schema::column_index c : t.primary_key) {
        items.push_back(sql::column({&t, c, 0}));
        order.push_back({items.back(), false, false});
    }
    for (const schema::column_index c : columns) items.push_back(sql::column({&t, c, 0}));
    return sql::add_order(sql::make_select(t, items.data(), items.size()), order.data(),
                          order.size());
}

}  // namespace

int compare_keys(std::span<const arg> a, std::span<const arg> b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (const int c = compare(a[i], b[i]); c != 0) return c;
    return 0;
}

std::string display_key(std::span<const arg> key) {
    if (key.size() == 1) return to_display(key.front());
    std::string text = "(";
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (i > 0) text += ", ";
        text += to_display(key[i]);
    }
    return text + ")";
}

verify_stream::verify_stream(cluster_layer::core& db, sharding::shard_index shard,
                             engine::connection& link, const schema::table& t,
                             std::span<const schema::column_index> columns)
    : db_(db), shard_(shard), link_(&link), table_(t), key_size_(t.primary_key.size()) {
    engine::engine& endpoint = db.endpoint(shard);
    const sql::compiled text = sql::compile(*query_for(t, columns), endpoint.dialect());
    engine::statement s = engine::statement_of(text);
    s.prepare = false;
    s.streaming = true;
    statement_ = endpoint.prepare(std::move(s));
    row_.resize(statement_->columns.size());
    try {
        link_->limit_to(db_.default_deadline());
        link_->send(*statement_, {});
    } catch (const error& e) {
        error_info info = e.info();
        info.shard = db_.shard_name(shard_);
        raise(std::move(info));
    }
}

verify_stream::verify_stream(verify_stream&& other) noexcept
    : db_(other.db_),
      shard_(other.shard_),
      link_(std::exchange(other.link_, nullptr)),
      table_(other.table_),
      statement_(std::move(other.statement_)),
      key_size_(other.key_size_),
      row_(std::move(other.row_)),
      last_key_(std::move(other.last_key_)),
      ended_(other.ended_) {}

verify_stream::~verify_stream() {
    if (link_ == nullptr) return;
    if (link_->pending() > 0) {
        link_->cancel();
        link_->discard(deadline::after(std::chrono::seconds(1)));
    }
    link_->limit_to(deadline::never());
}

void verify_stream::fetch_row() {
    const deadline limit = db_.default_deadline();  // for each row: reading all may take long
    link_->limit_to(limit);
    for (;;) {
        switch (link_->next(row_)) {
            case engine::fetch::row:
                return;
            case engine::fetch::end:
                ended_ = true;
                return;
            case engine::fetch::wait:
                engine::wait(*link_, limit);
        }
    }
}

bool verify_stream::advance() {
    const bool first = last_key_.empty();
    if (first) last_key_.resize(key_size_);
    if (!first)
        for (std::size_t i = 0; i < key_size_; ++i) last_key_[i] = value{row_[i]};
    try {
        fetch_row();
    } catch (const error& e) {
        error_info info = e.info();
        info.shard = db_.shard_name(shard_);
        raise(std::move(info));
    }
    if (!first && !ended_) check_order();
    return !ended_;
}

void verify_stream::check_order() {
    for (std::size_t i = 0; i < key_size_; ++i) {
        const int c = compare(last_key_[i].view(), row_[i]);
        if (c < 0) return;
        if (c > 0) break;
    }
    raise({.code = error_code::schema_mismatch,
           .message = fmt::format("the shard does not deliver the rows of table {} in the order of "
                                  "their keys; the collation of its key columns is not the one of "
                                  "docs/types.md",
                                  table_.name),
           .shard = db_.shard_name(shard_),
           .table = table_.name});
}

}  // namespace shardwise::ops
