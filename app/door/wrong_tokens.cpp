// SPDX-License-Identifier: LGPL-2.1-or-later
// WrongTokens: how long the answer to a wrong token waits.
#include "door/wrong_tokens.h"

#include <arpa/inet.h>

#include <algorithm>

namespace klive::app {
namespace {

constexpr std::chrono::milliseconds kFirstDelay{100};
constexpr std::chrono::milliseconds kMaxDelay{2000};
constexpr std::chrono::minutes kForgotten{1};
constexpr unsigned kMaxCount = 6;  // the next doubling would pass the longest delay anyway
constexpr size_t kMaxSources = 4096;

}  // namespace

std::string source_of(std::string_view remote_address) {
  if (!remote_address.starts_with('[')) {
    return std::string(remote_address.substr(0, remote_address.rfind(':')));
  }
  const size_t end = remote_address.find(']');
  std::string host(remote_address.substr(1, end == std::string_view::npos ? end : end - 1));
  host = host.substr(0, host.find('%'));
  in6_addr address{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return host;
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, address.s6_addr + 12, text, sizeof text);
    return text;
  }
  std::fill(address.s6_addr + 8, address.s6_addr + 16, uint8_t{0});
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, &address, text, sizeof text);
  return text;
}

WrongTokens::Delay WrongTokens::note(std::string_view remote_address, Clock::time_point now) {
  const std::string name = source_of(remote_address);
  auto sources = sources_.lock();
  if (sources->size() >= kMaxSources && sources->count(name) == 0) {
    sources->erase(std::min_element(sources->begin(), sources->end(), [](auto &a, auto &b) {
      return a.second.last < b.second.last;
    }));
  }
  Source &source = (*sources)[name];
  if (source.count > 0 && now - source.last > kForgotten) source.count = 0;
  source.last = now;
  source.count = std::min(source.count + 1, kMaxCount);
  const auto time = std::min(kFirstDelay * (1 << (source.count - 1)), kMaxDelay);
  return {time, time == kMaxDelay};
}

size_t WrongTokens::size() { return sources_.lock()->size(); }

}  // namespace klive::app
