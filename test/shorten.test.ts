import { expect, test } from 'vitest';
import { quoted, shorten } from '../src/text.ts';

test('a text is cut between words, so that no part of a secret in it is ever shown', () => {
  const secret = '12|abcdefghijklmnopqrstuvwxyz';
  for (let longest = 0; longest < 60; longest++) {
    const shown = shorten(`curl -H ${secret} https://shop.example`, longest);
    expect(shown.includes(secret) || !shown.includes('abc'), shown).toBe(true);
  }
});

test('a text that fits stays whole, one that does not ends with a sign of it', () => {
  expect(shorten('php artisan horizon', 19)).toBe('php artisan horizon');
  expect(shorten('php artisan horizon', 18)).toBe('php artisan…');
  expect(shorten('php artisan horizon', 11)).toBe('php artisan…');
  expect(shorten('php-artisan-horizon', 10)).toBe('a text of 19 characters');
});

test('a value is quoted whole or not at all', () => {
  expect(quoted('a "b"')).toBe('"a \\"b\\""');
  expect(quoted('x'.repeat(81))).toBe('a text of 81 characters');
});
