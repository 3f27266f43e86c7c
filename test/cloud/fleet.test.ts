import { describe, expect, test } from 'vitest';
import { type Environment, environmentOf } from '../../src/cloud/environment.ts';
import {
  assignEnvironments,
  type Fleet,
  matchesPattern,
  otherApplication,
  parseCloudFile,
} from '../../src/cloud/fleet.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { locationText, messageOf } from '../../src/failure.ts';
import type { Manifest } from '../../src/manifest/read.ts';
import { NotThere } from '../../src/names.ts';
import { failureOf } from '../support/test-client.ts';

const example = `
application: " shop "
defaults:
  instances:
    App:
      - type: worker
        config: { queue: "high,default", tries: 3 }
environments:
  production:
    instances:
      App:
        - type: worker
          processes: 5
          config: { queue: "high,default", timeout: 90 }
      Workers:
        - type: custom
          command: php artisan horizon
  staging: {}
  "preview/*":
    defaults: false
    instances: { App: [{ type: worker }] }
`;

function problemsOf(text: string): readonly string[] {
  return parseCloudFile(text, 'm.yml').mistakes.map(
    ({ place, message }) => `${locationText(place)}: ${message}`,
  );
}

function fleetOf(text: string): Fleet {
  const { content, mistakes } = parseCloudFile(text, 'm.yml');
  expect(mistakes).toEqual([]);
  if (content.kind === 'one') throw new Error('a file of many environments was expected');
  return content.fleet;
}

/** What a manifest declares, without the places in the file. */
function plain({ places }: Manifest<ProcessSpec>): Readonly<Record<string, readonly ProcessSpec[]>> {
  return Object.fromEntries(places.map(({ name, processes }) => [name, processes.map(({ spec }) => spec)]));
}

const declaredIn = (text: string) =>
  Object.fromEntries(fleetOf(text).environments.map(({ name, manifest }) => [name, plain(manifest)]));

const environment = (id: string, name = id, slug = name, branch: string | undefined = name): Environment => ({
  ...environmentOf(id),
  ...{ name, slug, branch },
});

