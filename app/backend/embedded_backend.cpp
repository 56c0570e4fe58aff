// SPDX-License-Identifier: LGPL-2.1-or-later
// EmbeddedBackend: the Backend over the embedded stores.
#include "backend/embedded_backend.h"

#include <utility>

#include "app_context.h"
#include "backend/embedded_authenticator.h"

namespace klive::app {
namespace {

class EmbeddedBackend final : public Backend {
 public:
  EmbeddedBackend(EntryStore &entries, ProfileStore &profiles, EntryChanged changed,
                  RefusalCounter counter)
      : entries_(entries),
        changed_(std::move(changed)),
        authenticator_(make_embedded_authenticator(entries, profiles, std::move(counter))) {}
  ~EmbeddedBackend() override { *alive_ = nullptr; }

  void start(BackendCallbacks callbacks) override {
    callbacks_ = std::move(callbacks);
    entries_.on_change([alive = alive_, changed = changed_](const std::string &id) {
      changed(id);
      post(nullptr, [alive, id] {
        if (*alive) (*alive)->callbacks_.changed(id);
      });
    });
  }
  void stop() override { *alive_ = nullptr; }
  base::Result<Entry> entry(const std::string &id) override { return entries_.get(id); }
  std::shared_ptr<gst::Authenticator> authenticator() override { return authenticator_; }

 private:
  EntryStore &entries_;
  const EntryChanged changed_;
  const std::shared_ptr<gst::Authenticator> authenticator_;  // owners: this and every kliveauth
  BackendCallbacks callbacks_;
  // Owners: this and posted work.
  std::shared_ptr<EmbeddedBackend *> alive_ = std::make_shared<EmbeddedBackend *>(this);
};

}  // namespace

std::unique_ptr<Backend> make_embedded_backend(EntryStore &entries, ProfileStore &profiles,
                                               EntryChanged changed, RefusalCounter counter) {
  return std::make_unique<EmbeddedBackend>(entries, profiles, std::move(changed),
                                           std::move(counter));
}

}  // namespace klive::app
