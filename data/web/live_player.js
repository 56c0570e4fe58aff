// SPDX-License-Identifier: LGPL-2.1-or-later
// LivePlayer: one entry in one video element, on air or not. Knows shaka-player; draws nothing.
//
//   off air ── master.m3u8 answers ──► loading ──► playing ◄──► waiting (nothing comes)
//      ▲                                │  ▲          │            │
//      │                                │  └──────────┴────────────┤ lost its way
//      └────────────────────────────────┴──────────────────────────┘ ended, failed
/* global shaka */
import {dropDiscontinuities, keepOffsetSteady} from './shaka_repairs.js';

const kPollEvery = 2000; // ms
const kPollSoon = 500; // ms, in the first seconds: who opens the page now mostly does so because it begins now
const kSoon = 15000; // ms
const kLookEvery = 500; // ms
const kWaitingAfter = 4000; // ms without progress before it is said
const kLately = 20000; // ms
const kMore = 3; // seconds that are listed behind the picture: there is more to play
const kLeast = 0.1; // seconds; less than this at the end of what is buffered may never be played

/** Emits "state" (offAir, loading, playing, waiting, unsupported) and "tracks". */
export class LivePlayer extends EventTarget {
  constructor(video, entry, format) {
    super();
    this.video = video;
    this.base = `/live/${encodeURIComponent(entry)}/`;
    this.manifest = this.base + (format === 'dash' ? 'manifest.mpd' : 'master.m3u8');
    this.state = '';
    this.player = null;
    this.timeline = null; // Shaka's, of what was loaded last
    this.pollTimer = 0;
    this.offAirSince = 0;
    this.hasSought = false; // since the load
    this.playsParts = false;
    this.failedAt = -Infinity; // when something was not to be had that Shaka wanted
    this.startAt = null; // Date of the picture to begin with, where that is not the live edge
    this.lastTime = 0;
    this.lastProgress = 0;
    this.lastFine = 0; // when it last played, or there was nothing to play
    video.addEventListener('ended', () => this.goOffAir());
    video.addEventListener('seeking', () => { this.hasSought = true; });
    video.addEventListener('playing', () => {
      this.watchProgress();
      this.confirmStart();
    });
    setInterval(() => this.watchProgress(), kLookEvery);
  }

  async start() {
    shaka.polyfill.installAll();
    if (!shaka.Player.isBrowserSupported()) {
      this.setState('unsupported');
      return;
    }
    keepOffsetSteady();
    this.offAirSince = performance.now();
    this.player = new shaka.Player();
    dropDiscontinuities(this.player);
    await this.player.attach(this.video);
    this.player.addEventListener('error', (event) => this.onError(event.detail));
    for (const name of ['trackschanged', 'adaptation', 'variantchanged', 'audiotrackchanged']) {
      this.player.addEventListener(name, () => this.dispatchEvent(new Event('tracks')));
    }
    this.poll();
  }

  setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  // Whether it is on air is asked of the small multivariant playlist, whatever is played.
  async poll() {
    clearTimeout(this.pollTimer);
    let latency = null;
    let dvrWindow = NaN;
    try {
      const answer = await fetch(this.base + 'master.m3u8', {method: 'HEAD', cache: 'no-store'});
      if (answer.ok) {
        latency = answer.headers.get('Klive-Latency') || 'normal';
        dvrWindow = Number(answer.headers.get('Klive-Window') || NaN);
      }
    } catch {
      // The server is away; that is off air too.
    }
    if (latency) {
      // Of a broadcast that just begins parts are played: whole segments would soon make its viewers wait. They
      // still would when that is begun anew.
      const isHls = this.manifest.endsWith('.m3u8');
      const goesOn = this.startAt !== null && this.playsParts;
      await this.load(latency === 'low' || (isHls && (latency === 'starting' || goesOn)), dvrWindow);
    } else {
      this.startAt = null;
      this.setState('offAir');
      this.pollLater();
    }
  }

