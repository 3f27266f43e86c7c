import { expect, test } from 'vitest';
import { describe, ProcessDeclaration, type ProcessSpec } from '../../src/cloud/spec.ts';
import { check } from '../../src/manifest/schema.ts';

const worker = (config: Extract<ProcessSpec, { type: 'worker' }>['config']): ProcessSpec => ({
  type: 'worker',
  processes: 1,
  config,
});

test.each([
  [worker({}), 'worker on queue default'],
  [{ type: 'custom', processes: 1, command: undefined } as const, 'custom process'],
  [worker({ queue: 'high,default' }), 'worker on queue high,default'],
  [worker({ connection: 'redis' }), 'worker on queue default of connection redis'],
  [
    { type: 'custom', processes: 1, command: 'php artisan horizon' } as const,
    'custom process "php artisan horizon"',
  ],
])('%j in a few words', (spec, words) => {
  expect(describe(spec)).toBe(words);
});

test('what is long is cut between words, since a part of a secret would not be masked', () => {
  const words = 'abcd '.repeat(30);
  const cut = `${'abcd '.repeat(24).trimEnd()}…`;
  expect(describe({ type: 'custom', command: words })).toBe(`custom process "${cut}"`);
  expect(describe(worker({ queue: words, connection: words }))).toBe(
    `worker on queue ${cut} of connection ${cut}`,
  );
  expect(describe({ type: 'custom', command: `php ${'x'.repeat(117)}` })).toBe('custom process "php…"');
});

test('what is just short enough is not cut', () => {
  expect(describe(worker({ queue: 'x'.repeat(120) }))).toBe(`worker on queue ${'x'.repeat(120)}`);
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
  ['php\u000bartisan', unseen('\\u000b', 'a control character', 4)],
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

test.each([
  { type: 'worker', command: 7 },
  { type: 'custom', command: 7 },
  { type: 'custom', command: 'php artisan x', config: 7 },
  { type: 'custom' },
  { type: 'worker', command: 'php artisan x' },
  { type: 'custom', command: 'php artisan x', config: {} },
])('one mistake is told once: %j', (declared) => {
  expect(check(ProcessDeclaration, declared).problems).toHaveLength(1);
});
