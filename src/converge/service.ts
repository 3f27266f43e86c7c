import type { Changes, Settings } from './changes.ts';
import type { Identity } from './identity.ts';

/** What a plan must know of a service: `S` is a process as declared there, `P` one that exists. Pure. */
export interface Rules<S, P> {
  identityOf(spec: S): Identity;
  identityOfExisting(process: P): Identity;
  /** Where a process differs from its declaration. */
  drift(spec: S, process: P): Changes;
  /** How a process that differs is brought in line: changed in place, or replaced by another. */
  readonly mend: 'update' | 'replace';
  /** A declaration in a few words: `worker on queue high,default`. */
  describe(spec: S): string;
  describeExisting(process: P): string;
  /** What one that is created gets, without what its description tells already. */
  settingsOf(spec: S): Settings;
  settingsOfExisting(process: P): Settings;
  /** Can a manifest declare it? What it cannot is not missing from one, and never pruned. */
  isDeclarable(process: P): boolean;
  /** How declarations of one family are told apart in a manifest: `give connection in the manifest`. */
  readonly tellApart: string;
}
