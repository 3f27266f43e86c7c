import { describe, expect, test } from 'vitest';
import { Failure } from '../src/failure.ts';
import { collecting, didYouMean, findByName, type Kind, NotThere, nearest, orNear } from '../src/names.ts';

interface Thing {
  readonly id: string;
  readonly names: readonly [name?: string | null, slug?: string, repository?: string];
}

const kinds: readonly Kind<Thing>[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'name', of: ({ names }) => names[0] },
  { name: 'slug', of: ({ names }) => names[1] },
  { name: 'repository', of: ({ names }) => names[2], isEqual: (a, b) => a.toLowerCase() === b.toLowerCase() },
];
const shop: Thing = { id: 'app-1', names: ['shop', 'shop-3', 'acme/shop'] };
const admin: Thing = { id: 'app-2', names: ['shop-admin'] };

function pick(wanted: string, among: readonly Thing[]): Thing {
  return findByName({ kind: 'application', where: 'in the organization', wanted, among, kinds });
}

function refusal(wanted: string, among: readonly Thing[]): Failure {
  try {
    pick(wanted, among);
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error('It was chosen');
}

describe('a choice', () => {
  test.each(['app-1', 'shop', 'shop-3', 'acme/shop'])(
    'is made by an id or any of the names, exactly: %s',
    (wanted) => {
      expect(pick(wanted, [admin, shop])).toBe(shop);
    },
  );

  test('is made by an id before a name', () => {
    const named: Thing = { id: 'app-9', names: ['app-1'] };
    expect(pick('app-1', [named, shop])).toBe(shop);
  });

  test('is not made for a part of a name, or another case', () => {
    for (const wanted of ['sho', 'Shop', 'admin']) {
      expect(refusal(wanted, [shop, admin])).toBeInstanceOf(NotThere);
    }
  });
});

describe('what is not there', () => {
  test.each([
    ['Shop', '"shop"'],
    ['shpo', '"shop"'],
    ['shop-admim', '"shop-admin"'],
    ['refs/heads/shop', '"shop"'],
  ])('is told with what was most likely meant: %s', (wanted, near) => {
    expect(refusal(wanted, [shop, admin]).fix).toContain(`Did you mean ${near}?`);
  });

  test('is told with twenty-five others at most', () => {
    const many = Array.from({ length: 27 }, (_, n) => ({ id: `app-${n}`, names: [`a${n}`, ''] as const }));
    expect(refusal('store', many).why).toMatch(/a24 \(app-24\) and 2 more$/);
  });
});

describe('a mistyped name is recognised', () => {
  test.each([
    ['Main', ['main', 'develop'], ['main']],
    ['origin/main', ['main'], ['main']],
    ['refs/remotes/origin/main', ['main'], ['main']],
    ['wroker', ['worker', 'custom'], ['worker']],
    ['retries', ['tries', 'rest'], ['tries']],
    ['web-2', ['web-1', 'database'], ['web-1']],
    ['web-9', ['web-1', 'web-2', 'web-3', 'web-4'], ['web-1', 'web-2', 'web-3']],
    ['prod', ['staging', 'production'], ['production']],
    ['feature/New_Cart', ['feature-new-cart'], ['feature-new-cart']],
    ['mian', ['main', 'min'], ['main', 'min']],
  ])('%s among %j', (wanted, names, expected) => {
    expect(nearest(wanted, names)).toEqual(expected);
  });

  test.each([
    ['office', ['shop', 'blog']],
    ['ab', ['abc-production']],
    ['', ['main']],
    ['x', []],
    ['x'.repeat(200), ['x'.repeat(201)]],
  ])('and nothing is guessed for %j among %j', (wanted, names) => {
    expect(nearest(wanted, names)).toEqual([]);
  });
});

test('what was meant is asked, with the reason before it if there is one', () => {
  expect(didYouMean('web-9', ['web-1', 'web-2'])).toBe('Did you mean "web-1" or "web-2"?');
  expect(didYouMean('office', ['web-1'])).toBe('');
  expect(orNear('must be worker', 'wroker', ['worker'])).toBe('must be worker. Did you mean "worker"?');
  expect(orNear('must be worker', 'daemon', ['worker'])).toBe('must be worker');
});

test('failures that stand at no place of a file are one annotation together', () => {
  const collect = () =>
    collecting('plans', ['a', 'b'], (what) => {
      throw new Failure({ what, why: 'it is wrong' });
    });
  expect(collect).toThrow(
    expect.objectContaining({
      annotations: [{ message: expect.stringMatching(/^2 problems with the plans:.*- a .*- b /s) }],
    }),
  );
});
