import { expect, test } from 'vitest';
import { HttpFailure, type HttpFailureDetails, lostIfUnknown } from '../../src/http/failure.ts';

const failure = (details: Partial<HttpFailureDetails>) =>
  new HttpFailure(
    { what: 'Asking', why: `it answered ${details.status}` },
    { arrival: 'no', retry: 'no', reason: `it answered ${details.status}`, ...details },
  );

test('a create request whose answer nobody knows is lost', async () => {
  expect(await lostIfUnknown(() => Promise.resolve('it'))).toEqual({ kind: 'created', made: 'it' });
  for (const status of [502, 400, 299, undefined]) {
    const unknown = failure({ arrival: 'maybe', status, retryAfter: 5_000 });
    expect(await lostIfUnknown(() => Promise.reject(unknown))).toEqual({
      kind: 'lost',
      cause: `it answered ${status}`,
      retryAfter: 5_000,
    });
  }
});

test('one that was refused or redirected is not, and neither is a defect', async () => {
  const told = [
    failure({ status: 422 }),
    failure({ arrival: 'maybe', status: 300 }),
    new TypeError('defect'),
  ];
  told.push(failure({ arrival: 'maybe', status: 399 }));
  for (const error of told) await expect(lostIfUnknown(() => Promise.reject(error))).rejects.toBe(error);
});

test('a failure for good is the same, but not worth another try', () => {
  const cause = new Error('the network');
  const parts = { what: 'Reading', why: 'it broke', fix: 'try again' };
  const details = { arrival: 'maybe', reason: 'it broke', status: 503, retryAfter: 9 } as const;
  const first = new HttpFailure(parts, { ...details, retry: 'long' }, { cause });
  expect(first).toMatchObject({ name: 'HttpFailure', cause, fields: [], ...parts, ...details });
  const last = first.asFinal({ why: 'it broke, often' });
  expect(last).toMatchObject({
    ...parts,
    ...details,
    why: 'it broke, often',
    cause,
    fields: [],
    retry: 'no',
  });
});
