// SPDX-License-Identifier: MIT
// Ordinary CREATE TABLE text -> schema::table, for models that are described without C++. The text
// is PostgreSQL's SQL (libpg-query): CREATE TABLE and CREATE [UNIQUE] INDEX, nothing else.
//
//   types        boolean, smallint, integer, bigint, double precision, text, varchar(n), bytea,
//                uuid, date, timestamptz, timestamp (taken as UTC), numeric(p,s), json; jsonb is
//                kept as json: the text as it was written
//   constraints  NOT NULL, PRIMARY KEY, UNIQUE, REFERENCES / FOREIGN KEY with ON DELETE (NO ACTION
//                is restrict: nothing is ever deferred), CHECK (check_writer.hpp says which)
//   DEFAULT      literals, kept in the form of to_display(); NULL is no default
//   names        folded to lower case unless quoted; unnamed constraints get PostgreSQL's names
//                (orders_customer_id_fkey, orders_no_key, orders_qty_check, orders_at_idx)
// Everything else is refused: whatever is not understood could change the meaning.
//
// Distribution is no part of the text: tables come out as sharded with an empty shard key, unique
// constraints with scope `implied`, and unchecked: the caller completes them, then registry::add
// validates. Pure; any number of threads.
#pragma once

#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace shardwise::parse {

/// Tables in the order of the text. Throws bad_input with place() "file:line:column" and the way
/// out; a mistake of the text never leaves part of the tables.
std::vector<schema::table> parse_tables(std::string_view sql, std::string_view file_name);

}  // namespace shardwise::parse
