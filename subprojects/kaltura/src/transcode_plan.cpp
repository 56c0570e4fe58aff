// SPDX-License-Identifier: LGPL-2.1-or-later
// Transcode templates, read with GLib's GMarkup: no document types, no entities but XML's own five.
#include "kaltura/transcode_plan.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;

constexpr size_t kDeepest = 12;
constexpr size_t kLongestText = 256;
constexpr uint64_t kLargestNumber = 1'000'000'000;

/// An Encode as it is read; what is missing is found out at its end.
struct Draft {
  std::set<std::string, std::less<>> seen;  // paths below Encode
  bool is_enabled = true;
  std::string stream_name, video_codec, audio_codec;
  PlannedStream stream;
};

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || value > kLargestNumber) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

class Reader {
 public:
  explicit Reader(std::string_view entry) : prefix_(std::string(entry) + "_") {}

  // Each returns what is wrong, null when nothing is.
  const char *begin(std::string_view name, bool has_attributes) {
    if (has_attributes) return "an attribute";
    if (path_.size() >= kDeepest) return "too many levels";
    path_.emplace_back(name);
    text_.clear();
    if (path_.size() == 1) return name == "Root" ? nullptr : "the top is not \"Root\"";
    if (is_at({"Root", "Transcode", "Encodes"}))
      return std::exchange(has_encodes_, true) ? "\"Encodes\" is there twice" : nullptr;
    if (!is_at({"Root", "Transcode", "Encodes", "Encode"})) return nullptr;
    if (plan_.streams.size() >= kMostPlannedStreams) return "too many streams";
    draft_.emplace();
    return nullptr;
  }

  const char *text(std::string_view more) {
    if (!draft_) return nullptr;
    if (text_.size() + more.size() > kLongestText) return "a text is too long";
    text_.append(more);
    return nullptr;
  }

  const char *end() {
    const char *wrong = nullptr;
    if (draft_) {
      const bool is_over = path_.size() == kEncodeDepth;
      wrong = is_over ? finish() : take(below_encode(), trimmed(text_));
      if (is_over) draft_.reset();
    }
    path_.pop_back();
    text_.clear();
    return wrong;
  }

  base::Result<TranscodePlan> result() && {
    if (!has_encodes_) return fail(ErrorCode::kInvalid, "\"Encodes\" is missing");
    if (plan_.streams.empty()) return fail(ErrorCode::kInvalid, "no stream is asked for");
    return std::move(plan_);
  }

 private:
  static constexpr size_t kEncodeDepth = 4;

  [[nodiscard]] bool is_at(std::initializer_list<std::string_view> path) const {
    return std::equal(path_.begin(), path_.end(), path.begin(), path.end());
  }

  [[nodiscard]] std::string below_encode() const {
    std::string path;
    for (size_t i = kEncodeDepth; i < path_.size(); ++i)
      path += (path.empty() ? "" : "/") + path_[i];
    return path;
  }

  const char *take(const std::string &path, std::string_view text) {
    PlannedStream &stream = draft_->stream;
    const auto rate = [&](int64_t &into) -> const char * {
      const auto value = number(text);
      if (!value) return "a number was needed";
      into = static_cast<int64_t>(*value);
      return nullptr;
    };
    const char *wrong = nullptr;
    if (path == "Enable") {
      if (text != "true" && text != "false") return "\"Enable\" is neither true nor false";
      draft_->is_enabled = text == "true";
    } else if (path == "Name") {
      stream.name = text;
    } else if (path == "StreamName") {
      draft_->stream_name = text;
    } else if (path == "Video/Codec") {
      draft_->video_codec = text;
    } else if (path == "Audio/Codec") {
      draft_->audio_codec = text;
    } else if (path == "Video/Bitrate") {
      wrong = rate(stream.video_bitrate);
    } else if (path == "Audio/Bitrate") {
      wrong = rate(stream.audio_bitrate);
    } else if (path == "Video/FrameSize/Width") {
      wrong = rate(stream.width);
    } else if (path == "Video/FrameSize/Height") {
      wrong = rate(stream.height);
    } else {
      return nullptr;
    }
    return draft_->seen.insert(path).second ? wrong : "an element is there twice";
  }

