import { Failure } from '../failure.ts';
import { type Named, pickAll } from '../names/pick-all.ts';
import type { Instance } from './instance.ts';
import type { EnvironmentInstances } from './target.ts';

/** The instances that a manifest names, in its order. Throws one failure about all that are wrong. */
export function pickInstances(
  { environment, instances }: EnvironmentInstances,
  named: readonly Named[],
): readonly Instance[] {
  const where = `in the environment ${environment.name}`;
  const search = { kind: 'instance', where, among: instances, namesOf: ({ name }: Instance) => [name] };
  return pickAll(named, search, refuseManaged);
}

function refuseManaged({ type }: Instance, { name }: Named): Failure | undefined {
  if (type !== 'managed_queue') return undefined;
  return new Failure({
    what: `The instance "${name}"`,
    why: 'it is a managed queue, whose worker belongs to Laravel Cloud: nothing can be declared there',
    fix: 'Leave it out of the manifest',
  });
}
