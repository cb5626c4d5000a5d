// SPDX-License-Identifier: MIT
#include "ops/row_maker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/utf8.hpp"
#include "plan/router.hpp"
#include "schema/column_check.hpp"
#include "schema/unique_lookup.hpp"
#include "sharding/uuid_v7.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

[[noreturn]] void refuse_header(const std::string& place, std::string_view why) {
    raise({.code = error_code::bad_input,
           .message = fmt::format("{}: {}", place, why),
           .place = place});
}

/// One connection each, so one driver each, is enough to ask what it can store.
std::vector<sharding::shard_index> one_shard_of_each_engine(const cluster_layer::core& db) {
    std::vector<sharding::shard_index> found;
    std::set<const engine::driver*> seen;
    for (std::size_t i = 0; i < db.shard_count(); ++i) {
        const auto shard = static_cast<sharding::shard_index>(i);
        if (seen.insert(&db.endpoint(shard).client()).second) found.push_back(shard);
    }
    return found;
}

}  // namespace

std::string reason_of(const error& e) {
    return e.constraint().empty() ? fmt::format("{}: {}", name_of(e.code()), e.message())
                                  : fmt::format("{}: {} [constraint {}]", name_of(e.code()),
                                                e.message(), e.constraint());
}

row_maker::row_maker(cluster_layer::core& db, const schema::table& t, const csv_record& header,
                     const std::string& file)
    : db_(db), table_(t) {
    map_header(header, file);
    if (t.is_reference()) {
        kinds_ = one_shard_of_each_engine(db);
    } else {
        const auto view = db.view();
        directory_ = view->map_of(t).spec().kind == schema::strategy_kind::directory;
    }
}

void row_maker::map_header(const csv_record& header, const std::string& file) {
    const std::string place = fmt::format("{}:{}", file, header.line);
    if (!header.defect.empty()) refuse_header(place, header.defect);
    field_count_ = header.fields.size();
    std::vector<std::optional<std::size_t>> field_of(table_.columns.size());
    for (std::size_t i = 0; i < header.fields.size(); ++i) {
        const std::string name(header.fields[i].text);
        if (name.empty()) refuse_header(place, fmt::format("column {} has no name", i + 1));
        schema::column_index c = 0;
        try {
            c = table_.column_at(name);
        } catch (const error& e) {
            error_info info = e.info();
            info.message = fmt::format("{}: {}", place, e.message());
            info.place = place;
            raise(std::move(info));
        }
        if (table_.columns[c].generated == schema::generation::bucket)
            refuse_header(place, fmt::format("column {} is written by the library", name));
        if (field_of[c]) refuse_header(place, fmt::format("column {} is named twice", name));
        field_of[c] = i;
    }
    for (std::size_t c = 0; c < table_.columns.size(); ++c)
        map_column(static_cast<schema::column_index>(c), field_of[c], place);
    for (const schema::column_index k : table_.placed.shard_key) {
        const auto at = std::find_if(sources_.begin(), sources_.end(),
                                     [&](const source& s) { return s.column == k; });
        if (at == sources_.end())
            refuse_header(place, fmt::format("column {} is missing, and it decides where a row "
                                             "lives",
                                             table_.columns[k].name));
        key_cells_.push_back(static_cast<std::size_t>(at - sources_.begin()));
        ids_are_kept_ = ids_are_kept_ || at->from == origin::id;
    }
}

/// A column that the header leaves out gets an id, its default or NULL.
void row_maker::map_column(schema::column_index c, std::optional<std::size_t> field,
                           const std::string& place) {
    const schema::column& column = table_.columns[c];
    source s{c, origin::null, 0};
    if (field) {
        s.from = origin::field;
        s.field = *field;
    } else if (column.generated == schema::generation::bucket) {
        s.from = origin::bucket;
        bucket_cell_ = sources_.size();
    } else if (column.generated == schema::generation::cluster_id) {
        s.from = origin::id;
        ids_are_kept_ = ids_are_kept_ || table_.is_reference();
    } else if (!column.default_sql.empty()) {
        if (schema::is_looked_up(table_, c))
            refuse_header(place, fmt::format("column {} is missing, and the database would choose "
                                             "its value: it belongs to a constraint that is unique "
                                             "in the cluster",
                                             column.name));
        return;
    } else if (!column.nullable) {
        refuse_header(place, fmt::format("column {} of table {} is missing; it is declared NOT "
                                         "NULL and has no default",
                                         column.name, table_.name));
    }
    sources_.push_back(s);
    columns_.push_back({column.name, column.type, column.scale});
}

arg row_maker::read(const source& s, const csv_field& field, row_batch& to) const {
    if (field.text.empty() && !field.quoted) return {};
    const schema::column& c = table_.columns[s.column];
    // Text is the most of it; the reader has checked it already.
    if (c.type == column_type::text) return arg{to.texts.keep(field.text)};
    const int scale = c.type == column_type::decimal && c.precision != 0 ? int{c.scale} : -1;
    try {
        const value parsed = parse_value(field.text, c.type, scale);
        const arg v = parsed.view();
        if (v.kind() == kind::json) return arg::of_json(to.texts.keep(v.text()));
        if (v.kind() == kind::blob) {
            const std::string_view kept = to.texts.keep(v.text());
            return arg::of_bytes(kept.data(), kept.size());
        }
        return v;
    } catch (const error& e) {
        error_info info = e.info();
        info.message = fmt::format("column {}: {}", c.name, e.message());
        raise(std::move(info));
    }
}

