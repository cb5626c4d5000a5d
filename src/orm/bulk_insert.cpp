// SPDX-License-Identifier: MIT
// Streaming many objects into their shards by each server's bulk protocol, inside the session's
// transaction. Memory is bounded by one chunk per shard.
#include <fmt/format.h>

#include <memory>

#include "orm/session_state.hpp"
#include "schema/column_check.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

/// One bulk_writer for each shard that gets rows, opened on the first one.
class bulk_scatter {
public:
    bulk_scatter(session_core::state& s, bound_table& t, deadline until)
        : s_(s), t_(t), writers_(s.db.shard_count()), until_(until) {
        for (const schema::column& c : t.table().columns)
            columns_.push_back({c.name, c.type, c.scale});
        row_.resize(columns_.size());
    }

    void put(void* object) {
        if (++rows_ % 1024 == 0) {  // a deadline for progress, not for the whole
            session_core::state::check_in_time(until_);
            until_ = s_.renewed(until_);
        }
        fill_generated_key(s_.db, t_, object);
        if (t_.entity().prepares_changes()) t_.entity().before_insert(object, timestamp::now());
        const plan::placement p = s_.place_object(t_, object, until_);
        read(object, p);
        if (!t_.table().is_reference()) {
            put_on(p.shard);
            return;
        }
        for (std::size_t i = 0; i < writers_.size(); ++i) put_on(static_cast<shard_index>(i));
    }

    std::int64_t finish() {
        for (std::size_t i = 0; i < writers_.size(); ++i) {
            if (!writers_[i]) continue;
            on_shard(static_cast<shard_index>(i), [&] { writers_[i]->finish(s_.renewed(until_)); });
            writers_[i].reset();
        }
        return rows_;
    }

private:
    template <class F>
    void on_shard(shard_index shard, F&& work) {
        try {
            work();
        } catch (const error& failure) {
            error_info info = failure.info();
            info.shard = s_.db.shard_name(shard);
            if (info.table.empty()) info.table = t_.table().name;
            raise(std::move(info));
        }
    }

    void read(const void* object, const plan::placement& p) {
        const model::entity& e = t_.entity();
        const engine::driver& client = s_.db.endpoint(p.shard).client();
        for (std::size_t i = 0; i < e.members.size(); ++i) {
            const auto c = static_cast<column_index>(i);
            row_[i] = e.get(object, c);
            schema::check_column_value(e.table, c, row_[i]);
            if (!row_[i].is_null()) client.check_storable(row_[i], e.table.columns[i].type);
        }
        if (e.table.placed.stored_bucket) row_.back() = arg{static_cast<std::int64_t>(p.bucket)};
    }

    void put_on(shard_index shard) {
        on_shard(shard, [&] {
            if (!writers_[shard]) {
                engine::connection& link = s_.transactions.begin(shard, until_);
                s_.transactions.finish_begin(shard, until_);
                s_.transactions.wrote(shard);
                writers_[shard] = link.bulk_insert(t_.table().name, columns_, until_);
            }
            writers_[shard]->put(row_, until_);
        });
    }

    session_core::state& s_;
    bound_table& t_;
    std::vector<std::unique_ptr<engine::bulk_writer>> writers_;  // by shard
    std::vector<engine::connection::bulk_column> columns_;
    std::vector<arg> row_;
    deadline until_;
    std::int64_t rows_ = 0;
};

}  // namespace

std::int64_t session_core::bulk_insert(const model::entity& e, void* context,
                                       void* (*next)(void* context)) {
    state& s = *state_;
    const turn in_call(s, "bulk_insert()");
    s.check_may_write();
    s.check_no_stream("bulk_insert()");
    const deadline until = s.limit();
    s.flush(state::ending::keep_open, until);  // parents that the rows may refer to
    // Lookup rows are written over the same connections, which a bulk protocol would occupy.
    if (schema::has_lookups(e.table))
        return s.insert_objects(e, model::insert_of(e), {context, next}, s.renewed(until));
    try {
        bulk_scatter rows(s, s.bind(e), s.renewed(until));
        while (void* const object = next(context)) rows.put(object);
        return rows.finish();
    } catch (const std::exception& failure) {
        s.fail(failure.what());
        throw;
    } catch (...) {  // of the caller's range
        s.fail("an exception that the range of bulk_insert() threw");
        throw;
    }
}

}  // namespace shardwise::orm
