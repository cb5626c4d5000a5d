// SPDX-License-Identifier: MIT
#include "shardwise/schema/codec.hpp"

#include "schema/bad_value.hpp"

namespace shardwise::detail {

void integer_out_of_range(std::int64_t v, int bits, bool is_signed) {
    schema::bad_value("the integer does not fit the member's " + std::to_string(bits) + " bits, " +
                          (is_signed ? "signed" : "unsigned"),
                      std::to_string(v));
}

}  // namespace shardwise::detail
