import { describe, expect, test } from 'vitest';
import { WorkerOptions } from '../../src/cloud/spec.ts';
import { check } from '../../src/manifest/schema.ts';

const problemsOf = (value: unknown) =>
  check(WorkerOptions, value).problems.map(({ path, why }) => [path.join('.'), why]);

describe('a config', () => {
  test('is taken as it is when all is right', () => {
    const config = { connection: 'redis', queue: 'high,default', tries: 0, sleep: 3, force: false };
    expect(check(WorkerOptions, config)).toEqual({ value: config, problems: [] });
    expect(check(WorkerOptions, {})).toEqual({ value: {}, problems: [] });
  });

  test('loses the white space around its words, and between queues', () => {
    expect(
      check(WorkerOptions, { connection: ' redis ', queue: ' \t high one \t,  default  ' }).value,
    ).toEqual({
      connection: 'redis',
      queue: 'high one,default',
    });
  });

  test('keeps the comma in a connection, which is no list', () => {
    expect(check(WorkerOptions, { connection: 'a, b' }).value).toEqual({ connection: 'a, b' });
  });

  test.each([
    [null, 'nothing'],
    [[1], 'a list'],
    ['queue', '"queue"'],
    [7, '7'],
  ])('must be an object, not %j', (value, kind) => {
    expect(problemsOf(value)).toEqual([
      ['', `must be an object such as {"queue": "high,default", "tries": 3}, not ${kind}`],
    ]);
  });
});

describe('an option', () => {
  const whole = 'must be a whole number of at least 0, not';
  const unknown =
    'is not an option of a worker; Laravel Cloud takes these eight: connection, queue, tries, backoff, sleep, rest, timeout, force';
  const flag = 'must be true or false, not';

  test.each([
    ['queue', 7, 'must be text: put it in quotation marks, "7"'],
    ['queue', ['high', 'default'], 'must be text, with commas for several: "high,default", not a list'],
    ['queue', [[1]], 'must be text, with commas for several: "high,default", not a list'],
    ['queue', { a: 1 }, 'must be text such as "high,default", not a mapping'],
    ['queue', ' ', 'must be text such as "high,default", not ""; leave it out instead'],
    ['connection', '', 'must be text such as redis, not ""; leave it out instead'],
    ['connection', null, 'must be text such as redis, not nothing; leave it out to keep what is set'],
    [
      'connection',
      'redis\u00a0',
      'contains an invisible character, \\u00a0 (no-break space), at position 6: retype it with normal spaces',
    ],
    [
      'queue',
      'high,\u200bdefault',
      'contains an invisible character, \\u200b (zero-width space), at position 6: retype it with normal spaces',
    ],
    ['tries', null, `${whole} nothing; leave it out to keep what is set`],
    ['tries', '3', 'must be a whole number of at least 0, without quotes, not "3"'],
    ['tries', 'three', `${whole} "three"`],
    ['tries', 1.5, `${whole} 1.5`],
    ['tries', -1, `${whole} -1`],
    ['tries', 2 ** 60, `${whole} ${2 ** 60}`],
    ['tries', true, `${whole} true`],
    ['force', 'true', 'must be true or false, without quotes, not "true"'],
    ['force', 'yes', `${flag} "yes". Did you mean "true"?`],
    ['force', 1, `${flag} 1. Did you mean "true"?`],
    ['tries', 'x'.repeat(81), `${whole} a text of 81 characters`],
    ['tries', 'x'.repeat(80), `${whole} "${'x'.repeat(80)}"`],
    ['queue', '\ud83d', 'is not valid Unicode'],
    ['queues', 'high', `${unknown}. Did you mean "queue"?`],
    ['verbose', true, unknown],
    ...['--max-jobs=1000', '--max-time=3600', '--memory=256', '--name=imports'].map(
      (written): [string, number, string] => [
        written.slice(2, written.indexOf('=')),
        500,
        `${unknown}. For others use type: custom with a command such as "php artisan queue:work ${written}"`,
      ],
    ),
  ])('%s may not be %j', (key, value, why) => {
    expect(problemsOf({ [key]: value })).toEqual([[key, why]]);
  });

  test.each(['__proto__', 'constructor', 'toString'])('may not be %s, which every object has', (key) => {
    const problems = problemsOf(JSON.parse(`{"${key}": {"polluted": true}}`));
    expect(problems.map(([path]) => path)).toEqual([key]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('is told wrong beside all others that are', () => {
    const problems = problemsOf({ tries: 'x', queue: 'mail', force: 'y', sleep: 3, memory: 1, que: 2 });
    expect(problems.map(([path]) => path).toSorted()).toEqual(['force', 'memory', 'que', 'tries']);
  });

  test('that is mistyped by a swap or two letters is recognised', () => {
    expect(problemsOf({ trys: 3 })[0]?.[1]).toContain('Did you mean "tries"?');
    expect(problemsOf({ teris: 3 })[0]?.[1]).toContain('Did you mean "tries"?');
  });
});
