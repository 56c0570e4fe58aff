// SPDX-License-Identifier: LGPL-2.1-or-later
// A small HTTP client for tests, on a raw socket and the main context that the server runs on.
#pragma once

#include <gio/gio.h>
#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <string>
#include <string_view>

#include "klive/ptr.h"
#include "main_context.h"

namespace klive::test {

struct HttpReply {
  int status = 0;  ///< 0: the connection was closed without an answer
  std::map<std::string, std::string> headers;
  std::string body;

  [[nodiscard]] std::string header(const std::string &name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// One connection.
class HttpClient {
 public:
  explicit HttpClient(uint16_t port) {
    const auto client = gst::Ptr<GSocketClient>::take(g_socket_client_new());
    connection_ = gst::Ptr<GSocketConnection>::take(
        g_socket_client_connect_to_host(client.get(), "127.0.0.1", port, nullptr, nullptr));
    if (!connection_) return;
    GSocket *socket = g_socket_connection_get_socket(connection_.get());
    g_socket_set_blocking(socket, FALSE);
    // Only there to end an iteration of the main context when bytes arrive.
    waker_ = g_socket_create_source(socket, G_IO_IN, nullptr);
    g_source_set_callback(waker_,
                          reinterpret_cast<GSourceFunc>(reinterpret_cast<void (*)()>(
                              +[](GSocket *, GIOCondition, void *client_data) -> gboolean {
                                static_cast<HttpClient *>(client_data)->read_some();
                                return static_cast<HttpClient *>(client_data)->is_closed_
                                           ? G_SOURCE_REMOVE
                                           : G_SOURCE_CONTINUE;
                              })),
                          this, nullptr);
    g_source_attach(waker_, nullptr);
  }
  ~HttpClient() {
    if (!waker_) return;
    g_source_destroy(waker_);
    g_source_unref(waker_);
  }
  HttpClient(const HttpClient &) = delete;
  HttpClient &operator=(const HttpClient &) = delete;

  void send(std::string_view bytes) {
    GSocket *socket = g_socket_connection_get_socket(connection_.get());
    run_until([&] {
      while (!bytes.empty()) {
        GError *error = nullptr;
        const gssize sent = g_socket_send(socket, bytes.data(), bytes.size(), nullptr, &error);
        const gst::ErrorPtr owner(error);
        if (sent > 0) {
          bytes.remove_prefix(static_cast<size_t>(sent));
        } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
          return true;  // closed by the server
        } else {
          return false;
        }
      }
      return true;
    });
  }
  void request(std::string_view method, std::string_view target, std::string_view headers = {},
               std::string_view body = {}) {
    is_head_ = method == "HEAD";
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n").append(headers);
    if (!body.empty()) text.append("Content-Length: " + std::to_string(body.size()) + "\r\n");
    text.append("\r\n").append(body);
    send(text);
  }
  HttpReply reply(unsigned seconds = 10) {
    HttpReply reply;
    run_until([&] { return take_reply(reply) || is_closed_; }, seconds);
    return reply;
  }
  HttpReply get(std::string_view target, std::string_view headers = {}) {
    request("GET", target, headers);
    return reply();
  }
  [[nodiscard]] bool has_bytes() const { return !buffer_.empty(); }
  [[nodiscard]] bool is_closed() const { return is_closed_; }

 private:
  void read_some() {
    GSocket *socket = g_socket_connection_get_socket(connection_.get());
    for (;;) {
      char bytes[65536];
      GError *error = nullptr;
      const gssize size = g_socket_receive(socket, bytes, sizeof bytes, nullptr, &error);
      const gst::ErrorPtr owner(error);
      if (size > 0) {
        buffer_.append(bytes, static_cast<size_t>(size));
        continue;
      }
      if (size == 0 || !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        is_closed_ = true;
      return;
    }
  }

  bool take_reply(HttpReply &reply) {
    const size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    HttpReply made;
    std::string_view head(buffer_.data(), end + 2);
    const size_t first_line = head.find("\r\n");
    std::from_chars(head.data() + 9, head.data() + 12, made.status);
    head.remove_prefix(first_line + 2);
    while (!head.empty()) {
      const size_t line = head.find("\r\n"), colon = head.find(": ");
      made.headers[std::string(head.substr(0, colon))] =
          std::string(head.substr(colon + 2, line - colon - 2));
      head.remove_prefix(line + 2);
    }
    size_t size = 0;
    const std::string length = made.header("Content-Length");
    std::from_chars(length.data(), length.data() + length.size(), size);
    if (is_head_ || made.status == 304 || made.status == 204 || made.status == 100) size = 0;
    if (buffer_.size() < end + 4 + size) return false;
    made.body = buffer_.substr(end + 4, size);
    buffer_.erase(0, end + 4 + size);
    reply = std::move(made);
    return true;
  }

  gst::Ptr<GSocketConnection> connection_;
  GSource *waker_ = nullptr;
  std::string buffer_;
  bool is_closed_ = false;
  bool is_head_ = false;
};

}  // namespace klive::test
