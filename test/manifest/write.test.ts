import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  cloudManifest,
  declareInstances,
  type RunningInstance,
  writeCloudManifest,
} from '../../src/cloud/manifest.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import { foldCommand } from '../../src/converge/compare.ts';
import { planFor } from '../../src/converge/plan.ts';
import { specFrom } from '../../src/forge/compare.ts';
import { forgeManifest, writeForgeManifest } from '../../src/forge/manifest.ts';
import { forgeService } from '../../src/forge/service.ts';
import type { ForgeProcess } from '../../src/forge/shapes.ts';
import { parseManifest } from '../../src/manifest/read.ts';
import { invisibleIn } from '../../src/text.ts';
import { processOf } from '../forge/forge-server.ts';
import { existing, listingOf } from '../support/processes.ts';

const schemaUrl = 'https://example.test/schema.json';

/** What stands in commands out there, and what YAML might take for something else. */
const hostile = [
  'php artisan reverb:start --host="0.0.0.0" # not a comment',
  "it's: {a: [b, c]} & *x !tag | > % @ `",
  'php artisan x   ',
  '  - php artisan x',
  ...['yes', 'null', '007', '0x1F', '1e3', '12:30:45', '2026-01-01', '<<: *default', '---', '...', '? key'],
  '\u0085\u2028\ufeff zero\u0000width\u200b',
  'größe → 🚀 日本語',
  '"quoted" "\\ back\\slash \t tab',
  "'single'",
  'line one\nline two\r\n\r\nline three',
  `long ${'x'.repeat(490)}`,
  ['::set-output name=x::y $', '{{ secrets.X }} %0A'].join(''),
  '</code></pre><script>',
];

const text = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'grapheme', minLength: 3, maxLength: 200 }),
  fc.string({ unit: 'binary', minLength: 3, maxLength: 60 }),
);
const command = text.filter((value) => {
  const { length } = [...foldCommand(value)];
  return (
    length >= 3 &&
    length <= 500 &&
    invisibleIn(value).every(({ spelled }) => spelled === '\\t') &&
    value.trim() === value
  );
});
const word = fc.oneof(fc.constantFrom('default', 'high,default', 'yes', '007', 'a, b', ' x '), command);
const number = fc.constantFrom(0, 1, 3, '5', null, 9_007_199_254_740_991);

const workerConfig = fc.record(
  {
    queue: fc.option(word),
    connection: fc.option(word),
    tries: number,
    backoff: number,
    sleep: number,
    timeout: number,
    force: fc.constantFrom(true, false, '1', null),
    name: fc.constantFrom('imports', null),
    'max-jobs': number,
  },
  { requiredKeys: [] },
);

const processes = fc.integer({ min: 1, max: 10 });
const process = fc.oneof(
  fc.record({ type: fc.constant('worker'), config: workerConfig, processes }),
  fc.record({ type: fc.constant('custom'), command, processes }),
);

/** An instance with these processes. */
const app = (processes: readonly ExistingProcess[], name = 'App', id = 'inst-1'): RunningInstance => ({
  ...{ id, name, type: 'app' },
  processes,
});

/** 24 processes on 3 instances. */
const environment = fc
  .array(
    fc.record({
      name: word,
      processes: fc.uniqueArray(process, {
        minLength: 8,
        maxLength: 8,
        selector: (given) =>
          JSON.stringify(Object.values(cloudService.identityOfExisting(existing({ id: 'x', ...given })))),
      }),
    }),
    { minLength: 3, maxLength: 3 },
  )
  .map((instances) =>
    instances.map(({ name, processes }, index) =>
      app(
        processes.map((given, number) => existing({ id: `p-${index}-${number}`, ...given })),
        name,
        `inst-${index}`,
      ),
    ),
  );

const write = (instances: readonly RunningInstance[], ...notes: string[]) =>
  writeCloudManifest(instances, { schemaUrl, notes });

function planOf(instances: readonly RunningInstance[], manifest: string) {
  const { places, mistakes } = parseManifest(manifest, 'm.yml', cloudManifest);
  expect(mistakes).toEqual([]);
  const states = places.map(({ name, processes }) => {
    const found = instances.filter((instance) => instance.id === name || instance.name === name);
    expect(found).toHaveLength(1);
    const place = { id: found[0]?.id ?? '', name };
    return {
      place,
      declared: processes.map(({ spec }) => spec),
      listing: listingOf(found[0]?.processes ?? []),
    };
  });
  return planFor(states, cloudService, { prune: true });
}

