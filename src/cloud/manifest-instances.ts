import { Failure } from '../failure.ts';
import { choose, NotThere } from './choose.ts';
import type { Instance } from './instance.ts';
import type { EnvironmentInstances } from './target.ts';

/** An instance as a manifest names it. */
export interface NamedInstance {
  readonly name: string;
  /** Where the manifest says so. */
  readonly place: string;
}

/**
 * The instances that go by these names or ids, in this order. Throws one `Failure` about all that are wrong:
 * `NotThere` if they are only missing, since those may yet appear.
 */
export function pickInstances(
  { environment, instances }: EnvironmentInstances,
  named: readonly NamedInstance[],
): readonly Instance[] {
  const where = `in the environment ${environment.name}`;
  const picked: Instance[] = [];
  const wrong: Failure[] = [];
  for (const { name, place } of named) {
    try {
      const found = choose({
        kind: 'instance',
        where,
        wanted: name,
        among: instances,
        namesOf: ({ name: its }) => [its],
      });
      const twin = named[picked.indexOf(found)];
      if (twin !== undefined && picked.includes(found)) throw sameInstance(name, place, twin, found);
      picked.push(found);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      wrong.push(named.length === 1 ? error : placed(error, place));
    }
  }
  const [first] = wrong;
  if (first === undefined) return picked;
  throw wrong.length === 1 ? mended(first) : summed(wrong);
}
