import { describe, expect, test } from 'vitest';
import { cloudManifest } from '../../src/cloud/manifest.ts';
import { type Mistake, placeText } from '../../src/failure.ts';
import { forgeManifest } from '../../src/forge/manifest.ts';
import { parseManifest } from '../../src/manifest/read.ts';
import { beyondSchema as beyondForgeSchema, cases as forgeCases } from './forge-manifests.ts';
import { beyondSchema, cases } from './manifests.ts';

function parse(text: string) {
  const { places, mistakes } = parseManifest(text, 'm.yml', cloudManifest);
  return { places, problems: mistakes.map(told) };
}

function told({ place, message }: Mistake): string {
  return `${placeText(place)}: ${message}`;
}

function expectProblems(found: readonly string[], expected: readonly string[]): void {
  expect(found).toEqual(expected.map((problem) => expect.stringContaining(problem)));
  for (const problem of found) expect(problem).toMatch(/^m\.yml:\d+:\d+: /);
}

describe('A manifest is read with every problem that it has, each with its place', () => {
  test.each([...cases, ...beyondSchema].map((each) => [each.title, each] as const))(
    '%s',
    (_, { text, problems }) => {
      expectProblems(parse(text).problems, problems);
    },
  );

  test.each([...forgeCases, ...beyondForgeSchema].map((each) => [each.title, each] as const))(
    'of Forge: %s',
    (_, { text, problems }) => {
      const { mistakes } = parseManifest(text, 'm.yml', forgeManifest);
      expectProblems(mistakes.map(told), problems);
    },
  );

  test('all problems are told at once, in the order of the text', () => {
    const { problems } = parse(
      'extra: 1\ninstances:\n  App:\n    - type: x\n      processes: 0\n      config: { tries: a, que: b }\n  workers: 3\n',
    );
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'm.yml:1:1',
      'm.yml:4:13',
      'm.yml:5:18',
      'm.yml:6:24',
      'm.yml:6:27',
      'm.yml:7:12',
    ]);
  });

  test('what is declared is what is read', () => {
    const { places } = parse(cases[0]?.text ?? '');
    expect(places).toEqual([
      {
        name: 'App',
        place: { file: 'm.yml', line: 3, column: 3 },
        processes: [
          {
            spec: {
              type: 'worker',
              processes: 2,
              config: { connection: 'redis', queue: 'high,default', tries: 3 },
            },
            place: { file: 'm.yml', line: 4, column: 7 },
          },
          {
            spec: { type: 'custom', processes: undefined, command: 'php artisan reverb:start' },
            place: { file: 'm.yml', line: 7, column: 7 },
          },
        ],
      },
    ]);
  });

  test('an alias stands for what its anchor marks', () => {
    const { places } = parse('instances:\n  A: &list [{ type: worker }]\n  B: *list\n');
    expect(places[1]?.processes.map(({ spec }) => spec)).toEqual([
      { type: 'worker', processes: undefined, config: {} },
    ]);
  });

  test('what is declared for Forge is what is read, with the usual user', () => {
    const { places } = parseManifest(forgeCases[2]?.text ?? '', 'm.yml', forgeManifest);
    expect(places).toMatchObject([
      { name: '7', processes: [{ spec: { command: 'php artisan x', user: 'forge', site: undefined } }] },
    ]);
  });

  test('a message does not quote what stands where the YAML is broken', () => {
    expect(parse('instances: {}\n]hunter2').problems.join()).not.toContain('hunter2');
  });

  test('a name that is a number stays as it is written', () => {
    expect(parse('instances: { 007: [] }').places[0]?.name).toBe('007');
  });

  test('a key named __proto__ is a key like any other', () => {
    const { places, problems } = parse('instances: { __proto__: [{ type: worker }] }');
    expect(problems).toEqual([]);
    expect(places[0]?.name).toBe('__proto__');
  });
});

describe('A file that is not a manifest is not quoted, since it may hold secrets:', () => {
  test.each([
    'APP_KEY=base64:c2VjcmV0\nDB_PASSWORD=hunter2-hunter2\n',
    'password: hunter2-hunter2',
    '"hunter2-hunter2": *x',
    '- hunter2-hunter2\n- [',
    '{"token": "hunter2-hunter2"',
    '!hunter2-hunter2 x: [1',
  ])('%j', (text) => {
    const { problems } = parse(text);
    expect(problems).toEqual([expect.stringContaining('m.yml:1:1: this is not a manifest')]);
    expect(problems.join()).not.toMatch(/hunter2|secret/i);
  });

  test('and a key that is only mistyped is named', () => {
    const { problems } = parse('instanecs: {}');
    expect(problems[0]).toContain(
      '"instanecs" is not a key of a manifest; the keys are instances. Did you mean "instances"?',
    );
  });
});

describe('A manifest that would eat time or memory is refused', () => {
  test('nested too deep', () => {
    expect(parse(`instances: ${'['.repeat(100_000)}`).problems).toEqual([
      expect.stringContaining('nested too deep'),
    ]);
    expect(parse(`instances:\n${'- '.repeat(50_000)}`).problems).toEqual([
      expect.stringContaining('nested too deep'),
    ]);
  });

  test('aliases that multiply', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => `{ type: custom, command: run${index} }`).join(
      ', ',
    );
    const copies = Array.from({ length: 150 }, (_, index) => `  B${index}: *a\n`).join('');
    const { places, problems } = parse(`instances:\n  A: &a [${list}]\n${copies}`);
    expect(problems.join()).toContain('5000 processes at most');
    expect(problems.join()).toContain('more than 100 aliases');
    expect(places.reduce((sum, { processes }) => sum + processes.length, 0)).toBe(5_000);
  });
});
