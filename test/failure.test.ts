import { describe, expect, test } from 'vitest';
import { Cancelled, Failure, type FailureParts, headed, messageOf } from '../src/failure.ts';

describe('a failure reads as one sentence or two', () => {
  test.each([
    [{ what: 'The request', why: 'it was refused' }, 'The request: it was refused.'],
    [{ what: 'The request', why: 'it was refused', fix: '' }, 'The request: it was refused.'],
    [
      { what: 'The request', why: 'it was refused', fix: 'Try again' },
      'The request: it was refused. Try again.',
    ],
    [{ what: 'The request', why: 'Why?', fix: 'Look!' }, 'The request: Why? Look!'],
    [{ what: 'The request', why: 'Invalid.', fix: 'Mend it.' }, 'The request: Invalid. Mend it.'],
    [
      { what: 'The inputs', why: 'two are wrong:\n- a\n- b\n', fix: 'Mend them' },
      'The inputs: two are wrong:\n- a\n- b\nMend them.',
    ],
    [{ what: 'Two problems', why: '\n- a\n- b\n' }, 'Two problems:\n- a\n- b\n'],
    [{ what: 'The inputs', why: 'a full stop. stands inside' }, 'The inputs: a full stop. stands inside.'],
  ])('%o', (parts, message) => {
    expect(new Failure(parts).message).toBe(message);
  });
});

test('a failure keeps its parts, its name and its cause', () => {
  const cause = new Error('x');
  const failure = new Failure({ what: 'a', why: 'b', fix: 'c' }, { cause });
  expect(failure).toMatchObject({ name: 'Failure', what: 'a', why: 'b', fix: 'c', cause });
  expect(new Failure({ what: 'a', why: 'b' }).fix).toBeUndefined();
});

test('being told to stop is a failure of its own name', () => {
  const stopped = new Cancelled({ what: 'The step', why: 'it was told to stop' });
  expect(stopped).toBeInstanceOf(Failure);
  expect(stopped.name).toBe('Cancelled');
});

test.each([
  [new Error('words'), 'words'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [7, '7'],
])('whatever was thrown has a message: %s', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});

describe('a failure has a headline, and below it only what the headline does not say', () => {
  const list = '\n- processes: must be a whole number\n- type: must be worker or custom\n';
  test.each<[FailureParts, headline: string, details: string]>([
    [
      { what: 'Listing the applications', why: 'Laravel Cloud answered 401', fix: 'Make a new token' },
      'Listing the applications: Laravel Cloud answered 401',
      'Make a new token.',
    ],
    [
      { what: '2 problems with the inputs', why: list, fix: 'No request was made' },
      '2 problems with the inputs',
      '- processes: must be a whole number\n- type: must be worker or custom\nNo request was made.',
    ],
    [
      {
        what: 'The custom process "php artisan reverb:start"',
        why: '2 background processes match it:\n- process-1\n- process-2\n',
        fix: 'Pass process-id',
      },
      'The custom process "php artisan reverb:start": 2 background processes match it',
      '2 background processes match it:\n- process-1\n- process-2\nPass process-id.',
    ],
    [
      {
        what: 'The environment',
        why: `"a: b" and "c" have one name; ${'x '.repeat(60)}`,
        fix: 'Give its id',
      },
      'The environment: "a: b" and "c" have one name',
      `"a: b" and "c" have one name; ${'x '.repeat(60)}. Give its id.`,
    ],
    [
      {
        what: 'Applying it',
        why: 'process-1 failed',
        fix: 'Run it again',
        headline: '1 of 2 changes not made.',
      },
      '1 of 2 changes not made.',
      'process-1 failed. Run it again.',
    ],
    [{ what: 'Creating it', why: `${'x'.repeat(120)}` }, 'Creating it', `${'x'.repeat(120)}.`],
    [
      { what: 'An input is wrong', why: 'if-exists: must be update' },
      'An input is wrong: if-exists: must be update',
      '',
    ],
  ])('%#', (parts, headline, details) => {
    expect(headed(new Failure(parts))).toEqual({ headline, details });
  });
});
