// SPDX-License-Identifier: MIT
// The words of a mapping: tags of columns, options of tables. Structural facts are types, so that
// mistakes do not compile; the whole list is in docs/guide/model.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "shardwise/model/member.hpp"

namespace shardwise {

/// A string as a template argument.
template <std::size_t N>
struct text {
    char data[N]{};
    constexpr text(const char (&s)[N]) {  // NOLINT(google-explicit-constructor)
        for (std::size_t i = 0; i < N; ++i) data[i] = s[i];
    }
    constexpr std::string_view view() const { return {data, N - 1}; }
};

namespace model {
inline constexpr unsigned is_primary_key = 1;
inline constexpr unsigned is_shard_key = 2;
inline constexpr unsigned is_generated = 4;
inline constexpr unsigned is_indexed = 8;
inline constexpr unsigned is_unique = 16;            ///< contains the shard key, or reference table
inline constexpr unsigned is_unique_per_shard = 32;  ///< said explicitly
inline constexpr unsigned is_cluster_unique = 64;
inline constexpr unsigned is_row_version = 128;
inline constexpr unsigned is_insert_time = 256;
inline constexpr unsigned is_change_time = 512;

// Of relations.
inline constexpr unsigned loads_eagerly = 1;
inline constexpr unsigned raises_on_load = 2;
inline constexpr unsigned cascades_erase = 4;
inline constexpr unsigned erases_orphans = 8;
inline constexpr unsigned gives_many = 16;
inline constexpr unsigned holds_the_key = 32;   ///< the object has the foreign key, not the other
inline constexpr unsigned stays_on_shard = 64;  ///< related rows are on the object's shard
inline constexpr unsigned joins_eagerly = 128;
}  // namespace model

/// What happens to a child when its parent row is deleted.
enum class on_delete : std::uint8_t { restrict, cascade, set_null };

// ---------------------------------------------------------------- tags of columns

namespace detail {
/// What every tag has; a tag overrides what it is about.
struct column_tag {
    static constexpr unsigned flags = 0;
    static constexpr std::uint32_t max_length = 0;
    static constexpr std::uint8_t precision = 0;
    static constexpr std::uint8_t scale = 0;
    static constexpr std::string_view default_sql{};
};
}  // namespace detail

struct primary_key : detail::column_tag {
    static constexpr unsigned flags = model::is_primary_key;
};
/// The row is placed by this column (several: by all of them, in mapping order).
struct shard_key : detail::column_tag {
    static constexpr unsigned flags = model::is_shard_key;
};
/// add() gives the column a cluster-wide id when it is 0 (int64: time-ordered; uuid: version 7).
struct generated : detail::column_tag {
    static constexpr unsigned flags = model::is_generated;
};
struct indexed : detail::column_tag {
    static constexpr unsigned flags = model::is_indexed;
};
/// Unique in the cluster because the shard key is part of it (or the table is a reference table).
struct unique : detail::column_tag {
    static constexpr unsigned flags = model::is_unique;
};
/// Optimistic locking: each change of the row raises the column, and the flush changes or deletes
/// only the version that was read (docs/guide/session.md). std::int32_t or std::int64_t.
struct row_version : detail::column_tag {
    static constexpr unsigned flags = model::is_row_version;
};
/// When the row was inserted: set by the flush where the object has no time yet (this machine's
/// clock). timestamp or optional. INSERTs that leave it out take the database's clock.
struct time_of_insert : detail::column_tag {
    static constexpr unsigned flags = model::is_insert_time;
};
/// When the row was changed last, or inserted: set by each flush that writes the object, and by
/// UPDATEs and upserts that do not set it themselves.
struct time_of_change : detail::column_tag {
    static constexpr unsigned flags = model::is_change_time;
};
/// Two rows on one shard cannot have the same value; two rows on different shards can.
struct unique_per_shard : detail::column_tag {
    static constexpr unsigned flags = model::is_unique_per_shard;
};
/// Unique over all shards.
struct cluster_unique : detail::column_tag {
    static constexpr unsigned flags = model::is_cluster_unique;
};
/// The longest text (characters) or bytes that the column takes.
template <std::uint32_t N>
struct length : detail::column_tag {
    static constexpr std::uint32_t max_length = N;
};
/// decimal(P, S): P digits, S of them behind the point. Required for decimal columns.
template <std::uint8_t P, std::uint8_t S>
struct digits : detail::column_tag {
    static_assert(P >= 1 && P <= 38 && S <= P,
                  "shardwise: digits<P, S> needs 1 <= P <= 38 and S <= P");
    static constexpr std::uint8_t precision = P;
    static constexpr std::uint8_t scale = S;
};
/// The database's default: a literal (0, 'new', true, null) or current_timestamp.
template <text Sql>
struct defaults_to : detail::column_tag {
    static constexpr std::string_view default_sql = Sql.view();
};
/// A foreign key to one column of another mapped struct.
template <auto Target, on_delete Rule = on_delete::restrict>
struct references : detail::column_tag {
    static constexpr auto target = Target;
    static constexpr on_delete rule = Rule;
};

// ---------------------------------------------------------------- options of tables

/// Strategies: how a root table's shard key finds its bucket. Parameters (number of residues,
/// bounds, lists) belong to the cluster, see docs/guide/distribution.md. Default: by_hash.
struct by_hash {};
struct by_modulo {};
struct by_range {};
struct by_list {};
struct by_directory {};
template <text Name>
struct by_custom {};

/// A full copy on each shard.
struct reference_table {};
/// Rows live with the row of Parent that has the same shard key values.
template <class Parent>
struct colocated_with {};
/// Rows whose shard key is NULL live in this bucket (otherwise they are refused).
template <std::uint32_t Bucket>
struct nulls_in_bucket {};
/// Hash-sharded table without the sw_bucket column: the bucket is computed in SQL. For tables that
/// exist already.
struct bucket_by_expression {};
/// Some members of the struct are deliberately not stored.
struct partial {};
/// A view of the databases: read like a table, never written, never created or dropped by
/// shardwise.
struct read_only_view {};
/// CHECK over this table's columns, in SQL that all engines understand.
template <text Name, text Sql>
struct check {};
/// Constraints over several columns.
template <auto... Members>
struct unique_together {};
template <auto... Members>
struct unique_together_per_shard {};
/// Unique over all shards, also without the shard key.
template <auto... Members>
struct cluster_unique_together {};
template <auto... Members>
struct index_on {};
/// A foreign key over several columns: foreign_key<columns<&C::a, &C::b>, columns<&P::a, &P::b>>.
template <auto... Members>
struct columns {};
namespace detail {
template <class T>
inline constexpr bool is_columns = false;
template <auto... Ms>
inline constexpr bool is_columns<columns<Ms...>> = true;
/// Of &Child::key or columns<&Child::a, &Child::b>{}.
template <auto Key>
using as_columns = std::conditional_t<is_columns<std::remove_cv_t<decltype(Key)>>,
                                      std::remove_cv_t<decltype(Key)>, columns<Key>>;
}  // namespace detail
template <class Child, class Parent, on_delete Rule = on_delete::restrict>
struct foreign_key {};

}  // namespace shardwise
