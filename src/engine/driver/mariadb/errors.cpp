// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace shardwise::engine::mariadb {
namespace {

struct rule {
    unsigned number;
    error_code code;
};

// Sorted by number (binary search; a test reads every row of it through translate()).
constexpr rule rules[] = {
    {1020, error_code::serialization_failure},
    {1021, error_code::disk_full},
    {1040, error_code::connect_failed},
    {1044, error_code::permission_denied},
    {1045, error_code::permission_denied},
    {1048, error_code::not_null_violation},
    {1049, error_code::connect_failed},
    {1053, error_code::connection_lost},
    {1062, error_code::unique_violation},
    {1114, error_code::disk_full},
    {1129, error_code::connect_failed},
    {1130, error_code::permission_denied},
    {1142, error_code::permission_denied},
    {1143, error_code::permission_denied},
    {1152, error_code::connection_lost},
    {1153, error_code::value_not_storable},
    {1158, error_code::connection_lost},
    {1159, error_code::connection_lost},
    {1160, error_code::connection_lost},
    {1161, error_code::connection_lost},
    {1184, error_code::connection_lost},
    {1203, error_code::connect_failed},
    {1205, error_code::lock_timeout},
    {1206, error_code::deadlock},
    {1213, error_code::deadlock},
    {1216, error_code::foreign_key_violation},
    {1217, error_code::foreign_key_violation},
    {1226, error_code::connect_failed},
    {1227, error_code::permission_denied},
    {1263, error_code::not_null_violation},
    {1264, error_code::bad_value},
    {1265, error_code::bad_value},
    {1292, error_code::bad_value},
    {1317, error_code::cancelled},
    {1364, error_code::not_null_violation},
    {1365, error_code::bad_value},
    {1366, error_code::bad_value},
    {1370, error_code::permission_denied},
    {1406, error_code::bad_value},
    {1451, error_code::foreign_key_violation},
    {1452, error_code::foreign_key_violation},
    {1557, error_code::unique_violation},
    {1586, error_code::unique_violation},
    {1613, error_code::lock_timeout},
    {1614, error_code::deadlock},
    {1690, error_code::bad_value},
    {1698, error_code::permission_denied},
    {1761, error_code::unique_violation},
    {1762, error_code::unique_violation},
    {1859, error_code::unique_violation},
    {1927, error_code::connection_lost},
    {1969, error_code::timeout},
    {2002, error_code::connect_failed},
    {2003, error_code::connect_failed},
    {2005, error_code::connect_failed},
    {3024, error_code::timeout},
    {4025, error_code::check_violation},
    {4151, error_code::permission_denied},
};

constexpr unsigned engine_error = 1030;  // "Got error 28 ... from storage engine"

bool from_client_library(unsigned number) noexcept { return number >= 2000 && number < 3000; }

error_code code_of(const server_error& e) {
    const auto at = std::lower_bound(std::begin(rules), std::end(rules), e.number,
                                     [](const rule& r, unsigned n) { return r.number < n; });
    if (at != std::end(rules) && at->number == e.number) return at->code;
    if (e.number == engine_error && e.text.find("error 28 ") != std::string::npos) {
        return error_code::disk_full;
    }
    return from_client_library(e.number) ? error_code::connection_lost
                                         : error_code::statement_failed;
}

/// The identifier in backticks that follows `word`, unquoted; empty if there is none.
std::string identifier_after(std::string_view text, std::string_view word) {
    auto at = text.find(word);
    if (at == std::string_view::npos) return {};
    std::string name;
    for (at += word.size(); at < text.size(); ++at) {
        if (text[at] == '`') {
            if (at + 1 >= text.size() || text[at + 1] != '`') return name;
            ++at;
        }
        name += text[at];
    }
    return {};
}

/// What stands between `word` and the quote that ends the text.
std::string quoted_at_end(std::string_view text, std::string_view word) {
    const auto at = text.rfind(word);
    const auto end = text.rfind('\'');
    if (at == std::string_view::npos || end < at + word.size()) return {};
    return std::string(text.substr(at + word.size(), end - at - word.size()));
}

/// "Column 'x' cannot be null", "Field 'x' doesn't have a default value": the x.
std::string column_of(std::string_view text) {
    const auto from = text.find('\'');
    const auto to = from == std::string_view::npos ? from : text.find("' ", from + 1);
    if (to == std::string_view::npos) return {};
    return std::string(text.substr(from + 1, to - from - 1));
}

/// True for errors whose text names objects and syntax, never the value of a row.
bool text_is_safe(unsigned number) noexcept {
    constexpr unsigned safe[] = {1005, 1007, 1008, 1046, 1050, 1051, 1052, 1054, 1060, 1061,
                                 1063, 1064, 1068, 1071, 1072, 1091, 1101, 1103, 1109, 1118,
                                 1136, 1146, 1170, 1290, 1295, 1305, 1397, 1399, 1402, 1461};
    return std::binary_search(std::begin(safe), std::end(safe), number);
}

/// The server's text without everything from its first to its last quote.
std::string without_values(std::string_view text) {
    const auto first = text.find_first_of("'\"");
    if (first == std::string_view::npos) return std::string(text);
    const auto last = text.find_last_of("'\"");
    return fmt::format("{}...{}", text.substr(0, first), text.substr(last + 1));
}

std::string not_null_message(std::string_view text) {
    const std::string column = column_of(text);
    return column.empty() ? "a column that must not be null has no value"
                          : fmt::format("column {} must not be null", column);
}

std::string constraint_message(error_code code, const std::string& name) {
    switch (code) {
        case error_code::unique_violation:
            return fmt::format("a row with the same key exists already (key {})", name);
        case error_code::foreign_key_violation:
            return fmt::format("a row refers to a row that does not exist (foreign key {})", name);
        default:
            return fmt::format("a row breaks the check {}", name);
    }
}

std::string plain_message(error_code code, const server_error& e) {
    switch (code) {
        case error_code::deadlock:
            return "the server rolled the transaction back to end a deadlock; run it again";
        case error_code::serialization_failure:
            return "a row was changed by another transaction meanwhile; run the transaction again";
        case error_code::lock_timeout:
            return "another transaction held a lock for longer than the lock time-out";
        case error_code::timeout:
            return "the statement ran longer than its time-out";
        case error_code::cancelled:
            return "the statement was cancelled";
        case error_code::disk_full:
            return "the server has no space left to store the change";
        case error_code::value_not_storable:
            return "the statement is larger than the server's max_allowed_packet";
        case error_code::connection_lost:
            return fmt::format("the connection to the server broke (error {})", e.number);
        case error_code::permission_denied:
            return fmt::format(
                "the server denied access (error {}): check the user, its password "
                "and its privileges",
                e.number);
        default:
            break;
    }
    return fmt::format("MariaDB refused it (error {}): {}", e.number,
                       text_is_safe(e.number) ? e.text : without_values(e.text));
}

void describe_constraint(error_info& info, const server_error& e) {
    switch (info.code) {
        case error_code::unique_violation:
            info.constraint = quoted_at_end(e.text, "for key '");
            info.message = constraint_message(info.code, info.constraint);
            break;
        case error_code::foreign_key_violation:
            info.constraint = identifier_after(e.text, "CONSTRAINT `");
            info.table = identifier_after(e.text, "`.`");
            info.message = e.number == 1451 || e.number == 1217
                               ? fmt::format(
                                     "a row is still referred to by other rows (foreign "
                                     "key {})",
                                     info.constraint)
                               : constraint_message(info.code, info.constraint);
            break;
        case error_code::check_violation:
            info.constraint = identifier_after(e.text, "CONSTRAINT `");
            info.table = identifier_after(e.text, "`.`");
            info.message = constraint_message(info.code, info.constraint);
            break;
        default:
            info.message = not_null_message(e.text);
            break;
    }
}

}  // namespace

