// SPDX-License-Identifier: LGPL-2.1-or-later
// The stream id of an SRT caller. How it is spelled (T is the token):
//
//   #:::e=E,st=0,p=T                        what the API hands out
//   #:::e=E,st=1,ep=X                       the same for an entry with a passphrase
//   e=E,st=0,p=T                            a shell or a URL parser ate what follows a '#'
//   %23:::e=E,st=0,p=T  %23%3A%3A%3Ae%3DE…  an encoder that hands on what stood in the URL
//   #:::name=E,type=p,token=T,index=1       an older dialect; type is p or b, index the stream
#include "kaltura/srt_stream_id.h"

#include <algorithm>

#include "address_fields.h"
#include "percent.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

constexpr size_t kMaxText = 512;                            // of SRTO_STREAMID
constexpr size_t kMinPassphrase = 10, kMaxPassphrase = 79;  // of SRTO_PASSPHRASE
constexpr std::string_view kHeader = "#:::";
constexpr std::string_view kExample = "#:::e=ENTRY,st=0,p=TOKEN";

base::Failure refuse(std::string reason) {
  return fail(ErrorCode::kInvalid,
              std::move(reason) + " Type the stream id " + std::string(kExample) + ".");
}

bool is_passphrase(std::string_view text) {
  return text.size() >= kMinPassphrase && text.size() <= kMaxPassphrase && is_token(text);
}

/// Whether it stands as in a URL: with its '#' or all of its '=' escaped.
bool is_escaped(std::string_view text) {
  return text.starts_with("%23") || text.find('=') == std::string_view::npos;
}

/// Collects the pairs; of several with one key the last counts, as in a URL.
class Collector {
 public:
  Result<void> take(std::string_view key, std::string_view value) {
    if (value.empty()) return {};
    if (key == "e" || key == "name") return take_entry(key, value);
    if (key == "st") return take_side(value, "0", "1", key);
    if (key == "type") return take_side(value, "p", "b", key);
    if (key == "p" || key == "token") return take_token(key, value);
    if (key == "index") return take_index(value);
    if (key == "ep") encrypted_ = value;
    return {};
  }

  Result<SrtStreamId> finish(const SrtPassKeys &keys) && {
    if (found_.entry.empty()) return refuse("Missing argument: entryId.");
    if (!found_.token.empty() && !encrypted_.empty()) {
      return refuse("Invalid argument: token. p= and ep= are both there; one of them counts.");
    }
    if (found_.token.empty() && encrypted_.empty()) return refuse("Missing argument: token.");
    if (encrypted_.empty()) return std::move(found_);

    auto passphrase = decrypt_srt_pass(encrypted_, keys);
    if (!passphrase || !is_passphrase(*passphrase)) {
      return fail(ErrorCode::kRefused,
                  "Invalid argument: passphrase. ep= is no passphrase that was encrypted with the "
                  "keys of this server. Take the stream id anew from the entry.");
    }
    found_.token = std::move(encrypted_);
    found_.passphrase = *std::move(passphrase);
    return std::move(found_);
  }

 private:
  Result<void> take_entry(std::string_view key, std::string_view value) {
    const auto entry = entry_id_of(value);
    if (!entry) return refuse_entry(key);
    const std::string from = std::string(key) + "=";
    if (!found_.entry.empty() && found_.entry != *entry) {
      return refuse_two_entries(entry_from_, found_.entry, from, *entry);
    }
    found_.entry = *entry;
    entry_from_ = from;
    return {};
  }

  Result<void> take_side(std::string_view value, std::string_view primary, std::string_view backup,
                         std::string_view key) {
    if (value != primary && value != backup) {
      return fail(ErrorCode::kInvalid, "Invalid argument: server index. " + std::string(key) +
                                           "= must be " + std::string(primary) +
                                           " for the primary or " + std::string(backup) +
                                           " for the backup.");
    }
    found_.side = value == primary ? Side::kPrimary : Side::kBackup;
    return {};
  }

  Result<void> take_token(std::string_view key, std::string_view value) {
    if (!is_token(value)) return refuse_token(key);
    found_.token = value;
    return {};
  }

  Result<void> take_index(std::string_view value) {
    if (!is_stream_number(value)) {
      return fail(ErrorCode::kInvalid,
                  "Invalid argument: stream. index= must be the number of the stream, index=1.");
    }
    found_.stream_name = value;
    return {};
  }

  SrtStreamId found_;
  std::string entry_from_, encrypted_;
};

}  // namespace

Result<SrtStreamId> parse_srt_stream_id(std::string_view text, const SrtPassKeys &keys) {
  if (text.empty()) return refuse("There is no stream id.");
  if (text.size() > kMaxText) return refuse("The stream id is longer than 512 characters.");
  std::string plain(text);
  if (is_escaped(text)) {
    auto decoded = percent_decode(text, Plus::kIsPlus);
    if (!decoded) {
      return refuse("The stream id has a '%' without two hexadecimal digits behind it.");
    }
    plain = *std::move(decoded);
  }
  std::string_view pairs = plain;
  if (pairs.starts_with(kHeader)) {
    pairs.remove_prefix(kHeader.size());
  } else if (pairs.starts_with('#')) {
    return refuse("The stream id begins as none of Kaltura's.");
  }
  Collector collector;
  while (!pairs.empty()) {
    const auto [pair, rest] = split_at(pairs, ',');
    pairs = rest;
    const auto [key, value] = split_at(pair, '=');
    if (auto taken = collector.take(key, value); !taken) return fail(std::move(taken).error());
  }
  return std::move(collector).finish(keys);
}

}  // namespace klive::kaltura
