import { describe, expect, test } from 'vitest';
import { retryAfter } from '../../src/http/retry.ts';

const now = Date.UTC(2026, 3, 4);

function asked(status: number, headers: Record<string, string>): number | undefined {
  return retryAfter({ status, headers }, now);
}

describe('Retry-After', () => {
  test.each([
    ['seconds', '120', 120_000],
    ['a part of a second', '1.25', 1_250],
    ['seconds with blanks around', ' 3 ', 3_000],
    ['a date', 'Sat, 04 Apr 2026 00:01:00 GMT', 60_000],
    ['a year', '31536000', 31_536_000_000],
  ])('is read as %s', (_, value, wait) => {
    expect(asked(503, { 'retry-after': value })).toBe(wait);
  });

  test.each([
    ...['', 'soon', '1e3', '0x10', '-5', '0', '31536001', `${now / 1_000 + 9}`, '9'.repeat(400)],
    '2026-04-04T00:01:00Z',
    'Fri, 03 Apr 2026 00:00:00 GMT',
    'Sat, 04 Apr 2026 00:00:00 GMT',
  ])('is nothing when it is "%s": negative, past or nonsense', (value) => {
    expect(asked(503, { 'retry-after': value })).toBeUndefined();
  });

  test('counts beside X-RateLimit-Reset: the later of both', () => {
    expect(asked(429, { 'retry-after': '2', 'x-ratelimit-reset': '50' })).toBe(50_000);
    expect(asked(429, { 'retry-after': '60', 'x-ratelimit-reset': '50' })).toBe(60_000);
    expect(asked(429, { 'retry-after': '0', 'x-ratelimit-reset': '50' })).toBe(50_000);
  });

  test('is a date of the server’s clock, where the answer tells that', () => {
    const date = new Date(now - 3_600_000).toUTCString();
    expect(asked(503, { date, 'retry-after': 'Fri, 03 Apr 2026 23:00:07 GMT' })).toBe(7_000);
    expect(asked(429, { date, 'x-ratelimit-reset': `${now / 1_000 - 3_600 + 9}` })).toBe(9_000);
    expect(asked(503, { date: 'today', 'retry-after': 'Sat, 04 Apr 2026 00:00:07 GMT' })).toBe(7_000);
  });
});

describe('X-RateLimit-Reset', () => {
  test.each([
    ['seconds from now', '50', 50_000],
    ['seconds with blanks around', ' 50 ', 50_000],
    ['a year of seconds', '31536000', 31_536_000_000],
    ['a moment', String(now / 1_000 + 90), 90_000],
  ])('of a 429 is read as %s', (_, value, wait) => {
    expect(asked(429, { 'x-ratelimit-reset': value })).toBe(wait);
  });

  test.each([
    '',
    'soon',
    '-5',
    '0',
    '1.5',
    '5 x',
    'x 5',
    String(now / 1_000 - 90),
    String(now / 1_000 + 31_536_001),
  ])('is nothing when it is "%s"', (value) => {
    expect(asked(429, { 'x-ratelimit-reset': value })).toBeUndefined();
  });

  test('of any other status says nothing about that request', () => {
    expect(asked(503, { 'x-ratelimit-reset': '50' })).toBeUndefined();
  });
});
