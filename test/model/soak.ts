import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { exactlyOnce } from './exactly-once.ts';
import { play } from './play.ts';
import type { World } from './world.ts';

// npm run soak -- [--runs 100000] [--seed 1] [--path 12:3:0]

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    path: { type: 'string' },
  },
});
const total = Number(values.runs);
const first = Number(values.seed);
const chunk = values.path === undefined ? 1_000 : total;

for (let done = 0, seed = first; done < total; done += chunk, seed++) {
  const numRuns = Math.min(chunk, total - done);
  const started = performance.now();
  const found = await fc.check(exactlyOnce, {
    numRuns,
    seed,
    ...(values.path === undefined ? {} : { path: values.path }),
  });
  if (found.failed) {
    console.error(fc.defaultReportMessage(found));
    if (found.counterexample !== null) await tell(found.counterexample[0]);
    console.error(
      `Replay: npm run soak -- --seed ${seed} --runs 1 --path ${found.counterexamplePath ?? '0'}`,
    );
    process.exit(1);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`seed ${seed}: ${numRuns} schedules hold (${seconds} s, ${done + numRuns} of ${total})`);
}

/** What happened in a world, request by request. */
async function tell(world: World): Promise<void> {
  const { runs } = await play(world);
  const events = runs.flatMap(({ sent, log, ended, did, endedAt }, number) => [
    ...sent.map((each) => ({
      at: each.at,
      text: `${number} ${each.method} ${each.path} ${each.fault ?? ''} → ${each.status ?? 'no answer'} at ${each.endedAt}`,
    })),
    {
      at: endedAt,
      text: `${number} ended: ${ended.ok ? `${ended.ensured.outcome} ${ended.ensured.process?.id}` : String(ended.error)} (did: ${did})\n  ${log.join('\n  ')}`,
    },
  ]);
  for (const { at, text } of events.sort((a, b) => a.at - b.at)) console.error(`${at} ${text}`);
}
