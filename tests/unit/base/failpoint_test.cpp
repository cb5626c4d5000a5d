// SPDX-License-Identifier: MIT
#include "base/failpoint.hpp"

#ifdef SHARDWISE_FAILPOINTS

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "shardwise/base/error.hpp"

namespace shardwise {
namespace {

class Failpoint : public ::testing::Test {
protected:
    ~Failpoint() override { arm_failpoints(""); }
};

TEST_F(Failpoint, DoesNothingUnlessArmed) {
    arm_failpoints("");
    EXPECT_NO_THROW(failpoint("txn.after_prepare"));
    arm_failpoints("txn.before_prepare:error");
    EXPECT_NO_THROW(failpoint("txn.after_prepare"));
}

TEST_F(Failpoint, ThrowsWhenArmedWithAnError) {
    arm_failpoints("a:error,b.c:error");
    for (const char* const name : {"a", "b.c"}) {
        try {
            failpoint(name);
            ADD_FAILURE() << name;
        } catch (const error& e) {
            EXPECT_EQ(e.code(), error_code::internal);
            EXPECT_NE(e.message().find(name), std::string::npos);
        }
    }
}

TEST_F(Failpoint, RefusesWhatItDoesNotUnderstand) {
    for (const char* const text : {"a", "a:", ":error", "a:explode", "a:error,,b:error"}) {
        arm_failpoints(text);
        EXPECT_THROW(failpoint("other"), config_error) << text;
    }
}

int end_of_child_with(const char* armed) {
    const pid_t child = ::fork();
    if (child == 0) {
        arm_failpoints(armed);
        failpoint("here");
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, WUNTRACED);
    if (WIFSTOPPED(status)) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    return status;
}

TEST_F(Failpoint, KillsTheProcess) {
    const int status = end_of_child_with("here:kill");
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(Failpoint, StopsTheProcess) { EXPECT_TRUE(WIFSTOPPED(end_of_child_with("here:stop"))); }

}  // namespace
}  // namespace shardwise

#endif
