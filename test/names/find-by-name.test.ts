import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { findByName, type Kind, NotThere } from '../../src/names.ts';

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

function refusal(wanted: string, among: readonly Thing[]): unknown {
  try {
    pick(wanted, among);
  } catch (error) {
    return error;
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
  test('is told with what is, by all its names', () => {
    expect(refusal('store', [shop, admin])).toHaveProperty(
      'message',
      'No application in the organization is named "store": there are shop / shop-3 / acme/shop (app-1), shop-admin (app-2). Correct the input application.',
    );
  });

  test('that looks like an id is looked for as one, too', () => {
    expect(refusal('app-9', [shop])).toHaveProperty(
      'what',
      'No application in the organization has the id or name "app-9"',
    );
  });

  test('is told with the only one there is, or that there is none', () => {
    expect(refusal('store', [admin])).toHaveProperty(
      'why',
      expect.stringContaining('there is shop-admin (app-2)'),
    );
    expect(refusal('store', [])).toHaveProperty('why', expect.stringContaining('there is none at all'));
  });

  test.each([
    ['Shop', '"shop"'],
    ['shpo', '"shop"'],
    ['shop-admim', '"shop-admin"'],
    ['refs/heads/shop', '"shop"'],
  ])('is told with what was most likely meant: %s', (wanted, near) => {
    const fix = expect.stringContaining(`Did you mean ${near}?`);
    expect(refusal(wanted, [shop, admin])).toHaveProperty('fix', fix);
  });

  test.each([
    ['refs/heads/shop', 'github.ref_name'],
    ['refs/pull/7/merge', 'github.head_ref'],
    ['7/merge', 'github.head_ref'],
  ])('is told with where GitHub keeps the name of a branch: %s', (wanted, expression) => {
    expect(refusal(wanted, [shop])).toHaveProperty('fix', expect.stringContaining(expression));
  });

  test('is told with twenty-five others at most', () => {
    const many = Array.from({ length: 27 }, (_, n) => ({ id: `app-${n}`, names: [`a${n}`, ''] as const }));
    const why = expect.stringMatching(/a24 \(app-24\) and 2 more$/);
    expect(refusal('store', many)).toHaveProperty('why', why);
    expect(refusal('store', many.slice(0, 25))).toHaveProperty(
      'why',
      expect.stringMatching(/a24 \(app-24\)$/),
    );
  });
});

test('several of one name are an error that names each, and no waiting helps', () => {
  const twin: Thing = { id: 'app-3', names: ['shop'] };
  const error = refusal('shop', [shop, twin]);
  expect(error).toBeInstanceOf(Failure);
  expect(error).not.toBeInstanceOf(NotThere);
  expect(error).toHaveProperty(
    'message',
    '2 applications in the organization are named "shop": they are shop-3 (app-1), shop (app-3). Set application to the id of the one you mean.',
  );
});
