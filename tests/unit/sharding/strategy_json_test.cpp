// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>

#include "unit/sharding/keys.hpp"

namespace shardwise::sharding {
namespace {

using namespace testing;

TEST(StrategyJson, IsStableBecauseCatalogsHoldIt) {
    strategy_spec custom;
    custom.kind = schema::strategy_kind::custom;
    custom.custom_name = "by_tenant";
    const std::vector<std::pair<strategy_spec, std::string>> golden{
        {{}, R"({"strategy":"hash"})"},
        {modulo_spec(2), R"({"strategy":"modulo","modulus":2})"},
        {directory_spec(16), R"({"strategy":"directory","buckets":16})"},
        {custom, R"({"strategy":"custom","name":"by_tenant"})"},
        {range_spec({whole(std::numeric_limits<std::int64_t>::min()), whole(-5),
                     whole(std::numeric_limits<std::int64_t>::max())}),
         R"({"strategy":"range","bounds":[-9223372036854775808,-5,9223372036854775807]})"},
        {range_spec({exact("1.50"), exact("2")}),
         R"({"strategy":"range","bounds":[{"decimal":"1.50"},{"decimal":"2"}]})"},
        {list_spec({{text("de"), text("it's \"\n\xf0\x9f\x98\x80")}, {}}, 1),
         "{\"strategy\":\"list\",\"lists\":[[\"de\",\"it's \\\"\\n\xf0\x9f\x98\x80\"],[]],"
         "\"default\":1}"},
        {list_spec({{day(0)}}), R"({"strategy":"list","lists":[[{"date":"1970-01-01"}]]})"},
        {list_spec({{octets(std::string_view("\x00\xff", 2))}}),
         R"({"strategy":"list","lists":[[{"blob":"00ff"}]]})"},
        {list_spec({{value{arg{true}}}, {value{arg{false}}}}),
         R"({"strategy":"list","lists":[[true],[false]]})"},
        {list_spec({{id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")}}),
         R"({"strategy":"list","lists":[[{"uuid":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f"}]]})"},
    };
    for (const auto& [spec, json] : golden) {
        EXPECT_EQ(to_json(spec), json);
        EXPECT_EQ(spec_from_json(json), spec) << json;
    }
    const strategy_spec instants = range_spec({instant(-1), instant(0), instant(1'234'567)});
    EXPECT_EQ(spec_from_json(to_json(instants)), instants);
}

TEST(StrategyJson, RefusesWhatItDoesNotUnderstand) {
    for (const char* bad : {
             "",
             "[]",
             "{",
             R"({})",
             R"({"strategy":"none"})",
             R"({"strategy":1})",
             R"({"strategy":"hash","modulus":2})",
             R"({"strategy":"modulo"})",
             R"({"strategy":"modulo","modulus":-2})",
             R"({"strategy":"modulo","modulus":2.5})",
             R"({"strategy":"modulo","modulus":"2"})",
             R"({"strategy":"modulo","modulus":4294967296})",
             R"({"strategy":"range"})",
             R"({"strategy":"range","bounds":5})",
             R"({"strategy":"range","bounds":[1.5]})",
             R"({"strategy":"range","bounds":[null]})",
             R"({"strategy":"range","bounds":[[1]]})",
             R"({"strategy":"range","bounds":[9223372036854775808]})",
             R"({"strategy":"range","bounds":[{"date":"2024-02-30"}]})",
             R"({"strategy":"range","bounds":[{"date":5}]})",
             R"({"strategy":"range","bounds":[{"blob":"0"}]})",
             R"({"strategy":"range","bounds":[{"blob":"0G"}]})",
             R"({"strategy":"range","bounds":[{"real":"1.5"}]})",
             R"({"strategy":"list","lists":{}})",
             R"({"strategy":"list","lists":[1]})",
             R"({"strategy":"list","lists":[[1]],"default":-1})",
             R"({"strategy":"list","lists":[[1]],"fallback":0})",
             R"({"strategy":"custom"})",
         })
        EXPECT_EQ(code_of([&] { spec_from_json(bad); }), error_code::bad_config) << bad;
}

TEST(StrategyJson, RefusesToWriteWhatItCouldNotRead) {
    EXPECT_EQ(code_of([] { to_json(range_spec({value{}})); }), error_code::bad_config);
    EXPECT_EQ(code_of([] { to_json(range_spec({value{arg{1.5}}})); }), error_code::bad_config);
    EXPECT_EQ(code_of([] { to_json(range_spec({text("\xff")})); }), error_code::bad_config);
}

}  // namespace
}  // namespace shardwise::sharding
