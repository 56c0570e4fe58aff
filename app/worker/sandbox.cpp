// SPDX-License-Identifier: LGPL-2.1-or-later
// The worker's limits: prctl, rlimits and a seccomp filter.
#include "worker/sandbox.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

namespace klive::app {
namespace {

base::Failure failed(const char *what, int error) {
  return base::fail(base::ErrorCode::kInternal, std::string(what) + ": " + std::strerror(error));
}

/// Everything is allowed but what a program that was taken over would want next. A deny list,
/// because what GStreamer's plugins call differs by version and plugin; a missed call costs a
/// feature, not the sandbox.
int filter_calls() {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (!filter) return -ENOMEM;
  const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
  int status = seccomp_rule_add(filter, refuse, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
  for (const int call : {SCMP_SYS(execve),
                         SCMP_SYS(execveat),
                         SCMP_SYS(ptrace),
                         SCMP_SYS(process_vm_readv),
                         SCMP_SYS(process_vm_writev),
                         SCMP_SYS(mount),
                         SCMP_SYS(umount2),
                         SCMP_SYS(pivot_root),
                         SCMP_SYS(chroot),
                         SCMP_SYS(setns),
                         SCMP_SYS(unshare),
                         SCMP_SYS(bpf),
                         SCMP_SYS(keyctl),
                         SCMP_SYS(add_key),
                         SCMP_SYS(request_key),
                         SCMP_SYS(init_module),
                         SCMP_SYS(finit_module),
                         SCMP_SYS(kexec_load),
                         SCMP_SYS(reboot),
                         SCMP_SYS(swapon),
                         SCMP_SYS(perf_event_open),
                         SCMP_SYS(open_by_handle_at),
                         SCMP_SYS(userfaultfd),
                         SCMP_SYS(io_uring_setup)}) {
    if (status == 0) status = seccomp_rule_add(filter, refuse, call, 0);
  }
  if (status == 0) status = seccomp_load(filter);
  seccomp_release(filter);
  return status;
}

}  // namespace

base::Result<void> enter_sandbox(uint64_t memory) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return failed("PR_SET_PDEATHSIG", errno);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS", errno);
  const rlimit no_core{0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0) return failed("RLIMIT_CORE", errno);
  if (memory > 0) {
    const rlimit data{memory, memory};
    if (setrlimit(RLIMIT_DATA, &data) != 0) return failed("RLIMIT_DATA", errno);
  }
  if (const int status = filter_calls(); status != 0) return failed("seccomp", -status);
  return {};
}

}  // namespace klive::app
