import { readFile } from 'node:fs/promises';
import { runAction, type StepRun } from '../test/e2e/harness/run-action.ts';
import { describeRequest } from '../test/emulator/recorded-request.ts';
import { seedShop } from '../test/emulator/seed.ts';
import { type Emulator, startEmulator } from '../test/emulator/server.ts';
import { type ExampleStep, firstStep } from './first-step.ts';

// The README's first example, run twice as a runner would run it, against an emulator of Laravel Cloud.

const step = firstStep(await readFile(new URL('../README.md', import.meta.url), 'utf8'));
const emulator = await startEmulator();
seedShop(emulator);

title('The step, from README.md');
console.log(step.text);
try {
  const first = await runOnce(step, emulator);
  title('Its summary');
  console.log(readable(first.summary));
  title('The same step again');
  const second = await runOnce(step, emulator);
  const expected = first.outputs['outcome'] === 'created' && second.outputs['outcome'] === 'unchanged';
  if (!expected || first.exitCode !== 0 || second.exitCode !== 0) process.exitCode = 1;
} finally {
  await emulator.close();
}

async function runOnce({ inputs }: ExampleStep, { url, token, requests }: Emulator): Promise<StepRun> {
  const before = requests.length;
  const run = await runAction({ action: '.', inputs: { ...inputs, token, 'api-url': url } });
  title('Its log');
  console.log(run.log.trim());
  for (const message of [...run.notices, ...run.warnings, ...run.errors]) console.log(`> ${message}`);
  title('Its outputs');
  for (const [name, value] of Object.entries(run.outputs)) console.log(`${name.padEnd(20)}${value}`);
  title('The requests that it made');
  for (const request of requests.slice(before)) console.log(describeRequest(request));
  return run;
}

function title(text: string): void {
  console.log(`\n== ${text}\n`);
}

/** The summary's HTML as lines of text. */
function readable(summary: string): string {
  return summary
    .replace(/<\/t[hd]><t[hd][^>]*>/g, '  ')
    .replace(/<\/(?:tr|p|h3)>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .trim();
}
