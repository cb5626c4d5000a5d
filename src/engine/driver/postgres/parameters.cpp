// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/driver/postgres/binary_codec.hpp"
#include "engine/storable.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

constexpr std::size_t keep_at_most = std::size_t{1} << 20;  // bytes, from one batch to the next
constexpr std::size_t most_parameters = 65'535;
constexpr int binary = 1;
constexpr std::size_t longest = std::numeric_limits<int>::max() / 2;  // 1 GB, the server's limit

}  // namespace

std::size_t parameters::add(const statement& s, std::span<const arg> args) {
    if (args.size() != s.parameters.size())
        raise({.code = error_code::internal,
               .message = fmt::format("a statement with {} parameters got {} arguments",
                                      s.parameters.size(), args.size()),
               .statement = s.text});
    if (args.size() > most_parameters)
        raise({.code = error_code::not_supported,
               .message = fmt::format("a statement has {} parameters, PostgreSQL takes {}",
                                      args.size(), most_parameters),
               .statement = s.text});
    const std::size_t first = slots_.size();
    const std::size_t size = bytes_.size();
    try {
        for (std::size_t i = 0; i < args.size(); ++i) add_one(args[i], s.parameters[i].type, i + 1);
    } catch (...) {
        slots_.resize(first);
        bytes_.resize(size);
        throw;
    }
    return first;
}

void parameters::add_one(const arg& v, column_type type, std::size_t position) {
    const std::size_t offset = bytes_.size();
    if (v.is_null()) {
        slots_.push_back({offset, -1});
        return;
    }
    // The most frequent parameter of all can take every integer.
    if (type != column_type::int64 || v.kind() != kind::integer) check_argument(v, type, position);
    if (!encode(bytes_, v, wire_of(type)))
        raise(error_code::bad_value,
              fmt::format("parameter {} is out of the range of {}", position, name_of(type)));
    const std::size_t size = bytes_.size() - offset;
    if (size > longest)
        raise(error_code::value_not_storable,
              fmt::format("parameter {} is longer than 1 GB", position));
    slots_.push_back({offset, static_cast<int>(size)});
}

void parameters::clear() noexcept {
    slots_.clear();
    if (bytes_.capacity() > keep_at_most)
        std::string{}.swap(bytes_);
    else
        bytes_.clear();
}

parameters::view parameters::of(std::size_t first, std::size_t count) {
    values_.resize(std::max(values_.size(), count));
    lengths_.resize(values_.size());
    formats_.resize(values_.size(), binary);
    for (std::size_t i = 0; i < count; ++i) {
        const slot& s = slots_[first + i];
        values_[i] = s.size < 0 ? nullptr : bytes_.data() + s.offset;
        lengths_[i] = s.size;
    }
    return {static_cast<int>(count), values_.data(), lengths_.data(), formats_.data()};
}

}  // namespace shardwise::engine::postgres
