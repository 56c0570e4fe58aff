// SPDX-License-Identifier: LGPL-2.1-or-later
// SrtStreamId: what the stream id of an SRT caller says, all that there is before its handshake
// ends.
//
//   #:::e=1_abcd1234,st=0,p=TOKEN     in the clear: side 0 or 1, the entry's token
//   #:::e=1_abcd1234,st=0,ep=TEXT     encrypted: TEXT is the passphrase, sealed with keys that a
//                                     platform and its media servers share
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "kaltura/publish_address.h"
#include "kaltura/srt_pass.h"

namespace klive::kaltura {

/// Plain value. `token` and `passphrase` never go to a log.
struct SrtStreamId {
  std::string entry;  ///< "1_abcd1234"; checked
  Side side = Side::kPrimary;
  std::string token;       ///< as it came, "p=" or "ep=": `liveStream.authenticate` takes either
  std::string passphrase;  ///< 10 to 79 characters for the handshake; empty: not encrypted
  std::string stream_name = "1";
};

/// Complete, or refused with a sentence that repeats no secret. At most 512 bytes, as libsrt has
/// it. Fit for libsrt's listen callback: costs no more than decrypting what is there.
[[nodiscard]] base::Result<SrtStreamId> parse_srt_stream_id(std::string_view text,
                                                            const SrtPassKeys &keys);

}  // namespace klive::kaltura
