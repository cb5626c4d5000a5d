// SPDX-License-Identifier: MIT
// strategy_spec as one line of JSON and back. The form is stored in catalogs: it may be added to,
// never changed. Unknown members are refused: an older program must not misplace rows.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "sharding/strategies.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

using document = nlohmann::ordered_json;

constexpr std::array all_strategy_kinds{
    schema::strategy_kind::hash, schema::strategy_kind::modulo,    schema::strategy_kind::range,
    schema::strategy_kind::list, schema::strategy_kind::directory, schema::strategy_kind::custom};

[[noreturn]] void refuse_spec(std::string message) {
    raise(error_info{.code = error_code::bad_config, .message = std::move(message)});
}

std::string hex_of(std::string_view bytes_text) {
    std::string hex;
    for (const char c : bytes_text) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return hex;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    refuse_spec("a strategy's JSON holds bytes that are not lower-case hexadecimal");
}

value blob_of(const std::string& hex) {
    if (hex.size() % 2 != 0) refuse_spec("a strategy's JSON holds half a byte of hexadecimal");
    std::string octets;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        octets.push_back(static_cast<char>(hex_digit(hex[i]) * 16 + hex_digit(hex[i + 1])));
    return value{arg::of_bytes(octets.data(), octets.size())};
}

document key_to_json(const arg& key) {
    switch (key.kind()) {
        case kind::boolean:
            return key.boolean();
        case kind::integer:
            return key.integer();
        case kind::text:
            return std::string(key.text());
        case kind::blob:
            return {{"blob", hex_of(key.text())}};
        case kind::uuid:
            return {{"uuid", key.as_uuid().to_string()}};
        case kind::date:
            return {{"date", key.to_date().to_string()}};
        case kind::timestamp:
            return {{"timestamp", key.to_timestamp().to_string()}};
        case kind::decimal:
            return {{"decimal", key.as_decimal().to_string()}};
        default:
            refuse_spec(
                fmt::format("a key of kind {} cannot stand in a strategy", name_of(key.kind())));
    }
}

value tagged_key(const std::string& tag, const std::string& text) {
    try {
        if (tag == "blob") return blob_of(text);
        if (tag == "uuid") return value{arg{uuid::parse(text)}};
        if (tag == "date") return value{arg{date::parse(text)}};
        if (tag == "timestamp") return value{arg{timestamp::parse(text)}};
        if (tag == "decimal") return value{arg{decimal::parse(text)}};
    } catch (const error& e) {
        refuse_spec(fmt::format("a strategy's JSON holds a wrong {}: {}", tag, e.message()));
    }
    refuse_spec(fmt::format("a strategy's JSON holds a key of unknown kind '{}'", tag));
}

value key_from_json(const document& j) {
    if (j.is_boolean()) return value{arg{j.get<bool>()}};
    if (j.is_string()) return value{arg{std::string_view(j.get_ref<const std::string&>())}};
    if (j.is_number_integer() && !(j.is_number_unsigned() && j.get<std::uint64_t>() > INT64_MAX))
        return value{arg{j.get<std::int64_t>()}};
    if (j.is_object() && j.size() == 1 && j.begin().value().is_string())
        return tagged_key(j.begin().key(), j.begin().value().get<std::string>());
    refuse_spec(
        "a strategy's JSON holds a key that is no boolean, 64-bit integer, text or "
        "{\"kind\": \"text\"}");
}

document keys_to_json(const std::vector<value>& keys) {
    document list = document::array();
    for (const value& key : keys) list.push_back(key_to_json(key.view()));
    return list;
}

std::vector<value> keys_from_json(const document& j) {
    if (!j.is_array()) refuse_spec("a strategy's JSON has keys that are not a list");
    std::vector<value> keys;
    for (const document& key : j) keys.push_back(key_from_json(key));
    return keys;
}

const document& required(const document& j, const char* member) {
    const auto at = j.find(member);
    if (at == j.end()) refuse_spec(fmt::format("a strategy's JSON lacks \"{}\"", member));
    return *at;
}