  const char *finish() {
    if (!draft_->is_enabled) return nullptr;
    PlannedStream &stream = draft_->stream;
    std::string_view name = draft_->stream_name;
    if (!name.starts_with(prefix_)) return "a stream is of another entry";
    const auto id = number(name.substr(prefix_.size()));
    if (!id || *id == 0) return "the name of a stream ends in no flavor";
    stream.flavor = static_cast<uint32_t>(*id);
    if (draft_->video_codec.empty() || draft_->audio_codec.empty()) return "a codec is missing";
    using Picture = PlannedStream::Picture;
    stream.picture = draft_->video_codec == "PassThru"  ? Picture::kPassed
                     : draft_->video_codec == "Disable" ? Picture::kNone
                                                        : Picture::kEncoded;
    stream.encodes_sound = draft_->audio_codec != "PassThru" && draft_->audio_codec != "Disable";
    for (const PlannedStream &other : plan_.streams) {
      if (other.flavor == stream.flavor) return "a flavor is there twice";
    }
    plan_.streams.push_back(std::move(stream));
    return nullptr;
  }

  const std::string prefix_;
  std::vector<std::string> path_;
  std::string text_;
  bool has_encodes_ = false;
  std::optional<Draft> draft_;  // while inside an Encode
  TranscodePlan plan_;
};

/// What GMarkup's callbacks are given. They never tell GLib of an error: it may set another one
/// over it, and lose that. After the first nothing is looked at any more.
struct Reading {
  Reader reader;
  const char *wrong = nullptr;
};

template <typename Step>
void go_on(gpointer data, const Step &step) {
  auto &reading = *static_cast<Reading *>(data);
  if (reading.wrong == nullptr) reading.wrong = step(reading.reader);
}

void on_begin(GMarkupParseContext *, const gchar *name, const gchar **attributes, const gchar **,
              gpointer data, GError **) {
  go_on(data, [&](Reader &reader) { return reader.begin(name, attributes[0] != nullptr); });
}

void on_end(GMarkupParseContext *, const gchar *, gpointer data, GError **) {
  go_on(data, [](Reader &reader) { return reader.end(); });
}

void on_text(GMarkupParseContext *, const gchar *text, gsize size, gpointer data, GError **) {
  go_on(data, [&](Reader &reader) { return reader.text({text, size}); });
}

// The XML declaration and comments; document types and sections of raw text are not to be here.
void on_other(GMarkupParseContext *, const gchar *text, gsize size, gpointer data, GError **) {
  go_on(data, [given = std::string_view(text, size)](Reader &) -> const char * {
    if (given.starts_with("<?xml ") || given.starts_with("<!--")) return nullptr;
    return "a document type or instruction";
  });
}

}  // namespace

const PlannedStream *TranscodePlan::ingest() const {
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [](const PlannedStream &each) { return each.is_ingest(); });
  return found != streams.end() ? &*found : nullptr;
}

base::Result<TranscodePlan> read_transcode_template(std::string_view xml, std::string_view entry) {
  if (xml.size() > kLargestTemplate) return fail(ErrorCode::kInvalid, "it is too large");
  constexpr GMarkupParser kParser = {on_begin, on_end, on_text, on_other, nullptr};
  Reading reading{Reader(entry)};
  const std::unique_ptr<GMarkupParseContext, decltype(&g_markup_parse_context_unref)> context(
      g_markup_parse_context_new(&kParser, G_MARKUP_DEFAULT_FLAGS, &reading, nullptr),
      &g_markup_parse_context_unref);
  // GLib's own words quote the text, so nobody wants them.
  const bool is_xml = g_markup_parse_context_parse(context.get(), xml.data(),
                                                   static_cast<gssize>(xml.size()), nullptr) &&
                      g_markup_parse_context_end_parse(context.get(), nullptr);
  if (reading.wrong != nullptr) return fail(ErrorCode::kInvalid, reading.wrong);
  if (!is_xml) return fail(ErrorCode::kInvalid, "it is no XML");
  return std::move(reading.reader).result();
}

}  // namespace klive::kaltura
