import { describe, expect, test } from 'vitest';
import { Failure, type FailureParts } from '../../src/failure.ts';
import { headed } from '../../src/runner/ending.ts';

describe('a failure has a headline, and below it only what the headline does not say', () => {
  const list = '\n- processes: must be a whole number\n- type: must be worker or custom\n';
  const many = 'The custom process "php artisan reverb:start"';
  const named = '"a: b" and "c" have one name';

  test.each<[what: string, FailureParts['why'], headline: string, details: string]>([
    ['Listing them', 'Laravel Cloud answered 401', 'Listing them: Laravel Cloud answered 401', 'Do this.'],
    ['2 problems', list, '2 problems', `${list.slice(1)}Do this.`],
    [many, `2 match it:\n- a\n- b\n`, `${many}: 2 match it`, '- a\n- b\nDo this.'],
    [
      'The environment',
      `${named}; ${'x '.repeat(60)}`,
      `The environment: ${named}`,
      `X ${'x '.repeat(59)}. Do this.`,
    ],
    [
      `The environment ${'x '.repeat(150)}y`,
      'is gone',
      `The environment ${'x '.repeat(101)}x…`,
      `The environment ${'x '.repeat(150)}y: is gone. Do this.`,
    ],
    [
      'Listing them',
      'it has another form (at data: a list; no object); it was tried 7 times, with growing pauses',
      'Listing them has another form (at data: a list; no object)',
      'It was tried 7 times, with growing pauses. Do this.',
    ],
    ['Creating it', 'x'.repeat(120), 'Creating it', `${'x'.repeat(120)}. Do this.`],
  ])('%#', (what, why, headline, details) => {
    expect(headed(new Failure({ what, why, fix: 'Do this' }))).toEqual({ headline, details });
  });

  test('without anything to do, and with a headline of its own', () => {
    const parts = { what: 'An input is wrong', why: 'if-exists: must be update' };
    expect(headed(new Failure(parts))).toEqual({
      headline: 'An input is wrong: if-exists: must be update',
      details: '',
    });
    expect(headed(new Failure({ ...parts, headline: '1 of 2 changes not made.' }))).toEqual({
      headline: '1 of 2 changes not made',
      details: 'if-exists: must be update.',
    });
  });
});

test('a headline keeps the words between two short names, and has long names cut', () => {
  const words =
    'has moved to another organization, and nobody has told the workflow about it, so it is not in';
  const { headline } = headed(
    new Failure({
      what: 'x',
      why: 'y',
      headline: `"a" ${words} "b"; ${JSON.stringify('"'.repeat(300_000))}`,
    }),
  );
  expect(headline).toBe(`"a" ${words} "b"; "a text of 600000 characters"`);
});
