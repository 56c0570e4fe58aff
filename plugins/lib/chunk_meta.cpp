// SPDX-License-Identifier: LGPL-2.1-or-later
// GstKliveChunkMeta: the buffer meta behind add_chunk_meta() and chunk_info().
#include "klive/chunk_meta.h"

#include <memory>
#include <utility>

namespace klive::gst {
namespace {

struct ChunkMeta {
  GstMeta meta;
  // Shared with the metas of copied buffers, which describe the same chunk. Owners: those metas.
  std::shared_ptr<const ChunkInfo> *info;
};

gboolean init(GstMeta *meta, gpointer, GstBuffer *) {
  reinterpret_cast<ChunkMeta *>(meta)->info = nullptr;
  return TRUE;
}

void free(GstMeta *meta, GstBuffer *) { delete reinterpret_cast<ChunkMeta *>(meta)->info; }

const GstMetaInfo *meta_info();

gboolean transform(GstBuffer *to, GstMeta *meta, GstBuffer *, GQuark type, gpointer data) {
  if (!GST_META_TRANSFORM_IS_COPY(type)) return FALSE;
  // A part of a chunk is not what the meta says.
  const auto *copy = static_cast<const GstMetaTransformCopy *>(data);
  if (copy->region) return FALSE;
  auto *copied = reinterpret_cast<ChunkMeta *>(gst_buffer_add_meta(to, meta_info(), nullptr));
  if (!copied) return FALSE;
  copied->info = new std::shared_ptr<const ChunkInfo>(*reinterpret_cast<ChunkMeta *>(meta)->info);
  return TRUE;
}

// GLib's type system holds the registration; both functions are safe to be called from any thread.
GType meta_api() {
  static const GType type = [] {
    static const gchar *tags[] = {nullptr};
    return gst_meta_api_type_register("GstKliveChunkMetaAPI", tags);
  }();
  return type;
}

const GstMetaInfo *meta_info() {
  static const GstMetaInfo *info =
      gst_meta_register(meta_api(), "GstKliveChunkMeta", sizeof(ChunkMeta), init, free, transform);
  return info;
}

}  // namespace

std::string track_name(cmaf::Kind kind, unsigned flavor, bool backup, unsigned ordinal) {
  std::string name = kind == cmaf::Kind::kVideo ? "v" : kind == cmaf::Kind::kAudio ? "a" : "t";
  name += std::to_string(flavor);
  if (backup) name += 'b';
  if (ordinal > 0) name += '-' + std::to_string(ordinal);
  return name;
}

void add_chunk_meta(GstBuffer *buffer, ChunkInfo info) {
  auto *meta = reinterpret_cast<ChunkMeta *>(gst_buffer_add_meta(buffer, meta_info(), nullptr));
  meta->info =
      new std::shared_ptr<const ChunkInfo>(std::make_shared<const ChunkInfo>(std::move(info)));
}

const ChunkInfo *chunk_info(GstBuffer *buffer) {
  const auto *meta = reinterpret_cast<ChunkMeta *>(gst_buffer_get_meta(buffer, meta_api()));
  return meta ? meta->info->get() : nullptr;
}

}  // namespace klive::gst