error_info translate(const server_error& e) {
    error_info info{.code = code_of(e)};
    info.sqlstate = e.sqlstate;
    info.detail = fmt::format("{}: {}", e.number, e.text);
    switch (info.code) {
        case error_code::unique_violation:
        case error_code::foreign_key_violation:
        case error_code::check_violation:
        case error_code::not_null_violation:
            describe_constraint(info, e);
            break;
        default:
            info.message = plain_message(info.code, e);
            break;
    }
    return info;
}

error_info translate_connect(const server_error& e) {
    error_info info = translate(e);
    if (info.code == error_code::permission_denied) return info;
    info.code = error_code::connect_failed;
    switch (e.number) {
        case 1040:
        case 1203:
        case 1226:
            info.message = "the server has no connection left (too many connections)";
            break;
        case 1049:
            info.message = "the database does not exist on this server";
            break;
        case 1129:
            info.message = "the server blocks this host after too many failures";
            break;
        case 2002:
        case 2003:
            info.message = "nothing answers there: is the server running?";
            break;
        case 2005:
            info.message = "the host name is not known";
            break;
        case 2026:
            info.message = "no verified TLS connection: " + e.text;
            break;
        default:
            info.message = fmt::format("connecting failed (error {})", e.number);
            break;
    }
    return info;
}

bool breaks_connection(unsigned number) noexcept {
    switch (number) {
        case 1053:
        case 1152:
        case 1153:
        case 1158:
        case 1159:
        case 1160:
        case 1161:
        case 1184:
        case 1927:
            return true;
        default:
            return from_client_library(number);
    }
}

bool rolls_back_transaction(unsigned number, bool rollback_on_timeout) noexcept {
    switch (number) {
        case 1020:
        case 1206:
        case 1213:
        case 1614:
            return true;
        case 1205:
            return rollback_on_timeout;
        default:
            return false;
    }
}

}  // namespace shardwise::engine::mariadb
