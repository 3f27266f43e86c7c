import type { Mistake, Place } from '../failure.ts';
import type { Fields } from './fields.ts';

/** Which background processes each place (an instance of Laravel Cloud, a server of Forge) should run. */
export interface Manifest<S> {
  readonly places: readonly DeclaredPlace<S>[];
}

export interface DeclaredPlace<S> {
  /** The name or id by which the manifest names it. */
  readonly name: string;
  /** Where the manifest does so. */
  readonly place: Place;
  readonly processes: readonly Declared<S>[];
}

export interface Declared<S> {
  readonly spec: S;
  readonly place: Place;
}

export interface ParsedManifest<S> extends Manifest<S> {
  /** What is wrong is left out of the manifest. */
  readonly mistakes: readonly Mistake[];
}

/** What the manifests of the two services differ in. */
export interface ManifestKind<S> {
  /** Where it usually is, below the workspace. */
  readonly file: string;
  /** The one key at the top. */
  readonly root: 'instances' | 'servers';
  /** One of the places, with an example of its name: `instance, such as App`. */
  readonly onePlace: string;
  /** The keys of a process. */
  readonly keys: readonly string[];
  /** Reads one process. Whatever is wrong is noted by `fields`, and what is returned then is not used. */
  read(fields: Fields): S | undefined;
  /** Equal for two declarations that would be one process. */
  keyOf(spec: S): string;
  /** A name that nothing else at the same place may have. */
  nameOf(spec: S): string | undefined;
  describe(spec: S): string;
}

/** A file of this many bytes holds some thousands of processes. */
export const maxManifestBytes = 256 * 1024;
