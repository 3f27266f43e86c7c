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

  test('what is declared is what is read', () => {
    const { places } = parse(cases['the documented example']?.[0] ?? '');
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
    const { places } = parseManifest(forgeCases['a server by its id']?.[0] ?? '', 'm.yml', forgeManifest);
    expect(places).toMatchObject([
      { name: '7', processes: [{ spec: { command: 'php artisan x', user: 'forge' } }] },
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

describe('What a person writes into YAML by mistake is told with what to do:', () => {
  const custom = (command: string) => `instances:\n  App:\n    - type: custom\n      command: ${command}\n`;

  test.each([
    [
      'a list of queues between { and } without quotation marks',
      'instances: { App: [{ type: worker, config: { queue: high,default,low } }] }',
      [
        '1:58: instances.App[0].config.default: has no value: between { and } a comma ends a value. If it belongs to the text before it, write queue: "high,default,low"',
      ],
    ],
    [
      'the same before another option',
      'instances: { App: [{ type: worker, config: { queue: high, default, tries: 3 } }] }',
      ['1:59: instances.App[0].config.default: has no value', 'write queue: "high,default"'],
    ],
    [
      'a colon in a command',
      custom('php artisan x --a=b: c'),
      ['4:16: not valid YAML: a text with ": " in it needs quotation marks around it'],
    ],
    [
      'deeper lines under >-',
      custom('>-\n        php artisan x\n          --a=b\n        --c'),
      ['4:16: instances.App[0].command: must be one line; >- folds neither lines that are indented deeper'],
    ],
    [
      'lines under |',
      custom('|\n        php artisan x\n        --a=b'),
      ['4:16: instances.App[0].command: must be one line; | keeps the line breaks: write >- instead'],
    ],
    ['one line under |', custom('|\n        php artisan x'), []],
    [
      'backslashes at the ends of folded lines',
      custom('>-\n        php artisan x \\\n        --a=b'),
      ['4:16: instances.App[0].command: holds a backslash between blanks'],
    ],
    [
      'backslashes at the ends of plain lines',
      custom('php artisan x \\\n        --a=b'),
      ['4:16: instances.App[0].command: holds a backslash between blanks'],
    ],
    [
      'a quotation mark that is not closed',
      custom('"php artisan x\n    - type: worker'),
      ['4:16: not valid YAML: the quotation mark that opens here is not closed'],
    ],
    [
      'a list item at another column',
      'instances:\n  App:\n    - type: worker\n   - type: worker\n',
      ['4:1: not valid YAML: this line must be indented like the lines that it belongs to'],
    ],
    [
      'a key at another column',
      'instances:\n  App:\n    - type: worker\n       processes: 2\n',
      ['3:13: not valid YAML: this line must be indented like'],
    ],
    ['a tab', 'instances:\n\tApp: []\n', ['2:1: Tabs are not allowed as indentation: use spaces']],
    [
      'a sign at the start of a text',
      custom('@foo'),
      ['4:16: not valid YAML: a text that begins so needs quotation marks'],
    ],
    [
      'a bracket that is not closed',
      'instances: { App: [',
      ['1:19: not valid YAML: the [ or { that opens here is not closed'],
    ],
    [
      'a tab inside of { and }',
      'instances:\n  App: [{ type: worker,\n\tprocesses: 2 }]\n',
      ['or a line inside is not indented deeper with spaces'],
    ],
    ['a bracket too many', 'instances: { App: [] }}', ['1:23: not valid YAML: this ] or } closes nothing']],
    [
      'a comma that is missing',
      'instances:\n  App:\n    - { type: worker processes: 2 }\n',
      ['3:15: not valid YAML: between { and }, a comma is missing'],
    ],
    [
      'text after a quotation mark',
      custom('"php artisan x" --a'),
      ['4:32: not valid YAML: nothing may follow a closing quotation mark or bracket'],
    ],
    [
      'text after >',
      custom('> php artisan x'),
      ['4:18: not valid YAML: a text that begins so needs quotation marks'],
    ],
    [
      'a star at the start of a text',
      'instances: { App: [{ type: worker, config: { queue: * } }] }',
      ['1:53: not valid YAML: a text that begins so needs quotation marks'],
    ],
    [
      'no blank after a colon',
      'instances:\n  App:\n    - type:worker\n      processes: 2\n',
      ['3:7: not valid YAML: a key needs a colon, a blank and a value after it'],
    ],
    [
      'a continued line that is not indented',
      custom('php artisan x\n      --a=b\n      processes: 2'),
      ['5:7: not valid YAML: a key needs a colon', 'a line that continues a text must be indented deeper'],
    ],
    [
      'a tab before a list item',
      'instances:\n  App:\n\t- type: worker\n',
      ['3:1: Tabs are not allowed as indentation: use spaces'],
    ],
    [
      'options beside type',
      'instances: { App: [{ type: worker, queue: high }] }',
      [
        '1:36: instances.App[0]: "queue" is not a key of a process',
        'Options of a worker go under config: config: { queue: … }',
      ],
    ],
    [
      'a merge key',
      'instances:\n  App:\n    - &a { type: worker }\n    - { <<: *a, processes: 2 }\n',
      ['4:9: instances.App[1]: merge keys (<<) are not supported'],
    ],
    ['nothing', '', ['1:1: the file is empty; the least it needs is instances: { App: [{ type: worker }] }']],
    ['only comments', '# a\n---\n', ['1:1: the file is empty']],
    [
      'no key at the top',
      'App:\n  - type: worker\nWorkers: []\n',
      ['1:1: the first key must be instances; did you mean to put "App" under it?'],
    ],
    [
      'a character that nobody sees in a queue',
      'instances: { App: [{ type: worker, config: { queue: "high\u200b" } }] }',
      [
        '1:53: instances.App[0].config.queue: contains an invisible character, \\u200b (zero-width space), at position 5',
      ],
    ],
  ])('%s', (_, text, problems) => {
    const found = parse(text).problems;
    expect(found).toHaveLength(Math.min(1, problems.length));
    for (const problem of problems) expect(found.join()).toContain(problem);
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
    expect(problems.join('\n')).toContain('App[0].type: must be worker or custom, not a mapping');
    expect(problems.join('\n')).toContain(
      'App[1].processes: must be a whole number from 1 to 10, not a mapping',
    );
    expect(problems.join('\n')).toContain(
      'App[2].command: must be text such as php artisan reverb:start, not a mapping',
    );
    expect(problems.join('\n')).toContain('App[4].config.force: must be true or false, not a mapping');
    expect(problems.join('\n')).toContain(
      'App[4].config.tries: must be a whole number of at least 0, not a list',
    );
  });

  test('a key that is only in a file of something else is no reason to quote it', () => {
    const { problems } = parse('- hunter2:\n    instances: hunter2\n');
    expect(problems.join()).not.toContain('hunter2');
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
});
