// SPDX-License-Identifier: LGPL-2.1-or-later
// Controls: what is seen of a LivePlayer, and the keys that work it.

const kHideAfter = 3000; // ms without a movement
const kStep = 10; // seconds of an arrow key
// So far behind still counts as live: the player keeps its distance from the edge.
const kLiveWithin = 4; // seconds

const kIcons = {
  play: 'M8 5v14l11-7z',
  pause: 'M6 5h4v14H6zM14 5h4v14h-4z',
  sound: 'M4 9v6h4l5 5V4L8 9zM16 8.5a5 5 0 0 1 0 7M18.5 6a8.5 8.5 0 0 1 0 12',
  silent: 'M4 9v6h4l5 5V4L8 9zM16 9l6 6M22 9l-6 6',
  full: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
};
const kOutlined = new Set(['sound', 'silent', 'full']);

function make(tag, className, attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  if (kOutlined.has(name)) svg.classList.add('outlined');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', kIcons[name]);
  svg.append(path);
  return svg;
}

/** "1:02:03", "2:03" */
function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

function spoken(behind) {
  return behind < kLiveWithin ? 'live' : `${clock(behind)} behind live`;
}

export class Controls {
  /** Fills `root` with the video and its controls. */
  constructor(root, title) {
    this.root = root;
    this.title = title;
    this.isDragging = false;
    this.hideTimer = 0;
    root.classList.add('player');
    root.tabIndex = -1;
    this.video = make('video', '', {playsinline: '', 'aria-label': title});
    this.video.muted = true;
    this.message = make('div', 'message', {role: 'status', 'aria-live': 'polite'});
    this.unmute = this.button('unmute', 'Sound on', () => this.setMuted(false));
    this.unmute.append(icon('silent'), make('span'));
    this.unmute.lastChild.textContent = 'Sound on';
    this.unmute.hidden = true;
    root.append(this.video, this.message, this.unmute, this.makeBar());
  }

  makeBar() {
    this.bar = make('div', 'bar');
    this.slider = make('input', 'dvr', {
      type: 'range', min: '0', max: '0', step: '0.1', value: '0', 'aria-label': 'Position in the window',
    });
    this.hint = make('output', 'hint', {'aria-hidden': 'true'});
    this.play = this.button('', 'Play', () => this.live.togglePlay());
    this.liveButton = this.button('live', 'Go to the live edge', () => this.live.goLive());
    this.liveButton.append(make('i'), document.createTextNode('LIVE'));
    this.behind = make('span', 'behind');
    this.mute = this.button('', 'Sound', () => this.setMuted(!this.video.muted));
    this.volume = make('input', 'volume', {
      type: 'range', min: '0', max: '1', step: '0.05', value: '1', 'aria-label': 'Volume',
    });
    this.audio = make('select', 'menu', {'aria-label': 'Audio'});
    this.quality = make('select', 'menu', {'aria-label': 'Quality'});
    this.full = this.button('', 'Full screen', () => this.toggleFull());
    this.full.append(icon('full'));
    const row = make('div', 'row');
    row.append(this.play, this.liveButton, this.behind, make('span', 'space'), this.audio, this.quality, this.mute,
        this.volume, this.full);
    const track = make('div', 'track');
    track.append(this.slider, this.hint);
    this.bar.append(track, row);
    return this.bar;
  }

  button(className, label, action) {
    const button = make('button', className, {type: 'button', 'aria-label': label, title: label});
    button.addEventListener('click', action);
    return button;
  }

  /** Shows `live` from now on. */
  connect(live) {
    this.live = live;
    live.addEventListener('state', () => this.showState());
    live.addEventListener('tracks', () => this.showMenus());
    const {video} = this;
    for (const name of ['play', 'pause']) video.addEventListener(name, () => this.showPlay());
    for (const name of ['timeupdate', 'progress', 'seeked']) video.addEventListener(name, () => this.showTime());
    video.addEventListener('volumechange', () => this.showVolume());
    video.addEventListener('click', () => live.togglePlay());
    // Also while it is paused the window moves on.
    setInterval(() => this.showTime(), 1000);
    this.listenToSlider();
    this.volume.addEventListener('input', () => {
      video.volume = Number(this.volume.value);
      this.setMuted(video.volume === 0);
    });
    for (const name of ['pointermove', 'pointerdown', 'focusin', 'keydown']) {
      this.root.addEventListener(name, () => this.showBar());
    }
    document.addEventListener('keydown', (event) => this.onKey(event));
    this.showState();
    this.showPlay();
    this.showVolume();
    this.showMenus();
  }

