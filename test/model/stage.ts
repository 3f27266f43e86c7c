import { cloudHints, cloudService } from '../../src/cloud/service.ts';
import { CloudStore } from '../../src/cloud/store.ts';
import { ensure } from '../../src/converge/ensure.ts';
import type { Runtime } from '../../src/converge/look.ts';
import { forgeHints, forgeService } from '../../src/forge/service.ts';
import { ForgeStore } from '../../src/forge/store.ts';
import type { HttpClient } from '../../src/http/client.ts';
import type { ServiceHints } from '../../src/http/hints.ts';
import { CloudModel, instanceId } from './cloud-model.ts';
import type { CloudWorld } from './cloud-worlds.ts';
import { ForgeModel, forgeTarget } from './forge-model.ts';
import type { ForgeWorld } from './forge-worlds.ts';
import type { RunPlan } from './plans.ts';
import type { Ground, ServerModel } from './server-model.ts';

export type AnyWorld = CloudWorld | ForgeWorld;

/** The report of a run. */
export interface Report {
  readonly outcome: string;
  readonly id: string | undefined;
}

/** A world after its setup: the server, and the function that carries out a run on it. */
export interface Stage {
  readonly server: ServerModel;
  /** The ids of the matching processes from before the first run. */
  readonly matchesBefore: ReadonlySet<string>;
  /** True if neither the server's behaviours nor its processes can make a run fail. */
  readonly isTame: boolean;
  readonly hints: ServiceHints;
  /** The time limit of the actions for the work of a run, in milliseconds. */
  readonly work: number;
  run(plan: RunPlan, client: HttpClient, runtime: Runtime): Promise<Report>;
}

export function stageOf(world: AnyWorld, ground: Ground): Stage {
  return world.service === 'cloud' ? cloudStage(world, ground) : forgeStage(world, ground);
}

function cloudStage({ spec, manners, decoys, matches }: CloudWorld, ground: Ground): Stage {
  const server = new CloudModel(spec, manners, ground);
  for (const decoy of decoys) server.seed(decoy);
  return {
    server,
    matchesBefore: new Set(matches.map(({ seed, recent }) => server.seed(seed, recent).id)),
    isTame: manners.patchIgnores === undefined && manners.patchAnswers !== 'another, not applied',
    hints: cloudHints,
    work: 240_000,
    run: async ({ ifExists, dryRun }, client, runtime) => {
      const store = new CloudStore(client, instanceId);
      const world = { service: cloudService, store, runtime };
      const { outcome, process } = await ensure({ spec, ifExists, dryRun }, world);
      return { outcome, id: process?.id };
    },
  };
}

function forgeStage({ spec, manners, decoys, matches }: ForgeWorld, ground: Ground): Stage {
  const server = new ForgeModel(spec, manners, ground);
  for (const decoy of decoys) server.seed(decoy);
  return {
    server,
    matchesBefore: new Set(matches.map(({ seed, recent }) => server.seed(seed, recent).id)),
    // A name may be in use by another process, or by a process under removal that no list shows.
    isTame:
      !manners.namesAreUnique ||
      (decoys.every(({ name }) => name !== spec.name) && (manners.showsLeaving || manners.lingers === 0)),
    hints: forgeHints,
    work: 420_000,
    run: async ({ ifExists, dryRun }, client, runtime) => {
      const store = new ForgeStore(client, { ...forgeTarget, siteId: spec.siteId });
      const world = { service: forgeService, store, runtime };
      const onDrift = ifExists === 'update' ? 'replace' : ifExists;
      const { outcome, process } = await ensure({ spec, ifExists: onDrift, dryRun }, world);
      return { outcome, id: process?.id };
    },
  };
}
