// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/bulk_writer.hpp"

#include <fmt/format.h>

namespace shardwise::engine::mariadb {
namespace {

constexpr std::size_t chunk_rows = 2000;
constexpr std::size_t chunk_bytes = std::size_t{1} << 19U;  // half a packet of the least server
constexpr std::size_t row_overhead = 16;
constexpr std::size_t value_overhead = 16;
constexpr std::chrono::milliseconds rollback_patience{5000};
constexpr std::string_view savepoint = "shardwise_bulk";

void append_identifier(std::string& out, std::string_view name) {
    if (name.empty() || name.find('\0') != std::string_view::npos) {
        raise(error_code::bad_identifier, "an identifier is empty or holds a zero byte");
    }
    out += '`';
    for (const char c : name) {
        if (c == '`') out += '`';
        out += c;
    }
    out += '`';
}

std::string insert_text(std::string_view table, std::span<const connection::bulk_column> columns) {
    std::string text = "INSERT INTO ";
    append_identifier(text, table);
    text += " (";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) text += ", ";
        append_identifier(text, columns[i].name);
    }
    text += ") VALUES (";
    for (std::size_t i = 0; i < columns.size(); ++i) text += i > 0 ? ", ?" : "?";
    return text + ")";
}

}  // namespace

bool column_buffer::is_text() const noexcept {
    switch (wire_type(type_)) {
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_DOUBLE:
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_DATETIME:
            return false;
        default:
            return true;
    }
}

std::string_view column_buffer::encode(const arg& v) {
    if (type_ == column_type::uuid) return scratch_ = octets_of(v);
    if (type_ != column_type::decimal) return v.text();
    // MariaDB would round silently; rescaled() throws instead.
    return scratch_ = v.to_decimal().rescaled(scale_).to_string();
}

std::size_t column_buffer::append(const arg& v, std::size_t position) {
    check_value(v, type_, position);
    const bool null = v.is_null();
    std::size_t bytes = value_overhead;
    if (is_text()) {
        const std::string_view text = null ? std::string_view{} : encode(v);
        starts_.push_back(text_.size());
        lengths_.push_back(text.size());
        text_ += text;
        bytes += text.size();
    } else if (wire_type(type_) == MYSQL_TYPE_LONGLONG) {
        integers_.push_back(null ? 0 : v.integer());
    } else if (wire_type(type_) == MYSQL_TYPE_DOUBLE) {
        reals_.push_back(null ? 0 : v.to_real());
    } else {
        times_.push_back(null ? MYSQL_TIME{} : wire_time(v, type_));
    }
    indicators_.push_back(null ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE);
    return bytes;
}

void column_buffer::truncate(std::size_t rows) {
    if (rows < starts_.size()) {
        text_.resize(starts_[rows]);
        starts_.resize(rows);
        lengths_.resize(rows);
    }
    if (rows < integers_.size()) integers_.resize(rows);
    if (rows < reals_.size()) reals_.resize(rows);
    if (rows < times_.size()) times_.resize(rows);
    if (rows < indicators_.size()) indicators_.resize(rows);
}

MYSQL_BIND column_buffer::bind() {
    MYSQL_BIND b{};
    b.buffer_type = wire_type(type_);
    b.u.indicator = indicators_.data();
    if (b.buffer_type == MYSQL_TYPE_LONGLONG) {
        b.buffer = integers_.data();
    } else if (b.buffer_type == MYSQL_TYPE_DOUBLE) {
        b.buffer = reals_.data();
    } else {  // these want one address for each row
        addresses_.resize(indicators_.size());
        for (std::size_t i = 0; i < addresses_.size(); ++i) {
            addresses_[i] = is_text() ? static_cast<void*>(text_.data() + starts_[i])
                                      : static_cast<void*>(&times_[i]);
        }
        b.buffer = addresses_.data();
        b.length = lengths_.data();
    }
    return b;
}

