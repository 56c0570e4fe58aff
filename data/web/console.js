// SPDX-License-Identifier: LGPL-2.1-or-later
// The console page: opens an entry and says how the server does.

const state = document.getElementById('state');

async function showState() {
  let text = 'It does not answer.';
  try {
    const answer = await fetch('/readyz', {cache: 'no-store'});
    text = answer.ok ? 'It takes streams.' : 'It is not ready yet.';
  } catch {
    // Said above.
  }
  if (state.textContent !== text) state.textContent = text;
}

document.getElementById('open').addEventListener('submit', (event) => {
  event.preventDefault();
  const entry = new FormData(event.target).get('entry').trim();
  location.assign(`/watch/${encodeURIComponent(entry)}`);
});
showState();
setInterval(showState, 5000);
