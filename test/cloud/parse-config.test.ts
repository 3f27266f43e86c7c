import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/cloud/spec.ts';

describe('a config', () => {
  test('is taken as it is when all is right', () => {
    const config = { connection: 'redis', queue: 'high,default', tries: 0, sleep: 3, force: false };
    expect(parseConfig(config)).toEqual({ config, problems: [] });
    expect(parseConfig({})).toEqual({ config: {}, problems: [] });
  });

  test('loses the white space around its words, and between queues', () => {
    expect(parseConfig({ connection: ' redis ', queue: ' high , default ' }).config).toEqual({
      connection: 'redis',
      queue: 'high,default',
    });
  });

  test('keeps the comma in a connection, which is no list', () => {
    expect(parseConfig({ connection: 'a, b' }).config).toEqual({ connection: 'a, b' });
  });

  test.each([
    [null, 'null'],
    [[1], 'a list'],
    ['queue', '"queue"'],
    [7, '7'],
  ])('must be an object, not %j', (value, kind) => {
    expect(parseConfig(value)).toEqual({
      config: {},
      problems: [
        {
          key: undefined,
          why: `must be an object such as {"queue": "high,default", "tries": 3}, not ${kind}`,
        },
      ],
    });
  });
});

describe('an option', () => {
  const whole = 'must be a whole number of at least 0, without quotes, not';
  const unknown =
    'is not an option of a worker; Laravel Cloud takes these eight: connection, queue, tries, backoff, sleep, rest, timeout, force';
  const flag = 'must be true or false, without quotes, not';

  test.each([
    ['queue', 7, 'must be text, not 7'],
    ['queue', ['high'], 'must be text, not a list'],
    ['queue', { a: 1 }, 'must be text, not an object'],
    ['queue', ' ', 'is empty; leave it out instead'],
    ['connection', '', 'is empty; leave it out instead'],
    ['connection', null, 'is null; leave it out to keep what is set'],
    ['tries', '3', `${whole} "3"`],
    ['tries', 1.5, `${whole} 1.5`],
    ['tries', -1, `${whole} -1`],
    ['tries', 2 ** 60, `${whole} ${2 ** 60}`],
    ['tries', true, `${whole} true`],
    ['force', 'true', `${flag} "true"`],
    ['force', 1, `${flag} 1`],
    ['tries', 'x'.repeat(81), `${whole} a text of 81 characters`],
    ['tries', 'x'.repeat(80), `${whole} "${'x'.repeat(80)}"`],
    ['queue', '\ud83d', 'holds half of a character (a lone surrogate)'],
    ['queues', 'high', `${unknown}. Did you mean "queue"?`],
    ['verbose', true, unknown],
    [
      'max-jobs',
      500,
      `${unknown}. For others use type: custom with a command such as php artisan queue:work --max-jobs=1000`,
    ],
  ])('%s may not be %j', (key, value, why) => {
    expect(parseConfig({ [key]: value })).toEqual({ config: {}, problems: [{ key, why }] });
  });

  test.each(['__proto__', 'constructor', 'toString'])('may not be %s, which every object has', (key) => {
    const { config, problems } = parseConfig(JSON.parse(`{"${key}": {"polluted": true}}`));
    expect(problems.map((problem) => problem.key)).toEqual([key]);
    expect(Object.keys(config)).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('is told wrong beside all others that are, and the right ones stay', () => {
    const { config, problems } = parseConfig({ tries: 'x', queue: 'mail', force: 'y', sleep: 3, memory: 1 });
    expect(config).toEqual({ queue: 'mail', sleep: 3 });
    expect(problems.map(({ key }) => key)).toEqual(['tries', 'force', 'memory']);
  });
});
