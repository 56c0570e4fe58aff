// SPDX-License-Identifier: LGPL-2.1-or-later
// RemoteAuthenticator: the Authenticator that asks a Kaltura installation. What was said a moment
// ago is not asked again, and many who ask the same are one question.
//
//   ask ─► said in the last 30 s? ─► asked already? ─► main context ─► RemoteEntries ─► all who
//   wait
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/locked.h"
#include "klive/authenticator.h"
#include "remote/verdicts.h"

namespace klive::app {

/// Thread-safe. Nobody waits on a thread but who calls authenticate().
class RemoteAuthenticator final : public gst::Authenticator,
                                  public std::enable_shared_from_this<RemoteAuthenticator> {
 public:
  struct Parts {
    /// Asks the installation; called on the main context.
    std::function<void(const kaltura::PublishAddress &, Answer)> ask;
    /// Whether a last yes, however old, counts while nobody can be asked: the entry is on air here.
    /// Called on the main context.
    std::function<bool(const std::string &entry)> is_on_air;
    RefusalCounter count;
    /// The token was right and the stream name is none of the entry's; called on the main context.
    std::function<void(const kaltura::PublishAddress &)> wrong_name;
  };
  explicit RemoteAuthenticator(Parts parts) : parts_(std::move(parts)) {}

  base::Result<gst::Grant> authenticate(const kaltura::PublishAddress &address,
                                        const std::string &remote_address) override;
  void ask(const kaltura::PublishAddress &address, const std::string &remote_address,
           Answer answer) override;

  /// What was said of the entry does not count any more.
  void forget(const std::string &entry);
  /// Answers all who wait, and from now on everybody at once: this server is stopping. To be called
  /// on the main context.
  void stop();

 private:
  struct Waiting {
    std::string remote_address;
    Answer answer;
  };
  struct State {
    Verdicts verdicts;
    std::map<std::string, std::vector<Waiting>> waiting;  // by question
    bool is_stopped = false;
  };
  void put_question(const std::string &key, const kaltura::PublishAddress &address);
  void answered(const std::string &key, const kaltura::PublishAddress &address,
                base::Result<gst::Grant> said);
  void count(const base::Error &error) const;
  void look_at_name(const kaltura::PublishAddress &address, const gst::Grant &grant);

  const Parts parts_;
  base::Locked<State> state_;
};

}  // namespace klive::app
