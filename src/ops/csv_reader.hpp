// SPDX-License-Identifier: MIT
// A streaming reader of CSV as RFC 4180 describes it: quoted fields with delimiters, line ends and
// doubled quotes; lines end with LF or CRLF; a UTF-8 byte order mark at the start is skipped. It
// knows nothing of tables. One thread; memory is bounded by the longest record.
//
// Where the extent of a record would be a guess the file is refused with bad_input and "file:line":
// an unterminated quote, text behind a closing quote, a quote within a bare field, a CR without LF.
// What is wrong inside a record (zero bytes, no UTF-8) is told with the record.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shardwise::ops {

struct csv_field {
    std::string_view text;  ///< without quotes, doubled ones made single
    bool quoted = false;    ///< "" is an empty text, nothing at all is NULL
};

struct csv_record {
    std::int64_t line = 0;  ///< where it begins, from 1
    std::string_view raw;   ///< as it stands in the file, without the line end
    std::span<const csv_field> fields;
    std::string_view defect;  ///< empty, or why no field of it may be used
    bool blank() const noexcept { return raw.empty(); }
};

class csv_reader {
public:
    /// `read` fills the beginning of a buffer and returns 0 at the end, as input_file::read.
    using source = std::function<std::size_t(std::span<char>)>;
    /// Throws bad_input for a delimiter that cannot be one. `name` is for messages.
    csv_reader(source read, std::string name, char delimiter);

    /// nullptr at the end. Views are valid until the following call.
    const csv_record* next();

    const std::string& name() const noexcept { return name_; }

    /// Longer records are refused: a missing quote must not swallow the memory.
    static constexpr std::size_t longest_record = 64 * 1024 * 1024;

private:
    enum class state : std::uint8_t { field_start, bare, quoted, quote_in_quoted, cr };
    struct extent {
        std::size_t begin, end;  ///< in the record
        bool quoted, doubled;
    };

    bool refill();
    bool scan();
    void end_field(std::size_t end);
    void finish_record(std::size_t end);
    [[noreturn]] void refuse(std::int64_t line, std::string_view why) const;

    source read_;
    std::string name_;
    char delimiter_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  ///< of the record
    std::size_t at_ = 0;     ///< scanned up to here
    std::size_t end_ = 0;    ///< of what was read
    bool at_end_ = false;
    bool started_ = false;

    state state_ = state::field_start;
    std::size_t field_begin_ = 0;  ///< relative to begin_
    bool field_quoted_ = false;
    bool field_doubled_ = false;
    std::size_t record_end_ = 0;  ///< relative to begin_, without the line end
    std::int64_t line_ = 1;       ///< of at_
    std::int64_t record_line_ = 1;
    std::int64_t quote_line_ = 1;
    std::vector<extent> extents_;
    std::vector<csv_field> fields_;
    std::string unescaped_;
    csv_record record_;
};

}  // namespace shardwise::ops
