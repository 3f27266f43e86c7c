import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeRequest } from './recorded-request.ts';
import { type Emulator, startEmulator } from './server.ts';
import { send } from './test-client.ts';

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator();
});

afterEach(() => emulator.close());

test('a request is kept as it came, with what it was answered', async () => {
  const before = Date.now();
  await send(emulator, 'POST', '/instances/inst-0/background-processes?x=1', { body: { type: 'worker' } });
  const [request] = emulator.requests;
  expect(request).toMatchObject({
    method: 'POST',
    path: '/api/instances/inst-0/background-processes',
    query: { x: '1' },
    headers: { authorization: `Bearer ${emulator.token}`, 'content-type': 'application/json' },
    body: { type: 'worker' },
    rawBody: '{"type":"worker"}',
    answered: 422,
  });
  expect(request?.at).toBeGreaterThanOrEqual(before);
  expect(request?.violations).toHaveLength(2);
});

test('it is told in one line', async () => {
  await send(emulator, 'GET', '/applications?filter[name]=shop&include=environments,organization');
  await send(emulator, 'DELETE', '/background-processes/process-0');
  expect(emulator.requests.map(describeRequest)).toEqual([
    'GET /applications?filter[name]=shop&include=environments,organization -> 200',
    'DELETE /background-processes/process-0 -> 404',
  ]);
});
