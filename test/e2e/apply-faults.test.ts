import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../emulator/faults.ts';
import { manifestFile, openShop, type Shop } from './harness/shop.ts';
import { stopWhen, unlessWindows } from './harness/unless-windows.ts';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(() => shop.emulator.close());

const apply = (text: string, inputs: Record<string, string> = {}) =>
  shop.apply(text, { environment: 'production', ...inputs });

/** So many custom processes and workers on one instance. */
function manifestOf(count: number): string {
  const processes = Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? `    - { type: custom, command: php artisan job ${index} }`
      : `    - { type: worker, config: { queue: q${index} } }`,
  );
  return `instances:\n  App:\n${processes.join('\n')}\n`;
}

describe('apply ends with exactly what is declared, whatever happens on the way', () => {
  test('a hundred creates with lost answers, resets, refusals and pages strewn in make a hundred processes', async () => {
    const create = 'POST /background-processes$';
    const mishaps: [nth: number, fault: Fault][] = [
      [3, { kind: 'reset', acts: true }],
      [17, { kind: 'reset' }],
      [31, { kind: 'status', status: 502, acts: true }],
      [44, { kind: 'html', acts: true }],
      [58, { kind: 'truncate' }],
      [73, { kind: 'rate-limit', retryAfter: 1, times: 3 }],
    ];
    for (const [nth, fault] of mishaps) shop.faults.add({ ...fault, on: create, nth });
    shop.faults.add({ kind: 'status', status: 503, on: 'GET /background-processes$', nth: 2 });
    const run = await apply(manifestOf(100));
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: 'changed' });
    const existing = shop.cloud.listProcesses(shop.instance);
    expect(existing).toHaveLength(100);
    const identities = existing.map(({ type, command, config }) => `${type} ${command} ${config['queue']}`);
    expect(new Set(identities).size).toBe(100);
    const ids: string[] = JSON.parse(run.outputs['ids-json'] ?? '');
    expect(ids.toSorted()).toEqual(existing.map(({ id }) => id).toSorted());

    const again = await apply(manifestOf(100), { prune: 'true' });
    expect(again.outputs).toMatchObject({ outcome: 'unchanged', unchanged: '100' });
  });

  test('two runs at once leave one process for each declaration', async () => {
    const runs = await Promise.all([1, 2].map(() => apply(manifestOf(20))));
    expect(runs.flatMap(({ errors }) => errors)).toEqual([]);
    expect(shop.cloud.listProcesses(shop.instance)).toHaveLength(20);
  });

  unlessWindows('told to stop, it starts nothing new and says what was done and what not', async () => {
    shop.faults.add({
      kind: 'slow',
      ms: 700,
      on: 'POST /background-processes$',
      times: Number.POSITIVE_INFINITY,
    });
    const files = { [manifestFile]: manifestOf(20) };
    const running = shop.start({ environment: 'production' }, { action: 'apply', files });
    const run = await stopWhen(running, 'SIGTERM', () => shop.count('POST') === 6);
    expect(run.exitCode).toBe(1);
    expect(shop.cloud.listProcesses(shop.instance)).toHaveLength(6);
    expect(run.outputs).toMatchObject({ outcome: 'changed', created: '6' });
    const plan: { status: string; process_id: string | null }[] = JSON.parse(run.outputs['plan-json'] ?? '');
    const withId = plan.filter(({ process_id }) => process_id !== null);
    expect(withId.map(({ process_id }) => process_id).toSorted()).toEqual(
      shop.cloud
        .listProcesses(shop.instance)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(plan.filter(({ status }) => status === 'not-done')).toHaveLength(14);
    expect(run.errors[0]).toContain('the step was cancelled (SIGTERM)');
    expect(run.errors[0]).toMatch(
      /^Cancelled while applying [^ ]+\.yml: "production", 6 of 20 changes made\./,
    );
    expect(run.errors[0]).toContain('6 created, not checked for duplicates of parallel runs.');
    expect(run.summary.match(/^\+ /gm)).toHaveLength(6);
    expect(run.summary.match(/^ {2}NOT DONE /gm)).toHaveLength(14);
  });
});
