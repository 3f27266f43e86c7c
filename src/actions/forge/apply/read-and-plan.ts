import { listWithSites } from '../../../forge/list-with-sites.ts';
import { type FoundServer, findServers } from '../../../forge/manifest-servers.ts';
import type { PlacedProcess } from '../../../forge/process.ts';
import { ForgeProcessStore } from '../../../forge/process-store.ts';
import { forgeRules } from '../../../forge/rules.ts';
import type { ForgeSpec } from '../../../forge/spec.ts';
import type { HttpClient } from '../../../http/client.ts';
import type { Listing } from '../../../processes/listing.ts';
import { Limit } from '../../../processes/plan/limit.ts';
import type { Place } from '../../../processes/plan/plan.ts';
import { type Planned, settledPlan } from '../../../processes/plan/settled-plan.ts';
import type { Step } from '../../../runner/step.ts';
import { maxConcurrency, workDeadline } from '../../shared/connection.ts';
import type { ForgeApplyInputs } from './inputs.ts';

/** Reads what there is, and plans. Throws a `Failure` when the plan would have to guess. */
export async function readAndPlan(
  step: Step,
  client: HttpClient,
  { connection, organization, file, manifest, prune }: ForgeApplyInputs,
): Promise<Planned<ForgeSpec, PlacedProcess>> {
  step.doing(`looking for the servers of ${organization}`);
  const servers = await findServers(client, organization, manifest.places);
  step.log.info(
    `Servers ${servers.map(({ id, name }) => (id === name ? id : `${name} (${id})`)).join(', ')}`,
  );
  step.doing(`planning ${file}`);
  const patient = client.within(workDeadline(step, connection, msPerServer * servers.length));
  const limit = new Limit(maxConcurrency);
  const look = async (place: Place): Promise<Listing<PlacedProcess>> => {
    const store = storeOf(patient, organization, place);
    const declared = servers.find(({ id }) => id === place.id)?.declared ?? [];
    return await listWithSites(declared, (filter) => limit.run(() => store.list(filter)));
  };
  const first = await Promise.all(
    servers.map(async ({ declared, ...place }: FoundServer) => ({
      place,
      declared,
      listing: await look(place),
    })),
  );
  return await settledPlan(
    first,
    look,
    { rules: forgeRules, prune },
    { ...step, log: (line) => step.log.info(line) },
  );
}

/** At 60 requests a minute, a list of all and one of a site. */
const msPerServer = 2_000;

/** The processes of one server. */
export function storeOf(client: HttpClient, organization: string, { id, name }: Place): ForgeProcessStore {
  return new ForgeProcessStore(client, { organization, serverId: id, serverName: name, siteId: undefined });
}
