// SPDX-License-Identifier: LGPL-2.1-or-later
// The Authenticator over the embedded EntryStore.
#include "backend/embedded_authenticator.h"

#include "kaltura/ks.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

class EmbeddedAuthenticator final : public gst::Authenticator {
 public:
  EmbeddedAuthenticator(EntryStore &store, ProfileStore &profiles, RefusalCounter counter)
      : store_(store), profiles_(profiles), counter_(std::move(counter)) {}

  Result<gst::Grant> authenticate(const kaltura::PublishAddress &address,
                                  const std::string &) override {
    const auto entry = store_.get(address.entry);
    if (!entry && entry.error().code != ErrorCode::kNotFound) {
      count("unavailable");
      return fail(ErrorCode::kUnavailable,
                  "The entries cannot be read at the moment. Try again in a few seconds.");
    }
    if (!entry || entry->type != EntryType::kLiveStream) {
      count("entry");
      return fail(ErrorCode::kNotFound, "Entry id \"" + address.entry +
                                            "\" not found. Copy the URL of an entry that exists; "
                                            "this one may have been deleted.");
    }
    if (!kaltura::equal_in_constant_time(entry->token, address.token)) {
      count("token");
      return fail(ErrorCode::kRefused,
                  "Invalid token supplied for live entry [" + entry->id +
                      "]. Copy the entry's URL again; its token may have been replaced.");
    }
    const auto profile = profiles_.get(entry->profile);
    if (!profile) {
      count("profile");
      return fail(ErrorCode::kUnavailable, "The conversion profile " +
                                               std::to_string(entry->profile) + " of entry " +
                                               entry->id + " cannot be read.");
    }
    gst::Grant grant;
    grant.entry = entry->id;
    grant.token_id = token_id(entry->token);
    grant.low_latency = entry->low_latency();
    grant.flavors = profile->ingest();
    return grant;
  }

 private:
  void count(const char *reason) {
    if (counter_) counter_(reason);
  }

  EntryStore &store_;
  ProfileStore &profiles_;
  RefusalCounter counter_;
};

}  // namespace

std::shared_ptr<gst::Authenticator> make_embedded_authenticator(EntryStore &store,
                                                                ProfileStore &profiles,
                                                                RefusalCounter counter) {
  return std::make_shared<EmbeddedAuthenticator>(store, profiles, std::move(counter));
}

}  // namespace klive::app
