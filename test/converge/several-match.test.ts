import { expect, test } from 'vitest';
import { cloudService } from '../../src/cloud/service.ts';
import { severalMatch } from '../../src/converge/settle.ts';
import { existing } from '../support/existing.ts';

const [plain, redis] = [
  existing({ id: 'p-1' }),
  existing({ id: 'p-2', config: { connection: 'redis' }, createdAt: null }),
];

test('processes that look the same are an error that names each, with what to do', () => {
  const failure = severalMatch('worker', [plain, { ...plain, id: 'p-3' }], 'which is meant', cloudService);
  const lines =
    '- p-1: connection not set, 1 process, created 2026-04-04 11:24 UTC\n- p-3: connection not set, 1 process, created 2026-04-04 11:24 UTC';
  expect(failure).toMatchObject({
    message: `The worker: 2 background processes match it, and which is meant\n${lines}\nDelete all but one of them, or pass the process-id of one.`,
    headline: '2 processes match the worker: which one?',
    details: `which is meant:\n${lines}\n`,
  });
});

test('those that a declaration can tell apart come with how', () => {
  const undated = { ...plain, createdAt: 'some day' };
  const { why, fix } = severalMatch('worker', [undated, redis], 'which is meant', cloudService);
  expect(why).toContain('- p-1: connection not set, 1 process\n- p-2: connection redis, 1 process\n');
  expect(fix).toBe(
    'To tell them apart, set connection, or pass the process-id of one, or delete those that are not wanted',
  );
});
