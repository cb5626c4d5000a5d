// SPDX-License-Identifier: MIT
#include "exec/accumulator.hpp"

#include <fmt/format.h>

#include <limits>

#include "exec/row_buffer.hpp"
#include "exec/row_order.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {

using merge = plan::aggregate::merge;

[[noreturn]] void overflow(std::string_view what) {
    raise({.code = error_code::bad_value,
           .message = fmt::format("the {} over all shards is too large for its type", what)});
}

decimal decimal_of(int128 v) {
    try {
        return decimal::from_parts(static_cast<std::int64_t>(v >> 64),
                                   static_cast<std::uint64_t>(v), 0);
    } catch (const error&) {
        overflow("sum");
    }
}

}  // namespace

void accumulator::add(merge how, const arg& v, const arg* count) {
    if (how == merge::avg) {
        if (count) add_count(*count);
        if (!v.is_null()) add_number(v);
        return;
    }
    if (v.is_null()) return;
    switch (how) {
        case merge::sum:
            add_number(v);
            return;
        case merge::count:
            add_count(v);
            return;
        case merge::present:
            ++count_;
            return;
        case merge::min:
            if (!any_ || compare_present(v, kept()) < 0) keep(v);
            return;
        case merge::max:
            if (!any_ || compare_present(v, kept()) > 0) keep(v);
            return;
        case merge::avg:
            return;
    }
}

void accumulator::add_count(const arg& v) {
    if (!v.is_null() && __builtin_add_overflow(count_, v.to_integer(), &count_)) overflow("count");
}

void accumulator::add_number(const arg& v) {
    any_ = true;
    switch (v.kind()) {
        case kind::integer:
            if (__builtin_add_overflow(integers_, int128{v.integer()}, &integers_)) overflow("sum");
            return;
        case kind::real:
            real_ = true;
            reals_ += v.real();
            return;
        default:
            try {
                decimals_ = decimals_ + v.to_decimal();
            } catch (const error&) {
                overflow("sum");
            }
    }
}

void accumulator::keep(const arg& v) {
    any_ = true;
    kept_ = v;
    if (points_outside(v)) text_.assign(v.text());
}

arg accumulator::kept() const noexcept {
    if (!points_outside(kept_)) return kept_;
    if (kept_.kind() == kind::blob) return arg::of_bytes(text_.data(), text_.size());
    return kept_.kind() == kind::json ? arg::of_json(text_) : arg{std::string_view{text_}};
}

decimal accumulator::exact_sum() const {
    if (integers_ == 0) return decimals_;
    try {
        return decimals_ + decimal_of(integers_);
    } catch (const error&) {
        overflow("sum");
    }
}

arg accumulator::sum(const sql::typed& type) const {
    if (!any_) return {};
    if (type.type == column_type::float64)
        return arg{real_ ? reals_ + exact_sum().to_double() : exact_sum().to_double()};
    if (real_) overflow("sum");
    if (type.type != column_type::decimal) {
        const decimal whole = exact_sum();
        if (whole < decimal(std::numeric_limits<std::int64_t>::min()) ||
            whole > decimal(std::numeric_limits<std::int64_t>::max()))
            overflow("sum");
        return arg{arg{whole}.to_integer()};
    }
    const decimal exact = exact_sum();
    try {
        return arg{exact.rescaled(type.scale)};
    } catch (const error&) {
        return arg{exact};
    }
}

arg accumulator::average(const sql::typed& type) const {
    if (!any_ || count_ == 0) return {};
    if (type.type == column_type::decimal && !real_)
        return arg{decimal::divide(exact_sum(), decimal(count_), type.scale)};
    const double total = real_ ? reals_ + exact_sum().to_double() : exact_sum().to_double();
    return arg{total / static_cast<double>(count_)};
}

arg accumulator::result(merge how, const sql::typed& type) const {
    switch (how) {
        case merge::sum:
            return sum(type);
        case merge::count:
        case merge::present:
            return arg{count_};
        case merge::min:
        case merge::max:
            return any_ ? kept() : arg{};
        case merge::avg:
            return average(type);
    }
    return {};
}

}  // namespace shardwise::exec
