// SPDX-License-Identifier: MIT
// The protocol of commits over several shards, without any I/O: what to do next, given what has
// happened. docs/decisions/0050 explains it; tests/unit/txn explores all its interleavings.
//
//   round 1, all at once   prepare every participant but one; that one, the decider, writes the
//                          decision row 'C' in its own transaction and does not commit it yet
//   round 2                commit the decider: the commit point of the whole
//   round 3, all at once   commit what was prepared
//
// The row's primary key is a register that is written once: whoever finds a prepared transaction
// without knowing its end writes 'A' into the same place, and either succeeds (then the coordinator
// can not commit any more) or learns 'C'. While the coordinator holds its row uncommitted, others
// wait: that is how they see that it lives.
//
// Values without threads: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace shardwise::txn {

/// What a participant does in a commit.
enum class role : std::uint8_t {
    decides,   ///< exactly one; needs not be able to prepare
    prepares,  ///< wrote, and can be prepared
    reads,     ///< wrote nothing: ends in round 1
};

enum class verb : std::uint8_t {
    end_reading,    ///< COMMIT of a participant that wrote nothing
    prepare,        ///< PREPARE TRANSACTION, XA PREPARE, or storing the recorded changes
    record,         ///< INSERT of 'C', not committed
    decide,         ///< COMMIT of the decider
    roll_back,      ///< ROLLBACK of what is not prepared
    finish_commit,  ///< COMMIT PREPARED
    finish_abort,   ///< ROLLBACK PREPARED
    ask,            ///< over a new connection: write 'A' unless something is there; what is there?
};

struct action {
    verb what;
    std::size_t who;  ///< a participant
    friend bool operator==(const action&, const action&) = default;
};

enum class answer : std::uint8_t {
    done,
    refused,  ///< an error over a connection that works
    lost,     ///< the connection broke, or the wait was given up: nobody knows
};

/// What the decision row says.
enum class verdict : std::uint8_t {
    committed,
    aborted,
    unknown,  ///< the decider cannot be reached, or somebody else is writing the row
};

/// The side of the process that wants to commit.
class coordinator {
public:
    enum class phase : std::uint8_t { preparing, deciding, asking, committing, aborting, over };
    enum class outcome : std::uint8_t { committed, aborted, in_doubt };

    explicit coordinator(const std::vector<role>& roles);

    /// Each call returns what is to be done next, all of it at the same time. Actions are answered
    /// by on_answer(), `ask` by on_verdict(). Answers that nobody waits for are ignored.
    std::vector<action> start();
    std::vector<action> on_answer(std::size_t who, answer a);
    std::vector<action> on_verdict(verdict v);
    /// The caller will not wait any longer: what has not been answered counts as lost, and the
    /// connections concerned must be closed.
    std::vector<action> on_timeout();

    phase where() const noexcept { return phase_; }
    /// Of phase over. `committed` is also said when a shard has not applied its part yet: then
    /// settled() is false, and whoever recovers does it.
    outcome result() const noexcept { return outcome_; }
    /// Nothing is left for others to do.
    bool settled() const noexcept;
    std::size_t decider() const noexcept { return decider_; }
    bool waits_for(std::size_t who) const noexcept { return members_[who].asked; }
    /// Everything that its future depends on, for the model checker.
    std::string fingerprint() const;

private:
    struct member {
        role what;
        bool asked = false;     ///< an action is under way
        bool ready = false;     ///< prepared, or the row is written
        bool ended = false;     ///< committed or rolled back, as far as this side has to
        bool given_up = false;  ///< its answer never came
    };

    std::vector<action> ask(std::size_t who, verb what);
    bool waiting() const noexcept;
    std::vector<action> after_preparing();
    std::vector<action> abort();
    std::vector<action> finish(verb what);
    void end_if_answered();

    std::vector<member> members_;
    std::size_t decider_ = 0;
    phase phase_ = phase::preparing;
    outcome outcome_ = outcome::aborted;
};

/// The side of whoever finds a prepared branch of a transaction that is not its own.
class resolver {
public:
    enum class phase : std::uint8_t { asking, finishing, over };

    /// `branch`: the participant where it was found; `decider` has the row.
    resolver(std::size_t branch, std::size_t decider) : branch_(branch), decider_(decider) {}

    action start() const noexcept { return {verb::ask, decider_}; }
    std::vector<action> on_verdict(verdict v);
    void on_answer(answer) noexcept { phase_ = phase::over; }

    phase where() const noexcept { return phase_; }
    std::size_t branch() const noexcept { return branch_; }

private:
    std::size_t branch_;
    std::size_t decider_;
    phase phase_ = phase::asking;
};

}  // namespace shardwise::txn
