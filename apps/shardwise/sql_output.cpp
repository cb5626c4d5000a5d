// SPDX-License-Identifier: MIT
#include "sql_output.hpp"

#include "output.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

using shardwise::arg;
using shardwise::kind;
using shardwise::sql_result;
using shardwise::value;

/// As a person would write it; NULL is empty.
std::string cell(const arg& v) {
    switch (v.kind()) {
        case kind::null:
            return "";
        case kind::text:
        case kind::json:
            return std::string(v.text());
        case kind::boolean:
            return v.boolean() ? "true" : "false";
        case kind::decimal:
            return v.as_decimal().to_string();
        case kind::date:
            return v.to_date().to_string();
        case kind::timestamp:
            return v.to_timestamp().to_string();
        case kind::uuid:
            return v.as_uuid().to_string();
        default:
            return shardwise::to_display(v);
    }
}

json json_of(const arg& v) {
    switch (v.kind()) {
        case kind::null:
            return nullptr;
        case kind::boolean:
            return v.boolean();
        case kind::integer:
            return v.integer();
        case kind::real:
            return v.real();
        default:
            return cell(v);
    }
}

std::string csv_field(const std::string& text) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += c;
        quoted += c;
    }
    return quoted + "\"";
}

void print_csv(const sql_result& r) {
    std::string line;
    for (const std::string& h : r.headings) line += (line.empty() ? "" : ",") + csv_field(h);
    print(line + "\n");
    for (const auto& row : r.rows) {
        line.clear();
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i != 0) line += ',';
            if (!row[i].is_null()) line += csv_field(cell(row[i].view()));
        }
        print(line + "\n");
    }
}

void print_json(const sql_result& r) {
    json out;
    if (r.headings.empty()) {
        out["changed"] = r.changed;
    } else {
        out["columns"] = r.headings;
        out["rows"] = json::array();
        for (const auto& row : r.rows) {
            json values = json::array();
            for (const value& v : row) values.push_back(json_of(v.view()));
            out["rows"].push_back(std::move(values));
        }
    }
    print(to_text(out) + "\n");
}

bool is_number(const sql_result& r, std::size_t column) {
    for (const auto& row : r.rows) {
        const kind k = row[column].view().kind();
        if (k != kind::null) return k == kind::integer || k == kind::real || k == kind::decimal;
    }
    return false;
}

std::string counted(std::size_t n) {
    return grouped(static_cast<std::int64_t>(n)) + (n == 1 ? " row" : " rows");
}

void print_table(const sql_result& r) {
    std::vector<table::column> columns;
    for (std::size_t i = 0; i < r.headings.size(); ++i)
        columns.push_back({printable(r.headings[i]), is_number(r, i)});
    table t(std::move(columns));
    for (const auto& row : r.rows) {
        std::vector<std::string> cells;
        for (const value& v : row)
            cells.push_back(v.is_null() ? "NULL" : printable(cell(v.view())));
        t.add(std::move(cells));
    }
    print(t.to_string() + "(" + counted(r.rows.size()) + ")\n");
}

}  // namespace

void print_result(const sql_result& r, sql_format how) {
    if (how == sql_format::as_json) return print_json(r);
    if (r.headings.empty())
        return print(counted(static_cast<std::size_t>(r.changed)) + " changed\n");
    how == sql_format::as_csv ? print_csv(r) : print_table(r);
}

}  // namespace cli
