// SPDX-License-Identifier: LGPL-2.1-or-later
// PageHandler: the player pages, the console, and the files that they load.
#include "http/page_handler.h"

#include <dirent.h>
#include <gst/gst.h>

#include <array>
#include <memory>
#include <string_view>

#include "base/markup.h"

namespace klive::app::http {
namespace {

GstDebugCategory *log_category() {
  static GstDebugCategory *const category = _gst_debug_category_new("klive-http", 0, "HTTP server");
  return category;
}
#define GST_CAT_DEFAULT log_category()

constexpr size_t kMaxFile = 8u << 20;

struct FileType {
  std::string_view ending;
  const char *content_type;
};
constexpr auto kFileTypes = std::to_array<FileType>({
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".txt", "text/plain; charset=utf-8"},
});

struct CloseDir {
  void operator()(DIR *folder) const { closedir(folder); }
};

// One pass, so that a value that looks like a place is not filled again.
std::string fill_places(std::string_view page,
                        const std::map<std::string_view, std::string> &values) {
  std::string out;
  out.reserve(page.size() + 128);
  while (!page.empty()) {
    const size_t at = page.find('@');
    const size_t end = at == std::string_view::npos ? at : page.find('@', at + 1);
    if (end == std::string_view::npos) break;
    const auto value = values.find(page.substr(at + 1, end - at - 1));
    if (value == values.end()) {
      out += page.substr(0, at + 1);
      page.remove_prefix(at + 1);
      continue;
    }
    out += page.substr(0, at);
    base::append_markup(out, value->second);
    page.remove_prefix(end + 1);
  }
  out += page;
  return out;
}

std::string page_name(RouteKind kind) {
  if (kind == RouteKind::kWatch) return "watch.html";
  return kind == RouteKind::kEmbed ? "embed.html" : "index.html";
}

}  // namespace

PageHandler::PageHandler(const std::string &web, EntryName entry_name)
    : entry_name_(std::move(entry_name)) {
  const std::unique_ptr<DIR, CloseDir> folder(opendir(web.c_str()));
  if (!folder) {
    GST_WARNING("no pages: the folder %s cannot be read (http.web)", web.c_str());
    return;
  }
  while (const dirent *item = readdir(folder.get()))
    if (item->d_name[0] != '.') load(web + "/" + item->d_name, item->d_name);
  if (!pages_.contains("watch.html"))
    GST_WARNING("no player page: %s holds no watch.html (http.web)", web.c_str());
}

void PageHandler::load(const std::string &path, const std::string &name) {
  const std::string_view view(name);
  const FileType *type = nullptr;
  for (const FileType &candidate : kFileTypes)
    if (view.ends_with(candidate.ending)) type = &candidate;
  const bool is_page = view.ends_with(".html");
  if ((!type && !is_page) || !g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR)) return;
  char *text = nullptr;
  gsize size = 0;
  if (!g_file_get_contents(path.c_str(), &text, &size, nullptr)) return;
  const auto bytes = gst::Ptr<GBytes>::take(g_bytes_new_take(text, size));
  if (size > kMaxFile) return;
  if (is_page) {
    pages_[name] = std::string(text, size);
  } else {
    assets_[name] = {type->content_type, bytes, {}, content_etag(bytes.get(), false), {}, false};
  }
}

void PageHandler::handle_page(const Exchange &exchange) {
  const Route &route = exchange.route();
  const auto page = pages_.find(page_name(route.kind));
  if (page == pages_.end())
    return exchange.refuse(404, "not_found", "This server was set up without pages.");
  std::optional<std::string> name;
  if (entry_name_ && !route.entry.empty()) name = entry_name_(route.entry);
  Answer answer;
  answer.content_type = "text/html; charset=utf-8";
  answer.audience = route.kind == RouteKind::kEmbed ? Audience::kFrame : Audience::kPage;
  answer.body = to_bytes(fill_places(
      page->second,
      {{"ENTRY", route.entry}, {"TITLE", name.value_or(route.entry)}, {"VERSION", KLIVE_VERSION}}));
  answer.etag = content_etag(answer.body.get(), false);
  exchange.answer(answer);
}

void PageHandler::handle_asset(const Exchange &exchange) {
  const auto found = assets_.find(exchange.route().asset);
  if (found == assets_.end()) return exchange.refuse(404, "not_found", "There is no such file.");
  Asset &asset = found->second;
  const bool wants_gzip = exchange.wants_gzip();
  if (wants_gzip && !asset.is_gzip_tried) {
    asset.is_gzip_tried = true;
    asset.gzip = to_gzip(asset.plain.get());
    if (asset.gzip) asset.gzip_etag = content_etag(asset.gzip.get(), true);
  }
  Answer answer;
  answer.content_type = asset.content_type;
  answer.audience = Audience::kPage;
  answer.cache_control = "public, max-age=300";
  answer.has_variants = true;
  answer.is_gzip = wants_gzip && asset.gzip;
  answer.body = answer.is_gzip ? asset.gzip : asset.plain;
  answer.etag = answer.is_gzip ? asset.gzip_etag : asset.plain_etag;
  exchange.answer(answer);
}

}  // namespace klive::app::http
