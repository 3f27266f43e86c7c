import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { leftOut } from '../../scripts/left-out.ts';

test("of the tables of undici's parser, those that it uses are kept", () => {
  const file = createRequire(import.meta.url).resolve('undici/lib/dispatcher/client-h1.js');
  const used = [...readFileSync(file, 'utf8').matchAll(/\bconstants\.([A-Z_]+)/g)].map(([, name]) => name);
  const { instead } = leftOut.find(({ module }) => module === 'undici/lib/llhttp/constants') ?? {};
  const kept = JSON.parse(instead?.replace(/^module\.exports = (.*);$/, '$1') ?? '{}');
  expect(Object.keys(kept).sort()).toEqual([...new Set(used)].sort());
});
