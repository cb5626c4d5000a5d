// SPDX-License-Identifier: MIT
#include "shardwise/schema/codec.hpp"

#include "schema/bad_value.hpp"

namespace shardwise::detail {

void integer_out_of_range(std::int64_t v, int bits, bool is_signed) {
    schema::bad_value("the integer does not fit the member's " + std::to_string(bits) + " bits, " +
                          (is_signed ? "signed" : "unsigned"),
                      std::to_string(v));
}

void enum_without_name(std::int64_t v) {
    schema::bad_value("the enum has a value without a name (enum_text<>::names)",
                      std::to_string(v));
}

void text_is_no_name(std::string_view text) {
    schema::bad_value("the text is none of the enum's names (enum_text<>::names)",
                      std::string(text));
}

}  // namespace shardwise::detail
