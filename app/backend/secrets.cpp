// SPDX-License-Identifier: LGPL-2.1-or-later
// ROOT/secrets.json: the partner and the secrets that sessions (KS) are signed with.
#include "backend/secrets.h"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "backend/random_text.h"
#include "kaltura/value.h"

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

/// A partner of the file; `id` is the name of its number.
Result<PartnerSecrets> parse_partner(const kaltura::Value &object, const char *id) {
  PartnerSecrets partner{object.integer_of(id), object.text_of("admin_secret"),
                         object.text_of("user_secret")};
  if (partner.id <= 0) {
    return fail(ErrorCode::kInvalid, std::string("needs a number \"") + id + "\"");
  }
  if (first_secret(partner.admin_secret).empty()) {
    return fail(ErrorCode::kInvalid, "needs a text \"admin_secret\"");
  }
  if (first_secret(partner.user_secret).empty()) {
    return fail(ErrorCode::kInvalid, "needs a text \"user_secret\"");
  }
  return partner;
}

Result<Secrets> parse(const std::string &text) {
  const auto object = kaltura::read_json(text);
  // The reader's own words may quote a secret.
  if (!object) return fail(ErrorCode::kInvalid, "is not JSON; delete it to have a new one made");
  if (!object->is_object()) {
    return fail(ErrorCode::kInvalid, "must be one JSON object; delete it to have a new one made");
  }
  auto first = parse_partner(*object, "partner_id");
  if (!first) return fail(std::move(first).error());
  Secrets secrets{.partner_id = first->id,
                  .admin_secret = first->admin_secret,
                  .user_secret = first->user_secret,
                  .media_server_secret = object->text_of("media_server_secret")};
  const kaltura::Value *partners = object->find("partners");
  if (partners == nullptr) return secrets;
  if (!partners->is_array()) return fail(ErrorCode::kInvalid, "\"partners\" must be an array");
  for (const kaltura::Value &each : *partners->array()) {
    auto partner = parse_partner(each, "id");
    if (!partner) return fail(std::move(partner).error().wrap("a partner"));
    secrets.more_partners.push_back(*std::move(partner));
  }
  return secrets;
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
                           random_hex(kSecretSize) + "\",\n  \"media_server_secret\": \"" +
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

std::vector<std::string> each_secret(const std::string &secrets) {
  std::vector<std::string> each;
  for (size_t at = 0; at <= secrets.size();) {
    const size_t comma = std::min(secrets.find(',', at), secrets.size());
    if (comma > at) each.push_back(secrets.substr(at, comma - at));
    at = comma + 1;
  }
  return each;
}

std::string first_secret(const std::string &secrets) {
  const auto each = each_secret(secrets);
  return each.empty() ? std::string() : each.front();
}

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
