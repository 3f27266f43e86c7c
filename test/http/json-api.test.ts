import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { Count, decode, expectNoPage, one, parse, Undecodable } from '../../src/http/json-api.ts';
import { htmlPage, json, text } from '../support/test-client.ts';

const Thing = v.object({ data: v.object({ name: v.string() }) });

function whyNot(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof Undecodable) return error.message;
    throw error;
  }
  throw new Error('It could be read');
}

test('a count may be text, and what is none is no count', () => {
  const counts = [7, '12', '-3', '1234567890123456', 'x1', '1x', '', null].map((value) => v.is(Count, value));
  expect(counts).toEqual([true, true, true, false, false, false, false, false]);
  expect(v.parse(Count, '12')).toBe(12);
});

describe('an answer is refused', () => {
  test.each([
    [
      'a page by its type',
      text(200, 'Hello', { 'content-type': 'text/html; charset=UTF-8' }),
      'is an HTML page instead of JSON',
    ],
    ['a page by its looks', text(200, '\n <!DOCTYPE html>'), 'is an HTML page instead of JSON'],
    [
      'compressed in an unknown way',
      text(200, '(', { 'content-encoding': 'zstd' }),
      'is compressed in a way that nobody asked for',
    ],
    ['text', text(200, 'It works', { 'content-type': 'text/plain' }), 'is not JSON, or was cut off'],
  ])('when it is %s', (_, response, why) => {
    expect(whyNot(() => parse(response))).toBe(why);
  });

  test('when its shape is another, with the place', () => {
    const found = (data: unknown) => whyNot(() => decode(json(200, { data }), Thing));
    const shape = 'does not have the expected shape';
    expect(found({ name: 7 })).toBe(`${shape} (at data.name: expected string, found 7)`);
    expect(found({})).toBe(`${shape} (at data.name: expected "name", found nothing)`);
    expect(found('a secret')).toBe(`${shape} (at data: expected Object, found text)`);
    expect(whyNot(() => decode(json(200, 'a'), Thing))).toBe(
      `${shape} (at its root: expected Object, found text)`,
    );
    const Even = v.pipe(
      v.number(),
      v.check((number) => number % 2 === 0, 'is an odd number'),
    );
    expect(whyNot(() => decode(json(200, 7), Even))).toBe('is an odd number');
    const Seven = one(v.looseObject({ id: v.string() }), '7');
    const other = json(200, { data: { id: '8' } });
    expect(whyNot(() => decode(other, Seven))).toBe('is about another resource than 7');
    expect(decode(json(200, { data: { id: '7' }, included: 5 }), Seven).included).toEqual([]);
  });
});

test('an answer of which nothing is used may not be a page, by its looks or by its type', () => {
  expect(whyNot(() => expectNoPage(htmlPage))).toBe('is an HTML page');
  const byType = text(200, 'Hello', { 'content-type': 'text/html' });
  expect(whyNot(() => expectNoPage(byType))).toBe('is an HTML page');
  expect(whyNot(() => expectNoPage(text(200, '<p>')))).toBe('is an HTML page');
  const json = text(200, '{}', { 'content-type': 'text/html' });
  expect(() => expectNoPage(json)).not.toThrow();
  expect(parse(json)).toEqual({});
});