  pollLater() {
    clearTimeout(this.pollTimer);
    const isSoon = performance.now() - this.offAirSince < kSoon;
    this.pollTimer = setTimeout(() => this.poll(), isSoon ? kPollSoon : kPollEvery);
  }

  async load(lowLatency, dvrWindow) {
    this.setState('loading');
    this.player.resetConfiguration();
    this.player.configure({
      manifest: {
        // Shaka would keep the window as long as the HLS playlist was when the page was opened.
        availabilityWindowOverride: dvrWindow,
        // The entry may pause and come back: go on asking.
        retryParameters: {maxAttempts: 6, baseDelay: 500, backoffFactor: 1.5, timeout: 20000},
        raiseFatalErrorOnManifestUpdateRequestFailure: false,
      },
      streaming: {
        lowLatencyMode: lowLatency,
        bufferingGoal: lowLatency ? 6 : 20,
        rebufferingGoal: lowLatency ? 0.2 : 0.5,
        bufferBehind: 60,
        safeSeekOffset: 2, // segments stay fetchable a while after they left the window
        retryParameters: {maxAttempts: 4, baseDelay: 300, timeout: 20000},
      },
      abr: {defaultBandwidthEstimate: 4e6},
    });
    this.playsParts = lowLatency;
    this.hasSought = false;
    this.failedAt = -Infinity;
    try {
      await this.player.load(this.manifest, this.startAt);
    } catch (error) {
      this.onError(error);
      return;
    }
    this.startAt = null;
    this.timeline = this.player.getManifest()?.presentationTimeline;
    this.dispatchEvent(new Event('tracks'));
    try {
      await this.video.play();
    } catch {
      // The browser wants a click; the button is there.
    }
    this.lastProgress = this.lastFine = performance.now();
    if (this.state === 'loading') this.setState('playing');
    if (!this.video.paused) this.confirmStart();
  }

  // Shaka waits for its first seek, to where it starts, before it follows the clock of the video. A browser
  // ignores a seek while it has nothing seekable; and where a broadcast begins next to zero it plays from there
  // by itself. That seek then never comes, and Shaka would load one buffer and no more.
  confirmStart() {
    if (!this.isLoaded || this.hasSought) return;
    this.keepWithinRange();
    this.video.currentTime += 0.001;
  }

  onError(error) {
    if (error && error.code === shaka.util.Error.Code.LOAD_INTERRUPTED) return;
    if (error && error.severity === shaka.util.Error.Severity.RECOVERABLE) return;
    if (this.isLoaded && error && error.category === shaka.util.Error.Category.NETWORK) {
      // Shaka asks again by itself, and what is loaded is still to be played. A part that was announced never
      // comes when its worker dies.
      this.failedAt = performance.now();
      return;
    }
    console.warn('playback failed', error?.code ?? error, error?.data);
    this.goOffAir();
  }

  async goOffAir() {
    this.setState('offAir');
    this.offAirSince = performance.now();
    await this.player.unload();
    this.pollLater();
  }

  // The clock of the video says more than its events: it stands still when nothing comes, whatever
  // the player believes of its buffer.
  watchProgress() {
    if (!this.isLoaded) return;
    this.keepWithinRange();
    const now = performance.now();
    const {currentTime, paused} = this.video;
    const isFine = paused || currentTime !== this.lastTime;
    this.lastTime = currentTime;
    if (isFine) this.lastProgress = now;
    if (isFine || !this.hasMore) this.lastFine = now;
    if (isFine) this.setState('playing');
    else if (now - this.lastFine > kWaitingAfter && this.mayBeLost(now)) this.beginAnew();
    else if (now - this.lastProgress > kWaitingAfter) this.setState('waiting');
  }

  /** More is listed behind the picture. */
  get hasMore() {
    return Boolean(this.timeline) && this.timeline.getMaxSegmentEndTime() > this.video.currentTime + kMore;
  }

  // Shaka may load nothing more after something was not to be had, or when a segment of which it knows some parts ends
  // with those and their lines are gone (the service was started again). Of whole segments one alone may take as long
  // on a slow line, and nothing be wrong.
  mayBeLost(now) {
    return this.playsParts || now - this.failedAt < kLately;
  }

