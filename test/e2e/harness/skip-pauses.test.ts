import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Fault } from '../../emulator/faults.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { runAction } from './run-action.ts';

/** Runs a script as an action that shares the time of an emulator, and gives what it prints. */
async function runScript(script: string, ...faults: readonly Fault[]) {
  const emulator = await startEmulator();
  for (const fault of faults) emulator.faults.add(fault);
  try {
    return await runScriptIn(emulator, script);
  } finally {
    await emulator.close();
  }
}

async function runScriptIn(emulator: Emulator, script: string) {
  const root = mkdtempSync(join(tmpdir(), 'script-'));
  writeFileSync(
    join(root, 'action.yml'),
    'name: Test\ninputs: {}\nruns: { using: node24, main: main.mjs }\n',
  );
  writeFileSync(join(root, 'main.mjs'), script);
  try {
    const run = await runAction({
      root,
      action: '.',
      inputs: {},
      time: emulator.time,
      env: { API: emulator.url },
    });
    expect(run.stderr).toBe('');
    return run.log.trim().split('\n');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const prelude = `
  import { setTimeout as sleep } from 'node:timers/promises';
  const started = [performance.now(), Date.now()];
  const say = (what) => {
    const minutes = (performance.now() - started[0]) / 60_000;
    console.log(what, 'at', Math.floor(minutes), Math.floor((Date.now() - started[1]) / 6e4));
  };
  const get = (signal) => fetch(process.env.API + '/applications', { signal }).then((answer) => answer.status);
`;

test('pauses of a step take no time, and both of its clocks tell the same', async () => {
  const script = `${prelude}
    const short = sleep(20 * 60_000).then(() => say('short'));
    await sleep(60 * 60_000).then(() => say('long'));
    await short;
    await sleep(60_000, 'value').then(say);`;
  expect(await runScript(script)).toEqual(['short at 20 20', 'long at 60 60', 'value at 61 61']);
});

test('a step that joins later finds the time of the world as it is by then', async () => {
  const emulator = await startEmulator();
  await runScriptIn(emulator, `${prelude} await sleep(60 * 60_000);`);
  const begun = emulator.time.now();
  const [seen] = await runScriptIn(emulator, 'console.log(Date.now())');
  await emulator.close();
  expect(Number(seen)).toBeGreaterThanOrEqual(begun);
});

test('a pause that is cut short ends with the reason', async () => {
  const script = `${prelude}
    const stop = new AbortController();
    sleep(60_000).then(() => stop.abort('enough'));
    await sleep(600_000, undefined, { signal: stop.signal }).catch(say);
    await sleep(600_000, undefined, { signal: stop.signal }).catch(say);`;
  expect(await runScript(script)).toEqual(['enough at 1 1', 'enough at 1 1']);
});

test('a request that hangs is given up at its time-out, and one that is slow is answered before', async () => {
  const script = `${prelude}
    for (const minutes of [10, 20]) {
      const limit = new AbortController();
      sleep(minutes * 60_000).then(() => limit.abort('timeout'));
      await get(limit.signal).then(say, say);
    }`;
  const slow: Fault = { kind: 'slow', ms: 15 * 60_000, nth: 2 };
  expect(await runScript(script, { kind: 'hang' }, slow)).toEqual(['timeout at 10 10', '401 at 25 25']);
});