std::uint32_t number(const document& j, const char* member) {
    const document& n = required(j, member);
    if (!n.is_number_unsigned() || n.get<std::uint64_t>() > UINT32_MAX)
        refuse_spec(fmt::format("\"{}\" of a strategy's JSON is no 32-bit number", member));
    return n.get<std::uint32_t>();
}

std::string text(const document& j, const char* member) {
    const document& t = required(j, member);
    if (!t.is_string()) refuse_spec(fmt::format("\"{}\" of a strategy's JSON is no text", member));
    return t.get<std::string>();
}

schema::strategy_kind kind_from(const std::string& name) {
    const auto* const found =
        std::find_if(all_strategy_kinds.begin(), all_strategy_kinds.end(),
                     [&](schema::strategy_kind k) { return schema::name_of(k) == name; });
    if (found == all_strategy_kinds.end())
        refuse_spec(fmt::format("there is no strategy '{}'", name));
    return *found;
}

void allow_only(const document& j, std::initializer_list<std::string_view> members) {
    for (const auto& [name, ignored] : j.items())
        if (name != "strategy" && std::find(members.begin(), members.end(), name) == members.end())
            refuse_spec(fmt::format("a strategy's JSON has the unknown member \"{}\"", name));
}

strategy_spec spec_of(const document& j) {
    strategy_spec spec;
    spec.kind = kind_from(text(j, "strategy"));
    switch (spec.kind) {
        case schema::strategy_kind::hash:
            allow_only(j, {});
            break;
        case schema::strategy_kind::modulo:
            allow_only(j, {"modulus"});
            spec.modulus = number(j, "modulus");
            break;
        case schema::strategy_kind::directory:
            allow_only(j, {"buckets"});
            spec.modulus = number(j, "buckets");
            break;
        case schema::strategy_kind::range:
            allow_only(j, {"bounds"});
            spec.bounds = keys_from_json(required(j, "bounds"));
            break;
        case schema::strategy_kind::list:
            allow_only(j, {"lists", "default"});
            if (!required(j, "lists").is_array())
                refuse_spec("\"lists\" of a strategy's JSON is no list");
            for (const document& keys : j.at("lists")) spec.lists.push_back(keys_from_json(keys));
            if (j.contains("default")) spec.default_bucket = number(j, "default");
            break;
        case schema::strategy_kind::custom:
            allow_only(j, {"name"});
            spec.custom_name = text(j, "name");
            break;
    }
    return spec;
}

document json_of(const strategy_spec& spec) {
    document j;
    j["strategy"] = schema::name_of(spec.kind);
    switch (spec.kind) {
        case schema::strategy_kind::hash:
            break;
        case schema::strategy_kind::modulo:
            j["modulus"] = spec.modulus;
            break;
        case schema::strategy_kind::directory:
            j["buckets"] = spec.modulus;
            break;
        case schema::strategy_kind::range:
            j["bounds"] = keys_to_json(spec.bounds);
            break;
        case schema::strategy_kind::list:
            j["lists"] = document::array();
            for (const auto& keys : spec.lists) j["lists"].push_back(keys_to_json(keys));
            if (spec.default_bucket) j["default"] = *spec.default_bucket;
            break;
        case schema::strategy_kind::custom:
            j["name"] = spec.custom_name;
            break;
    }
    return j;
}

}  // namespace

std::string to_json(const strategy_spec& spec) {
    try {
        return json_of(spec).dump();
    } catch (const nlohmann::json::exception&) {
        refuse_spec("a strategy holds text that is not UTF-8 and cannot be stored");
    }
}

strategy_spec spec_from_json(std::string_view json_text) {
    const document j = document::parse(json_text, nullptr, false);
    if (!j.is_object()) refuse_spec("a strategy's JSON is not a JSON object");
    return spec_of(j);
}

}  // namespace shardwise::sharding
