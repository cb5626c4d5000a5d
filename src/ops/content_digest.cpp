// SPDX-License-Identifier: MIT
#include "ops/content_digest.hpp"

#include <fmt/format.h>

#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

void require(int answer) {
    if (answer != 1) raise(error_code::internal, "libcrypto cannot compute SHA-256");
}

}  // namespace

content_digest::content_digest() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr ? EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) : 0);
}

void content_digest::add(std::string_view bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string content_digest::hex() const {
    const context copy(EVP_MD_CTX_new());
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    require(copy != nullptr ? EVP_MD_CTX_copy_ex(copy.get(), context_.get()) : 0);
    require(EVP_DigestFinal_ex(copy.get(), digest, &size));
    std::string text;
    for (unsigned i = 0; i < size; ++i)
        fmt::format_to(std::back_inserter(text), "{:02x}", digest[i]);
    return text;
}

}  // namespace shardwise::ops
