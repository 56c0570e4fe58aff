// SPDX-License-Identifier: LGPL-2.1-or-later
// RenderedTexts: playlists and manifests, rendered once per change of the entry.
#include "http/rendered_texts.h"

namespace klive::app::http {

bool RenderedTexts::fill(Answer &answer, const LiveEntry &entry, const std::string &variant,
                         bool wants_gzip, const Render &render) {
  auto &variants = texts_[entry.id];
  auto found = variants.find(variant);
  if (found == variants.end() || found->second.version != entry.version) {
    const auto text = render(entry);
    if (!text) return false;
    Text fresh;
    fresh.version = entry.version;
    fresh.plain = to_bytes(*text);
    fresh.plain_etag = content_etag(fresh.plain.get(), false);
    found = variants.insert_or_assign(variant, std::move(fresh)).first;
  }
  Text &text = found->second;
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
  return true;
}

}  // namespace klive::app::http
