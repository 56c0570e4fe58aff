// SPDX-License-Identifier: LGPL-2.1-or-later
// klive's own service klive_encoder: what to put into an encoder.
#include <array>
#include <string>

#include "api/actions.h"
#include "api/entry_object.h"
#include "api/fields.h"
#include "api/objects.h"
#include "api/publish_urls.h"
#include "kaltura/encoder_settings.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::EncodedQuality;
using kaltura::make_api_error;
using kaltura::Value;

constexpr EncodedQuality kUsual{.bitrate = 2'000'000, .width = 1280, .height = 720};
constexpr int64_t kKilobit = 1000;
constexpr size_t kMostQualities = 8;

/// Of what one side says of the size the other follows, at 16:9, in even numbers.
void fill_size(EncodedQuality &quality) {
  if (quality.width <= 0 && quality.height <= 0) quality.height = kUsual.height;
  if (quality.width <= 0) quality.width = quality.height * 16 / 9 / 2 * 2;
  if (quality.height <= 0) quality.height = quality.width * 9 / 16 / 2 * 2;
}

/// What the entry says is sent (kbit/s); else one stream, which is what most do.
std::vector<EncodedQuality> qualities_of(const Entry &entry) {
  std::vector<EncodedQuality> qualities;
  const Value *bitrates = entry.more.find("bitrates");
  if (bitrates != nullptr && bitrates->is_array()) {
    for (const Value &each : *bitrates->array()) {
      EncodedQuality quality{.bitrate = each.integer_of("bitrate") * kKilobit,
                             .width = each.integer_of("width"),
                             .height = each.integer_of("height")};
      if (quality.bitrate <= 0 || qualities.size() == kMostQualities) continue;
      fill_size(quality);
      qualities.push_back(quality);
    }
  }
  if (qualities.empty()) qualities.push_back(kUsual);
  return qualities;
}

ActionResult serve(const Call &call) {
  auto found = find_entry(call, call.text("entryId"));
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const Entry &entry = *std::get_if<Entry>(&found);
  const ApiSettings &settings = call.parts.settings;
  const auto url = [&](kaltura::Side side) {
    return publish_url(settings, call.http.host, entry.partner, entry, side);
  };
  auto made =
      kaltura::encoder_settings(call.text("encoder"), {.entry = entry.id,
                                                       .name = entry.name,
                                                       .primary_url = url(kaltura::Side::kPrimary),
                                                       .backup_url = url(kaltura::Side::kBackup),
                                                       .qualities = qualities_of(entry)});
  if (!made) return make_api_error("INVALID_PARAMETER_VALUE", {"encoder", made.error().message});
  return FileAnswer{std::move(made->content_type), std::move(made->text)};
}

constexpr Parameter kServe[] = {
    required(text_field("entryId")),
    optional(text_field("encoder").bounded(0, 16), "fmle"),
};

constexpr std::array kActions = {
    Action{"klive_encoder", "serve", Allowed::kEditor, kServe, "file", serve},
};

}  // namespace

std::span<const Action> encoder_actions() { return kActions; }

}  // namespace klive::app::api
