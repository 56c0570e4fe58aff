// SPDX-License-Identifier: LGPL-2.1-or-later
// ROOT/secrets.json: the partner and the secrets that sessions (KS) are signed with.
#include "backend/secrets.h"

#include <fcntl.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "backend/random_text.h"
#include "kaltura/request.h"

namespace klive::app {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr size_t kSecretSize = 32;  // hexadecimal digits

std::string path_of(const std::string &root) { return root + "/secrets.json"; }

base::Failure failed(const std::string &path, int error) {
  return fail(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              path + ": " + std::strerror(error));
}

Result<std::string> read_file(const std::string &path) {
  constexpr size_t kMaxSize = 64 * 1024;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(path, errno);
  std::string text(kMaxSize, '\0');
  const ssize_t size = ::read(fd, text.data(), text.size());
  const int error = errno;
  ::close(fd);
  if (size < 0) return failed(path, error);
  text.resize(static_cast<size_t>(size));
  return text;
}

Result<Secrets> parse(const std::string &text) {
  GError *error = nullptr;
  const std::unique_ptr<JsonNode, decltype(&json_node_unref)> node(
      json_from_string(text.c_str(), &error), &json_node_unref);
  if (error != nullptr) {
    g_error_free(error);  // its text may quote a secret
    return fail(ErrorCode::kInvalid, "is not JSON; delete it to have a new one made");
  }
  if (!node || !JSON_NODE_HOLDS_OBJECT(node.get())) {
    return fail(ErrorCode::kInvalid, "must be one JSON object; delete it to have a new one made");
  }
  JsonObject *object = json_node_get_object(node.get());
  const auto partner = kaltura::member_integer(object, "partner_id");
  const auto admin = kaltura::member_text(object, "admin_secret");
  const auto user = kaltura::member_text(object, "user_secret");
  if (!partner || *partner <= 0) return fail(ErrorCode::kInvalid, "needs a number \"partner_id\"");
  if (!admin || admin->empty()) return fail(ErrorCode::kInvalid, "needs a text \"admin_secret\"");
  if (!user || user->empty()) return fail(ErrorCode::kInvalid, "needs a text \"user_secret\"");
  return Secrets{.partner_id = *partner, .admin_secret = *admin, .user_secret = *user};
}

/// The whole text under a name of its own, on the disk.
Result<void> write_new(const std::string &path, const std::string &text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path, errno);
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!written) return failed(path, error);
  return {};
}

Result<void> make(const std::string &root) {
  std::error_code failure;
  std::filesystem::create_directories(root, failure);
  if (failure) return fail(ErrorCode::kIo, root + ": " + failure.message());
  const std::string path = path_of(root);
  const std::string draft = path + "." + random_hex(8);
  const std::string text = "{\n  \"partner_id\": 101,\n  \"admin_secret\": \"" +
                           random_hex(kSecretSize) + "\",\n  \"user_secret\": \"" +
                           random_hex(kSecretSize) + "\"\n}\n";
  if (auto done = write_new(draft, text); !done) {
    ::unlink(draft.c_str());
    return done;
  }
  // link() and not rename(): of two services that start together one makes the file, both read it.
  const int linked = ::link(draft.c_str(), path.c_str());
  const int error = errno;
  ::unlink(draft.c_str());
  if (linked != 0 && error != EEXIST) return failed(path, error);
  return {};
}

}  // namespace

Result<Secrets> load_secrets(const std::string &root) {
  auto text = read_file(path_of(root));
  if (!text) return fail(std::move(text).error());
  auto secrets = parse(*text);
  if (!secrets) return fail(std::move(secrets).error().wrap(path_of(root)));
  return secrets;
}

Result<Secrets> load_or_make_secrets(const std::string &root) {
  auto secrets = load_secrets(root);
  if (secrets || secrets.error().code != ErrorCode::kNotFound) return secrets;
  if (auto made = make(root); !made) return fail(std::move(made).error());
  return load_secrets(root);
}

}  // namespace klive::app
