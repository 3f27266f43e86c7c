import { expect, test } from 'vitest';
import { withParts } from '../../scripts/parts-of-undici.ts';

const index = `const Pool = require('./lib/dispatcher/pool')
const Dispatcher = require('./lib/dispatcher/dispatcher')
const { setGlobalDispatcher } = require('./lib/global')
const api = require('./lib/api')

Object.assign(Dispatcher.prototype, api)
`;

test('what is imported of undici comes from the file that its index takes it from, with the methods of dispatchers', () => {
  const source = `import { a } from './a.ts';\nimport { Pool, type Agent } from 'undici';\nrun(Pool);\n`;
  expect(withParts(source, index).split(/;\s*/)).toEqual([
    `import { a } from './a.ts'`,
    `import Pool from 'undici/lib/dispatcher/pool'`,
    `import DispatcherOfUndici from 'undici/lib/dispatcher/dispatcher'`,
    `import apiOfUndici from 'undici/lib/api'`,
    'Object.assign(DispatcherOfUndici.prototype, apiOfUndici)',
    'run(Pool)',
    '',
  ]);
});

test('an import of types alone loads nothing', () => {
  expect(withParts(`import { type Agent } from 'undici';\n`, index)).toBe('\n');
  const types = `import type { Agent } from 'undici';\n`;
  expect(withParts(types, index)).toBe(types);
});

test.each(['fetch', 'setGlobalDispatcher'])(
  'the build fails for %s, which has no file of its own',
  (name) => {
    expect(() => withParts(`import { ${name} } from 'undici';\n`, index)).toThrow(
      `The index of undici does not take ${name} from a file of its own`,
    );
  },
);

test('the build fails when the index gives dispatchers their methods in another way', () => {
  const changed = index.replace('Object.assign', 'Object.defineProperties');
  expect(() => withParts(`import { Pool } from 'undici';\n`, changed)).toThrow('does not take its methods');
});
