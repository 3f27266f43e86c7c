import { expect, test } from 'vitest';
import { withParts } from '../../scripts/parts-of-undici.ts';

const index = `const Pool = require('./lib/dispatcher/pool')
const Dispatcher = require('./lib/dispatcher/dispatcher')
const { setGlobalDispatcher } = require('./lib/global')
`;
const api = `module.exports.request = require('./api-request')
module.exports.stream = require('./api-stream')
module.exports.connect = require('./api-connect')
`;

test('what is imported of undici comes from the file that its index names, with the methods that are used', () => {
  const source = `import { a } from './a.ts';\nimport { Pool, type Agent } from 'undici';\nrun(Pool);\n`;
  expect(withParts(source, index, api).split(/;\s*/)).toEqual([
    `import { a } from './a.ts'`,
    `import Pool from 'undici/lib/dispatcher/pool'`,
    `import DispatcherItself from 'undici/lib/dispatcher/dispatcher'`,
    `import requestOfDispatcher from 'undici/lib/api/api-request'`,
    `import connectOfDispatcher from 'undici/lib/api/api-connect'`,
    'DispatcherItself.prototype.request = requestOfDispatcher',
    'DispatcherItself.prototype.connect = connectOfDispatcher',
    'run(Pool)',
    '',
  ]);
});

test('an import of types alone loads nothing', () => {
  expect(withParts(`import { type Agent } from 'undici';\n`, index, api)).toBe('\n');
  const types = `import type { Agent } from 'undici';\n`;
  expect(withParts(types, index, api)).toBe(types);
});

test.each(['fetch', 'setGlobalDispatcher'])(
  'the build fails for %s, which has no file of its own',
  (name) => {
    expect(() => withParts(`import { ${name} } from 'undici';\n`, index, api)).toThrow(
      `undici does not take ${name} from a file of its own: see scripts/parts-of-undici.ts`,
    );
  },
);

test('the build fails when a method has no file any more', () => {
  expect(() => withParts(`import { Pool } from 'undici';\n`, index, '')).toThrow('does not take request');
});