array_writer::array_writer(mariadb_connection& owner, std::string_view table,
                           std::span<const connection::bulk_column> columns, deadline limit)
    : owner_(owner), text_(insert_text(table, columns)) {
    if (columns.empty()) raise(error_code::bad_query, "a bulk insert needs columns");
    for (const auto& c : columns) columns_.emplace_back(c);
    own_transaction_ = !owner_.in_transaction();
    owner_.run_now(own_transaction_ ? std::string("BEGIN") : fmt::format("SAVEPOINT {}", savepoint),
                   limit);
    open_ = true;
    try {
        statement_.reset(mysql_stmt_init(owner_.handle()));
        if (statement_ == nullptr) raise(error_code::internal, "libmariadb is out of memory");
        owner_.talk(text_,
                    [&] { prepare_statement(owner_.handle(), statement_.get(), text_, limit); });
    } catch (...) {
        roll_back();
        throw;
    }
}

array_writer::~array_writer() {
    if (open_) roll_back();
}

void array_writer::roll_back() noexcept {
    open_ = false;
    statement_.reset();
    try {
        const deadline limit = deadline::after(rollback_patience);
        if (own_transaction_ || !owner_.is_doomed()) {
            owner_.run_now(own_transaction_ ? std::string("ROLLBACK")
                                            : fmt::format("ROLLBACK TO SAVEPOINT {}", savepoint),
                           limit);
        }
    } catch (...) {
        owner_.give_up();  // the end of the connection rolls back, too
    }
}

void array_writer::put(std::span<const arg> row, deadline limit) {
    if (!open_) raise(error_code::bad_state, "this bulk insert has ended");
    if (row.size() != columns_.size()) {
        raise({.code = error_code::bad_query,
               .message =
                   fmt::format("a row of {} values for {} columns", row.size(), columns_.size())});
    }
    const std::size_t room = owner_.max_packet() - chunk_rows;
    std::size_t bytes = append(row);
    if (rows_ > 0 && bytes_ + bytes > room) {  // a long row: those before it go first
        for (auto& c : columns_) c.truncate(rows_);
        flush(limit);
        bytes = append(row);
    }
    ++rows_;
    bytes_ += bytes;
    if (rows_ >= chunk_rows || bytes_ >= std::min(chunk_bytes, room / 4)) flush(limit);
}

/// All values of a row or none: the rows before it stay.
std::size_t array_writer::append(std::span<const arg> row) {
    std::size_t bytes = row_overhead;
    try {
        for (std::size_t i = 0; i < row.size(); ++i) bytes += columns_[i].append(row[i], i + 1);
        if (bytes + chunk_rows > owner_.max_packet()) {
            raise(error_code::value_not_storable,
                  "a row is larger than the server's max_allowed_packet");
        }
    } catch (...) {
        for (auto& c : columns_) c.truncate(rows_);
        throw;
    }
    return bytes;
}

void array_writer::flush(deadline limit) {
    if (rows_ == 0) return;
    MYSQL_STMT* s = statement_.get();
    std::vector<MYSQL_BIND> binds;
    for (auto& c : columns_) binds.push_back(c.bind());
    try {
        owner_.talk(text_, [&] {
            const auto count = static_cast<unsigned>(rows_);
            mysql_stmt_attr_set(s, STMT_ATTR_ARRAY_SIZE, &count);
            if (mysql_stmt_bind_param(s, binds.data()) != 0) raise(translate(error_of(s)));
            execute_statement(owner_.handle(), s, limit);
        });
        if (mysql_stmt_affected_rows(s) != rows_) {
            raise(error_code::internal, "the server counts other rows than were sent");
        }
    } catch (...) {
        roll_back();
        throw;
    }
    sent_ += static_cast<std::int64_t>(rows_);
    rows_ = bytes_ = 0;
    for (auto& c : columns_) c.clear();
}

std::int64_t array_writer::finish(deadline limit) {
    if (!open_) raise(error_code::bad_state, "this bulk insert has ended");
    flush(limit);
    try {
        owner_.run_now(own_transaction_ ? std::string("COMMIT")
                                        : fmt::format("RELEASE SAVEPOINT {}", savepoint),
                       limit);
    } catch (const error& e) {
        roll_back();
        if (!own_transaction_ || !e.poisons_connection()) throw;
        error_info info = e.info();
        info.code = error_code::in_doubt;
        info.message = "the rows were sent and committed, but the server's answer never came";
        raise(std::move(info));
    }
    open_ = false;
    statement_.reset();
    return sent_;
}

}  // namespace shardwise::engine::mariadb
