// SPDX-License-Identifier: LGPL-2.1-or-later
// What shaka-player 5.2 gets wrong about live media, mended from outside.
/* global shaka */

/**
 * Shaka adds a millisecond to every negative timestamp offset that it sets (its work-around for its issue 1281)
 * and takes that millisecond, read back, for a new offset: it aborts the source buffer before each append, and a
 * chunk that does not begin with a key frame is then lost. Reading back what was asked for ends that.
 */
export function keepOffsetSteady() {
  const offset = Object.getOwnPropertyDescriptor(globalThis.SourceBuffer?.prototype || {}, 'timestampOffset');
  if (!offset || !offset.configurable) return;
  Object.defineProperty(SourceBuffer.prototype, 'timestampOffset', {
    ...offset,
    get() {
      const value = offset.get.call(this);
      return value < 0 ? value - 0.001 : value;
    },
  });
}

/**
 * Behind a discontinuity, Shaka takes a hole of more than a second out of its times, of pictures and of sound each for
 * itself, and for the parts of the newest segment anew with each update: it then loads what is not behind the
 * picture. An entry's media times run on over every hole, and EXT-X-PROGRAM-DATE-TIME with them, so that
 * EXT-X-DISCONTINUITY tells Shaka nothing. Without it the hole stays, and is jumped like any other.
 */
export function dropDiscontinuities(player) {
  const {MANIFEST} = shaka.net.NetworkingEngine.RequestType;
  player.getNetworkingEngine().registerResponseFilter((type, response) => {
    if (type !== MANIFEST) return;
    const text = new TextDecoder().decode(response.data);
    response.data = new TextEncoder().encode(text.replaceAll('#EXT-X-DISCONTINUITY\n', '')).buffer;
  });
}
