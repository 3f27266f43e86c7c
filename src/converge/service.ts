import type { Failure } from '../failure.ts';
import { type Changes, fits, type Identity, type Settings } from './compare.ts';
import type { Existing, Listing } from './listing.ts';
import type { Runtime } from './look.ts';

/** The rules of one service for the engine. `S`: a declared process; `P`: an existing process. */
export interface Service<S, P extends Existing> {
  identityOf(spec: S): Identity;
  /** Not called for a process in doubt. */
  identityOfExisting(process: P): Identity;
  /** True if a process in doubt can be the declared one. Its unknown fields may have any value. */
  couldBe(spec: S, process: P): boolean;
  /** True if the service reports the identity of this process. */
  statesIdentity(process: P): boolean;
  /** Returns the differences between a process and its declaration. An unknown value has no `from`. */
  drift(spec: S, process: P): Changes;
  /** The way to reconcile a process that differs. */
  readonly onDrift: 'update' | 'replace';
  /**
   * Brings a drifted process into the declared state, and checks the result. Undefined if it vanished. `others`: the ids
   * of processes that were there before, and match the declaration less well, or are in doubt.
   */
  reconcile(
    spec: S,
    found: P,
    world: World<S, P>,
    others: ReadonlySet<string>,
  ): Promise<Reconciled<P> | undefined>;
  /** Returns a declaration in a few words: `worker on queue high,default`. */
  describe(spec: S): string;
  describeExisting(process: P): string;
  /** Returns the settings of a new process, without those in its description. */
  settingsOf(spec: S): Settings;
  settingsOfExisting(process: P): Settings;
  /** True if a manifest can declare the process. Others are never pruned. */
  isDeclarable(process: P): boolean;
  /** Returns the fields that distinguish processes of one declaration: `connection redis, 2 processes`. */
  particularsOf(process: P): string;
  /** The advice for a declaration that matches several processes: `set connection`. */
  readonly howToDistinguish: string;
  /** The advice for a step of one process that finds several which it cannot distinguish. */
  readonly howToChoose: string;
  /** Returns the failure for a name that another process has. Only for a service with names. */
  nameTaken(spec: S, refusal: Failure): Failure;
  /** Returns the declaration under another name, the same in every run. Only for a service with names. */
  renamed?(spec: S): Renamed<S>;
  /** Returns the part of a place that has a list of its own, such as a site; undefined for the whole place. */
  partOf?(process: S | P): string | undefined;
}

/** The result of a create request. A request that certainly created nothing throws instead. */
export type CreateResult<P> =
  | { readonly kind: 'created'; readonly made: P }
  /** No usable response: the process may exist. `retryAfter`: milliseconds, if the service names them. */
  | { readonly kind: 'lost'; readonly cause: string; readonly retryAfter?: number | undefined }
  /** Not created: a process with this name exists. */
  | { readonly kind: 'taken'; readonly refusal: Failure };

/** The background processes of one instance or server. Calls that fail throw a `Failure`. */
export interface Store<S, P extends Existing> {
  /** Waits on stores with the same `place` share their looks. */
  readonly place: object;
  /** Milliseconds that a removal may take after its response; 0 if processes are gone at once. */
  readonly removalSpan: number;
  list(): Promise<Listing<P>>;
  /** Reads a process by its id, which does not lag; undefined if there is none. */
  find(id: string): Promise<P | undefined>;
  create(spec: S): Promise<CreateResult<P>>;
  /** Only if the service can update. Returns the process of the response; undefined if that has none. */
  update?(id: string, changed: object): Promise<P | undefined>;
  /** Requests a removal, which may go on after the response. A missing process is success. */
  remove(id: string): Promise<void>;
  /** Throws a `Failure` on a place that the step must not change, as far as known by now. */
  mayWrite(): void;
}

/** The result of reconciling a process. */
export interface Reconciled<P> {
  readonly process: P;
  /** Its name, if another process has the declared one. */
  readonly otherName?: string;
}

/** A declaration under another name than the declared one. */
export interface Renamed<S> {
  readonly spec: S;
  readonly otherName: string;
}

/** The means to work on the processes of an instance or server. */
export interface World<S, P extends Existing> {
  readonly service: Service<S, P>;
  readonly store: Store<S, P>;
  readonly runtime: Runtime;
  /** True if the declared name may belong to a process that is deleted afterwards. */
  readonly holderMayGo?: boolean;
  /** Records the process that exists now; undefined after its removal, also by others. */
  onExists?(process: P | undefined): void;
}

/**
 * Returns the processes that certainly match a declaration. If the declaration names no connection, processes without
 * one win; if there are none, any connection matches.
 */
export function candidates<S, P extends Existing>(
  spec: S,
  among: readonly P[],
  service: Service<S, P>,
): readonly P[] {
  const { marks } = service.identityOf(spec);
  return marks.reduce(
    (left: readonly P[], _, index) => {
      const unmarked = left.filter(
        (process) => service.identityOfExisting(process).marks[index] === undefined,
      );
      return unmarked.length > 0 ? unmarked : left;
    },
    allCandidates(spec, among, service),
  );
}

/** Returns all matching processes. An open mark of the declaration matches every value equally. */
export function allCandidates<S, P extends Existing>(
  spec: S,
  among: readonly P[],
  service: Service<S, P>,
): readonly P[] {
  return among.filter((process) => isSure(process) && matches(spec, process, service));
}

export function doubtfulAmong<S, P extends Existing>(
  spec: S,
  among: readonly P[],
  service: Service<S, P>,
): readonly P[] {
  return among.filter((process) => isInDoubt(spec, process, service));
}

function isInDoubt<S, P extends Existing>(spec: S, process: P, service: Service<S, P>): boolean {
  const isOpen = !isSure(process) || (process.vague !== undefined && !matches(spec, process, service));
  return isOpen && service.couldBe(spec, process);
}

/** True if the service reports another identity than the declared one. A missing field reports nothing. */
export function isStatedOther<S, P extends Existing>(spec: S, process: P, service: Service<S, P>): boolean {
  return (
    isSure(process) &&
    service.statesIdentity(process) &&
    !isInDoubt(spec, process, service) &&
    !matches(spec, process, service)
  );
}

/** True if the process, which is not in doubt, can be the declared one. */
function matches<S, P extends Existing>(spec: S, process: P, service: Service<S, P>): boolean {
  return fits(service.identityOf(spec), service.identityOfExisting(process));
}

/** True if all processes have the same identity, so that none of them matches better. */
export function areAlike<S, P extends Existing>(
  found: readonly P[],
  { identityOfExisting }: Service<S, P>,
): boolean {
  return new Set(found.map((process) => JSON.stringify(identityOfExisting(process).marks))).size <= 1;
}

function isSure({ doubt }: Existing): boolean {
  return doubt === undefined;
}
