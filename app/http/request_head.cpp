// SPDX-License-Identifier: LGPL-2.1-or-later
// The head of an HTTP/1.1 request (RFC 9112).
//
//   method SP target SP "HTTP/1." ("0" | "1") CRLF        3
//   *( name ":" OWS value OWS CRLF ) CRLF                  5
#include "http/request_head.h"

#include <algorithm>
#include <charconv>

namespace klive::app::http {
namespace {

constexpr size_t kMaxHeaders = 100;
constexpr size_t kMaxTarget = 8192;

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}
bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}
std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whether a comma-separated list of tokens holds `token`, given in lower case (5.6.1 of RFC 9110).
bool lists(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (to_lower(trim(list.substr(0, comma))) == token) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

Method parse_method(std::string_view method) {
  if (method == "GET") return Method::kGet;
  if (method == "HEAD") return Method::kHead;
  if (method == "POST") return Method::kPost;
  if (method == "OPTIONS") return Method::kOptions;
  return Method::kOther;
}

HeadResult bad(unsigned status, const char *sentence) {
  HeadResult result;
  result.what = HeadResult::What::kBad;
  result.status = status;
  result.sentence = sentence;
  return result;
}

// origin-form, absolute-form, or "*" (3.2). False: none of them.
bool parse_target(std::string_view target, RequestHead &head) {
  const bool is_plain = std::all_of(target.begin(), target.end(),
                                    [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (target.empty() || !is_plain) return false;
  if (target == "*") {
    head.path = "/";
    return head.method == Method::kOptions;
  }
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const size_t slash = target.find('/', target.find("://") + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  if (target.front() != '/') return false;
  const size_t question = target.find('?');
  head.path = target.substr(0, question);
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  return true;
}

}  // namespace

std::string_view RequestHead::header(std::string_view name) const {
  for (const auto &[known, value] : headers)
    if (known == name) return value;
  return {};
}

namespace {

HeadResult parse_request_line(std::string_view line, RequestHead &head, bool &is_http10) {
  const size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad(400, "The request line is not readable.");
  if (!is_token(line.substr(0, first))) return bad(400, "The method is not readable.");
  head.method = parse_method(line.substr(0, first));
  const std::string_view version = line.substr(last + 1);
  is_http10 = version == "HTTP/1.0";
  if (!is_http10 && version != "HTTP/1.1")
    return bad(version.starts_with("HTTP/") ? 505 : 400, "Only HTTP/1.1 is spoken here.");
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > kMaxTarget) return bad(414, "The address is too long.");
  if (!parse_target(target, head)) return bad(400, "The address is not readable.");
  return {};
}

HeadResult parse_header_line(std::string_view line, RequestHead &head) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return bad(400, "A header is not readable.");
  const std::string_view value = trim(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_value_char))
    return bad(400, "A header holds control characters.");
  if (head.headers.size() >= kMaxHeaders) return bad(431, "There are too many headers.");
  head.headers.emplace_back(to_lower(line.substr(0, colon)), value);
  return {};
}

size_t occurrences(const RequestHead &head, std::string_view name) {
  return static_cast<size_t>(std::count_if(head.headers.begin(), head.headers.end(),
                                           [name](const auto &h) { return h.first == name; }));
}

// How long the body is and what becomes of the connection (6.3, 9.3).
HeadResult parse_framing(RequestHead &head, bool is_http10) {
  if (occurrences(head, "host") > 1 || (!is_http10 && occurrences(head, "host") == 0))
    return bad(400, "A request names its host once.");
  if (occurrences(head, "transfer-encoding") > 0)
    return bad(411, "A body comes with its Content-Length here.");
  if (occurrences(head, "content-length") > 1) return bad(400, "Content-Length came twice.");
  if (occurrences(head, "content-length") == 1) {
    const std::string_view text = head.header("content-length");
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), head.body_size);
    if (text.empty() || text.size() > 18 || error != std::errc() ||
        end != text.data() + text.size())
      return bad(400, "Content-Length is no number.");
  }
  const std::string_view expectation = head.header("expect");
  head.awaits_continue = to_lower(expectation) == "100-continue";
  if (!expectation.empty() && !head.awaits_continue)
    return bad(417, "That expectation is not met here.");
  const std::string_view connection = head.header("connection");
  head.is_kept_alive = is_http10 ? lists(connection, "keep-alive") : !lists(connection, "close");
  return {};
}

}  // namespace

HeadResult parse_request_head(std::string_view bytes) {
  size_t skipped = 0;
  // 2.2: an empty line before the request is let pass.
  if (bytes.starts_with("\r\n")) skipped = 2;
  bytes.remove_prefix(skipped);
  const size_t end = bytes.find("\r\n\r\n");
  // What is no request at all shows early, and is not waited for.
  if (!bytes.empty() && !is_token_char(bytes.front()) && !bytes.starts_with("\r"))
    return bad(400, "That is no HTTP request.");
  if (end == std::string_view::npos)
    return bytes.size() >= kMaxHead ? bad(431, "The head of the request is too long.")
                                    : HeadResult{};
  if (end > kMaxHead) return bad(431, "The head of the request is too long.");

  HeadResult result;
  RequestHead &head = result.head;
  std::string_view text = bytes.substr(0, end + 2);
  bool is_http10 = false, is_first = true;
  while (!text.empty()) {
    const size_t line_end = text.find("\r\n");
    const std::string_view line = text.substr(0, line_end);
    HeadResult failure =
        is_first ? parse_request_line(line, head, is_http10) : parse_header_line(line, head);
    if (failure.what == HeadResult::What::kBad) return failure;
    is_first = false;
    text.remove_prefix(line_end + 2);
  }
  HeadResult failure = parse_framing(head, is_http10);
  if (failure.what == HeadResult::What::kBad) return failure;
  result.what = HeadResult::What::kWhole;
  result.size = skipped + end + 4;
  return result;
}

}  // namespace klive::app::http
