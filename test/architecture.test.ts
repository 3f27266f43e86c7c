import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/** What each part of `src` may import of the others. A part is a folder, or a file at the top. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  main: ['actions', 'github'],
  actions: ['manifest', 'processes', 'cloud', 'forge', 'targets', 'github', 'http', 'time', 'failure'],
  cloud: ['processes', 'targets', 'http', 'time', 'failure'],
  forge: ['processes', 'targets', 'http', 'time', 'failure'],
  manifest: ['processes', 'failure'],
  targets: ['failure'],
  github: ['http', 'time', 'failure'],
  processes: ['time', 'failure'],
  http: ['time', 'failure'],
  time: ['failure'],
  failure: [],
};

/** Libraries that only one part may know. */
const ownedBy: Readonly<Record<string, string>> = { '@actions': 'github', undici: 'http', cockatiel: 'time' };

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .sort();

describe.each(files)('src/%s', (file) => {
  test('imports only what its part may know', () => {
    expect(violationsOf(file, readFileSync(join(src, file), 'utf8'))).toEqual([]);
  });
});

test('the import of a part that lies above is noticed, however it is written', () => {
  const code = `
    import { runEnsure } from '../actions/ensure.ts';
    import type { HttpClient } from '../http/client.ts';
    export { run } from '../main.ts';
    const { setOutput } = await import('@actions/core');
    import 'undici/lib/dispatcher/agent.js';
    import { readFileSync } from 'node:fs';
    import { ensure } from './ensure.ts';`;
  expect(violationsOf('processes/new.ts', code)).toEqual([
    'processes imports actions',
    'processes imports http',
    'processes imports main',
    'processes imports @actions',
    'processes imports undici',
    'processes imports node:fs',
  ]);
});

test('the domain reads no clock, no environment and no dice', () => {
  for (const file of files.filter((name) => name.startsWith('processes/'))) {
    const code = readFileSync(join(src, file), 'utf8');
    expect(code, file).not.toMatch(
      /\b(Date\.now|Math\.random|process\.(env|exit|on)|console\.|setTimeout|fetch)\b/,
    );
  }
});

function violationsOf(file: string, code: string): string[] {
  const part = partOf(file);
  const allowed = mayImport[part];
  if (allowed === undefined) return [`${part} has no place in the architecture`];
  return importsIn(code).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const imported = partOf(posix.normalize(posix.join(dirname(file), specifier)));
      return imported === part || allowed.includes(imported) ? [] : [`${part} imports ${imported}`];
    }
    const library = specifier.split('/')[0] ?? specifier;
    const owner = ownedBy[library];
    if (owner !== undefined && owner !== part) return [`${part} imports ${library}`];
    return part === 'processes' && specifier.startsWith('node:') ? [`${part} imports ${specifier}`] : [];
  });
}

function partOf(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? file;
}

/** What a module imports, exports again, or imports later. */
function importsIn(code: string): string[] {
  const statements = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g);
  return [...statements].map(([, specifier = '']) => specifier);
}
