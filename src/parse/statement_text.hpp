// SPDX-License-Identifier: MIT
// The text of one statement and how its constructs are refused: with "line:column" and in words
// that a user of SQL knows. Borrowed: the text outlives it. Immutable: any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "parse/source_text.hpp"
#include "parse/tree_node.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/schema/types.hpp"

namespace shardwise::parse {

class statement_text {
public:
    explicit statement_text(const source_text& source);

    /// One instant for the whole statement, on all shards: the client's clock when it was read.
    timestamp now() const noexcept { return now_; }

    [[noreturn]] void fail(const tree_node& at, error_code code, std::string message) const;
    /// bad_query: a statement that no database would accept.
    [[noreturn]] void wrong(const tree_node& at, std::string message) const {
        fail(at, error_code::bad_query, std::move(message));
    }
    /// not_supported: a construct that the AST cannot express.
    [[noreturn]] void unsupported(const tree_node& at, std::string_view what,
                                  std::string_view way_out = "leave it out") const;
    /// The same for a node of this kind ("SubLink"), in the words of SQL.
    [[noreturn]] void unsupported_kind(const tree_node& at, std::string_view kind) const;
    /// Refuses `n` when it has any other member: what is not known may change the meaning.
    void only(const tree_node& n, std::string_view what,
              std::initializer_list<std::string_view> members) const;

    /// What `build` makes; its errors get the place of `at`.
    template <class Build>
    auto placed(const tree_node& at, Build build) const {
        try {
            return build();
        } catch (const error& e) {
            raise_placed(at, e);
        }
    }

private:
    [[noreturn]] void raise_placed(const tree_node& at, const error& e) const;

    const source_text& source_;
    timestamp now_;
};

}  // namespace shardwise::parse
