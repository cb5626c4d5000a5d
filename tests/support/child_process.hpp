// SPDX-License-Identifier: MIT
// Other processes: fresh images of the running test program, which run one of its tests with
// variables of their own. Only for tests.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace shardwise::test {

inline std::string environment(const char* name, const char* otherwise = "") {
    const char* const value = std::getenv(name);
    return value == nullptr ? otherwise : value;
}

/// `variables`: "NAME=value". What it prints goes to `log`. 0: it could not be started.
inline pid_t start_self(const std::string& test, const std::vector<std::string>& variables,
                        const std::string& log) {
    std::vector<std::string> words;
    for (char** e = environ; *e != nullptr; ++e) words.emplace_back(*e);
    words.insert(words.end(), variables.begin(), variables.end());
    std::vector<char*> all;
    for (std::string& w : words) all.push_back(w.data());
    all.push_back(nullptr);
    std::string self = std::filesystem::read_symlink("/proc/self/exe");
    std::string filter = "--gtest_filter=" + test;
    char* arguments[] = {self.data(), filter.data(), nullptr};
    posix_spawn_file_actions_t output;
    posix_spawn_file_actions_init(&output);
    posix_spawn_file_actions_addopen(&output, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child = 0;
    const int failed = posix_spawn(&child, self.c_str(), &output, nullptr, arguments, all.data());
    posix_spawn_file_actions_destroy(&output);
    return failed == 0 ? child : 0;
}

/// Waits for its end; whether it died of SIGKILL.
inline bool was_killed(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace shardwise::test
