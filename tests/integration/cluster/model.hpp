// SPDX-License-Identifier: MIT
// The structs of this folder's tests.
#pragma once

#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "cluster/core.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/cluster/cluster.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

struct customer {
    std::int64_t id = 0;
    std::string name;
    std::optional<std::string> email;
};
struct purchase {
    std::int64_t id = 0;
    std::int64_t customer_id = 0;
    std::string product;
    decimal amount;
};
struct product {
    std::string code;
};
/// Hostile names.
struct weird {
    std::int64_t id = 0;
    std::int64_t order = 0;
};
struct located {
    std::string region;
    std::int64_t n = 0;
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::customer> : table<test::customer, "customers", by_hash> {
    column<&test::customer::id, primary_key, generated, shard_key> id;
    column<&test::customer::name, length<40>, indexed> name;
    column<&test::customer::email, unique_per_shard> email;
};
template <>
struct shardwise::mapping<shardwise::test::product>
    : table<test::product, "products", reference_table> {
    column<&test::product::code, primary_key> code;
};
template <>
struct shardwise::mapping<shardwise::test::purchase> : table<test::purchase, "purchases"> {
    column<&test::purchase::id, primary_key, generated> id;
    column<&test::purchase::customer_id, shard_key,
           references<&test::customer::id, on_delete::cascade>>
        customer_id;
    column<&test::purchase::product, references<&test::product::code>> product;
    column<&test::purchase::amount, digits<12, 2>> amount;
};
template <>
struct shardwise::mapping<shardwise::test::weird>
    : table<test::weird, "Robert\"); DROP TABLE users;--", by_modulo> {
    column<&test::weird::id, primary_key, shard_key> id;
    column<&test::weird::order, indexed> order{"we\"ird`order"};
};
template <>
struct shardwise::mapping<shardwise::test::located>
    : table<test::located, "located", by_directory> {
    column<&test::located::region, primary_key, shard_key, length<30>> region;
    column<&test::located::n> n;
};

namespace shardwise::test {

/// The error of a call that must fail.
template <class Call>
error_info refusal_of(Call call) {
    try {
        call();
    } catch (const error& e) {
        return e.info();
    }
    ADD_FAILURE() << "not refused";
    return {};
}

inline void expect_error(const error_info& e, error_code code, const std::string& word) {
    EXPECT_EQ(name_of(e.code), name_of(code)) << e.message;
    EXPECT_THAT(e.message, testing::HasSubstr(word));
}

/// Of a server that refuses connections at once.
inline std::string dead_url() { return "postgresql://u:s3cret@127.0.0.1:1/none?tls=off"; }

}  // namespace shardwise::test
