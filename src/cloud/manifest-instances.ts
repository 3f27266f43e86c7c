import { Failure, type FailureParts, type Place, placeText } from '../failure.ts';
import { findByName, NotThere } from '../names/find-by-name.ts';
import type { Instance } from './instance.ts';
import type { EnvironmentInstances } from './target.ts';

/** An instance as a manifest names it: by its name or id. */
export interface NamedInstance {
  readonly name: string;
  /** Where the manifest says so. */
  readonly place: Place;
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
      correct: 'its name in the manifest',
      among: instances,
      namesOf: (instance) => [instance.name],
    });
  } catch (error) {
    if (error instanceof NotThere) throw new NotThere(atPlace(error, place));
    if (error instanceof Failure) throw new Failure(atPlace(error, place));
    throw error;
  }
}

function sameInstance(wanted: NamedInstance, twin: NamedInstance, { id }: Instance): Failure {
  const twice = new Failure({
    what: `The instance "${wanted.name}"`,
    why: `it is ${id}, which the manifest names already, as "${twin.name}" (${placeText(twin.place)})`,
    fix: 'List all of its processes under one name',
  });
  return new Failure(atPlace(twice, wanted.place));
}

/** The parts of a failure that belongs to a place of the manifest. */
function atPlace({ what, why, fix, message }: Failure, place: Place): FailureParts {
  return { what: `${what} (${placeText(place)})`, why, fix, annotations: [{ message, place }] };
}

/** One failure for all; waiting helps only if all of them are merely missing. */
function summed(wrong: readonly [Failure, ...Failure[]]): Failure {
  const [first, ...others] = wrong;
  if (others.length === 0) return first;
  const parts = {
    what: `${wrong.length} instances of the manifest`,
    why: `\n${wrong.map(({ message }) => `- ${message}`).join('\n')}\n`,
    fix: 'Nothing was changed',
    annotations: wrong.flatMap(({ annotations }) => annotations),
  };
  return wrong.every((failure) => failure instanceof NotThere) ? new NotThere(parts) : new Failure(parts);
}
