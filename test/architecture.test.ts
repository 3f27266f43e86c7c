import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/** What each room of `src` may import of the others. A room is a folder, or a file at the top. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  main: ['actions', 'runner', 'early-connection'],
  actions: ['cloud', 'forge', 'manifest', 'converge', 'names', 'runner', 'http', 'time', 'failure', 'text'],
  cloud: ['manifest', 'converge', 'names', 'http', 'time', 'failure', 'text'],
  forge: ['manifest', 'converge', 'names', 'http', 'time', 'failure', 'text'],
  manifest: ['converge', 'names', 'failure', 'text'],
  runner: ['early-connection', 'http', 'names', 'time', 'failure', 'text'],
  converge: ['names', 'time', 'failure', 'text'],
  names: ['failure', 'text'],
  http: ['early-connection', 'names', 'time', 'failure', 'text'],
  time: ['failure', 'text'],
  'early-connection': [],
  failure: [],
  text: [],
};

/** Libraries, and modules of Node.js, that only one room may know. */
const ownedBy: Readonly<Record<string, string>> = {
  '@actions/core': 'runner',
  'node:http': 'http',
  'node:https': 'http',
  yaml: 'manifest',
};

const files = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .sort()
    .map((name) => [name, readFileSync(join(src, name), 'utf8')] as const),
);

test('each file imports only what its room may know', () => {
  expect([...files].flatMap(([file, code]) => violationsOf(file, code))).toEqual([]);
  const wrong = "import { HttpClient } from '../http/client.ts'; await import('node:fs');";
  expect(violationsOf('converge/new.ts', wrong)).toHaveLength(2);
});

test('no rooms and no files import each other in a circle', () => {
  const imports = new Map([...files].map(([file, code]) => [file, localImports(file, code)]));
  expect(circlesIn(imports)).toEqual([]);
  expect(circlesIn(new Map(Object.entries(mayImport)))).toEqual([]);
  expect(circlesIn(new Map(Object.entries({ a: ['b'], b: ['c'], c: ['b'] })))).toEqual(['b -> c -> b']);
});

test('the domain reads no clock, no environment and no dice', () => {
  for (const [file, code] of files) {
    if (!file.startsWith('converge/')) continue;
    expect(code, file).not.toMatch(
      /\b(Date\.now|Math\.random|process\.(env|exit|on)|console\.|setTimeout|fetch)\b/,
    );
  }
});

test('few files set a timer or read the date by themselves', () => {
  const using = (words: RegExp) => [...files].flatMap(([file, code]) => (words.test(code) ? [file] : []));
  expect(using(/\bsetTimeout\(|AbortSignal\.timeout\(|timers\/promises/)).toEqual([
    'actions/report/comment.ts',
    'early-connection.ts',
    'http/connections.ts',
    'http/transport.ts',
    'runner/ending.ts',
    'time.ts',
  ]);
  expect(using(/\bDate\.now\b/)).toEqual(['actions/session.ts', 'http/client.ts']);
});

function violationsOf(file: string, code: string): string[] {
  const room = roomOf(file);
  const allowed = mayImport[room];
  if (allowed === undefined) return [`${room} has no place in the architecture`];
  const wrong = importsIn(code).filter((specifier) => {
    if (specifier.startsWith('.')) {
      const imported = roomOf(resolved(file, specifier));
      return imported !== room && !allowed.includes(imported);
    }
    const owner = Object.entries(ownedBy).find(([library]) => `${specifier}/`.startsWith(`${library}/`))?.[1];
    return (owner !== undefined && owner !== room) || (room === 'converge' && specifier.startsWith('node:'));
  });
  return wrong.map(
    (specifier) =>
      `${file} imports ${specifier.startsWith('.') ? roomOf(resolved(file, specifier)) : specifier}`,
  );
}

function localImports(file: string, code: string): string[] {
  return importsIn(code)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolved(file, specifier));
}

/** Every way that leads from a place back to itself, once each. */
function circlesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (place: string, way: readonly string[]): void => {
    const start = way.indexOf(place);
    if (start !== -1) circles.push([...way.slice(start), place].join(' -> '));
    if (start !== -1 || done.has(place)) return;
    for (const next of edges.get(place) ?? []) visit(next, [...way, place]);
    done.add(place);
  };
  for (const place of edges.keys()) visit(place, []);
  return circles;
}

function resolved(file: string, specifier: string): string {
  return posix.normalize(posix.join(dirname(file), specifier));
}

function roomOf(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? file;
}

/** What a module imports, exports again, or imports later. */
function importsIn(code: string): string[] {
  const statements = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g);
  return [...statements].map(([, specifier = '']) => specifier);
}
