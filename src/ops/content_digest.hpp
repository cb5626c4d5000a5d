// SPDX-License-Identifier: MIT
// SHA-256 over what is added, with a look at any time. One thread.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace shardwise::ops {

class content_digest {
public:
    content_digest();
    void add(std::string_view bytes);
    /// Of everything so far, 64 hexadecimal digits; more can be added afterwards.
    std::string hex() const;

private:
    struct free_context {
        void operator()(EVP_MD_CTX* c) const noexcept { EVP_MD_CTX_free(c); }
    };
    using context = std::unique_ptr<EVP_MD_CTX, free_context>;
    context context_;
};

}  // namespace shardwise::ops
