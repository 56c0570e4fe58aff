// SPDX-License-Identifier: LGPL-2.1-or-later
// What a worker process can still do. Each case runs in a process of its own, which the sandbox
// holds for good.
#include "worker/sandbox.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace klive::app {
namespace {

constexpr uint64_t kLimit = 1ull << 50;  // a sanitizer's shadow fits in
constexpr int kHeld = 42;                // exit status of a child that found what it expected

template <typename Check>
[[noreturn]] void in_sandbox(uint64_t memory, Check check) {
  if (auto entered = enter_sandbox(memory); !entered) _exit(1);
  _exit(check() ? kHeld : 2);
}

class SandboxDeathTest : public ::testing::Test {};
using ::testing::ExitedWithCode;

TEST_F(SandboxDeathTest, NetworkSocket_IsRefused) {
  EXPECT_EXIT(in_sandbox(0, [] { return socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM; }),
              ExitedWithCode(kHeld), "");
  EXPECT_EXIT(in_sandbox(0, [] { return socket(AF_INET6, SOCK_DGRAM, 0) < 0 && errno == EPERM; }),
              ExitedWithCode(kHeld), "");
}

TEST_F(SandboxDeathTest, LocalSocket_IsAllowed) {
  EXPECT_EXIT(in_sandbox(0, [] { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }),
              ExitedWithCode(kHeld), "");
}

TEST_F(SandboxDeathTest, AnotherProgram_CannotBeStarted) {
  EXPECT_EXIT(in_sandbox(0,
                         [] {
                           execl("/bin/true", "true", nullptr);
                           return errno == EPERM;
                         }),
              ExitedWithCode(kHeld), "");
}

TEST_F(SandboxDeathTest, AnotherProcess_CannotBeTraced) {
  EXPECT_EXIT(
      in_sandbox(
          0,
          [] { return ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr) < 0 && errno == EPERM; }),
      ExitedWithCode(kHeld), "");
}

TEST_F(SandboxDeathTest, MemoryLimitAndParentsDeath_AreSet) {
  EXPECT_EXIT(in_sandbox(kLimit,
                         [] {
                           rlimit data{};
                           int signal = 0;
                           return getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_max == kLimit &&
                                  prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal == SIGKILL &&
                                  prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
                         }),
              ExitedWithCode(kHeld), "");
}

}  // namespace
}  // namespace klive::app
