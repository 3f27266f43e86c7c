import fc from 'fast-check';
import { fail, readArguments, wholeNumber } from '../../scripts/arguments.ts';
import { exactlyOnce } from './exactly-once.ts';
import { type Ending, play } from './play.ts';
import type { AnyWorld } from './stage.ts';
import { troubles } from './troubles.ts';

const { values } = readArguments({
  usage: 'npm run soak -- [--runs 100000] [--seed 1] [--path 12:3:0] [--service cloud|forge]',
  help: `Plays many schedules of the model, and stops at the first that breaks a promise.
With --seed and --path it replays one.`,
  options: {
    runs: { type: 'string', default: '50000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    path: { type: 'string' },
    service: { type: 'string', default: 'both' },
  },
});
const total = wholeNumber(values.runs, 'a number of runs', 1);
const first = wholeNumber(values.seed, 'a seed');
const services =
  (['cloud', 'forge', 'both'] as const).find((each) => each === values.service) ??
  fail(`--service must be cloud, forge or both, not "${values.service}"`);
const chunk = values.path === undefined ? 1_000 : total;

let played = 0;
let requests = 0;
const cameUp = new Map(Object.keys(troubles).map((name) => [name, 0]));

for (let done = 0, seed = first; done < total; done += chunk, seed++) {
  const numRuns = Math.min(chunk, total - done);
  const started = performance.now();
  const path = values.path === undefined ? {} : { path: values.path };
  const found = await fc.check(exactlyOnce(services, note), { numRuns, seed, ...path });
  if (found.failed) {
    console.error(fc.defaultReportMessage(found));
    if (found.counterexample !== null) await tell(found.counterexample[0]);
    const replay = `--seed ${seed} --runs 1 --path ${found.counterexamplePath ?? '0'} --service ${services}`;
    console.error(`Replay: npm run soak -- ${replay}`);
    process.exit(1);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`seed ${seed}: ${numRuns} schedules (${seconds} s, ${done + numRuns} of ${total})`);
}
console.log(`\nAmong ${played} schedules, with ${(requests / played).toFixed(1)} requests each:`);
for (const [name, count] of cameUp)
  console.log(`${((100 * count) / played).toFixed(2).padStart(6)} % ${name}`);
console.log('\nEvery invariant holds in all of them.');

function note(ending: Ending): void {
  played += 1;
  requests += ending.runs.reduce((sum, { sent }) => sum + sent.length, 0);
  for (const [name, hasComeUp] of Object.entries(troubles))
    if (hasComeUp(ending)) cameUp.set(name, (cameUp.get(name) ?? 0) + 1);
}

/** Prints the events of a world, request by request. */
async function tell(world: AnyWorld): Promise<void> {
  const { runs, server } = await play(world);
  const events = [
    ...server.made.map(({ id, madeBy, madeAt }) => ({ at: madeAt, text: `  made ${id} by run ${madeBy}` })),
    ...server.removedAt.map(({ id, at }) => ({ at, text: `  removed ${id}` })),
    ...runs.flatMap(({ sent, log, ended, did, endedAt, number }) => [
      ...sent.map(({ at, method, path, fault, status, endedAt: until }) => ({
        at,
        text: `${number} ${method} ${path} ${fault ?? ''} → ${status ?? 'no answer'} at ${until}`,
      })),
      {
        at: endedAt,
        text: `${number} ended: ${ended.kind === 'failed' ? ended.error : JSON.stringify(ended)} (did: ${did})\n  ${log.join('\n  ')}`,
      },
    ]),
  ];
  for (const { at, text } of events.sort((a, b) => a.at - b.at)) console.error(`${at} ${text}`);
}
