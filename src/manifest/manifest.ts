import type { ProcessSpec } from '../processes/spec.ts';

/** Which background processes each instance of an environment should run. */
export interface Manifest {
  readonly instances: readonly DeclaredInstance[];
}

export interface DeclaredInstance {
  /** An instance's name or id. */
  readonly name: string;
  /** Where the manifest names it: `.github/background-processes.yml:3:3`. */
  readonly place: string;
  readonly processes: readonly ProcessSpec[];
}

export interface ParsedManifest {
  readonly manifest: Manifest;
  /** Each with file, line and column in front. What is wrong is left out of the manifest. */
  readonly problems: readonly string[];
}

/** A file of this many bytes holds some thousands of processes. */
export const maxManifestBytes = 256 * 1024;
