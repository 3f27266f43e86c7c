import { describe, expect, test } from 'vitest';
import { cloudManifest } from '../../src/cloud/manifest.ts';
import { locationText, type Mistake } from '../../src/failure.ts';
import { forgeManifest } from '../../src/forge/manifest.ts';
import { parseManifest } from '../../src/manifest/read.ts';
import { beyondSchema as beyondForgeSchema, cases as forgeCases } from './forge-manifests.ts';
import { beyondSchema, cases } from './manifests.ts';

function parse(text: string) {
  const { places, mistakes } = parseManifest(text, 'm.yml', cloudManifest);
  return { places, problems: mistakes.map(told) };
}

function told({ place, message }: Mistake): string {
  return `${locationText(place)}: ${message}`;
}

function expectProblems(found: readonly string[], expected: readonly string[]): void {
  expect(found).toEqual(expected.map((problem) => expect.stringContaining(problem)));
  for (const problem of found) expect(problem).toMatch(/^m\.yml:\d+:\d+: /);
}

describe('A manifest is read with every problem that it has, each with its place', () => {
  test.each(Object.entries({ ...cases, ...beyondSchema }))('%s', (_, [text, ...problems]) => {
    expectProblems(parse(text).problems, problems);
  });

  test.each(Object.entries({ ...forgeCases, ...beyondForgeSchema }))(
    'of Forge: %s',
    (_, [text, ...problems]) => {
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

  test('what is declared for Forge is what is read, with the usual user', () => {
    const { places } = parseManifest(forgeCases['a server by its id']?.[0] ?? '', 'm.yml', forgeManifest);
    expect(places).toMatchObject([
      { name: '7', processes: [{ spec: { command: 'php artisan x', user: 'forge' } }] },
    ]);
  });

  test('a mapping or a list where a word or a number belongs', () => {
    const wrong = [
      '{ type: { a: [b] } }',
      '{ type: worker, processes: { a: [b] } }',
      '{ type: custom, command: { a: [b] } }',
      '{ type: worker, config: [{ a: b }] }',
      '{ type: worker, config: { force: { a: b }, tries: [1] } }',
    ];
    const { problems } = parse(`instances: { App: [${wrong.join(', ')}] }`);
    for (const problem of [
      'App[0].type: must be worker or custom, not a mapping',
      'App[1].processes: must be a whole number from 1 to 10, not a mapping',
      'App[2].command: must be text such as php artisan reverb:start, not a mapping',
      'App[4].config.force: must be true or false, not a mapping',
      'App[4].config.tries: must be a whole number of at least 0, not a list',
    ])
      expect(problems.join('\n')).toContain(problem);
  });

  test('a message does not quote what stands where the YAML is broken', () => {
    expect(parse('instances: {}\n]hunter2').problems.join()).not.toContain('hunter2');
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

  test('a key that is only in a file of something else is no reason to quote it', () => {
    const { problems } = parse('- hunter2:\n    instances: hunter2\n');
    expect(problems.join()).not.toContain('hunter2');
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
    expect(parse(`instances: ${'['.repeat(20_000)}`).problems).toEqual([
      expect.stringContaining('nested too deep'),
    ]);
    expect(parse(`instances:\n${'- '.repeat(10_000)}`).problems).toEqual([
      expect.stringContaining('nested too deep'),
    ]);
  });

  test('aliases that multiply', () => {
    const list = Array.from({ length: 100 }, (_, index) => `{ type: custom, command: run${index} }`).join(
      ', ',
    );
    const copies = Array.from({ length: 150 }, (_, index) => `  B${index}: *a\n`).join('');
    const { places, problems } = parse(`instances:\n  A: &a [${list}]\n${copies}`);
    expect(problems.join()).toContain('5000 processes at most');
    expect(problems.join()).toContain('more than 100 aliases');
    expect(places.reduce((sum, { processes }) => sum + processes.length, 0)).toBe(5_000);
  });

  test('aliases that multiply within a process', () => {
    const options = Array.from({ length: 49 }, (_, index) => `k${index}: *a`).join(', ');
    const first = `&p { type: custom, command: &a [${'1,'.repeat(30_000)}], config: { ${options} } }`;
    const { problems } = parse(`instances:\n  A:\n    - ${first}\n${'    - *p\n'.repeat(49)}`);
    expect(problems.join()).toContain('aliases repeat too many values');
  });

  test('mistakes that multiply', () => {
    const options = Array.from({ length: 6_000 }, (_, index) => `k${index}: 1`).join(', ');
    const first = `&p { type: custom, command: x, config: { ${options} } }`;
    const { problems } = parse(`instances:\n  A:\n    - ${first}\n${'    - *p\n'.repeat(98)}`);
    expect(problems).toHaveLength(6_002);
  });
});
