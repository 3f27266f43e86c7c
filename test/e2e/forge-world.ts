import { seedShop } from '../emulator/seed.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulator/server.ts';
import { type ActionOptions, expectNoToken, runAction, type StepRun } from './harness/run-action.ts';

type Shop = ReturnType<typeof seedShop>;

export interface ForgeWorld extends Shop, AsyncDisposable {
  readonly emulator: Emulator;
  /** Runs a Forge action on the server; inputs override those that reach it. */
  run(inputs?: Record<string, string>, options?: Partial<ActionOptions>): Promise<StepRun>;
}

/** A Forge server to run one action against; limits of rate are off, unless they are what is tested. */
export async function startForge(action: string, options: EmulatorOptions = {}): Promise<ForgeWorld> {
  const emulator = await startEmulator({
    ...options,
    forge: { rateLimit: { enforced: false }, ...options.forge },
  });
  const shop = seedShop(emulator);
  return {
    ...shop,
    emulator,
    async run(inputs = {}, extra = {}) {
      const reach = {
        token: emulator.token,
        'api-url': emulator.url,
        organization: 'acme',
        // A manifest names its servers itself.
        ...(action === 'forge/apply' ? {} : { server: shop.server.id }),
      };
      const run = await runAction({ action, time: emulator.time, ...extra, inputs: { ...reach, ...inputs } });
      expectNoToken(run, emulator.token);
      return run;
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

/** Requests that departed from the contract. */
export function violations({ emulator }: ForgeWorld): string[] {
  return emulator.requests.flatMap((request) => request.violations);
}
