// SPDX-License-Identifier: LGPL-2.1-or-later
// `klive describe`: what will be built for an entry, or what a file says. `klive check`: is every
// description sound?
#include <cstdio>
#include <filesystem>

#include <gst/gst.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/service.h"
#include "config/paths.h"
#include "kaltura/publish_address.h"
#include "worker/description.h"
#include "worker/entry_pipeline.h"
#include "worker/entry_variables.h"

namespace klive::app {
namespace {

constexpr char kDefaultDescription[] = "passthrough.json";

/// An example entry, for descriptions that are looked at without one.
EntryParameters example_entry() {
  return {.id = "1_example0", .dvr_window_ns = 7'200'000'000'000, .live_root = "live"};
}

base::Result<EntryParameters> ask_service(const ServiceOptions &which, const std::string &id) {
  const auto service = find_service(which);
  if (!service) return base::fail(service.error());
  JsonObjectPtr parameters(json_object_new());
  json_object_set_string_member(parameters.get(), "entryId", id.c_str());
  const auto answer = call_api(*service, "liveStream", "get", std::move(parameters));
  if (!answer) return base::fail(answer.error());
  JsonObject *object = json_node_get_object(answer->get());
  const auto number = [&](const char *name, int64_t otherwise) {
    return integer_of(object, name, otherwise);
  };
  const std::string tags = text_of(object, "adminTags");
  return EntryParameters{
      .id = id,
      .segment_duration_ns = number("segmentDuration", 6000) * 1'000'000,
      .low_latency = tags.find("lowlatency") != std::string::npos,
      .dvr_window_ns = number("dvrStatus", 0) ? number("dvrWindow", 120) * 60'000'000'000 : 0,
      .live_root = service->root + "/live"};
}

int fail_with(const base::Error &error) {
  complain(error.message);
  return kExitFailed;
}

}  // namespace

int describe_command(const Arguments &arguments) {
  ServiceOptions which;
  bool json = false;
  Options options("describe", "Prints the description that an entry's pipeline is built from.",
                  "ENTRY|FILE");
  which.declare(options);
  options.flag("json", json, "Print the resolved description only");
  const auto operands = options.parse(arguments, 1, 1);
  if (!operands) return options.status();

  const std::string &what = operands->front();
  std::string file = what;
  EntryParameters entry = example_entry();
  if (kaltura::is_entry_id(what)) {
    auto found = ask_service(which, what);
    if (!found) return fail_with(found.error());
    entry = std::move(*found);
    file = own_paths().pipelines + "/" + kDefaultDescription;
  }
  const auto description = load_description(file);
  if (!description) return fail_with(description.error());
  const auto resolved = resolve(*description, entry_variables(entry));
  if (!resolved) return fail_with(resolved.error());
  std::puts(to_json(*resolved).c_str());
  if (!json) std::printf("\n%s\n", to_launch_line(*resolved).c_str());
  return kExitDone;
}

int check_command(const Arguments &arguments) {
  Options options("check", "Reads descriptions, builds what they say, and tells every mistake.",
                  "[FILE…]");
  const auto operands = options.parse(arguments, 0, 1000);
  if (!operands) return options.status();
  std::vector<std::string> files = *operands;
  if (files.empty()) {
    for (const auto &file : std::filesystem::directory_iterator(own_paths().pipelines)) {
      // base.json is a parent only: it has no flavors of its own.
      if (file.path().extension() == ".json" && file.path().filename() != "base.json") {
        files.push_back(file.path().string());
      }
    }
  }
  gst_init(nullptr, nullptr);
  const auto scratch = gst::CharPtr(g_dir_make_tmp("klive-check-XXXXXX", nullptr));
  if (!scratch) return fail_with({base::ErrorCode::kIo, "no folder for temporary files"});
  EntryParameters entry = example_entry();
  entry.live_root = scratch.get();
  int status = kExitDone;
  for (const std::string &file : files) {
    const auto description = load_description(file);
    auto resolved = description ? resolve(*description, entry_variables(entry)) : description;
    base::Result<void> sound;
    if (!resolved) {
      sound = base::fail(resolved.error());
    } else if (auto built = EntryPipeline::build(*resolved, {.event = [](const std::string &) {},
                                                             .publication_ended = {},
                                                             .warning = {},
                                                             .failed = {}});
               !built) {
      sound = base::fail(std::move(built.error()).wrap(file));
    }
    if (sound) {
      std::printf("%s: good\n", file.c_str());
    } else {
      status = fail_with(sound.error());
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(scratch.get(), ignored);
  return status;
}

}  // namespace klive::app