describe('A file of many environments', () => {
  test('declares for each environment the defaults, with what it has itself over them', () => {
    const { application, environments } = fleetOf(example);
    expect(application?.name).toBe('shop');
    expect(environments.map(({ name, isPattern }) => [name, isPattern])).toEqual([
      ['production', false],
      ['staging', false],
      ['preview/*', true],
    ]);
    const worker = { type: 'worker', processes: undefined };
    expect(environments.map(({ manifest }) => plain(manifest))).toEqual([
      {
        App: [{ type: 'worker', processes: 5, config: { queue: 'high,default', tries: 3, timeout: 90 } }],
        Workers: [{ type: 'custom', processes: undefined, command: 'php artisan horizon' }],
      },
      { App: [{ ...worker, config: { queue: 'high,default', tries: 3 } }] },
      { App: [{ ...worker, config: {} }] },
    ]);
  });

  test('says of each process where it is declared: over the defaults, there where it is changed', () => {
    const [production] = fleetOf(example).environments;
    expect(production?.place).toEqual({ file: 'm.yml', line: 9, column: 3 });
    expect(
      production?.manifest.places.flatMap(({ processes }) => processes.map(({ place }) => place.line)),
    ).toEqual([12, 16]);
  });

  test('an input that names another application is an error that names both', () => {
    const fleet = fleetOf(example);
    expect(otherApplication(fleet, undefined)).toBeUndefined();
    expect(otherApplication(fleet, 'Shop')).toBeUndefined();
    expect(otherApplication(fleet, 'blog')).toBe(
      'is "blog", and m.yml:2:1 has "shop"; leave it out, or write the same in both',
    );
    expect(
      otherApplication(fleetOf('environments: { x: { instances: { App: [] } } }'), 'blog'),
    ).toBeUndefined();
  });

  const worker = (config: object, processes?: number) => ({ type: 'worker', processes, config });
  const custom = (command: string, processes?: number) => ({ type: 'custom', processes, command });
  const redis = { queue: 'a', connection: 'redis' };
  const sqs = { queue: 'a', connection: 'sqs' };
  const any = { queue: 'a', tries: 1 };
  const both = { ...redis, ...any };

  test.each<[string, object[], object[], object[]]>([
    ['of the same queue and connection', [worker(redis)], [worker(both)], [worker(both)]],
    ['of the same queue, naming no connection', [worker(redis)], [worker(any)], [worker(both)]],
    ['and no other, on another connection', [worker(redis)], [worker(sqs)], [worker(redis), worker(sqs)]],
    ['and no other, naming a connection', [worker(any)], [worker(redis)], [worker(any), worker(redis)]],
    [
      'that another one leaves, which has the connection',
      [worker(redis), worker(sqs)],
      [worker({ queue: 'a' }, 7), worker(redis, 2)],
      [worker(redis, 2), worker(sqs, 7)],
    ],
    ['of the same command, blanks aside', [custom('x y', 2)], [custom('x  y')], [custom('x  y', 2)]],
  ])('a process overrides the default %s', (_, below, above, together) => {
    const file = {
      defaults: { instances: { App: below } },
      environments: { x: { instances: { App: above } } },
    };
    expect(declaredIn(JSON.stringify(file))).toEqual({ x: { App: together } });
  });

  test('every problem is told at once, with its place', () => {
    expect(
      problemsOf(`
application: 5
instances: {}
defaults:
  instances:
    App:
      - { type: worker, config: { queue: a, connection: redis } }
      - { type: worker, config: { queue: a, connection: sqs } }
environments:
  production:
    instances:
      App:
        - { type: worker, config: { queue: a } }
        - { type: wroker }
  staging:
  other:
    default: false
  "x/*":
    defaults: no thanks
  empty: { defaults: false }
  list: []
`),
    ).toEqual([
      'm.yml:2:14: application: must be the application’s id, slug, name or repository',
      'm.yml:3:1: instances: in a file of many environments it stands under defaults, or under an environment',
      'm.yml:13:11: environments.production: the worker on queue a fits 2 of the defaults: worker on queue a of connection redis (m.yml:7:9), worker on queue a of connection sqs (m.yml:8:9); set connection to say which one it overrides',
      'm.yml:14:19: environments.production.instances.App[1].type: must be worker or custom, not "wroker". Did you mean "worker"?',
      'm.yml:15:11: environments.staging: an environment ({} for the defaults alone) must be a mapping with defaults, instances, not nothing',
      'm.yml:17:5: environments.other: "default" is not a key of an environment ({} for the defaults alone); the keys are defaults, instances. Did you mean "defaults"?',
      'm.yml:19:15: environments.x/*.defaults: must be false, which leaves the defaults out; without it they apply',
      'm.yml:20:3: environments.empty: declares nothing: it has no instances, and no defaults apply to it',
      'm.yml:21:9: environments.list: an environment ({} for the defaults alone) must be a mapping with defaults, instances, not a list',
    ]);
  });

  test.each([
    ['[{ instances: {} }]', 1],
    ['instance: {}', 2],
  ])('%j declares nothing, and has problems: %d', (text, problems) => {
    const { content, mistakes } = parseCloudFile(text, 'm.yml');
    expect(content).toEqual({ kind: 'one', manifest: { places: [] } });
    expect(mistakes).toHaveLength(problems);
  });

  test.each([
    ['environments:', 'm.yml:1:14: environments: must name at least one environment, such as production: {}'],
    ['environments: {}', 'm.yml:1:15: environments: must name at least one environment'],
    ['defaults: {}\nenvironments: { x: {} }', 'm.yml:1:11: defaults: must have instances'],
    [
      'defaults: 7\nenvironments: {}',
      'm.yml:1:11: defaults: defaults must be a mapping with instances, not 7\nm.yml:2:15',
    ],
    [
      'application: "  "\nenvironments: {}',
      'application: must be the application’s id, slug, name or repository',
    ],
    ['instance: {}', 'instances: is missing; it names instances, each with a list of processes'],
    ['enviroments: { x: {} }', 'Did you mean "environments"?'],
    [
      'services:\n  app:\n    environment: { DB_PASSWORD: hunter2 }',
      'this is not a manifest: it has no key "instances" or "environments"',
    ],
  ])('%j is refused', (text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem);
    expect(problemsOf(text).join()).not.toContain('hunter2');
  });
});

