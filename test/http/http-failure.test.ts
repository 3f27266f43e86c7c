import { expect, test } from 'vitest';
import { HttpFailure } from '../../src/http/failure.ts';

const cause = new Error('the network');
const failure = new HttpFailure(
  { what: 'Reading', why: 'it broke', fix: 'try again' },
  { arrival: 'maybe', retry: 'long', reason: 'it broke', status: 503, retryAfter: 9 },
  { cause },
);

test('a failure keeps the error of the network, and names no fields unless some were refused', () => {
  expect(failure).toMatchObject({ name: 'HttpFailure', cause, fields: [], status: 503, retryAfter: 9 });
});

test('one for good is the same, but not worth another try', () => {
  expect(failure.asFinal({ why: 'it broke, often' })).toMatchObject({
    ...{ what: 'Reading', why: 'it broke, often', fix: 'try again', cause },
    ...{ arrival: 'maybe', retry: 'no', reason: 'it broke', status: 503, retryAfter: 9, fields: [] },
  });
});
