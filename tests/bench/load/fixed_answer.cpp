// SPDX-License-Identifier: LGPL-2.1-or-later
// fixed-answer: a plain libsoup server that answers every request with the same text: what a server
// on libsoup costs that does nothing.
//
//   fixed-answer 8080 < answer.json
#include <glib-unix.h>
#include <libsoup/soup.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

namespace {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};

void answer(SoupServer *, SoupServerMessage *message, const char *, GHashTable *, gpointer text) {
  const auto &body = *static_cast<const std::string *>(text);
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  soup_server_message_set_response(message, "application/json", SOUP_MEMORY_STATIC, body.data(),
                                   body.size());
}

}  // namespace

int main(int argc, char **argv) {
  const int port = argc == 2 ? std::atoi(argv[1]) : 0;
  if (port <= 0) {
    std::fprintf(stderr, "fixed-answer: PORT < ANSWER\n");
    return 2;
  }
  std::string body{std::istreambuf_iterator<char>(std::cin), {}};
  const std::unique_ptr<SoupServer, Unref> server(soup_server_new(nullptr, nullptr));
  soup_server_add_handler(server.get(), nullptr, &answer, &body, nullptr);
  GError *error = nullptr;
  if (!soup_server_listen_local(server.get(), static_cast<guint>(port),
                                SOUP_SERVER_LISTEN_IPV4_ONLY, &error)) {
    std::fprintf(stderr, "fixed-answer: %s\n", error->message);
    g_error_free(error);
    return 1;
  }
  GMainLoop *loop = g_main_loop_new(nullptr, FALSE);
  g_unix_signal_add(
      SIGTERM,
      [](gpointer running) -> gboolean {
        g_main_loop_quit(static_cast<GMainLoop *>(running));
        return G_SOURCE_REMOVE;
      },
      loop);
  g_main_loop_run(loop);
  g_main_loop_unref(loop);
  return 0;
}
