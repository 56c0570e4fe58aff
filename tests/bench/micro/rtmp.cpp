// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes per second of what stands before the worker: an RTMP session, and the cutting of FLV.
#include <benchmark/benchmark.h>

#include <variant>

#include "flv_source.h"
#include "rtmp/client_session.h"
#include "rtmp/flv.h"
#include "rtmp/server_session.h"

namespace klive {
namespace {

constexpr int kFrames = 770;      // ten seconds: 300 of video, 470 of audio
constexpr size_t kRead = 50'000;  // a look at a 2 Mbit/s publication, five times a second

/// Both ends until media may flow.
void publish(rtmp::ClientSession &client, rtmp::ServerSession &server) {
  while (client.phase() != rtmp::ClientSession::Phase::kPublished) {
    (void)server.feed(client.take_output()).has_value();
    while (auto event = server.next_event()) {
      if (std::holds_alternative<rtmp::ConnectRequested>(*event)) server.accept_connect();
      if (const auto *request = std::get_if<rtmp::PublishRequested>(&*event))
        server.accept_publish(request->stream);
    }
    (void)client.feed(server.take_output()).has_value();
  }
}

void ServerSession_Media(benchmark::State &state) {
  rtmp::ClientSession client({.app = "kLive", .tc_url = "rtmp://h/kLive", .stream_name = "1"});
  rtmp::ServerSession server;
  publish(client, server);
  load::FlvSource source({});
  for (int i = 0; i < kFrames; ++i) {
    const auto tag = source.next(0);
    client.send_tag(tag.type, tag.timestamp, tag.body);
  }
  const base::Bytes sent = client.take_output();
  for (auto _ : state) {
    for (base::ByteView left = sent; !left.empty();) {
      const size_t count = std::min(kRead, left.size());
      if (!server.feed(left.first(count))) return state.SkipWithError("the session failed");
      left = left.subspan(count);
      benchmark::DoNotOptimize(server.take_media(1));
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(sent.size()) * state.iterations());
}
BENCHMARK(ServerSession_Media);

void FlvReader_Tags(benchmark::State &state) {
  load::FlvSource source({});
  base::Bytes flv;
  for (int i = 0; i < kFrames; ++i) {
    const auto tag = source.next(0);
    rtmp::write_flv_tag(flv, tag.type, tag.timestamp, tag.body);
  }
  rtmp::FlvReader reader;
  for (auto _ : state) {
    for (base::ByteView left = flv; !left.empty();) {
      const size_t count = std::min(kRead, left.size());
      reader.feed(left.first(count));
      left = left.subspan(count);
      for (auto tag = reader.next(); tag && *tag; tag = reader.next()) {
        if ((*tag)->type == rtmp::TagType::kVideo) {
          benchmark::DoNotOptimize(rtmp::parse_video((*tag)->body));
        } else {
          benchmark::DoNotOptimize(rtmp::parse_audio((*tag)->body));
        }
      }
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(flv.size()) * state.iterations());
  state.SetItemsProcessed(kFrames * state.iterations());
}
BENCHMARK(FlvReader_Tags);

}  // namespace
}  // namespace klive

BENCHMARK_MAIN();
