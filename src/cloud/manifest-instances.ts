import { Failure } from '../failure.ts';
import { findByName, NotThere } from '../names/find-by-name.ts';
import type { Instance } from './instance.ts';
import type { EnvironmentInstances } from './target.ts';

/** An instance as a manifest names it: by its name or id. */
export interface NamedInstance {
  readonly name: string;
  /** Where the manifest says so. */
  readonly place: string;
}

/**
 * The instances that go by these names, in this order. Throws one failure about all that are wrong: a `NotThere` if they
 * are only missing, since those may yet appear.
 */
export function pickInstances(
  found: EnvironmentInstances,
  named: readonly NamedInstance[],
): readonly Instance[] {
  const picked = new Map<string, NamedInstance>();
  const instances: Instance[] = [];
  const wrong: Failure[] = [];
  for (const wanted of named) {
    try {
      const instance = pick(found, wanted);
      const twin = picked.get(instance.id);
      if (twin !== undefined) throw sameInstance(wanted, twin, instance);
      picked.set(instance.id, wanted);
      instances.push(instance);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      wrong.push(error);
    }
  }
  const [first, ...others] = wrong;
  if (first !== undefined) throw summed([first, ...others]);
  return instances;
}

function pick({ environment, instances }: EnvironmentInstances, { name, place }: NamedInstance): Instance {
  try {
    return findByName({
      kind: 'instance',
      where: `in the environment ${environment.name}`,
      wanted: name,
      among: instances,
      namesOf: (instance) => [instance.name],
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const what = `${error.what} (${place})`;
    if (error instanceof NotThere) {
      throw new NotThere({ what, why: error.why, fix: 'Correct its name in the manifest' });
    }
    throw new Failure({ what, why: error.why, fix: 'Name it by its id in the manifest' });
  }
}

function sameInstance(wanted: NamedInstance, twin: NamedInstance, { id }: Instance): Failure {
  return new Failure({
    what: `The instance "${wanted.name}" (${wanted.place})`,
    why: `it is ${id}, which the manifest names already, as "${twin.name}" (${twin.place})`,
    fix: 'List all of its processes under one name',
  });
}

/** One failure for all; waiting helps only if nothing but time is amiss. */
function summed(wrong: readonly [Failure, ...Failure[]]): Failure {
  const [first, ...others] = wrong;
  if (others.length === 0) return first;
  const parts = {
    what: `${wrong.length} instances of the manifest`,
    why: `\n${wrong.map(({ what, why, fix }) => `- ${what}: ${why}. ${fix}`).join('\n')}\n`,
    fix: 'Nothing was changed',
  };
  return wrong.every((failure) => failure instanceof NotThere) ? new NotThere(parts) : new Failure(parts);
}
