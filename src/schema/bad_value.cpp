// SPDX-License-Identifier: MIT
#include "schema/bad_value.hpp"

#include "shardwise/base/error.hpp"

namespace shardwise::schema {

void bad_value(std::string_view sentence, std::string_view offending) {
    constexpr std::size_t enough = 200;
    raise(error_info{.code = error_code::bad_value,
                     .message = std::string(sentence),
                     .detail = std::string(offending.substr(0, enough))});
}

}  // namespace shardwise::schema
