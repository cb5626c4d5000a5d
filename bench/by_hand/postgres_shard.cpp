// SPDX-License-Identifier: MIT
#include "by_hand/postgres_shard.hpp"

namespace bench::postgres {
namespace {

constexpr std::string_view copy_signature{"PGCOPY\n\377\r\n\0", 11};
constexpr std::size_t copy_header = 11 + 4 + 4;

/// libpq knows no options of shardwise's own. Like shardwise on loopback without TLS, which libpq
/// would otherwise take because the test servers offer it.
std::string for_libpq(const std::string& url) {
    return url.substr(0, url.find('?')) + "?sslmode=disable";
}

std::string_view next_field(const char*& at) {
    const auto size = read<std::int32_t>(at);
    const std::string_view field(at + 4, static_cast<std::size_t>(size));
    at += 4 + size;
    return field;
}

}  // namespace

user_row user_at(const result& r, int row) {
    user_row u;
    u.id = int8_at(r, row, 0);
    u.name = text_at(r, row, 1);
    u.email = text_at(r, row, 2);
    u.country = text_at(r, row, 3);
    u.balance = int8_at(r, row, 4);
    u.created = int8_at(r, row, 5) + epoch;
    return u;
}

void parameters::add_user(const user_row& u) {
    add(u.id);
    add(std::string_view(u.name));
    add(std::string_view(u.email));
    add(std::string_view(u.country));
    add(u.balance);
    add(u.created - epoch);
}

shard::shard(const std::string& url) : handle_(PQconnectdb(for_libpq(url).c_str())) {
    if (PQstatus(handle()) != CONNECTION_OK) fail("connect");
}

void shard::fail(const char* what) const {
    throw std::runtime_error(std::string(what) + ": " + PQerrorMessage(handle()));
}

void shard::prepare(const char* name, const char* sql) {
    const result r(PQprepare(handle(), name, sql, 0, nullptr));
    if (PQresultStatus(r.get()) != PGRES_COMMAND_OK) fail(sql);
}

void shard::execute(const std::string& sql) {
    const result r(PQexec(handle(), sql.c_str()));
    const auto status = PQresultStatus(r.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(sql.c_str());
}

result shard::run(const char* name, const parameters& p) {
    result r(PQexecPrepared(handle(), name, p.count(), p.values(), p.lengths(), p.formats(), 1));
    const auto status = PQresultStatus(r.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(name);
    return r;
}

void shard::send(const char* name, const parameters& p) {
    if (PQsendQueryPrepared(handle(), name, p.count(), p.values(), p.lengths(), p.formats(), 1) ==
        0)
        fail(name);
}

void shard::send(const std::string& sql) {
    if (PQsendQuery(handle(), sql.c_str()) == 0) fail(sql.c_str());
}

result shard::receive() {
    result last(PQgetResult(handle()));
    while (result more{PQgetResult(handle())}) last = std::move(more);
    const auto status = PQresultStatus(last.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail("receive");
    return last;
}

void shard::send_both(const char* first, const parameters& p, const char* second,
                      const parameters& q) {
    if (PQenterPipelineMode(handle()) == 0) fail("pipeline");
    send(first, p);
    send(second, q);
    if (PQpipelineSync(handle()) == 0) fail("pipeline");
}

void shard::receive_both() {
    for (int answers = 0; answers < 3;) {  // the third is that of PQpipelineSync
        const result r(PQgetResult(handle()));
        if (!r) continue;
        const auto status = PQresultStatus(r.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC) fail("receive");
        ++answers;
    }
    if (PQexitPipelineMode(handle()) == 0) fail("pipeline");
}

void shard::expect_copy(ExecStatusType kind) {
    const result r(PQgetResult(handle()));
    if (PQresultStatus(r.get()) != kind) fail("COPY");
}

void shard::put_copy(std::string_view data) {
    if (PQputCopyData(handle(), data.data(), static_cast<int>(data.size())) != 1) fail("COPY");
}

void shard::end_copy() {
    if (PQputCopyEnd(handle(), nullptr) != 1) fail("COPY");
}

int shard::take_copy(const char** data) {
    char* buffer = nullptr;
    const int size = PQgetCopyData(handle(), &buffer, 1);
    copied_.reset(buffer);
    *data = buffer;
    if (size == -2) fail("COPY");
    return size;
}

copy_in::copy_in(shard& to) : to_(&to) {
    buffer_.reserve(chunk + 4096);
    buffer_.append(copy_signature);
    buffer_.append(8, '\0');
}

void copy_in::user(const user_row& u) {
    row(6);
    field(u.id);
    field(std::string_view(u.name));
    field(std::string_view(u.email));
    field(std::string_view(u.country));
    field(u.balance);
    field(u.created - epoch);
}

void copy_in::end() {
    put(std::int16_t{-1});
    flush();
    to_->end_copy();
}

bool copy_out_decoder::begins_row(const char*& at, int size, std::int16_t columns) {
    if (header_) {
        at += copy_header;
        size -= static_cast<int>(copy_header);
        header_ = false;
    }
    if (size < 2 || read<std::int16_t>(at) != columns) return false;
    at += 2;
    return true;
}

bool copy_out_decoder::decode_integer(const char* data, int size, std::int64_t& v) {
    if (!begins_row(data, size, 1)) return false;
    v = read<std::int64_t>(next_field(data).data());
    return true;
}

bool copy_out_decoder::decode_user(const char* data, int size, user_row& u) {
    const char* at = data;
    if (!begins_row(at, size, 6)) return false;
    u.id = read<std::int64_t>(next_field(at).data());
    u.name = next_field(at);
    u.email = next_field(at);
    u.country = next_field(at);
    u.balance = read<std::int64_t>(next_field(at).data());
    u.created = read<std::int64_t>(next_field(at).data()) + epoch;
    return true;
}

}  // namespace bench::postgres
