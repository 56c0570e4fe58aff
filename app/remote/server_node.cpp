// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerNode: tells a Kaltura installation that this server lives.
#include "remote/server_node.h"

#include <gst/gst.h>

#include <utility>

namespace klive::app {
namespace {

using kaltura::ApiError;
using kaltura::ClientCall;
using kaltura::Outcome;
using kaltura::Value;

constexpr unsigned kEvery = 60'000;  // milliseconds

GstDebugCategory *log_category() {
  static GstDebugCategory *category =
      _gst_debug_category_new("klive-remote", 0, "klive as media server of a Kaltura installation");
  return category;
}
#define GST_CAT_DEFAULT log_category()

}  // namespace

ServerNode::ServerNode(ApiClient &client, std::string name)
    : client_(client), name_(std::move(name)) {}

void ServerNode::start() {
  introduce([] {});
  ticker_ = std::make_unique<Ticker>(kEvery, [this] { introduce([] {}); });
}

void ServerNode::introduce(std::function<void()> done) {
  waiting_.push_back(std::move(done));
  if (waiting_.size() > 1) return;
  ClientCall call{.service = "serverNode", .action = "reportStatus"};
  call.parameters["hostName"] = name_;
  Value node = Value::of_type("KalturaLiveClusterMediaServerNode");
  node["name"] = name_;
  node["hostName"] = name_;
  call.parameters["serverNode"] = std::move(node);
  client_.call(std::move(call), [this](base::Result<Outcome> answer) {
    const auto *error = answer ? std::get_if<ApiError>(&*answer) : nullptr;
    const bool is_known = answer && error == nullptr;
    if (error != nullptr && is_known_)
      GST_ERROR("this server is not taken as \"%s\": %s", name_.c_str(), error->code.c_str());
    if (is_known && !is_known_) GST_INFO("this server is taken as \"%s\"", name_.c_str());
    if (answer) is_known_ = is_known;
    for (const auto &each : std::exchange(waiting_, {})) each();
  });
}

}  // namespace klive::app
