import { expect, test } from 'vitest';
import { mayBeSought } from '../../src/forge/identity.ts';

const sought = { command: 'php8.4 artisan horizon', user: 'forge', directory: '/home/forge/shop' };

test.each([
  ['of which nothing is known', {}],
  [
    'of which all is the same',
    { ...sought, command: ' php8.4  artisan horizon', directory: '/home/forge/shop/' },
  ],
  ['of which the command is the same, and no more is known', { command: sought.command }],
])('one %s may be what is looked for', (_, known) => {
  expect(mayBeSought(sought, known)).toBe(true);
});

test.each([
  ['another command', { command: 'php8.4 artisan pulse:check' }],
  ['another user', { user: 'root' }],
  ['another directory', { directory: '/home/forge/blog' }],
  ['no directory', { directory: null }],
])('one with %s is not', (_, known) => {
  expect(mayBeSought(sought, { ...sought, ...known })).toBe(false);
});

test('what is not asked for does not matter', () => {
  const any = { command: sought.command, user: undefined, directory: undefined };
  expect(mayBeSought(any, { ...sought, user: 'root', directory: null })).toBe(true);
});
