// SPDX-License-Identifier: MIT
#include "ops/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/utf8.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

constexpr std::size_t first_buffer = 256 * 1024;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Most records are plain ASCII; only the others need a closer look.
bool is_ascii(std::string_view text) noexcept {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, 8);
        if ((word & 0x8080808080808080ULL) != 0) return false;
    }
    for (; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0x80U) != 0) return false;
    return true;
}

std::string_view defect_of(std::string_view raw) noexcept {
    if (raw.find('\0') != std::string_view::npos) return "the line holds a zero byte";
    if (!is_ascii(raw) && !is_valid_utf8(raw)) return "the line is not valid UTF-8";
    return {};
}

}  // namespace

csv_reader::csv_reader(source read, std::string name, char delimiter)
    : read_(std::move(read)), name_(std::move(name)), delimiter_(delimiter), buffer_(first_buffer) {
    const auto code = static_cast<unsigned char>(delimiter);
    if (delimiter == '"' || delimiter == '\n' || delimiter == '\r' || code == 0 || code > 0x7e)
        raise(error_code::bad_input,
              "the delimiter must be one ASCII character other than a quote or a line end");
}

void csv_reader::refuse(std::int64_t line, std::string_view why) const {
    const std::string place = fmt::format("{}:{}", name_, line);
    raise({.code = error_code::bad_input,
           .message = fmt::format("{}: {}", place, why),
           .place = place});
}

/// More bytes behind end_; false at the end of the file.
bool csv_reader::refill() {
    if (at_end_) return false;
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        at_ -= begin_;
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ > longest_record)
        refuse(record_line_, "the record is longer than 64 MB; is a closing quote missing?");
    if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    const std::size_t n = read_(std::span(buffer_).subspan(end_));
    end_ += n;
    at_end_ = n == 0;
    return n != 0;
}

void csv_reader::end_field(std::size_t end) {
    const std::size_t quote = field_quoted_ ? 1 : 0;
    extents_.push_back({field_begin_ + quote, end - quote, field_quoted_, field_doubled_});
    field_begin_ = end + 1;
    field_quoted_ = false;
    field_doubled_ = false;
    state_ = state::field_start;
}

/// Advances until a whole record was seen (true) or more bytes are needed (false).
bool csv_reader::scan() {
    const char* const p = buffer_.data();
    while (at_ < end_) {
        const char c = p[at_];
        const std::size_t here = at_ - begin_;
        switch (state_) {
            case state::quoted:
                if (c == '"') {
                    state_ = state::quote_in_quoted;
                } else if (c == '\n') {
                    ++line_;
                }
                ++at_;
                continue;
            case state::quote_in_quoted:
                if (c == '"') {
                    field_doubled_ = true;
                    state_ = state::quoted;
                    ++at_;
                    continue;
                }
                if (c != delimiter_ && c != '\n' && c != '\r')
                    refuse(line_, "text behind a closing quote");
                break;
            case state::field_start:
                if (c == '"') {
                    field_quoted_ = true;
                    quote_line_ = line_;
                    state_ = state::quoted;
                    ++at_;
                    continue;
                }
                state_ = state::bare;
                break;
            case state::cr:
                if (c != '\n') refuse(line_, "a carriage return that no line feed follows");
                break;
            case state::bare:
                if (c == '"')
                    refuse(line_,
                           "a quote inside a field that does not begin with one; put the field "
                           "into quotes and double the quotes inside");
                break;
        }
        ++at_;
        if (c == '\n') {
            ++line_;
            const std::size_t end = state_ == state::cr ? here - 1 : here;
            end_field(end);
            record_end_ = end;
            return true;
        }
        if (c == delimiter_) {
            end_field(here);
        } else if (c == '\r') {
            state_ = state::cr;
        }
    }
    return false;
}

const csv_record* csv_reader::next() {
    if (!started_) {
        started_ = true;
        while (end_ < byte_order_mark.size() && refill()) {
        }
        if (std::string_view(buffer_.data(), end_).starts_with(byte_order_mark))
            begin_ = at_ = byte_order_mark.size();
    } else {
        begin_ = at_;
    }
    record_line_ = line_;
    extents_.clear();
    field_begin_ = 0;
    while (!scan()) {
        if (refill()) continue;
        if (at_ == begin_) return nullptr;
        if (state_ == state::quoted)
            refuse(quote_line_, "a quote that is never closed begins here");
        if (state_ == state::cr) refuse(line_, "a carriage return that no line feed follows");
        record_end_ = at_ - begin_;  // the last line has no line end
        end_field(record_end_);
        break;
    }
    finish_record(record_end_);
    return &record_;
}

void csv_reader::finish_record(std::size_t end) {
    const char* const base = buffer_.data() + begin_;
    record_.line = record_line_;
    record_.raw = {base, end};
    record_.defect = defect_of(record_.raw);
    // Room for all of them first: views into a growing string would dangle.
    unescaped_.clear();
    std::size_t room = 0;
    for (const extent& e : extents_)
        if (e.doubled) room += e.end - e.begin;
    unescaped_.reserve(room);
    fields_.clear();
    for (const extent& e : extents_) {
        std::string_view text{base + e.begin, e.end - e.begin};
        if (e.doubled) {
            const std::size_t from = unescaped_.size();
            for (std::size_t i = 0; i < text.size(); ++i) {
                unescaped_ += text[i];
                if (text[i] == '"') ++i;  // the second one of a pair
            }
            text = std::string_view(unescaped_).substr(from);
        }
        fields_.push_back({text, e.quoted});
    }
    record_.fields = fields_;
}

}  // namespace shardwise::ops
