import type { Mistake, Place } from '../failure.ts';
import type { ProcessSpec } from '../processes/spec.ts';

/** Which background processes each instance of an environment should run. */
export interface Manifest {
  readonly instances: readonly DeclaredInstance[];
}

export interface DeclaredInstance {
  /** An instance's name or id. */
  readonly name: string;
  /** Where the manifest names it. */
  readonly place: Place;
  readonly processes: readonly ProcessSpec[];
}

export interface ParsedManifest {
  readonly manifest: Manifest;
  /** What is wrong is left out of the manifest. */
  readonly mistakes: readonly Mistake[];
}

/** A file of this many bytes holds some thousands of processes. */
export const maxManifestBytes = 256 * 1024;
