import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// A stand-in has only what the library used of the module when it was written.

const undici = fileURLToPath(new URL('../../node_modules/undici/lib/', import.meta.url));
const sources = globSync('{api,core,dispatcher}/!(tree).js', { cwd: undici }).map((name) =>
  readFileSync(undici + name, 'utf8'),
);

test.each([
  ['node:assert', /\bassert\.\w+/g, []],
  [
    'node:http',
    /\bhttp\.\w+|\{[^}]*\} = require\('node:http'\)/g,
    ['http.maxHeaderSize', "{ IncomingMessage } = require('node:http')"],
  ],
  ['lib/core/tree', /\btree\.\w+/g, ['tree.lookup']],
  ['lib/llhttp/constants', /\bconstants\.(?!js)\w+/g, ['constants.ERROR', 'constants.TYPE']],
  ['lib/web/webidl', /\bwebidl\.[\w.]+/g, ['webidl.is.FormData']],
])('undici uses no more of %s than its stand-in has', (_, pattern, known) => {
  const used = sources.flatMap((source) => source.match(pattern) ?? []);
  expect([...new Set(used)].sort()).toEqual(known.sort());
});
