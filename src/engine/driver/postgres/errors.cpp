// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace shardwise::engine::postgres {
namespace {

struct state_rule {
    std::string_view prefix;  ///< of the SQLSTATE; the first match counts
    error_code code;
};

constexpr std::array<state_rule, 22> state_rules{{
    {"23505", error_code::unique_violation},
    {"23503", error_code::foreign_key_violation},
    {"23001", error_code::foreign_key_violation},
    {"23502", error_code::not_null_violation},
    {"23514", error_code::check_violation},
    {"40001", error_code::serialization_failure},
    {"40P01", error_code::deadlock},
    {"40003", error_code::connection_lost},
    {"55P03", error_code::lock_timeout},
    {"57014", error_code::timeout},
    {"42501", error_code::permission_denied},
    {"28", error_code::permission_denied},
    {"3D000", error_code::connect_failed},
    {"53100", error_code::disk_full},
    {"53300", error_code::connect_failed},
    {"57P01", error_code::connection_lost},
    {"57P02", error_code::connection_lost},
    {"57P03", error_code::connect_failed},
    {"57P04", error_code::connection_lost},
    {"57P05", error_code::connection_lost},
    {"25P03", error_code::connection_lost},
    {"08", error_code::connection_lost},
}};

std::string_view field(const PGresult& result, int which) noexcept {
    const char* text = PQresultErrorField(&result, which);
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

/// Data exceptions quote the value that was refused.
std::string without_quoted(std::string_view text) {
    std::string out;
    bool inside = false;
    for (const char c : text) {
        if (c == '"') {
            out += inside ? "...\"" : "\"";
            inside = !inside;
        } else if (!inside) {
            out += c;
        }
    }
    return inside ? out + "...\"" : out;
}

error_code code_of_result(const PGresult& result, const failure_context& context) {
    const std::string_view severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
    if (severity == "FATAL" || severity == "PANIC") return error_code::connection_lost;
    if (sqlstate == "57014") {
        if (context.cancel_requested) return error_code::cancelled;
        const bool says_timeout =
            field(result, PG_DIAG_MESSAGE_PRIMARY).find("timeout") != std::string_view::npos;
        return says_timeout || context.has_statement_timeout ? error_code::timeout
                                                             : error_code::cancelled;
    }
    return code_of(sqlstate);
}

std::string_view introduction(error_code code) noexcept {
    switch (code) {
        case error_code::connection_lost:
            return "the server closed the connection: ";
        case error_code::timeout:
            return "the server stopped the statement at its time limit: ";
        case error_code::disk_full:
            return "the server has no space left: ";
        default:
            return "";
    }
}

/// The SQLSTATE in "FATAL:  28P01: password authentication failed"; severities are translated, the
/// form is not.
std::string_view sqlstate_in(std::string_view message) noexcept {
    constexpr std::string_view mark = ":  ";
    for (auto at = message.find(mark); at != message.npos; at = message.find(mark, at + 1)) {
        const std::string_view state = message.substr(at + mark.size(), 5);
        const auto follows = at + mark.size() + 5;
        const bool is_state = state.size() == 5 && std::ranges::all_of(state, [](char c) {
                                  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
                              });
        if (is_state && message.substr(follows, 2) == ": ") return state;
    }
    return {};
}

std::string_view advice(std::string_view sqlstate, std::string_view text) noexcept {
    const auto says = [text](std::string_view part) { return text.find(part) != text.npos; };
    if (sqlstate.starts_with("28")) return "; check the user and the password of the URL";
    if (sqlstate == "3D000") return "; create the database, or correct the URL";
    if (sqlstate == "53300")
        return "; raise the server's max_connections or make the pools smaller (?pool_size=)";
    if (says("does not match host name")) return "; use the name that the certificate has";
    if (says("certificate") || says("does not support SSL"))
        return "; name the certificate authority with ?tls_ca=FILE, or give up the protection "
               "with ?tls=insecure";
    return "";
}

}  // namespace

error_code code_of(std::string_view sqlstate) noexcept {
    for (const state_rule& rule : state_rules)
        if (sqlstate.starts_with(rule.prefix)) return rule.code;
    return error_code::statement_failed;
}

error_info failure_of(const PGresult& result, const failure_context& context) {
    error_info info;
    info.code = code_of_result(result, context);
    info.sqlstate = field(result, PG_DIAG_SQLSTATE);
    info.server = context.server;
    info.statement = context.statement;
    info.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    info.table = field(result, PG_DIAG_TABLE_NAME);
    info.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    const std::string_view primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
    std::string said;
    if (primary.empty()) {
        said = one_line(PQresultErrorMessage(&result));
    } else if (info.sqlstate.starts_with("22")) {
        said = without_quoted(primary);
        if (info.detail.empty()) info.detail = primary;
    } else {
        said = primary;
    }
    if (said.empty()) said = "the server gave no reason";
    info.message = fmt::format("{}{}", introduction(info.code), said);
    const std::string_view hint = field(result, PG_DIAG_MESSAGE_HINT);
    if (!hint.empty() && !info.sqlstate.starts_with("22"))
        info.message += fmt::format(" ({})", hint);
    return info;
}

error_info lost_connection(const PGconn& connection, const failure_context& context) {
    error_info info;
    info.code = error_code::connection_lost;
    info.server = context.server;
    info.statement = context.statement;
    const std::string said = one_line(PQerrorMessage(&connection));
    info.message = fmt::format("the connection broke{}{}", said.empty() ? "" : ": ", said);
    return info;
}

error_info connect_failure(std::string_view libpq_message, const url& where) {
    error_info info;
    info.sqlstate = sqlstate_in(libpq_message);
    const error_code known = code_of(info.sqlstate);
    info.code = known == error_code::permission_denied ? known : error_code::connect_failed;
    info.server = where.display();
    std::string said = without_password(one_line(libpq_message), where.password);
    if (!info.sqlstate.empty()) {  // it has its own field
        const auto at = said.find(info.sqlstate + ": ");
        if (at != std::string::npos) said.erase(at, info.sqlstate.size() + 2);
    }
    if (said.empty()) said = "libpq gave no reason";
    info.message =
        fmt::format("cannot connect to {}: {}{}", info.server, said, advice(info.sqlstate, said));
    return info;
}

std::string one_line(std::string_view message) {
    std::string out;
    while (!message.empty()) {
        const auto end = std::min(message.find('\n'), message.size());
        std::string_view line = message.substr(0, end);
        message.remove_prefix(std::min(end + 1, message.size()));
        if (line.starts_with("LOCATION:")) continue;
        const bool continues = line.starts_with('\t');
        while (!line.empty() && (line.front() == '\t' || line.front() == ' '))
            line.remove_prefix(1);
        while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        if (!out.empty()) out += continues ? ". " : "; ";
        out += line;
    }
    return out;
}

std::string without_password(std::string text, std::string_view password) {
    // Shorter ones would turn ordinary words into stars and so be told by the gaps.
    constexpr std::size_t shortest = 3;
    if (password.size() < shortest) return text;
    for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at + 3))
        text.replace(at, password.size(), "***");
    return text;
}

stale_statement staleness_of(const PGresult& result) noexcept {
    const std::string_view sqlstate = field(result, PG_DIAG_SQLSTATE);
    if (sqlstate == "26000") return {.stale = true, .forgotten = true};
    // "cached plan must not change result type" has only the code of all unsupported features; the
    // function that raises it is the one mark that is not translated.
    const bool replanned =
        sqlstate == "0A000" && field(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery";
    return {.stale = replanned, .forgotten = false};
}

}  // namespace shardwise::engine::postgres
