import type { HttpCall, HttpClient } from '../http/client.ts';
import { HttpFailure, TooLarge } from '../http/http-failure.ts';
import { path } from '../http/path.ts';
import type { ExistingProcess } from '../processes/existing.ts';
import type { Listing } from '../processes/listing.ts';
import { processesOf } from './included-processes.ts';
import { type Instance, instanceFrom } from './instance.ts';
import { listAll } from './pages.ts';
import { RawProcess } from './process.ts';
import { InstanceResource } from './resources.ts';

/** The instances of an environment, and what was seen of their processes on the way. */
export interface SeenInstances {
  readonly instances: readonly Instance[];
  /** By the instance's id. One that is not in here has to be listed by itself. */
  readonly listings: ReadonlyMap<string, Listing<ExistingProcess>>;
}

/** Lists an environment's instances, with their processes in the same answer if these are of interest. */
export async function listInstances(
  client: HttpClient,
  environmentId: string,
  withProcesses: boolean,
): Promise<SeenInstances> {
  const call: HttpCall = {
    method: 'GET',
    path: path`/environments/${environmentId}/instances`,
    what: `Listing the instances of ${environmentId}`,
  };
  if (withProcesses) {
    try {
      const query = { include: 'backgroundProcesses' };
      const { items, included, date } = await listAll(
        client,
        { ...call, query },
        InstanceResource,
        RawProcess,
      );
      return { instances: items.map(instanceFrom), listings: processesOf(items, included, date) };
    } catch (error) {
      if (!isAboutTheInclude(error)) throw error;
    }
  }
  const { items } = await listAll(client, call, InstanceResource);
  return { instances: items.map(instanceFrom), listings: new Map() };
}

/** Would the list come without what it is to bring along? It may be refused, or too much for one answer. */
function isAboutTheInclude(error: unknown): boolean {
  if (!(error instanceof HttpFailure)) return false;
  return error.status === 400 || error.status === 422 || error.cause instanceof TooLarge;
}
