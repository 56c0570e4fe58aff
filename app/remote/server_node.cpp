// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerNode: tells a Kaltura installation that this server lives, and where it is played from.
#include "remote/server_node.h"

#include <gst/gst.h>

#include <utility>

#include "kaltura/media_server_address.h"
#include "remote/log.h"

namespace klive::app {
namespace {

using kaltura::ApiError;
using kaltura::ClientCall;
using kaltura::Outcome;
using kaltura::Value;

constexpr unsigned kEvery = 60'000;  // milliseconds

}  // namespace

ServerNode::ServerNode(ApiClient &client, std::string name)
    : client_(client), name_(std::move(name)) {}

void ServerNode::start(std::string origin, bool is_configured) {
  origin_ = std::move(origin);
  is_configured_ = is_configured;
  introduce([] {});
  ticker_ = std::make_unique<Ticker>(kEvery, [this] { introduce([] {}); });
}

void ServerNode::introduce(std::function<void()> done) {
  waiting_.push_back(std::move(done));
  if (waiting_.size() > 1) return;
  if (id_ == 0) return report();
  look_for_others();
}

void ServerNode::look_for_others() {
  ClientCall call{.service = "serverNode", .action = "get"};
  call.parameters["serverNodeId"] = id_;
  client_.call(std::move(call), [this](const base::Result<Outcome> &answer) {
    if (const auto *node = answer ? std::get_if<Value>(&*answer) : nullptr) {
      // Nothing of this server's own is later than its last report.
      const bool is_shared = node->integer_of("heartbeatTime") > heartbeat_;
      if (is_shared && !is_shared_) {
        GST_ERROR(
            "another server reports as \"%s\", too: what one of them registers the other takes "
            "back, "
            "and viewers of both are sent to one. Give each a name of its own "
            "(backend.server-node-name)",
            name_.c_str());
      }
      is_shared_ = is_shared;
    }
    report();
  });
}

void ServerNode::report() {
  ClientCall call{.service = "serverNode", .action = "reportStatus"};
  call.parameters["hostName"] = name_;
  Value node = Value::of_type("KalturaLiveClusterMediaServerNode");
  node["name"] = name_;
  node["hostName"] = name_;
  node["applicationName"] = "kLive";
  (void)kaltura::set_playback_address(node, origin_);
  call.parameters["serverNode"] = std::move(node);
  client_.call(std::move(call), [this](const base::Result<Outcome> &answer) { reported(answer); });
}

void ServerNode::reported(const base::Result<Outcome> &answer) {
  const auto *error = answer ? std::get_if<ApiError>(&*answer) : nullptr;
  if (error != nullptr && !is_refused_) {
    GST_ERROR("this server is not taken as \"%s\": %s", name_.c_str(), error->code.c_str());
  }
  if (answer) is_refused_ = error != nullptr;
  if (const auto *node = answer ? std::get_if<Value>(&*answer) : nullptr) {
    if (!is_known_) GST_INFO("this server is taken as \"%s\"", name_.c_str());
    id_ = node->integer_of("id");
    heartbeat_ = node->integer_of("heartbeatTime");
    tell_address(*node);
  } else if (answer) {
    id_ = 0;
  }
  if (answer) is_known_ = error == nullptr;
  for (const auto &each : std::exchange(waiting_, {})) each();
}

void ServerNode::tell_address(const Value &node) {
  const std::string protocol = origin_.substr(0, origin_.find("://"));
  const auto known = kaltura::playback_address(node, protocol, "applehttp");
  const bool is_same = known && known->protocol + "://" + known->host == origin_;
  if (!is_configured_ || is_same) return;
  ClientCall call{.service = "serverNode", .action = "update"};
  call.parameters["serverNodeId"] = id_;
  Value changed = Value::of_type(node.text_of("objectType"));
  if (!kaltura::set_playback_address(changed, origin_)) return;
  call.parameters["serverNode"] = std::move(changed);
  client_.call(std::move(call), [this](const base::Result<Outcome> &answer) {
    const auto *error = answer ? std::get_if<ApiError>(&*answer) : nullptr;
    if (error != nullptr)
      GST_WARNING("viewers are not sent to %s: %s", origin_.c_str(), error->code.c_str());
    if (answer && error == nullptr) GST_INFO("viewers are sent to %s", origin_.c_str());
  });
}

}  // namespace klive::app
