import * as v from 'valibot';
import type { HttpClient } from '../http/client.ts';
import { path } from '../http/path.ts';
import { InstanceResource } from './resources.ts';

/** A unit of compute: each of its replicas runs all of its background processes. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  /** `app`, `service`, `queue` or `managed_queue`; a word not known yet passes through. */
  readonly type: string;
  readonly minReplicas: number | undefined;
  readonly maxReplicas: number | undefined;
  /** It scales to zero when nobody needs it, and its processes with it. */
  readonly sleeps: boolean;
  readonly environmentId: string | undefined;
}

export function instanceFrom({ id, attributes, relationships }: InstanceResource): Instance {
  return {
    id,
    name: attributes.name,
    type: attributes.type,
    minReplicas: attributes.min_replicas ?? undefined,
    maxReplicas: attributes.max_replicas ?? undefined,
    sleeps: attributes.sleep_with_app === true,
    environmentId: relationships?.environment?.data?.id,
  };
}

/** Reads one instance, with the environment that it is in. */
export async function readInstance(client: HttpClient, id: string): Promise<Instance> {
  const { data } = await client.json(
    {
      method: 'GET',
      path: path`/instances/${id}`,
      query: { include: 'environment' },
      what: `Reading instance ${id}`,
    },
    // What `include` brings along holds the environment's variables: it is not even decoded.
    v.object({ data: v.object({ ...InstanceResource.entries, id: v.literal(id) }) }),
  );
  return instanceFrom(data.data);
}
