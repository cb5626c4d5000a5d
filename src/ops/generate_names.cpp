// SPDX-License-Identifier: MIT
#include "ops/generate_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/utf8.hpp"

namespace shardwise::ops {

namespace {

bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Keywords, alternative tokens, names that a member must not hide, and macros in small letters.
const std::set<std::string>& taken_words() {
    static const std::set<std::string> words{"alignas",       "alignof",     "and",
                                             "and_eq",        "asm",         "auto",
                                             "bitand",        "bitor",       "bool",
                                             "break",         "case",        "catch",
                                             "char",          "char8_t",     "char16_t",
                                             "char32_t",      "class",       "co_await",
                                             "co_return",     "co_yield",    "compl",
                                             "concept",       "const",       "const_cast",
                                             "consteval",     "constexpr",   "constinit",
                                             "continue",      "decltype",    "default",
                                             "delete",        "do",          "double",
                                             "dynamic_cast",  "else",        "enum",
                                             "explicit",      "export",      "extern",
                                             "false",         "float",       "for",
                                             "friend",        "goto",        "if",
                                             "inline",        "int",         "long",
                                             "mutable",       "namespace",   "new",
                                             "noexcept",      "not",         "not_eq",
                                             "nullptr",       "operator",    "or",
                                             "or_eq",         "private",     "protected",
                                             "public",        "register",    "reinterpret_cast",
                                             "requires",      "return",      "short",
                                             "signed",        "sizeof",      "static",
                                             "static_assert", "static_cast", "struct",
                                             "switch",        "template",    "this",
                                             "thread_local",  "throw",       "true",
                                             "try",           "typedef",     "typeid",
                                             "typename",      "typeof",      "union",
                                             "unsigned",      "using",       "virtual",
                                             "void",          "volatile",    "wchar_t",
                                             "while",         "xor",         "xor_eq",
                                             "std",           "shardwise",   "linux",
                                             "unix",          "i386",        "assert",
                                             "errno",         "stdin",       "stdout",
                                             "stderr",        "major",       "minor",
                                             "makedev",       "offsetof",    "signals",
                                             "slots",         "emit",        "foreach",
                                             "near",          "far",         "interface",
                                             "import",        "module",      "final",
                                             "override",      "min",         "max"};
    return words;
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> ends) {
    return std::any_of(ends.begin(), ends.end(),
                       [&](std::string_view e) { return name.ends_with(e); });
}

/// Bytes of the UTF-8 character that begins `text` when it must not be shown: it turns the
/// direction of text or breaks lines. 0 otherwise.
std::size_t hidden_character(std::string_view text) {
    static constexpr std::string_view hidden[] = {
        "\xC2\x85",     "\xD8\x9C",     "\xE2\x80\x8B", "\xE2\x80\x8E", "\xE2\x80\x8F",
        "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC",
        "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8",
        "\xE2\x81\xA9", "\xEF\xBB\xBF"};
    for (const std::string_view h : hidden)
        if (text.starts_with(h)) return h.size();
    return 0;
}

}  // namespace

std::string identifier(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const char kept = is_letter(c) || is_digit(c) ? c : '_';
        if (kept == '_' && (out.empty() || out.back() == '_')) continue;
        out += kept;
    }
    while (!out.empty() && out.back() == '_' && !name.ends_with('_')) out.pop_back();
    if (out.empty()) out = "x";
    if (is_digit(out.front())) out.insert(0, "x");
    if (std::none_of(out.begin(), out.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
        out = ascii_lower(std::string_view{out});
    if (taken_words().contains(out)) out += '_';
    return out;
}

std::string free_identifier(std::string_view name, std::set<std::string>& taken) {
    const std::string wanted = identifier(name);
    std::string out = wanted;
    for (int n = 2; taken.contains(out); ++n)
        out = fmt::format("{}{}{}", wanted, wanted.back() == '_' ? "" : "_", n);
    taken.insert(out);
    return out;
}

const std::set<std::string>& words_of_mappings() {
    static const std::set<std::string> words{
        "mapping",        "table",      "column",        "columns",         "primary_key",
        "shard_key",      "generated",  "indexed",       "unique",          "unique_per_shard",
        "cluster_unique", "length",     "digits",        "defaults_to",     "references",
        "on_delete",      "has_many",   "has_one",       "belongs_to",      "many_to_many",
        "is_table",       "entity",     "options",       "explicit_parent", "table_name",
        "is_reference",   "is_partial", "by_expression", "strategies",      "placed_by",
        "null_bucket",    "text",       "model",         "detail"};
    return words;
}

std::string singular(std::string_view name) {
    if (name.size() < 4) return std::string(name);
    if (name.ends_with("ies")) return std::string(name.substr(0, name.size() - 3)) + "y";
    if (ends_with_any(name, {"sses", "shes", "ches", "xes", "zzes"}))
        return std::string(name.substr(0, name.size() - 2));
    if (name.ends_with("s") && !ends_with_any(name, {"ss", "us", "is"}))
        return std::string(name.substr(0, name.size() - 1));
    return std::string(name);
}

std::string plural(std::string_view name) {
    if (name.size() > 1 && name.ends_with("y") &&
        std::string_view("aeiou").find(name[name.size() - 2]) == std::string_view::npos)
        return std::string(name.substr(0, name.size() - 1)) + "ies";
    if (ends_with_any(name, {"s", "x", "z", "ch", "sh"})) return std::string(name) + "es";
    return std::string(name) + "s";
}

std::string string_literal(std::string_view text) {
    const bool readable = is_valid_utf8(text);
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t hidden = readable ? hidden_character(text.substr(at)) : 0;
        for (std::size_t end = at + std::max<std::size_t>(hidden, 1); at < end; ++at) {
            const char c = text[at];
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\' || c == '?')
                out += fmt::format("\\{}", c);
            else if (byte < 0x20 || byte == 0x7F || hidden != 0 || (byte >= 0x80 && !readable))
                out += fmt::format("\\{:03o}", byte);
            else
                out += c;
        }
    }
    return out + "\"";
}

std::string comment_text(std::string_view text) {
    constexpr std::size_t longest = 300;
    const bool readable = is_valid_utf8(text);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (out.size() >= longest && (byte & 0xC0) != 0x80) {
            out += " ...";
            break;
        }
        const std::size_t hidden = readable ? hidden_character(text.substr(at)) : 0;
        if (hidden != 0 || (byte >= 0x80 && !readable))
            out += '?';
        else if (byte < 0x20 || byte == 0x7F)
            out += out.ends_with(' ') ? "" : " ";
        else if (byte != ' ' || !out.ends_with(' '))
            out += text[at];
        at += std::max<std::size_t>(hidden, 1);
    }
    while (out.ends_with(' ')) out.pop_back();
    // The last character of a line, and ??/ once was one, would join the next line to it.
    if (out.ends_with('\\') || out.ends_with("?\?/")) out += " .";
    return out;
}

bool is_namespace_name(std::string_view name) {
    while (true) {
        const std::size_t end = std::min(name.find("::"), name.size());
        const std::string_view part = name.substr(0, end);
        if (part.empty() || identifier(part) != part) return false;
        if (end == name.size()) return true;
        name.remove_prefix(end + 2);
    }
}

}  // namespace shardwise::ops
