// SPDX-License-Identifier: LGPL-2.1-or-later
// Metrics: the text that Prometheus reads.
#include "live/metrics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "live/live_metrics.h"
#include "live/process_metrics.h"
#include "live_fixture.h"

namespace klive::app {
namespace {

TEST(Metrics, CounterWithAndWithoutLabels_IsWrittenWithTypeAndHelp) {
  Metrics metrics;
  metrics.describe("klive_refusals_total", "counter", "Refused publications.\nBy reason.");
  metrics.count("klive_refusals_total", "reason=\"token\"");
  metrics.count("klive_refusals_total", "reason=\"token\"", 2);
  metrics.count("klive_refusals_total", "reason=\"name\"");
  metrics.count("klive_plain_total", {}, 0.5);
  EXPECT_EQ(metrics.text(),
            "# TYPE klive_plain_total counter\n"
            "klive_plain_total 0.5\n"
            "# HELP klive_refusals_total Refused publications.\\nBy reason.\n"
            "# TYPE klive_refusals_total counter\n"
            "klive_refusals_total{reason=\"name\"} 1\n"
            "klive_refusals_total{reason=\"token\"} 3\n");
}

TEST(Metrics, DescribedAndNeverCounted_IsNotWritten) {
  Metrics metrics;
  metrics.describe("klive_refusals_total", "counter", "Refused publications.");
  EXPECT_EQ(metrics.text(), "");
}

TEST(Metrics, LargeNumbers_AreWrittenWhole) {
  Metrics metrics;
  metrics.count("klive_bytes_total", {}, 123456789012.0);
  EXPECT_NE(metrics.text().find("klive_bytes_total 123456789012\n"), std::string::npos);
}

TEST(Metrics, GaugeThatCountsWhileRead_DoesNotLockUp) {
  Metrics metrics;
  metrics.gauge("klive_level", {}, [&] {
    metrics.count("klive_reads_total");
    return 7.0;
  });
  EXPECT_NE(metrics.text().find("klive_level 7\n"), std::string::npos);
  EXPECT_NE(metrics.text().find("klive_reads_total 1\n"), std::string::npos);
}

TEST(Metrics, ManyThreadsCount_NothingIsLost) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) metrics.count("klive_n_total", "a=\"b\"");
    });
  for (auto &thread : threads) thread.join();
  EXPECT_NE(metrics.text().find("klive_n_total{a=\"b\"} 4000\n"), std::string::npos);
}

TEST(ProcessMetrics, OfThisProcess_AreThere) {
  Metrics metrics;
  add_process_metrics(metrics);
  const std::string text = metrics.text();
  for (const char *name :
       {"klive_process_resident_memory_bytes", "klive_process_open_fds", "klive_process_threads",
        "klive_process_cpu_seconds_total", "klive_process_start_time_seconds"}) {
    EXPECT_NE(text.find(std::string("\n") + name + " "), std::string::npos) << name;
  }
  EXPECT_EQ(text.find("klive_process_resident_memory_bytes 0\n"), std::string::npos);
  EXPECT_EQ(text.find("klive_process_open_fds 0\n"), std::string::npos);
}

TEST(LiveMetrics, OneEntryOnAir_IsSummedUp) {
  const test::TempFolder root;
  LiveRegistry registry(root.path());
  Metrics metrics;
  add_live_metrics(metrics, registry);
  test::LiveWindow window(registry);
  window.go_on_air();
  for (uint32_t number : {0u, 1u, 2u}) window.add_segment(number);
  registry.find(test::kEntry)->publications.push_back({"primary", 32, "127.0.0.1", 0});
  const std::string text = metrics.text();
  EXPECT_NE(text.find("\nklive_entries_live 1\n"), std::string::npos);
  EXPECT_NE(text.find("\nklive_publications 1\n"), std::string::npos);
  EXPECT_NE(text.find("\nklive_window_segments 3\n"), std::string::npos);
  EXPECT_NE(text.find("\nklive_window_bytes 6000\n"), std::string::npos);
  EXPECT_NE(text.find("\nklive_window_seconds 6\n"), std::string::npos);
}

}  // namespace
}  // namespace klive::app
