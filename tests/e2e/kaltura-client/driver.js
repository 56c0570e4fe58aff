// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls an API with Kaltura's own client library: one JSON object a line in, one a line out.
//   {"ks": …, "calls": [{"service": "liveStream", "action": "get", "args": ["1_…"]}], "multi": false}
// Objects of arguments carry objectType; the answer is {"ok": …} or {"error": …} for each line.
const readline = require('readline');

const kaltura = require(process.argv[2] + '/kaltura-client');

const config = new kaltura.Configuration();
config.serviceUrl = process.argv[3];
config.setLogger({ log() {}, error() {}, debug() {} });
const client = new kaltura.Client(config);

// The library's own names for what JavaScript has words for.
const RENAMED = { list: 'listAction', delete: 'deleteAction', clone: 'cloneAction' };

function typed(value) {
  if (Array.isArray(value)) return value.map(typed);
  if (value === null || typeof value !== 'object') return value;
  const members = {};
  for (const name of Object.keys(value)) {
    if (name !== 'objectType') members[name] = typed(value[name]);
  }
  if (!value.objectType) return members;
  const made = new kaltura.objects[value.objectType.replace(/^Kaltura/, '')](members);
  return made;
}

function request({ service, action, args }) {
  return kaltura.services[service][RENAMED[action] || action](...args.map(typed));
}

async function answer(line) {
  const { ks, calls, multi } = JSON.parse(line);
  if (ks) client.setKs(ks);
  else delete client.requestData.ks;
  try {
    if (!multi) return { ok: await request(calls[0]).execute(client) };
    const batch = client.startMultiRequest();
    for (const call of calls) batch.add(request(call));
    if (ks) batch.setKs(ks);
    return { ok: await batch.execute(client) };
  } catch (error) {
    return error && error.code && error.message && !error.stack ? { ok: error } : { error: String(error && error.stack || error) };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(line)) + '\n');
  }
})();
