// SPDX-License-Identifier: MIT
// What queries return: result<Row> holds all rows and decodes on access; stream<Row> delivers them
// one by one with bounded memory. Rows are std::tuple<...>, structs, or ref<E>.
#pragma once

#include <cstddef>
#include <iterator>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "shardwise/base/shared.hpp"
#include "shardwise/model/mapping.hpp"
#include "shardwise/orm/record.hpp"
#include "shardwise/schema/codec.hpp"

namespace shardwise {

class session;

namespace orm {

/// Fetched rows: scalars, or records of objects. Immutable.
struct row_set;
void retain(const row_set*) noexcept;
void release(const row_set*) noexcept;
using row_set_ptr = shared<const row_set>;
std::size_t size_of(const row_set& rows) noexcept;
/// The scalars of a row, valid as long as the row set lives.
const arg* row_at(const row_set& rows, std::size_t row);
const record_ptr& record_at(const row_set& rows, std::size_t row);
row_set_ptr rows_of(const std::vector<record_ptr>& records);

/// A running statement. One thread; ends (and cancels what still runs) when it is dropped.
struct row_stream;
void retain(const row_stream*) noexcept;
void release(const row_stream*) noexcept;
using row_stream_ptr = shared<row_stream>;
/// The next row's scalars, valid until the following call; nullptr at the end.
const arg* next_row(row_stream& rows);

}  // namespace orm

namespace detail {

template <class T>
inline constexpr bool is_ref = false;
template <class E>
inline constexpr bool is_ref<ref<E>> = true;

struct put_fields {
    const arg* from;
    template <class... Ts>
    void operator()(Ts&... fields) const {
        const arg* a = from;
        (type_traits<Ts>::put(fields, *a++), ...);
    }
};

/// A row of scalars as a tuple or a struct with as many members.
template <class Row>
Row decode_row(const arg* scalars) {
    Row row{};
    if constexpr (is_tuple<Row>) {
        std::apply(put_fields{scalars}, row);
    } else {
        unpack<count_members<Row, types<>, 0, 97>()>(row, put_fields{scalars});
    }
    return row;
}

template <class Row>
Row fetch(const orm::row_set& rows, std::size_t i) {
    if constexpr (is_ref<Row>) {
        return Row(orm::record_at(rows, i));
    } else {
        return decode_row<Row>(orm::row_at(rows, i));
    }
}

}  // namespace detail

/// A random access range; rows are made when they are looked at.
template <class Row>
class result {
public:
    class iterator {
    public:
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using pointer = void;
        using reference = Row;
        iterator() = default;
        iterator(const orm::row_set* rows, std::size_t i) : rows_(rows), i_(i) {}
        Row operator*() const { return detail::fetch<Row>(*rows_, i_); }
        iterator& operator++() {
            ++i_;
            return *this;
        }
        iterator operator++(int) {
            iterator before = *this;
            ++i_;
            return before;
        }
        friend bool operator==(const iterator& a, const iterator& b) { return a.i_ == b.i_; }

    private:
        const orm::row_set* rows_ = nullptr;
        std::size_t i_ = 0;
    };

    explicit result(orm::row_set_ptr rows) : rows_(static_cast<orm::row_set_ptr&&>(rows)) {}

    iterator begin() const { return {rows_.get(), 0}; }
    iterator end() const { return {rows_.get(), size()}; }
    std::size_t size() const noexcept { return orm::size_of(*rows_); }
    bool empty() const noexcept { return size() == 0; }
    Row operator[](std::size_t i) const { return detail::fetch<Row>(*rows_, i); }
    Row front() const { return (*this)[0]; }
    template <class V = std::vector<Row>>
    V to_vector() const {
        V all;
        all.reserve(size());
        for (std::size_t i = 0; i < size(); ++i) all.push_back((*this)[i]);
        return all;
    }

private:
    friend class session;
    orm::row_set_ptr rows_;
};

/// A single-pass range over a running statement. `Objects`: the rows are whole structs, whose
/// columns have the order of the mapping.
template <class Row, bool Objects = false>
class stream {
public:
    struct sentinel {};
    class iterator {
    public:
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        explicit iterator(orm::row_stream* rows) : rows_(rows), row_(orm::next_row(*rows)) {}
        Row operator*() const {
            if constexpr (Objects) {
                Row row{};
                model::fill(entity_of<Row>(), &row, row_);
                return row;
            } else {
                return detail::decode_row<Row>(row_);
            }
        }
        iterator& operator++() {
            row_ = orm::next_row(*rows_);
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& i, sentinel) { return i.row_ == nullptr; }

    private:
        orm::row_stream* rows_;
        const arg* row_;
    };

    explicit stream(orm::row_stream_ptr rows) : rows_(static_cast<orm::row_stream_ptr&&>(rows)) {}
    iterator begin() const { return iterator(rows_.get()); }
    sentinel end() const { return {}; }

private:
    orm::row_stream_ptr rows_;
};

}  // namespace shardwise