describe('What is written of Laravel Cloud', () => {
  test('is found as declared, whatever the commands, names and options', () => {
    fc.assert(
      fc.property(environment, (instances) => {
        const manifest = write(instances);
        const { operations, ambiguous } = planOf(instances, manifest);
        expect(ambiguous).toEqual([]);
        expect(operations.filter(({ action }) => action !== 'keep')).toEqual([]);
        expect(operations).toHaveLength(24);
        expect(parse(manifest, { version: '1.1' })).toEqual(parse(manifest));
        expect(manifest.match(/\n[ \t]*\n|[^\P{C}\n\t]/u)).toBeNull();
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  test('leaves out what cannot be declared, and says so', () => {
    const twin = { type: 'custom', command: 'php artisan x' };
    const processes = [
      existing({ id: 'p-1', ...twin }),
      existing({ id: 'p-2', ...twin }),
      existing({ id: 'p-3', type: 'scheduler\n- x: y' }),
      existing({ id: 'p-4', type: 'custom', command: 'x'.repeat(501) }),
      existing({ id: 'p-5', type: 'custom', command: null }),
      existing({ id: 'p-6', processes: 20 }),
    ];
    const doubtful = existing({ id: 'p-8', doubt: 'no\nsense' });
    const managed = {
      id: 'inst-2',
      name: 'emails',
      type: 'managed_queue',
      processes: [existing({ id: 'p-7' })],
    };
    const manifest = write([app([...processes, doubtful], 'App\nx: y'), managed], 'A note.');
    expect(manifest.split('\n')).toEqual([
      '# yaml-language-server: $schema=https://example.test/schema.json',
      '# A note.',
      '# Left out on "App\\nx: y": p-1, p-2 (custom process "php artisan x"): they are duplicates: delete all but one, then export again (prune would delete all of them).',
      '# Left out on "App\\nx: y": p-3 (process of type scheduler\\n- x: y): no manifest can declare this type.',
      '# Left out on "App\\nx: y": p-4 (custom process "a text of 501 characters"): its command must have 3 to 500 characters, and has 501; prune would delete it.',
      '# Left out on "App\\nx: y": p-5 (custom process): its command must be text such as php artisan reverb:start, not ""; leave it out instead; prune would delete it.',
      '# Left out on "App\\nx: y": p-8 (no\\nsense).',
      '# Left out: "emails", a managed queue, whose worker belongs to Laravel Cloud.',
      'instances:',
      '  inst-1:',
      '    - type: worker',
      '',
    ]);
  });

  test.each([
    [{ processes: undefined }, { type: 'worker' }],
    [{ processes: 0 }, { type: 'worker' }],
    [{ processes: 10 }, { type: 'worker', processes: 10 }],
    [{ processes: 11 }, { type: 'worker' }],
    [{ config: { tries: -1, sleep: 3 } }, { type: 'worker', processes: 1, config: { sleep: 3 } }],
    [{ config: { queue: ' ' } }, { type: 'worker', processes: 1 }],
    [{ config: { connection: ' ' } }, { type: 'worker', processes: 1 }],
  ])('declares of %j what a manifest can hold', (given, fields) => {
    expect(declareInstances([app([existing({ id: 'p-1', ...given })])])).toEqual({
      places: [{ name: 'App', processes: [fields] }],
      notes: [],
    });
  });

  test('writes a process with a character that nobody sees as a comment with its id', () => {
    const processes = [
      existing({ id: 'p-1', type: 'custom', command: 'php\u00a0artisan horizon' }),
      existing({ id: 'p-2', config: { queue: 'high\u200b' } }),
      existing({ id: 'p-3', config: { connection: 'redis', queue: ' high ,default' } }),
      existing({ id: 'p-4', config: { connection: 'redis\u200b' } }),
    ];
    const leftOut = (id: string, why: string) =>
      expect.stringMatching(new RegExp(`^# Left out on "App": ${id} .*u.*: its ${why}`));
    expect(
      write([app(processes)])
        .split('\n')
        .slice(1),
    ).toEqual([
      leftOut('p-1', 'command contains an invisible character, .u00a0 .no-break space., at position 4: '),
      leftOut('p-2', 'queue contains an invisible character'),
      leftOut('p-4', 'connection contains an invisible character'),
      ...['instances:', '  App:', '    - type: worker', '      processes: 1', '      config:'],
      ...['        connection: redis', '        queue: high,default', ''],
    ]);
  });

  test.each([
    { type: 'custom', command: 'php artisan horizon\n' },
    { type: 'custom', command: '\r\nphp artisan horizon' },
    { type: 'custom', command: 'php artisan horizon\\ ' },
    { config: { queue: 'high\n' } },
    { config: { connection: 'redis\n' } },
  ])('leaves out %j, of which a manifest cannot hold an end', (given) => {
    const { places, notes } = declareInstances([app([existing({ id: 'p-1', ...given })])]);
    expect(places).toEqual([{ name: 'App', processes: [] }]);
    expect(notes).toEqual([
      expect.stringMatching(/p-1 .*a manifest cannot hold a line break.*; prune would/s),
    ]);
  });

  test.each([
    ['another instance has it, too', 'same', 'same'],
    ['it is the id of another', 'inst-2', 'other'],
    ['it is empty', ' ', 'other'],
    ['it is half a character', 'x\ud800', 'other'],
  ])('names an instance by its id where %s', (_, first, second) => {
    const manifest = write([app([], first), app([], second, 'inst-2')]);
    expect(parseManifest(manifest, 'm.yml', cloudManifest).places[0]?.name).toBe('inst-1');
  });
});

describe('What is written of Forge', () => {
  const forgeProcess = fc.record({
    command,
    user: fc.constantFrom('forge', 'root', 'isolated', 'yes', '007'),
    directory: fc.option(
      fc.oneof(fc.constantFrom('/', '/home/forge/shop.example/', '~', ''), word.filter(isLine)),
    ),
    processes: fc.integer({ min: 1, max: 1_000 }),
  });

  function isLine(value: string): boolean {
    return !/[\r\n\0]/.test(value.trim());
  }

  function planOfForge(server: string, processes: readonly ForgeProcess[], manifest: string) {
    const { places, mistakes } = parseManifest(manifest, 'm.yml', forgeManifest);
    expect(mistakes).toEqual([]);
    const states = places.map((declared) => ({
      place: { id: '7', name: declared.name },
      declared: declared.processes.map(({ spec }) => specFrom(spec, spec.site)),
      listing: listingOf(processes),
    }));
    expect([[server], ['7']]).toContainEqual(states.map(({ place }) => place.name));
    return planFor(states, forgeService, { prune: true });
  }

  test('is found as declared, whatever the commands and directories', () => {
    const server = fc.uniqueArray(
      forgeProcess.filter(({ command: line }) => !line.includes('\0')),
      {
        minLength: 30,
        maxLength: 30,
        selector: (given) =>
          JSON.stringify(forgeService.identityOfExisting(processOf({ id: '1', ...given }))),
      },
    );
    fc.assert(
      fc.property(server, word, (given, name) => {
        const processes = given.map((one, index) => processOf({ id: String(index), ...one }));
        const manifest = writeForgeManifest(
          { id: '7', name, site: undefined, processes },
          { schemaUrl, notes: [] },
        );
        const { operations, ambiguous } = planOfForge(name, processes, manifest);
        expect(ambiguous).toEqual([]);
        expect(operations.filter(({ action }) => action !== 'keep')).toEqual([]);
        expect(operations).toHaveLength(30);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  test('reads well, with the site that was asked for, and without what cannot be declared', () => {
    const processes = [
      processOf({ id: '1', processes: 3 }),
      processOf({ id: '2', command: 'x', user: 'root', directory: null }),
      processOf({ id: '3', command: 'y', status: 'removing' }),
      processOf({ id: '4', command: 'a\0b' }),
      ...['', ' forge'].map((user) => processOf({ id: `5${user}`, command: 'u', user })),
      processOf({ id: '6', command: 'z', processes: 0, directory: ' /z ' }),
      processOf({ id: '7', command: 'q', processes: undefined, directory: ' ' }),
      processOf({ id: '8', command: 'v\n' }),
    ];
    const notes = ['Only those of the site shop.example.'];
    const manifest = writeForgeManifest(
      { id: '7', name: '7', site: 'shop.example', processes },
      { schemaUrl, notes },
    );
    expect(manifest).toBe(`# yaml-language-server: $schema=${schemaUrl}
# Only those of the site shop.example.
# Left out on "7": 4 (process "a\\u0000b" of user forge in /home/forge/shop.example): its command contains an invisible character, \\u0000 (null), at position 2: retype it with normal spaces; prune would delete it.
# Left out on "7": 5 (process "u" of user  in /home/forge/shop.example): a manifest cannot hold its user; prune would delete it.
# Left out on "7": 5 forge (process "u" of user  forge in /home/forge/shop.example): a manifest cannot hold its user; prune would delete it.
# Left out on "7": 8 (process "v\\n" of user forge in /home/forge/shop.example): a manifest cannot hold a line break or an escaped blank at the end of a text; prune would delete it.
servers:
  "7":
    - command: php8.4 artisan horizon
      directory: /home/forge/shop.example
      site: shop.example
      processes: 3
    - command: x
      user: root
      site: shop.example
      processes: 1
    - command: z
      directory: /z
      site: shop.example
    - command: q
      site: shop.example
`);
  });
});
