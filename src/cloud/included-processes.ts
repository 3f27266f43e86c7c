import type { ExistingProcess } from '../processes/existing.ts';
import type { Listing } from '../processes/listing.ts';
import { processFrom, type RawProcess } from './process.ts';
import type { InstanceResource } from './resources.ts';

/**
 * The processes that a list of instances has brought along, by the instance's id. Only of instances for which that is
 * sure: their relationship names each process, and each of these came along. All others have to be listed.
 */
export function processesOf(
  instances: readonly InstanceResource[],
  included: readonly RawProcess[],
  serverTime: number | undefined,
): ReadonlyMap<string, Listing<ExistingProcess>> {
  const resources = new Map(included.map((process) => [process.id, process]));
  const named = instances.flatMap((instance) => namesOf(instance) ?? []);
  const listings = new Map<string, Listing<ExistingProcess>>();
  // What nobody names, or two do, shows that the relationships cannot be relied upon.
  const names = new Set(named);
  if (names.size < named.length || included.some(({ id }) => !names.has(id))) return listings;
  for (const instance of instances) {
    const own = isWhole(instance) ? namesOf(instance) : undefined;
    const processes = own
      ?.flatMap((id) => resources.get(id) ?? [])
      .map((read) => processFrom(read, instance.id));
    if (processes === undefined || processes.length !== own?.length) continue;
    if (processes.every(({ instanceId }) => instanceId === instance.id))
      listings.set(instance.id, { processes, unreadable: [], pages: 1, serverTime });
  }
  return listings;
}

function namesOf({ relationships }: InstanceResource): readonly string[] | undefined {
  return relationships?.backgroundProcesses?.data.map(({ id }) => id);
}

/** A relationship may come in pages as well. */
function isWhole({ relationships }: InstanceResource): boolean {
  const { data = [], links, meta } = relationships?.backgroundProcesses ?? {};
  return !links?.next && (meta?.total ?? 0) <= data.length;
}