  async beginAnew() {
    this.startAt = this.player.getPlayheadTimeAsDate();
    this.setState('loading');
    await this.player.unload();
    this.poll();
  }

  // A broadcast that has just begun is played nearer to its live edge than the manifest asks for: there
  // is nothing older yet. Shaka would then have the viewer beyond the end of its seek range for good: it
  // jumps no hole there, undoes every seek, and the bar ends before the picture. So the range's end comes
  // along, before a hole to what is behind it: less delay, and where Shaka reckons the edge itself too
  // early (it takes the length of the longest segment off, and the first ones are short), an earlier
  // availability.
  keepWithinRange() {
    const {timeline} = this;
    if (!timeline || !this.player.isLive()) return;
    const beyond = this.nextTime - timeline.getSeekRangeEnd();
    if (beyond <= 0) return;
    const delay = Math.max(0, timeline.getDelay() - beyond);
    const rest = beyond - (timeline.getDelay() - delay);
    timeline.setDelay(delay);
    if (rest > 0) timeline.setAvailabilityTimeOffset(timeline.getAvailabilityTimeOffset() + rest);
  }

  /** Where the picture is, or where it goes on when it has come to a hole. */
  get nextTime() {
    const {buffered, currentTime} = this.video;
    for (let k = 0; k < buffered.length; ++k) {
      const start = Math.max(buffered.start(k), currentTime);
      if (start + kLeast < buffered.end(k)) return start === currentTime ? start : start + kLeast;
    }
    return currentTime;
  }

  get isLoaded() {
    return this.state === 'playing' || this.state === 'waiting';
  }

  /** {start, end}: what can be played; end is the live edge. */
  get range() {
    return this.isLoaded ? this.player.seekRange() : {start: 0, end: 0};
  }

  /** Seconds behind the live edge. */
  get behind() {
    return Math.max(0, this.range.end - this.video.currentTime);
  }

  seek(time) {
    const {start, end} = this.range;
    this.video.currentTime = Math.min(Math.max(time, start), end);
  }

  goLive() {
    if (!this.isLoaded) return;
    this.seek(this.range.end);
    this.video.play().catch(() => {});
  }

  togglePlay() {
    if (!this.isLoaded) return;
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  /** [{label, isActive, select}], the first is the automatic choice. Empty: nothing to choose. */
  qualities() {
    if (!this.isLoaded) return [];
    const tracks = this.player.getVariantTracks();
    const active = tracks.find((track) => track.active) || tracks[0];
    const byHeight = new Map();
    for (const track of tracks) {
      if (track.height && active && track.language === active.language) {
        const known = byHeight.get(track.height);
        if (!known || known.bandwidth < track.bandwidth) byHeight.set(track.height, track);
      }
    }
    if (byHeight.size < 2) return [];
    const isAuto = this.player.getConfiguration().abr.enabled;
    const choices = [...byHeight.values()].sort((a, b) => b.height - a.height).map((track) => ({
      label: `${track.height}p`,
      isActive: !isAuto && track.active,
      select: () => {
        this.player.configure('abr.enabled', false);
        this.player.selectVariantTrack(track, true);
      },
    }));
    const current = isAuto && active && active.height ? ` (${active.height}p)` : '';
    return [{
      label: `Auto${current}`,
      isActive: isAuto,
      select: () => this.player.configure('abr.enabled', true),
    }, ...choices];
  }

  /** [{label, isActive, select}]. Empty: nothing to choose. */
  audios() {
    if (!this.isLoaded) return [];
    const tracks = this.player.getAudioTracks();
    if (tracks.length < 2) return [];
    return tracks.map((track) => ({
      label: track.label || languageName(track.language),
      isActive: track.active,
      select: () => this.player.selectAudioTrack(track),
    }));
  }
}

function languageName(code) {
  if (!code || code === 'und') return 'Sound';
  try {
    return new Intl.DisplayNames(undefined, {type: 'language'}).of(code) || code;
  } catch {
    return code;
  }
}
