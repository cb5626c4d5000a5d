// SPDX-License-Identifier: MIT
#include "txn/protocol.hpp"

#include <algorithm>

#include "shardwise/base/error.hpp"

namespace shardwise::txn {

coordinator::coordinator(const std::vector<role>& roles) {
    std::size_t deciders = 0;
    for (const role r : roles) {
        if (r == role::decides) {
            decider_ = members_.size();
            ++deciders;
        }
        members_.push_back({.what = r});
    }
    if (deciders != 1) raise(error_code::internal, "a commit needs exactly one decider");
}

bool coordinator::waiting() const noexcept {
    return std::any_of(members_.begin(), members_.end(), [](const member& m) { return m.asked; });
}

std::vector<action> coordinator::ask(std::size_t who, verb what) {
    members_[who].asked = true;
    return {{what, who}};
}

std::vector<action> coordinator::start() {
    std::vector<action> first;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const verb what = members_[i].what == role::decides    ? verb::record
                          : members_[i].what == role::prepares ? verb::prepare
                                                               : verb::end_reading;
        members_[i].asked = true;
        first.push_back({what, i});
    }
    return first;
}

std::vector<action> coordinator::on_answer(std::size_t who, answer a) {
    member& m = members_.at(who);
    if (!m.asked) return {};
    m.asked = false;
    if (a == answer::lost) m.given_up = true;
    switch (phase_) {
        case phase::preparing:
            if (a == answer::done) (m.what == role::reads ? m.ended : m.ready) = true;
            return waiting() ? std::vector<action>{} : after_preparing();
        case phase::deciding:
            if (a == answer::done) {
                m.ended = true;
                return finish(verb::finish_commit);
            }
            if (a == answer::lost) {
                phase_ = phase::asking;
                return {{verb::ask, decider_}};
            }
            m.ended = true;  // a refused COMMIT has rolled back
            m.ready = false;
            return abort();
        case phase::committing:
        case phase::aborting:
            // Refused: somebody who recovered it was faster.
            if (a != answer::lost) m.ended = true;
            end_if_answered();
            return {};
        case phase::asking:
        case phase::over:
            break;
    }
    return {};
}

std::vector<action> coordinator::after_preparing() {
    const bool all = std::all_of(members_.begin(), members_.end(), [](const member& m) {
        return m.what == role::reads ? m.ended : m.ready;
    });
    if (!all) return abort();
    phase_ = phase::deciding;
    return ask(decider_, verb::decide);
}

std::vector<action> coordinator::abort() {
    phase_ = phase::aborting;
    outcome_ = outcome::aborted;
    std::vector<action> next;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        member& m = members_[i];
        if (m.ended || m.given_up) continue;
        const bool prepared = m.what == role::prepares && m.ready;
        m.asked = true;
        next.push_back({prepared ? verb::finish_abort : verb::roll_back, i});
    }
    end_if_answered();
    return next;
}

/// After the decision: the same for everything that is prepared.
std::vector<action> coordinator::finish(verb what) {
    const bool commits = what == verb::finish_commit;
    phase_ = commits ? phase::committing : phase::aborting;
    outcome_ = commits ? outcome::committed : outcome::aborted;
    std::vector<action> next;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        member& m = members_[i];
        if (m.what != role::prepares || m.ended || m.given_up) continue;
        m.asked = true;
        next.push_back({what, i});
    }
    end_if_answered();
    return next;
}

std::vector<action> coordinator::on_verdict(verdict v) {
    if (phase_ != phase::asking) return {};
    switch (v) {
        case verdict::committed:
            return finish(verb::finish_commit);
        case verdict::aborted:
            return finish(verb::finish_abort);
        case verdict::unknown:
            phase_ = phase::over;
            outcome_ = outcome::in_doubt;
            break;
    }
    return {};
}

std::vector<action> coordinator::on_timeout() {
    for (member& m : members_) {
        if (m.asked) m.given_up = true;
        m.asked = false;
    }
    switch (phase_) {
        case phase::preparing:
            return abort();
        case phase::deciding:
            phase_ = phase::asking;
            return {{verb::ask, decider_}};
        case phase::asking:
            outcome_ = outcome::in_doubt;
            [[fallthrough]];
        case phase::committing:
        case phase::aborting:
            phase_ = phase::over;
            break;
        case phase::over:
            break;
    }
    return {};
}

void coordinator::end_if_answered() {
    if (!waiting()) phase_ = phase::over;
}

bool coordinator::settled() const noexcept {
    return phase_ == phase::over && outcome_ != outcome::in_doubt &&
           std::none_of(members_.begin(), members_.end(),
                        [](const member& m) { return m.what == role::prepares && !m.ended; });
}

std::string coordinator::fingerprint() const {
    std::string text;
    text += static_cast<char>('0' + static_cast<int>(phase_));
    text += static_cast<char>('0' + static_cast<int>(outcome_));
    for (const member& m : members_)
        text += static_cast<char>('@' + (m.asked ? 1 : 0) + (m.ready ? 2 : 0) + (m.ended ? 4 : 0) +
                                  (m.given_up ? 8 : 0));
    return text;
}

std::vector<action> resolver::on_verdict(verdict v) {
    if (phase_ != phase::asking) return {};
    if (v == verdict::unknown) {
        phase_ = phase::over;
        return {};
    }
    phase_ = phase::finishing;
    return {{v == verdict::committed ? verb::finish_commit : verb::finish_abort, branch_}};
}

}  // namespace shardwise::txn
