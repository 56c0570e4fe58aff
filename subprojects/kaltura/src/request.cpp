// SPDX-License-Identifier: LGPL-2.1-or-later
// API requests: path, query and body → the calls that they ask for.
#include "kaltura/request.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "form_fields.h"
#include "kaltura/multipart.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr std::string_view kBatch = "multirequest";
constexpr std::string_view kJsonPart = "json";  // of a multipart body: the parameters

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), g_ascii_tolower);
  return out;
}

/// "/api_v3/service/S/action/A/key/value…"
Result<void> set_path(FormFields &fields, std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty()) continue;
    auto text = decode_text(part, Plus::kIsPlus);
    if (!text) return fail(text.error());
    parts.push_back(*std::move(text));
  }
  size_t at = 0;
  if (at < parts.size() && (parts[at] == "api_v3" || parts[at] == "api")) ++at;
  if (at < parts.size() && parts[at] == "index.php") ++at;
  for (; at + 1 < parts.size(); at += 2) {
    if (auto done = fields.set(parts[at], parts[at + 1]); !done) return done;
  }
  return {};
}

Result<void> set_json(FormFields &fields, std::string_view text, const RequestLimits &limits) {
  auto value = read_json(text, {limits.depth, limits.members});
  if (!value) return fail(value.error());
  if (!value->is_object()) return fail(ErrorCode::kInvalid, "the body must be one JSON object");
  return fields.set_members(*std::move(value));
}

using Files = std::map<std::string, UploadedFile>;

Result<void> set_multipart(FormFields &fields, Files &files, std::string_view content_type,
                           std::string_view body, const RequestLimits &limits) {
  const auto parts = parse_multipart(content_type, body);
  if (!parts) return fail(parts.error());
  for (const Part &part : *parts) {
    if (part.file_name) {
      files[part.name] = {*part.file_name, part.content};
      continue;
    }
    if (part.content.size() > limits.body_size) {
      return fail(ErrorCode::kTooLarge, "a part that is no file is larger than " +
                                            std::to_string(limits.body_size) + " bytes");
    }
    if (part.name == kJsonPart) {
      if (auto done = set_json(fields, part.content, limits); !done) return done;
      continue;
    }
    if (!g_utf8_validate_len(part.content.data(), part.content.size(), nullptr)) {
      return fail(ErrorCode::kInvalid, "a parameter is not UTF-8 text");
    }
    if (auto done = fields.set(part.name, part.content); !done) return done;
  }
  return {};
}

Result<void> set_body(FormFields &fields, Files &files, std::string_view content_type,
                      std::string_view body, const RequestLimits &limits) {
  const std::string type = lower(content_type.substr(0, content_type.find(';')));
  const bool is_multipart = type.starts_with("multipart/form-data");
  const size_t most = is_multipart ? limits.file_body_size : limits.body_size;
  if (body.size() > most) {
    return fail(ErrorCode::kTooLarge,
                "the request is larger than " + std::to_string(most) + " bytes");
  }
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  if (is_multipart) return set_multipart(fields, files, content_type, body, limits);
  if (type.starts_with("application/json")) return set_json(fields, body, limits);
  if (type.empty() || type.starts_with("application/x-www-form-urlencoded")) {
    return fields.set_encoded(body);
  }
  return fail(ErrorCode::kInvalid,
              "the body is neither application/json nor application/x-www-form-urlencoded nor "
              "multipart/form-data");
}

std::string take_text(Value &object, std::string_view name) {
  std::string text = object.text_of(name);
  object.erase(name);
  return text;
}

/// A call out of its parameters; what all calls have is taken out of them.
Request make_request(Value parameters, Files files) {
  Request request;
  request.service = lower(take_text(parameters, "service"));
  request.action = lower(take_text(parameters, "action"));
  request.ks = take_text(parameters, "ks");
  request.client_tag = take_text(parameters, "clientTag");
  for (const char *name : {"partnerId", "p"}) {
    const Value *partner = parameters.find(name);
    if (partner != nullptr && !request.partner) request.partner = partner->integer();
  }
  request.parameters = std::move(parameters);
  request.files = std::move(files);
  return request;
}

std::optional<size_t> index_of(std::string_view name) {
  size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return index;
}

/// "1:fileData" → the file "fileData" of call 1.
Files files_of(const Files &files, size_t index) {
  const std::string prefix = std::to_string(index) + ":";
  Files own;
  for (const auto &[name, file] : files) {
    if (name.starts_with(prefix)) own[name.substr(prefix.size())] = file;
  }
  return own;
}

/// Calls are numbered from 1 (from 0 by one client) and end where a number or a service is missing.
Result<std::vector<Request>> make_batch(Value root, const Files &files,
                                        const RequestLimits &limits) {
  std::map<size_t, Value *> calls;
  for (auto &[name, member] : *root.object()) {
    const auto index = index_of(name);
    if (index && member.is_object()) calls[*index] = &member;
  }
  if (calls.size() > limits.calls) {
    return fail(ErrorCode::kTooLarge,
                "a multirequest of more than " + std::to_string(limits.calls) + " calls");
  }
  std::vector<Request> requests;
  for (size_t index = calls.contains(0) ? 0 : 1;; ++index) {
    const auto found = calls.find(index);
    if (found == calls.end()) return requests;
    Value &parameters = *found->second;
    if (parameters.find("service") == nullptr || parameters.find("action") == nullptr) {
      return requests;
    }
    for (const char *common : {"ks", "clientTag", "partnerId"}) {
      const Value *value = root.find(common);
      if (value != nullptr && parameters.find(common) == nullptr) parameters[common] = *value;
    }
    requests.push_back(make_request(std::move(parameters), files_of(files, index)));
  }
}

}  // namespace

Result<Envelope> parse_request(std::string_view path, std::string_view query,
                               std::string_view content_type, std::string_view body,
                               const RequestLimits &limits) {
  if (path.size() + query.size() > limits.body_size) {
    return fail(ErrorCode::kTooLarge,
                "the request is larger than " + std::to_string(limits.body_size) + " bytes");
  }
  FormFields fields(limits.depth, limits.members);
  Files files;
  if (auto done = fields.set_encoded(query); !done) return fail(done.error());
  if (auto done = set_body(fields, files, content_type, body, limits); !done) {
    return fail(done.error());
  }
  if (auto done = set_path(fields, path); !done) return fail(done.error());
  Value root = fields.finish();

  Envelope envelope;
  if (const Value *given = root.find("format")) {
    const auto format = given->integer();
    if (!format || (*format != 1 && *format != 2 && *format != 9)) {
      return fail(ErrorCode::kInvalid, "format must be 1 (JSON), 2 (XML) or 9 (JSONP)");
    }
    envelope.format = static_cast<Format>(*format);
    root.erase("format");
  }
  envelope.callback = root.text_of("callback");
  envelope.is_batch = lower(root.text_of("service")) == kBatch;
  if (!envelope.is_batch) {
    envelope.requests.push_back(make_request(std::move(root), std::move(files)));
    return envelope;
  }
  auto batch = make_batch(std::move(root), files, limits);
  if (!batch) return fail(batch.error());
  envelope.requests = *std::move(batch);
  return envelope;
}

Format format_without_request(std::string_view query, std::string_view content_type) {
  if (query.find("format=1") != std::string_view::npos) return Format::kJson;
  if (query.find("format=") != std::string_view::npos) return Format::kXml;
  return content_type.find("json") != std::string_view::npos ? Format::kJson : Format::kXml;
}

}  // namespace klive::kaltura
