import { expect, test } from 'vitest';
import { startEmulator } from '../emulator/server.ts';
import { runAction } from './harness/run-action.ts';

const minute = 60_000;

/** What apply makes of so many workers that are to be created, against the limits of Laravel Cloud. */
async function applyAll(count: number) {
  const emulator = await startEmulator({ cloud: { rateLimit: { enforced: true } } });
  const { cloud, time } = emulator;
  const environment = cloud.addEnvironment(cloud.addApplication({ name: 'shop' }), { name: 'production' });
  cloud.addInstance(environment, { name: 'App', type: 'app' });
  const workers = Array.from({ length: count }, (_, n) => `    - { type: worker, config: { queue: q${n} } }`);
  const started = time.now();
  try {
    const step = await runAction({
      action: 'apply',
      time,
      inputs: { token: emulator.token, 'api-url': emulator.url, environment: environment.id },
      files: { '.github/background-processes.yml': `instances:\n  App:\n${workers.join('\n')}\n` },
    });
    return {
      step,
      there: cloud.processes.length,
      refused: emulator.requests.filter(({ answered }) => answered === 429).length,
      connections: emulator.connections,
      took: time.now() - started,
    };
  } finally {
    await emulator.close();
  }
}

test('a hundred creates wait for the limit of the organization, as one run, and lose nothing', async () => {
  const { step, there, refused, connections, took } = await applyAll(100);

  expect(step.errors).toEqual([]);
  expect(step.outputs).toMatchObject({ outcome: 'changed', created: '100' });
  expect(there).toBe(100);
  expect(refused).toBeLessThanOrEqual(12);
  expect(took).toBeGreaterThanOrEqual(3 * minute);
  expect(took).toBeLessThan(1.3 * 3 * minute);
  // One that was not used for a whole window is closed.
  expect(connections).toBeLessThanOrEqual(4 * 6);
});

test('how long it takes is told before and while it lasts, and why it waits', async () => {
  const { step } = await applyAll(100);

  expect(step.log).toContain(
    '100 changes take about 3 minutes: Laravel Cloud lets an organization make 30 a minute',
  );
  expect(step.log).toMatch(/^\d\d of 100 done, about \d+ (s|minutes) left$/m);
  expect(step.log).toContain('Creating the background process: Laravel Cloud answered 429; trying again in ');
});

test('little that is to be done is not spoken of, and opens as many connections as run side by side', async () => {
  const { step, refused, connections } = await applyAll(30);

  expect(refused).toBe(0);
  expect(connections).toBeLessThanOrEqual(6);
  expect(step.log).not.toMatch(/changes take|done, about/);
});