describe('The environments of an application are those that the file names', () => {
  const fleet = (...keys: string[]) =>
    fleetOf(
      `environments:\n${keys.map((key) => `  ${JSON.stringify(key)}: { instances: { App: [] } }\n`).join('')}`,
    );
  const shop = [
    environment('env-1', 'production', 'prod', 'main'),
    environment('env-2', 'Staging', 'staging', 'develop'),
    environment('env-3', 'pr-7', 'pr-7', 'preview/seven'),
    environment('env-4', 'pr-8', 'pr-8', 'preview/eight'),
    environment('env-5', 'preview/none', 'preview-none', ''),
  ];
  const pairs = (file: Fleet, among = shop) =>
    assignEnvironments(file, among).assigned.map(({ environment: { id }, declared }) => [id, declared.name]);

  test.each(['env-1', 'production', 'prod', 'main'])('by id, name, slug or branch: %s', (key) => {
    expect(pairs(fleet(key))).toEqual([['env-1', key]]);
  });

  test('a name that is another’s branch is the one that is called so', () => {
    const among = [environment('env-1', 'main', 'a', 'x'), environment('env-2', 'other', 'b', 'main')];
    expect(pairs(fleet('main'), among)).toEqual([['env-1', 'main']]);
  });

  test('those of names in the file’s order, then those of patterns, of which the first that matchesPattern decides', () => {
    expect(pairs(fleet('preview/s*', 'pr-8', '*', 'production'))).toEqual([
      ['env-4', 'pr-8'],
      ['env-1', 'production'],
      ['env-3', 'preview/s*'],
      ['env-2', '*'],
      ['env-5', '*'],
    ]);
  });

  test('names that mean none are told all at once, with what was meant and where they stand, and may yet appear', async () => {
    const names = fleet('prodution', 'nothing', 'main');
    const thrown = await failureOf(Promise.resolve().then(() => assignEnvironments(names, shop)));
    expect(thrown).toBeInstanceOf(NotThere);
    expect(messageOf(thrown)).toContain('2 problems with the environments of the manifest');
    expect(messageOf(thrown)).toContain('No environment in the application is named "prodution" (m.yml:2:3)');
    expect(messageOf(thrown)).toContain('Did you mean "production"? Correct its name in the manifest.');
    expect(messageOf(thrown)).toContain('No environment in the application is named "nothing" (m.yml:3:3)');
  });

  test('two keys that mean one environment, and a name that means two, are errors', () => {
    expect(() => assignEnvironments(fleet('production', 'main'), shop)).toThrow(
      'The environment "main" (m.yml:3:3) is the same environment as "production" (m.yml:2:3): both are env-1',
    );
    const twins = [environment('env-1', 'a', 'a', 'main'), environment('env-2', 'b', 'b', 'main')];
    expect(() => assignEnvironments(fleet('main'), twins)).toThrow(
      '2 environments in the application have the branch "main" (m.yml:2:3): they are a (env-1), b (env-2)',
    );
  });

  test.each([
    ['*', 'anything', true],
    ['preview/*', 'preview/', true],
    ['preview/*', 'preview', false],
    ['*/fix', 'a/b/fix', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['a.c*', 'abc', false],
    ['*a*a*', 'a', false],
    ['*ab*ba*', 'aba', false],
    ['a*b*c*d', 'aXbXcXd', true],
    [`${'*a'.repeat(40)}b`, 'a'.repeat(200), false],
  ])('the pattern %s and %s', (pattern, branch, isMatch) => {
    expect(matchesPattern(pattern, environment('env-1', 'zzz', 'zzz', branch))).toBe(isMatch);
    expect(matchesPattern(pattern, environment('env-1', branch, 'zzz', ''))).toBe(isMatch);
  });
});
