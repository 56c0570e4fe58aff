// SPDX-License-Identifier: LGPL-2.1-or-later
// multipart/form-data:
//
//   preamble CRLF --boundary CRLF header CRLF … CRLF CRLF content CRLF --boundary … --boundary-- …
//
// A content ends at the first CRLF "--boundary"; nothing in it is looked at otherwise.
#include "kaltura/multipart.h"

#include <glib.h>

#include <algorithm>

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr std::string_view kLineEnd = "\r\n";
constexpr size_t kMaxBoundary = 70;  // RFC 2046 section 5.1.1

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), g_ascii_tolower);
  return out;
}

void skip_space(std::string_view &text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
}

/// One `; name=value` of a header; the value may be quoted, with backslashes before quotes.
struct HeaderParameter {
  std::string name, value;
};

/// Takes the next parameter off `rest`; nothing at the end or when it is malformed.
std::optional<HeaderParameter> take_parameter(std::string_view &rest) {
  skip_space(rest);
  if (!rest.starts_with(';')) return std::nullopt;
  rest.remove_prefix(1);
  skip_space(rest);
  const size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  HeaderParameter parameter{lower(rest.substr(0, equals)), {}};
  rest.remove_prefix(equals + 1);
  if (!rest.starts_with('"')) {
    const size_t end = std::min(rest.find_first_of("; \t"), rest.size());
    parameter.value = rest.substr(0, end);
    rest.remove_prefix(end);
    return parameter;
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() == '\\' && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\\')) {
      rest.remove_prefix(1);
    }
    parameter.value += rest.front();
    rest.remove_prefix(1);
  }
  if (rest.empty()) return std::nullopt;
  rest.remove_prefix(1);
  return parameter;
}

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
  std::string_view rest = value.substr(std::min(value.find(';'), value.size()));
  while (auto parameter = take_parameter(rest)) {
    if (parameter->name == name) return std::move(parameter->value);
  }
  return std::nullopt;
}

base::Failure bad(const char *what) {
  return fail(ErrorCode::kInvalid, std::string("multipart: ") + what);
}

/// Name and file name out of the headers of a part.
Result<Part> read_headers(std::string_view headers) {
  while (!headers.empty()) {
    const size_t end = headers.find(kLineEnd);
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(end == std::string_view::npos ? headers.size() : end + kLineEnd.size());
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return bad("a header without ':'");
    if (lower(line.substr(0, colon)) != "content-disposition") continue;
    std::string_view value = line.substr(colon + 1);
    skip_space(value);
    if (!lower(value.substr(0, value.find(';'))).starts_with("form-data")) {
      return bad("a part that is no form-data");
    }
    auto name = header_parameter(value, "name");
    if (!name || name->empty()) return bad("a part without a name");
    Part part{*std::move(name), header_parameter(value, "filename"), {}};
    const auto is_text = [](const std::string &text) {
      return g_utf8_validate_len(text.data(), text.size(), nullptr) != FALSE;
    };
    if (!is_text(part.name) || (part.file_name && !is_text(*part.file_name))) {
      return bad("a name that is not UTF-8 text");
    }
    return part;
  }
  return bad("a part without Content-Disposition");
}

/// Behind a boundary: false at the end of the last part ("--"), true before another.
Result<bool> begins_part(std::string_view &rest) {
  if (rest.starts_with("--")) return false;
  skip_space(rest);
  if (!rest.starts_with(kLineEnd)) return bad("no line end behind a boundary");
  return true;  // the line end stays: a part without headers begins with an empty line
}

}  // namespace

Result<std::vector<Part>> parse_multipart(std::string_view content_type, std::string_view body,
                                          const MultipartLimits &limits) {
  const auto boundary = header_parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundary) {
    return bad("the content type has no boundary of 1 to 70 characters");
  }
  const std::string first = "--" + *boundary, next = "\r\n--" + *boundary;
  std::string_view rest = body;
  if (rest.starts_with(first)) {
    rest.remove_prefix(first.size());
  } else {
    const size_t begin = rest.find(next);
    if (begin == std::string_view::npos) return bad("the boundary is not in the body");
    rest.remove_prefix(begin + next.size());
  }

  std::vector<Part> parts;
  for (;;) {
    const auto more = begins_part(rest);
    if (!more) return fail(more.error());
    if (!*more) return parts;
    if (parts.size() >= limits.parts) {
      return fail(ErrorCode::kTooLarge,
                  "multipart: more than " + std::to_string(limits.parts) + " parts");
    }
    const std::string_view window = rest.substr(0, limits.header_size);
    const size_t end = window.find("\r\n\r\n");
    if (end == std::string_view::npos) return bad("the headers of a part have no end");
    auto part = read_headers(rest.substr(0, end).substr(std::min(kLineEnd.size(), end)));
    if (!part) return fail(part.error());
    rest.remove_prefix(end + 2 * kLineEnd.size());
    const size_t size = rest.find(next);
    if (size == std::string_view::npos) return bad("the body ends inside a part");
    part->content = rest.substr(0, size);
    rest.remove_prefix(size + next.size());
    parts.push_back(*std::move(part));
  }
}

}  // namespace klive::kaltura
