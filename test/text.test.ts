import { expect, test } from 'vitest';
import { beyondAscii, invisibleIn, shorten, trimmed, visible } from '../src/text.ts';

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

test.each([...'\u0301\u200b\u20dd\u2800\ue000\uffff', '\ud800', '\udc00'])(
  'a character that nobody sees as itself is spelled out: %j',
  (character) => {
    const spelled = `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    expect(visible(`a${character}b`)).toBe(`a${spelled}b`);
    expect(invisibleIn(`a${character}b`)).toEqual([{ spelled, position: 2 }]);
  },
);

test('one beyond the first plane has braces, and line breaks and tabs their short names', () => {
  expect(visible('\u{e0100}\u{e0001}')).toBe('\\u{e0100}\\u{e0001}');
  expect(visible('a\tb\r\nc')).toBe('a\\tb\\r\\nc');
});

test('what is seen stays as it is', () => {
  const seen = 'php artisan x --a="b" é ß 日本 Ω → – … 😀 \\u200b';
  expect(visible(seen)).toBe(seen);
  expect(invisibleIn(seen)).toEqual([]);
});

test('every character that Unicode counts as control, format or space is spelled out, but the blank', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (character !== ' ' && /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(character))
      expect(visible(character), code.toString(16)).toMatch(/^\\([nrt]|u[0-9a-f]{4}|u\{[0-9a-f]{5,6}\})$/);
  }
});

test('characters outside ASCII are told, each once', () => {
  expect(beyondAscii('php аrtisan hоrizоn 🚀')).toEqual(['а', 'о', '🚀']);
  expect(beyondAscii('php artisan horizon')).toEqual([]);
});

test('a text of a megabyte that holds only white space between two letters is read at once', () => {
  const blanks = `a${' '.repeat(1_000_000)}b`;
  expect(trimmed(`\n${blanks} `)).toBe(blanks);
  const unseen = invisibleIn(`a${'\u00a0'.repeat(1_000_000)}b`);
  expect(unseen.at(-1)).toEqual({ spelled: '\\u00a0', position: 1_000_001 });
});
