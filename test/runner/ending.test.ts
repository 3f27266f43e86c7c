import { describe, expect, test } from 'vitest';
import { Failure, type FailureParts } from '../../src/failure.ts';
import { headed } from '../../src/runner/ending.ts';

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
      '- process-1\n- process-2\nPass process-id.',
    ],
    [
      {
        what: 'The environment',
        why: `"a: b" and "c" have one name; ${'x '.repeat(60)}`,
        fix: 'Give its id',
      },
      'The environment: "a: b" and "c" have one name',
      `X ${'x '.repeat(59)}. Give its id.`,
    ],
    [
      {
        what: 'Applying it',
        why: 'process-1 failed',
        fix: 'Run it again',
        headline: '1 of 2 changes not made.',
      },
      '1 of 2 changes not made',
      'process-1 failed. Run it again.',
    ],
    [
      { what: `The environment ${'x '.repeat(150)}y`, why: 'is gone' },
      `The environment ${'x '.repeat(101)}x…`,
      `The environment ${'x '.repeat(150)}y: is gone.`,
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
