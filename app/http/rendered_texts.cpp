// SPDX-License-Identifier: LGPL-2.1-or-later
// RenderedTexts: playlists and manifests, rendered once per change of the entry.
#include "http/rendered_texts.h"

#include "manifest/excerpt.h"

namespace klive::app::http {

bool RenderedTexts::fill(Answer &answer, const LiveEntry &entry, const std::string &variant,
                         const Exchange &exchange, const Render &render) {
  const Route &route = exchange.route();
  // There are as many choices as somebody likes to think of: none is kept.
  if (!route.flavors.empty() || route.is_backup) return fill_once(answer, entry, exchange, render);
  auto &variants = texts_[entry.id];
  const std::string key = route.is_main ? "main/" + variant : variant;
  auto found = variants.find(key);
  if (found == variants.end() || found->second.version != entry.version) {
    const auto text = render(entry.presentation);
    if (!text) return false;
    Text fresh;
    fresh.version = entry.version;
    fresh.plain = to_bytes(*text);
    fresh.plain_etag = content_etag(fresh.plain.get(), false);
    found = variants.insert_or_assign(key, std::move(fresh)).first;
  }
  put(answer, found->second, exchange.wants_gzip());
  return true;
}

bool RenderedTexts::fill_once(Answer &answer, const LiveEntry &entry, const Exchange &exchange,
                              const Render &render) {
  const Route &route = exchange.route();
  const auto chosen =
      manifest::select(entry.presentation, {.flavors = route.flavors, .backup = route.is_backup});
  const auto rendered = chosen ? render(*chosen) : std::nullopt;
  if (!rendered) return false;
  Text text;
  text.plain = to_bytes(*rendered);
  text.plain_etag = content_etag(text.plain.get(), false);
  put(answer, text, exchange.wants_gzip());
  return true;
}

void RenderedTexts::put(Answer &answer, Text &text, bool wants_gzip) {
  if (wants_gzip && !text.is_gzip_tried) {
    text.is_gzip_tried = true;
    text.gzip = to_gzip(text.plain.get());
    // The same text may be compressed differently by another version: its own tag, of its bytes.
    if (text.gzip) text.gzip_etag = content_etag(text.gzip.get(), true);
  }
  answer.has_variants = true;
  answer.is_gzip = wants_gzip && text.gzip;
  answer.body = answer.is_gzip ? text.gzip : text.plain;
  answer.etag = answer.is_gzip ? text.gzip_etag : text.plain_etag;
}

}  // namespace klive::app::http
