import { seedShop } from '../../emulator/seed.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import { expectClean } from './expect-clean.ts';
import { type ActionOptions, type RunningAction, type StepRun, startAction } from './run-action.ts';

type Seeded = ReturnType<typeof seedShop>;

/** A shop on an emulated Laravel Cloud, and the root action to run against it. */
export interface Shop extends Seeded, AsyncDisposable {
  emulator: Emulator;
  /** Runs the root action to its end; every run must be clean, whatever else it is tested for. */
  run(inputs?: Record<string, string>, options?: StepOptions): Promise<StepRun>;
  /** Starts it; the child is there to be sent signals. */
  start(inputs?: Record<string, string>, options?: StepOptions): RunningAction;
  /** `GET /instances/{id}/background-processes`, … of all requests so far, ids left out. */
  requests(): string[];
  /** How many requests of a method have been made. */
  count(method: string): number;
  /** The ids of the background processes on the instance. */
  ids(): string[];
}

export type StepOptions = Partial<Omit<ActionOptions, 'inputs'>>;

export async function openShop(cloud: EmulatorOptions['cloud'] = {}): Promise<Shop> {
  const emulator = await startEmulator({ cloud });
  const seeded = seedShop(emulator);
  const { instance } = seeded;
  const start = (inputs: Record<string, string> = {}, options: StepOptions = {}): RunningAction => {
    const target =
      'environment' in inputs || 'process-id' in inputs || 'instance' in inputs
        ? {}
        : { instance: instance.id };
    const reach = { token: emulator.token, 'api-url': emulator.url };
    return startAction({ action: '.', ...options, inputs: { ...reach, ...target, ...inputs } });
  };
  return {
    ...seeded,
    emulator,
    start,
    async run(inputs, options) {
      const step = await start(inputs, { time: emulator.time, ...options }).done;
      expectClean(step, emulator);
      return step;
    },
    requests: () => emulator.requests.map(({ method, path }) => `${method} ${withoutIds(path)}`),
    count: (method) => emulator.requests.filter((request) => request.method === method).length,
    ids: () => emulator.cloud.listProcesses(instance).map(({ id }) => id),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

function withoutIds(path: string): string {
  return path.replace(/^\/api/, '').replaceAll(/\/(?:app|env|inst|process|depl)-[^/]+/g, '/{id}');
}
