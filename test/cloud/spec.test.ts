import { expect, describe as suite, test } from 'vitest';
import { describe, ProcessDeclaration, WorkerOptions } from '../../src/cloud/spec.ts';
import { check } from '../../src/manifest/schema.ts';
import { custom, worker } from '../support/processes.ts';

test.each([
  [worker({}), 'worker on queue default'],
  [{ type: 'custom', processes: 1, command: undefined } as const, 'custom process'],
  [worker({ queue: 'high,default' }), 'worker on queue high,default'],
  [worker({ connection: 'redis' }), 'worker on queue default of connection redis'],
  [custom('php artisan horizon'), 'custom process "php artisan horizon"'],
  [custom('sh -c "php artisan x"'), 'custom process "sh -c \\"php artisan x\\""'],
])('%j in a few words', (spec, words) => {
  expect(describe(spec)).toBe(words);
});

test('what is long is cut between words, since a part of a secret would not be masked', () => {
  const words = 'abcd '.repeat(30);
  const cut = `${'abcd '.repeat(24).trimEnd()}…`;
  expect(describe(custom(words))).toBe(`custom process "${cut}"`);
  expect(describe(worker({ queue: words, connection: words }))).toBe(
    `worker on queue "${cut}" of connection "${cut}"`,
  );
  expect(describe(custom(`php ${'x'.repeat(117)}`))).toBe('custom process "php…"');
  expect(describe(worker({ queue: 'x'.repeat(121) }))).toBe('worker on queue a text of 121 characters');
});

const unseen = (spelled: string, name: string, position: number) =>
  `contains an invisible character, ${spelled} (${name}), at position ${position}: retype it with normal spaces`;

test.each([
  ['ls', 'must have 3 to 500 characters, and has 2'],
  ['x'.repeat(501), 'must have 3 to 500 characters, and has 501'],
  ['php artisan a\nphp artisan b', 'must be one line; in YAML, >- folds several lines into one'],
  ['php artisan a\rphp artisan b', 'must be one line; in YAML, >- folds several lines into one'],
  ['echo \ud83d', 'is not valid Unicode'],
  ['😀x', 'must have 3 to 500 characters, and has 2'],
  ['php\u00a0artisan x', unseen('\\u00a0', 'no-break space', 4)],
  ['😀 \u200bartisan', unseen('\\u200b', 'zero-width space', 3)],
  ['php\u3000artisan', unseen('\\u3000', 'ideographic space', 4)],
  ['php artisan\ufeff', unseen('\\ufeff', 'byte order mark', 12)],
  ['php\u2003artisan', unseen('\\u2003', 'a kind of space', 4)],
  ['php artisan \u{e0100}', unseen('\\u{e0100}', 'an invisible character', 13)],
  [
    'php artisan x \\ --queue=high',
    'holds a backslash between blanks, which is left of a line that was continued; in YAML, >- joins lines by itself, so remove the backslashes',
  ],
  ['php artisan x "a \\ b"  a\\ b', undefined],
  ['php\tartisan größe हिन्दी e\u0301', undefined],
  ['pwd', undefined],
  ['😀'.repeat(500), undefined],
  ['x'.repeat(500), undefined],
])('the command %j %j', (command, problem) => {
  const { problems } = check(ProcessDeclaration, { type: 'custom', command });
  expect(problems).toEqual(problem === undefined ? [] : [{ path: ['command'], why: problem }]);
});

const problemsOf = (value: unknown) =>
  check(WorkerOptions, value).problems.map(({ path, why }) => [path.join('.'), why]);

suite('a config', () => {
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

suite('an option', () => {
  const whole = 'must be a whole number of at least 0, not';
  const unknown =
    'is not an option of a worker; Laravel Cloud takes these eight: connection, queue, tries, backoff, sleep, rest, timeout, force';
  const flag = 'must be true or false, not';

  test.each([
    ['queue', 7, 'must be text: put it in quotation marks, "7"'],
    ['queue', ['high', 'default'], 'must be text, with commas for several: "high,default", not a list'],
    ['queue', { a: 1 }, 'must be text such as "high,default", not a mapping'],
    ['queue', ' ', 'must be text such as "high,default", not ""; leave it out instead'],
    ['queue', ' , ,', 'names no queue; leave it out instead'],
    ['connection', '', 'must be text such as redis, not ""; leave it out instead'],
    ['connection', null, 'must be text such as redis, not nothing; leave it out to keep the current value'],
    [
      'queue',
      'high,\u200bdefault',
      'contains an invisible character, \\u200b (zero-width space), at position 6: retype it with normal spaces',
    ],
    ['tries', null, `${whole} nothing; leave it out to keep the current value`],
    ['tries', '3', 'must be a whole number of at least 0; remove the quotes around "3"'],
    ['tries', 'three', `${whole} "three"`],
    ['tries', 2 ** 60, `${whole} ${2 ** 60}`],
    ['tries', true, `${whole} true`],
    ['force', 'true', 'must be true or false; remove the quotes around "true"'],
    ['force', 'yes', `${flag} "yes"`],
    ['force', 1, `${flag} 1`],
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
});
