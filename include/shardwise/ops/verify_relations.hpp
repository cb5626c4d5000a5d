// SPDX-License-Identifier: MIT
// Does each row refer to a row that is there? For relations that no database checks: to<> in a
// mapping, whose rows may be on different shards.
//     const verify_report r = verify_relations(db, loans.book);
#pragma once

#include "shardwise/model/relation.hpp"
#include "shardwise/ops/verify.hpp"

namespace shardwise {

namespace ops {
verify_report verify_relations(cluster& db, const model::relation* const* relations,
                               std::size_t count, std::size_t most_findings);
}

/// Looks for rows whose foreign key (without NULL) refers to no row, in the relations given, each
/// from either side. A finding names the table and key of the row that refers. All is read from one
/// moment (cluster::read_snapshot): writers may go on. At most `most_findings` findings of each
/// relation; `problems` counts all. Throws as a query does: shard_unavailable, timeout, and
/// result_too_large when more keys have to be compared in the client than result_limits allow.
template <std::size_t most_findings = 100, class... Relations>
verify_report verify_relations(cluster& db, const Relations&...) {
    static_assert(sizeof...(Relations) > 0 && (detail::joins_directly<Relations> && ...),
                  "shardwise: verify_relations() takes has_many, has_one and belongs_to; of a "
                  "many_to_many give the relations of the struct between");
    const model::relation* const relations[] = {&detail::relation_of<Relations>()...};
    return ops::verify_relations(db, relations, sizeof...(Relations), most_findings);
}

}  // namespace shardwise