arg row_maker::make_id(const source& s, row_batch& to, std::string_view* kept) {
    const bool is_uuid = table_.columns[s.column].type == column_type::uuid;
    const std::size_t size = is_uuid ? sizeof(uuid::octets) : sizeof(std::int64_t);
    arg id;
    if (kept != nullptr) {
        if (kept->size() < size)
            raise(error_code::internal, "the import's record holds too few generated ids");
        if (is_uuid) {
            uuid u;
            std::memcpy(u.octets.data(), kept->data(), size);
            id = arg{u};
        } else {
            std::uint64_t bits = 0;
            for (std::size_t i = 0; i < size; ++i)
                bits = bits << 8 | static_cast<unsigned char>((*kept)[i]);
            id = arg{static_cast<std::int64_t>(bits)};
        }
        kept->remove_prefix(size);
    } else {
        id = is_uuid ? arg{sharding::make_uuid_v7()} : arg{db_.next_id()};
    }
    if (!ids_are_kept_) return id;
    if (is_uuid) {
        const uuid u = id.as_uuid();
        to.ids.append(reinterpret_cast<const char*>(u.octets.data()), size);
    } else {
        const auto bits = static_cast<std::uint64_t>(id.integer());
        for (std::size_t i = size; i-- > 0;) to.ids += static_cast<char>(bits >> (8 * i) & 0xff);
    }
    return id;
}

void row_maker::add(row_batch& to, const csv_record& record, std::int64_t row,
                    std::string_view* kept) {
    const std::size_t i = to.rows.size();
    to.width = columns_.size();
    to.rows.push_back({row, record.line, to.texts.keep(record.raw), 0, false});
    to.bytes += record.raw.size();
    to.cells.resize(to.cells.size() + to.width);
    const std::span<arg> cells = to.cells_of(i);
    // Each row has its ids, whatever becomes of it: kept ones are found by counting.
    for (std::size_t c = 0; c < sources_.size(); ++c)
        if (sources_[c].from == origin::id) cells[c] = make_id(sources_[c], to, kept);
    if (!record.defect.empty()) {
        to.reject_row(i, std::string(record.defect));
        return;
    }
    if (record.fields.size() != field_count_) {
        to.reject_row(i, fmt::format("the line has {} fields, the header {}", record.fields.size(),
                                     field_count_));
        return;
    }
    try {
        for (std::size_t c = 0; c < sources_.size(); ++c) {
            const source& s = sources_[c];
            if (s.from == origin::field) cells[c] = read(s, record.fields[s.field], to);
            if (s.from != origin::bucket) schema::check_column_value(table_, s.column, cells[c]);
        }
    } catch (const error& e) {
        if (e.code() != error_code::bad_value && e.code() != error_code::value_not_storable) throw;
        to.reject_row(i, reason_of(e));
    }
}

void row_maker::key_of(row_batch& batch, std::size_t i) {
    const std::span<const arg> cells = batch.cells_of(i);
    key_.clear();
    for (const std::size_t c : key_cells_) key_.push_back(cells[c]);
}

plan::directory_entries row_maker::look_up(row_batch& batch) {
    std::set<std::string> seen;
    std::vector<plan::pending_key> wanted;
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        if (batch.rows[i].rejected) continue;
        key_of(batch, i);
        if (std::any_of(key_.begin(), key_.end(), [](const arg& v) { return v.is_null(); }))
            continue;
        if (!seen.insert(plan::encode_key(key_.data(), key_.size())).second) continue;
        plan::pending_key& one = wanted.emplace_back();
        one.group = table_.placed.root_table;
        for (const arg& v : key_) one.key.emplace_back(v);
    }
    return db_.look_up(wanted, db_.default_deadline());
}

void row_maker::check_storable(std::span<const arg> cells, sharding::shard_index shard) const {
    const engine::driver& client = db_.endpoint(shard).client();
    for (std::size_t c = 0; c < cells.size(); ++c)
        if (!cells[c].is_null()) client.check_storable(cells[c], columns_[c].type);
}

void row_maker::place_row(row_batch& batch, std::size_t i, const plan::cluster_view& view,
                          const plan::directory_entries& entries) {
    const std::span<arg> cells = batch.cells_of(i);
    if (table_.is_reference()) {
        for (const sharding::shard_index shard : kinds_) check_storable(cells, shard);
        return;
    }
    key_of(batch, i);
    const auto at = plan::place(table_, key_, view, entries);
    if (!at) raise(error_code::internal, "a directory key was not looked up");
    batch.rows[i].shard = at->shard;
    if (bucket_cell_) cells[*bucket_cell_] = arg{std::int64_t{at->bucket}};
    check_storable(cells, at->shard);
}

void row_maker::place(row_batch& batch) {
    const auto view = db_.view();
    const plan::directory_entries entries = directory_ ? look_up(batch) : plan::directory_entries{};
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        if (batch.rows[i].rejected) continue;
        try {
            place_row(batch, i, *view, entries);
        } catch (const error& e) {
            switch (e.code()) {
                case error_code::no_shard_key:
                case error_code::unroutable_key:
                case error_code::bad_value:
                case error_code::value_not_storable:
                    batch.reject_row(i, reason_of(e));
                    break;
                default:
                    throw;
            }
        }
    }
}

}  // namespace shardwise::ops
