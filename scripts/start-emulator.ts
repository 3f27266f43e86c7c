import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readArguments } from './arguments.ts';

const [logFile = 'emulator.log'] = readArguments({
  usage: 'node scripts/start-emulator.ts [log file]',
  help: `Starts the emulator on a free port and leaves it running, for the later steps of a job.
Prints its address as outputs of a step; its log goes into the file.`,
  unnamed: [0, 1],
}).positionals;
const log = openSync(logFile, 'w');
const emulator = spawn(
  process.execPath,
  [fileURLToPath(new URL('../test/emulator/serve.ts', import.meta.url))],
  { detached: true, env: { ...process.env, PORT: '0' }, stdio: ['ignore', log, log], windowsHide: true },
);
emulator.unref();

console.log(`api-url=${await address()}\npid=${emulator.pid}`);

async function address(): Promise<string> {
  for (;;) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+\S*(?=\s)/.exec(readFileSync(logFile, 'utf8')) ?? [];
    if (url !== undefined) return url;
    if (emulator.exitCode !== null)
      throw new Error(`The emulator ended with ${emulator.exitCode}:\n${readFileSync(logFile, 'utf8')}`);
    await sleep(50);
  }
}
