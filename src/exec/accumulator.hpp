// SPDX-License-Identifier: MIT
// One partial value of one group under merge. NULLs are passed over, as SQL's aggregates do. One
// thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "base/int128.hpp"
#include "plan/plan.hpp"

namespace shardwise::exec {

class accumulator {
public:
    /// `count`: the second column of avg, ignored otherwise. Throws bad_value on overflow.
    void add(plan::aggregate::merge how, const arg& v, const arg* count);

    /// The merged value in `type`; a view into this. Throws bad_value when it does not fit.
    arg result(plan::aggregate::merge how, const sql::typed& type) const;

private:
    void add_number(const arg& v);
    void add_count(const arg& v);
    void keep(const arg& v);
    arg sum(const sql::typed& type) const;
    arg average(const sql::typed& type) const;
    decimal exact_sum() const;
    /// Accumulators move, and short texts with them: the view is made when it is needed.
    arg kept() const noexcept;

    bool any_ = false;   ///< a value that was not NULL
    bool real_ = false;  ///< doubles among them: the sum is a double
    std::int64_t count_ = 0;
    int128 integers_ = 0;
    decimal decimals_;
    double reals_ = 0;
    arg kept_;  ///< min, max; what it points to is in text_
    std::string text_;
};

}  // namespace shardwise::exec
