import type { CloudOptions } from '../../emulator/cloud-records.ts';
import { seedShop } from '../../emulator/seed.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import { expectClean } from './expect-clean.ts';
import { type ActionOptions, type RunningAction, type StepRun, startAction } from './run-action.ts';

type Seeded = ReturnType<typeof seedShop>;

/** A shop on an emulated Laravel Cloud, with functions that run actions against it; by default the root action. */
export interface Shop extends Seeded, AsyncDisposable {
  emulator: Emulator;
  cloud: Emulator['cloud'];
  forge: Emulator['forge'];
  faults: Emulator['faults'];
  /** Runs an action to its end. Every run must pass `expectClean`. */
  run(inputs?: Record<string, string>, options?: StepOptions): Promise<StepRun>;
  /** Runs `apply`, or `forge/apply`, on a manifest of this text. */
  apply(text: string, inputs?: Record<string, string>, options?: StepOptions): Promise<StepRun>;
  /** Starts an action. Returns the child process, too, for tests that send signals. */
  start(inputs?: Record<string, string>, options?: StepOptions): RunningAction;
  /** Adds an environment to the application, with its App cluster. */
  addEnvironment(name: string, branch?: string): Pick<Seeded, 'environment' | 'instance'>;
  /** Returns all requests so far, without ids: `GET /instances/{id}/background-processes`. */
  requests(): string[];
  /** Returns all writes so far: `DELETE /background-processes/process-…`. */
  writes(): string[];
  /** Returns the number of requests with a method. */
  count(method: string): number;
  /** Returns the ids of the background processes on the instance. */
  ids(): string[];
}

export type StepOptions = Partial<Omit<ActionOptions, 'inputs'>>;

/** The default path of the manifest of `apply`. */
export const manifestFile = '.github/background-processes.yml';

export async function openShop(options: Partial<CloudOptions> = {}): Promise<Shop> {
  const emulator = await startEmulator();
  const { cloud, forge, faults } = emulator;
  Object.assign(cloud.options, options);
  const seeded = seedShop(emulator);
  const { instance } = seeded;
  const start = (inputs: Record<string, string> = {}, options: StepOptions = {}): RunningAction => {
    const isTargeted = ['environment', 'process-id', 'instance'].some((input) => input in inputs);
    const { action = '.' } = options;
    const target = isTargeted || /apply|forge/.test(action) ? {} : { instance: instance.id };
    const reach = { token: emulator.token, 'api-url': emulator.url };
    return startAction({ ...options, action, inputs: { ...reach, ...target, ...inputs } });
  };
  const run: Shop['run'] = async (inputs, options) => {
    const step = await start(inputs, { time: emulator.time, ...options }).done;
    expectClean(step, emulator);
    return step;
  };
  const lines = () => emulator.requests.map(({ method, path }) => `${method} ${path.replace(/^\/api/, '')}`);
  return {
    ...seeded,
    ...{ emulator, cloud, forge, faults },
    start,
    run,
    apply: (text, inputs, options) =>
      run(inputs, { action: 'apply', files: { [manifestFile]: text }, ...options }),
    addEnvironment(name, branch = name) {
      const environment = cloud.addEnvironment(seeded.application, { name, branch });
      return { environment, instance: cloud.addInstance(environment) };
    },
    requests: () => lines().map(withoutIds),
    writes: () => lines().filter((line) => !line.startsWith('GET ')),
    count: (method) => emulator.requests.filter((request) => request.method === method).length,
    ids: () => cloud.listProcesses(instance).map(({ id }) => id),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

/** A shop whose steps run one Forge action on its server, without a rate limit. */
export async function openForge(action: string): Promise<Shop> {
  const shop = await openShop();
  shop.forge.rateLimits.enforced = false;
  // A manifest names its servers itself.
  const server = action === 'forge/apply' ? {} : { server: shop.server.id };
  const start: Shop['start'] = (inputs, options) =>
    shop.start({ organization: 'acme', ...server, ...inputs }, { action, ...options });
  const run: Shop['run'] = (inputs, options) =>
    shop.run({ organization: 'acme', ...server, ...inputs }, { action, ...options });
  const apply: Shop['apply'] = (text, inputs, options) =>
    run(inputs, { files: { '.github/forge-processes.yml': text }, ...options });
  return { ...shop, start, run, apply };
}

function withoutIds(path: string): string {
  return path.replaceAll(/\/(?:app|env|inst|process|depl)-[^/]+/g, '/{id}');
}

/** Returns the content of the output `environments-json`. */
export function environmentsIn({ outputs }: StepRun): Record<string, unknown>[] {
  return JSON.parse(outputs['environments-json'] ?? '[]');
}
