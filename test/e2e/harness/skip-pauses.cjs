'use strict';

// Loaded before an action that shares the time of an emulated world (`WorldTime`): tells when it only waits, and moves
// its clock on when the world's time moves. What is in `dist` stays as it is, and knows nothing of this.

const { syncBuiltinESMExports } = require('node:module');
const timers = require('node:timers/promises');

/** How often is looked whether there is something to do; twice nothing is a rest. */
const lookEvery = 3;
/** What does not matter for a rest: timers, and pipes to the one who started this. */
const ofNoConcern = new Set(['Timeout', 'Immediate', 'PipeWrap', 'TTYWrap']);

const monotonic = performance.now.bind(performance);
const realNow = Date.now;
const sleepers = new Set();
let ahead = Number(process.env['WORLD_AHEAD'] ?? 0);
// What is in `dist` sees the runner's environment, and nothing else.
delete process.env['WORLD_AHEAD'];
let seen = '';
let told = '';
let looksSoon = false;

const now = () => monotonic() + ahead;
performance.now = now;
Date.now = () => realNow() + ahead;

timers.setTimeout = (ms, value, { signal } = {}) =>
  new Promise((resolve, reject) => {
    const end = (settle, result) => {
      clearTimeout(sleeper.timer);
      signal?.removeEventListener('abort', rouse);
      sleepers.delete(sleeper);
      awake();
      settle(result);
    };
    const rouse = () => end(reject, signal.reason);
    const wake = () => end(resolve, value);
    const sleeper = { at: now() + ms, wake, timer: setTimeout(wake, ms) };
    if (signal?.aborted) return end(reject, signal.reason);
    signal?.addEventListener('abort', rouse);
    sleepers.add(sleeper);
    awake();
  });
syncBuiltinESMExports();

process.on('message', (moved) => {
  ahead = moved.ahead;
  for (const sleeper of sleepers) {
    clearTimeout(sleeper.timer);
    sleeper.timer = setTimeout(sleeper.wake, Math.max(0, sleeper.at - now()));
  }
});
process.channel.unref();

function awake() {
  seen = '';
  if (told !== '') tell('', null);
  lookSoon();
}

function lookSoon() {
  if (looksSoon) return;
  looksSoon = true;
  setTimeout(look, lookEvery).unref();
}

function look() {
  looksSoon = false;
  if (sleepers.size === 0) return;
  const resources = process.getActiveResourcesInfo().filter((name) => !ofNoConcern.has(name));
  const inFlight = resources.filter((name) => name === 'TCPSocketWrap').length;
  const wakesAt = Math.min(...Array.from(sleepers, ({ at }) => at));
  const state = resources.length === inFlight ? `${wakesAt} ${inFlight}` : '';
  if (state === seen && state !== told) tell(state, state && { wakesIn: wakesAt - now(), inFlight });
  seen = state;
  lookSoon();
}

function tell(state, rest) {
  told = state;
  // Nobody may be there any more to be told.
  if (process.connected) process.send({ rest: rest || null }, undefined, undefined, () => undefined);
}