  listenToSlider() {
    const {slider} = this;
    slider.addEventListener('input', () => {
      this.isDragging = true;
      this.showHint(Number(slider.value));
    });
    slider.addEventListener('change', () => {
      this.isDragging = false;
      this.hint.textContent = '';
      this.live.seek(Number(slider.value));
    });
    slider.addEventListener('pointermove', (event) => {
      if (this.isDragging) return;
      const {left, width} = slider.getBoundingClientRect();
      const part = Math.min(1, Math.max(0, (event.clientX - left) / width));
      this.showHint(Number(slider.min) + part * (Number(slider.max) - Number(slider.min)));
    });
    slider.addEventListener('pointerleave', () => {
      if (!this.isDragging) this.hint.textContent = '';
    });
  }

  showHint(time) {
    const {start, end} = this.live.range;
    if (end <= start) return;
    this.hint.textContent = end - time < kLiveWithin ? 'live' : `−${clock(end - time)}`;
    this.hint.style.left = `${(100 * (time - start)) / (end - start)}%`;
  }

  setMuted(isMuted) {
    this.video.muted = isMuted;
    if (!isMuted && this.video.volume === 0) this.video.volume = 0.5;
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.root.requestFullscreen) this.root.requestFullscreen().catch(() => {});
    else if (this.video.webkitEnterFullscreen) this.video.webkitEnterFullscreen(); // iPhone
  }

  showState() {
    const {state} = this.live;
    const texts = {
      offAir: `${this.title} is off air. It starts here by itself.`,
      waiting: 'Waiting for the encoder…',
      unsupported: 'This browser cannot play live video.',
    };
    this.message.textContent = texts[state] || '';
    this.root.dataset.state = state;
    const isLoaded = this.live.isLoaded;
    this.bar.inert = !isLoaded;
    this.showMenus();
    this.showTime();
    this.showVolume();
    this.showBar();
  }

  showPlay() {
    const {paused} = this.video;
    this.play.replaceChildren(icon(paused ? 'play' : 'pause'));
    this.play.setAttribute('aria-label', paused ? 'Play' : 'Pause');
    this.play.title = paused ? 'Play' : 'Pause';
    this.showBar();
  }

  showTime() {
    const {start, end} = this.live.range;
    const {slider} = this;
    const isSeekable = end - start > 1;
    const time = Math.min(Math.max(this.video.currentTime, start), end);
    const behind = this.live.behind;
    if (!this.isDragging) {
      slider.min = String(start);
      slider.max = String(end);
      slider.value = String(time);
      slider.style.setProperty('--played', `${isSeekable ? (100 * (time - start)) / (end - start) : 100}%`);
    }
    slider.disabled = !isSeekable;
    slider.setAttribute('aria-valuetext', spoken(behind));
    const isLive = this.live.isLoaded && behind < kLiveWithin;
    this.root.classList.toggle('at-live', isLive);
    this.behind.textContent = this.live.isLoaded && !isLive ? `−${clock(behind)}` : '';
  }

  showVolume() {
    const {muted, volume} = this.video;
    this.mute.replaceChildren(icon(muted ? 'silent' : 'sound'));
    this.mute.setAttribute('aria-label', muted ? 'Sound on' : 'Sound off');
    this.mute.title = muted ? 'Sound on' : 'Sound off';
    this.volume.value = String(muted ? 0 : volume);
    this.unmute.hidden = !muted || !this.live.isLoaded;
  }

  showMenus() {
    this.fillMenu(this.quality, this.live.qualities());
    this.fillMenu(this.audio, this.live.audios());
  }

  fillMenu(menu, choices) {
    menu.hidden = choices.length < 2;
    menu.replaceChildren(...choices.map((choice) => {
      const option = make('option');
      option.textContent = choice.label;
      option.selected = choice.isActive;
      return option;
    }));
    menu.onchange = () => choices[menu.selectedIndex]?.select();
  }

  showBar() {
    clearTimeout(this.hideTimer);
    this.root.classList.remove('quiet');
    this.hideTimer = setTimeout(() => {
      const isUsed = this.video.paused || this.isDragging || this.bar.matches(':focus-within, :hover');
      if (!isUsed && this.live.isLoaded) this.root.classList.add('quiet');
    }, kHideAfter);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target.matches('select, input:not([type=range]), textarea')) return;
    if (target === this.volume && event.key.startsWith('Arrow')) return;
    // Space presses the button that has the focus.
    if (event.key === ' ' && target.matches('button, a')) return;
    const {video, live} = this;
    const actions = {
      ' ': () => live.togglePlay(),
      k: () => live.togglePlay(),
      ArrowLeft: () => live.seek(video.currentTime - kStep),
      ArrowRight: () => live.seek(video.currentTime + kStep),
      ArrowUp: () => this.changeVolume(0.1),
      ArrowDown: () => this.changeVolume(-0.1),
      l: () => live.goLive(),
      m: () => this.setMuted(!video.muted),
      f: () => this.toggleFull(),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    if (live.isLoaded) action();
    this.showBar();
  }

  changeVolume(by) {
    const volume = this.video.muted ? 0 : this.video.volume;
    this.video.volume = Math.min(1, Math.max(0, volume + by));
    this.video.muted = this.video.volume === 0;
  }
}
