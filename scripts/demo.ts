import { readFile } from 'node:fs/promises';
import { runAction, type StepRun } from '../test/e2e/harness/run-action.ts';
import { loops, staysUp } from '../test/emulator/progress.ts';
import { seedShop } from '../test/emulator/seed.ts';
import { startEmulator } from '../test/emulator/server.ts';
import { readArguments } from './arguments.ts';
import { firstStep } from './first-step.ts';
import { countOf, heading, readable, showAll, styled } from './show-run.ts';

const { verbose = false } = readArguments({
  usage: 'npm start -- [--verbose]',
  help: `Runs the first step of the README three times against an emulator of Laravel Cloud, shows a plan, and finds a
process that keeps exiting. With --verbose also logs, outputs and requests.`,
  options: { verbose: { type: 'boolean' } },
}).values;

const step = firstStep(await readFile(new URL('../README.md', import.meta.url), 'utf8'));
const { 'dry-run': _, ...inputs } = step.inputs;
const manifestFile = 'scripts/demo-manifest.yml';
const manifest = await readFile(new URL(`../${manifestFile}`, import.meta.url), 'utf8');
const emulator = await startEmulator();
const { instance } = seedShop(emulator);
/** The number of requests before the last run. */
let seen = 0;

try {
  heading('The step, from README.md, here without dry-run');
  console.log(step.text.trim());
  await act('1. It runs for the first time', 'created', inputs);
  await act('2. It runs again', 'unchanged', inputs);
  await act('3. It runs with processes: 3', 'updated', { ...inputs, processes: '3' });
  await plan();
  await restartLoop();
} finally {
  await emulator.close();
}

console.log(`
${verbose ? '' : `Logs, outputs and requests: ${styled('bold', 'npm start -- --verbose')}\n`}Try any action yourself: ${styled('bold', `npm run try -- apply --environment main --manifest ${manifestFile}`)}`);

async function act(title: string, outcome: string, inputs: Readonly<Record<string, string>>): Promise<void> {
  heading(title);
  const run = await runOnce('.', inputs);
  const changes = Object.entries(JSON.parse(run.outputs['changes-json'] ?? '{}'));
  const what =
    changes.length === 0
      ? `${run.outputs['processes']} processes of ${run.outputs['command']}`
      : changes.map(([field, change]) => `${field} ${arrow(change)}`).join(', ');
  verdict(run, outcome, run.outputs['deployment-id'] ? `${what}, and deployed` : what);
}

/** Shows a plan in the form of the comment on a pull request. */
async function plan(): Promise<void> {
  emulator.cloud.addProcess(instance, { type: 'custom', processes: 2, command: 'php artisan legacy:poll' });
  heading('4. The plan of a manifest, as a reviewer sees it on a pull request');
  console.log(manifest.trim());
  console.log();
  const run = await runOnce('apply', {
    environment: 'main',
    manifest: manifestFile,
    prune: 'true',
    'dry-run': 'true',
  });
  if (!verbose) console.log(readable(run.summary));
  console.log();
  verdict(run, 'would-change', 'nothing has been changed yet');
}

/** Shows Horizon without its Redis: a process that keeps exiting. */
async function restartLoop(): Promise<void> {
  const command = 'php artisan horizon';
  emulator.cloud.options.processLife = (process) => (process.command === command ? loops() : staysUp);
  heading('5. A process that keeps exiting is found: stable-for');
  const watched = { type: 'custom', command, redeploy: 'true', 'stable-for': '60' };
  const run = await runOnce('.', { environment: 'main', ...watched }, 1);
  console.log(run.errors.join('\n').trim());
  console.log();
  const found = run.outputs['stable'] === 'false';
  if (!found) process.exitCode = 1;
  const mark = found ? styled('green', '✔ stable: false') : styled('red', '✘ not found');
  console.log(`${mark}: the step fails, and the job with it (${countOf(emulator.requests.slice(seen))})`);
}

async function runOnce(
  action: string,
  inputs: Readonly<Record<string, string>>,
  expectedExit = 0,
): Promise<StepRun> {
  const reach = { token: emulator.token, 'api-url': emulator.url };
  seen = emulator.requests.length;
  const run = await runAction({
    time: emulator.time,
    action,
    inputs: { ...inputs, ...reach },
    files: { [manifestFile]: manifest },
  });
  if (verbose || run.exitCode !== expectedExit) showAll(run, emulator.requests.slice(seen));
  return run;
}

function verdict({ exitCode, outputs }: StepRun, expected: string, what: string): void {
  const outcome = outputs['outcome'] ?? 'failed';
  const good = exitCode === 0 && outcome === expected;
  if (!good) process.exitCode = 1;
  const mark = good ? styled('green', `✔ ${outcome}`) : styled('red', `✘ ${outcome}, and not ${expected}`);
  console.log(`${mark}: ${what} (${countOf(emulator.requests.slice(seen))})`);
}

function arrow(change: unknown): string {
  const { from, to } = Object(change);
  return `${from} → ${to}`;
}
