// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts the player of the page: /watch/<entry>, /embed/<entry>; ?format=dash plays DASH.
import {Controls} from './controls.js';
import {LivePlayer} from './live_player.js';

const root = document.getElementById('player');
const {entry, title} = root.dataset;
const format = new URLSearchParams(location.search).get('format');

const controls = new Controls(root, title);
const live = new LivePlayer(controls.video, entry, format);
controls.connect(live);
live.start();
