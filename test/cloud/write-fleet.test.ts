import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environmentOf } from '../../src/cloud/environment.ts';
import { assignEnvironments, parseCloudFile } from '../../src/cloud/fleet.ts';
import { type RunningEnvironment, type RunningInstance, writeCloudFleet } from '../../src/cloud/manifest.ts';
import { cloudService } from '../../src/cloud/service.ts';
import { planFor } from '../../src/converge/plan.ts';
import { existing, listingOf } from '../support/processes.ts';

const head = { schemaUrl: 'https://example.test/schema.json', notes: ['A note.'] };

type Given = Partial<Parameters<typeof existing>[0]>;

function instance(id: string, name: string, ...processes: readonly Given[]): RunningInstance {
  return {
    ...{ id, name, type: 'app', unreadable: [] },
    processes: processes.map((given, index) => existing({ id: `${id}-${index}`, ...given })),
  };
}

function environment(name: string, ...instances: readonly RunningInstance[]): RunningEnvironment {
  return { id: `env-${name}`, name, slug: name, branch: name, instances };
}

const worker = (processes: number, config: Record<string, unknown>): Given => ({
  ...{ type: 'worker', processes, config },
});
const custom = (command: string, processes = 1): Given => ({ type: 'custom', processes, command });

describe('What is written of several environments', () => {
  test('reads well: what is the same everywhere is the default, what differs stands in its environment', () => {
    const high = { queue: 'high,default', tries: 3 };
    const pulse = custom('php artisan pulse:work');
    const environments = [
      environment(
        'production',
        instance('inst-1', 'App', worker(5, { ...high, timeout: 90 }), pulse),
        instance('inst-2', 'Workers', custom('php artisan horizon')),
      ),
      environment('staging', instance('inst-3', 'App', worker(1, high), pulse)),
      environment('preview', instance('inst-4', 'App', pulse, worker(1, high), custom('php artisan x'))),
      environment('new'),
    ];
    expect(
      writeCloudFleet(environments, 'acme/shop', head),
    ).toBe(`# yaml-language-server: $schema=https://example.test/schema.json
# A note.
# Left out: the environment "new", which has no cluster that a manifest can declare.
application: acme/shop
defaults:
  instances:
    App:
      - type: custom
        processes: 1
        command: php artisan pulse:work
environments:
  production:
    instances:
      App:
        - type: worker
          processes: 5
          config:
            queue: high,default
            tries: 3
            timeout: 90
      Workers:
        - type: custom
          processes: 1
          command: php artisan horizon
  staging:
    instances:
      App:
        - type: worker
          processes: 1
          config:
            queue: high,default
            tries: 3
  preview:
    instances:
      App:
        - type: worker
          processes: 1
          config:
            queue: high,default
            tries: 3
        - type: custom
          processes: 1
          command: php artisan x
`);
  });

  test('environments that are alike are empty, and one alone has no defaults', () => {
    const app = () => instance('inst-1', 'App', worker(1, {}));
    expect(writeCloudFleet([environment('a', app()), environment('b', app())], 'acme/shop', head)).toContain(
      'environments:\n  a: {}\n  b: {}\n',
    );
    expect(writeCloudFleet([environment('a', app())], 'acme/shop', head)).not.toContain('defaults');
  });

  test('a cluster whose processes are not the same stands in each environment', () => {
    const app = (...processes: Given[]) => instance('inst-1', 'App', ...processes);
    const one = environment('a', app(custom('php artisan x')));
    for (const others of [[custom('php artisan y')], []])
      expect(writeCloudFleet([one, environment('b', app(...others))], 'acme/shop', head)).not.toContain(
        'defaults',
      );
  });

  test('what is left out is named with its environment', () => {
    const mails = { ...instance('inst-2', 'mails'), type: 'managed_queue' };
    const text = writeCloudFleet([environment('a', instance('inst-1', 'App'), mails)], 'acme/shop', head);
    expect(text).toContain(
      '# "a": Left out: "mails", a managed queue, whose worker belongs to Laravel Cloud.\n',
    );
  });

  test('an environment whose name means another, too, is named by its slug or id', () => {
    const app = () => instance('inst-1', 'App', worker(1, {}));
    const twins = [
      { ...environment('a', app()), slug: 'first', id: 'env-1' },
      { ...environment('a', app()), slug: 'second', id: 'env-2' },
      { ...environment('x*', app()), slug: undefined, id: 'env-3' },
    ];
    expect(writeCloudFleet(twins, 'acme/shop', head)).toContain(
      'environments:\n  first: {}\n  second: {}\n  env-3: {}\n',
    );
  });

  const config = fc.record(
    {
      queue: fc.constantFrom('a', 'b'),
      connection: fc.constantFrom('redis', 'sqs'),
      tries: fc.constantFrom(1, 2),
      force: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const process = fc.oneof(
    fc.record({ type: fc.constant('worker'), processes: fc.integer({ min: 1, max: 11 }), config }),
    fc.record({
      type: fc.constant('custom'),
      processes: fc.constantFrom(1, 2),
      command: fc.constantFrom('php artisan x', 'php artisan y'),
    }),
  );
  const instances = fc.dictionary(
    fc.constantFrom('App', 'Workers'),
    fc.uniqueArray(process, {
      maxLength: 5,
      selector: (given) => JSON.stringify(cloudService.identityOfExisting(existing({ id: 'x', ...given }))),
    }),
  );

  test('is found as declared, in each environment, whatever they have in common', () => {
    fc.assert(
      fc.property(fc.array(instances, { minLength: 1, maxLength: 4 }), (all) => {
        const environments = all.map((own, index) =>
          environment(
            `e${index}`,
            ...Object.entries(own).map(([name, given]) => instance(`inst-${index}-${name}`, name, ...given)),
          ),
        );
        const declarable = environments.filter((one) => one.instances.length > 0);
        fc.pre(declarable.length > 0);
        const { content, mistakes } = parseCloudFile(
          writeCloudFleet(environments, 'acme/shop', head),
          'm.yml',
        );
        expect(mistakes).toEqual([]);
        if (content.kind === 'one') throw new Error('a file of many environments was expected');
        const { assigned, idle } = assignEnvironments(
          content.fleet,
          environments.map((one) => ({ ...environmentOf(one.id), ...one })),
        );
        expect(idle).toEqual([]);
        expect(assigned.map((one) => one.environment.id)).toEqual(declarable.map(({ id }) => id));
        for (const { environment: here, declared } of assigned) {
          const running = environments.find(({ id }) => id === here.id)?.instances ?? [];
          const states = running.map(({ id, name, processes }) => ({
            place: { id, name },
            declared:
              declared.manifest.places
                .find((place) => place.name === name)
                ?.processes.map(({ spec }) => spec) ?? [],
            listing: listingOf(processes),
          }));
          const { operations, ambiguous } = planFor(states, cloudService, { prune: true });
          expect(ambiguous).toEqual([]);
          expect(operations.filter(({ action }) => action !== 'keep')).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
  });
});
