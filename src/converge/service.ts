import type { Failure } from '../failure.ts';
import type { Changes, Settings } from './changes.ts';
import { candidatesAmong, fits, type Identity } from './identity.ts';
import type { Existing, Listing } from './listing.ts';
import type { Runtime } from './look.ts';

/** What the engine must know of a service: `S` is a process as declared there, `P` one that exists. Pure. */
export interface Service<S, P extends Existing> {
  identityOf(spec: S): Identity;
  /** Not asked of a process in doubt. */
  identityOfExisting(process: P): Identity;
  /** Can a process in doubt be the declared one? What is not known of it may be anything. */
  couldBe(spec: S, process: P): boolean;
  /** Has the service told what this process is known by, as opposed to having left it out? */
  statesIdentity(process: P): boolean;
  /** Where a process differs from its declaration. What is not known has no `from`. */
  drift(spec: S, process: P): Changes;
  /** How a process that differs is brought in line: changed in place, or replaced by another. */
  readonly onDrift: 'update' | 'replace';
  /** A declaration in a few words: `worker on queue high,default`. */
  describe(spec: S): string;
  describeExisting(process: P): string;
  /** What a new process gets, without what its description says already. */
  settingsOf(spec: S): Settings;
  settingsOfExisting(process: P): Settings;
  /** Can a manifest declare it? What it cannot declare is not missing from one, and never pruned. */
  isDeclarable(process: P): boolean;
  /** What tells processes apart that match the same declaration: `connection redis, 2 processes`. */
  particularsOf(process: P): string;
  /** How to tell declarations apart that match the same process: `set connection`. */
  readonly howToDistinguish: string;
  /** What to do about a name that another process has. Only where processes have names. */
  nameTaken(spec: S, refusal: Failure): Failure;
}

/** What became of a create request. A request that surely created nothing throws instead. */
export type CreateResult<P> =
  | { readonly kind: 'created'; readonly made: P }
  /** No usable answer came: the process may exist. `answered`: the service answered with an error. */
  | { readonly kind: 'lost'; readonly cause: string; readonly answered?: boolean }
  /** Nothing was created, since a process with this name exists. */
  | { readonly kind: 'taken'; readonly refusal: Failure };

/** The background processes of one instance or server. Calls that fail throw a `Failure`. */
export interface Store<S, P extends Existing> {
  /** Waits on stores with the same object here share their looks. */
  readonly place: object;
  /** Milliseconds that a removal may go on after its answer; 0 where a process is gone at once. */
  readonly removalSpan: number;
  list(): Promise<Listing<P>>;
  /** One by its id, which does not lag; undefined when there is none. */
  find(id: string): Promise<P | undefined>;
  create(spec: S): Promise<CreateResult<P>>;
  /** Asks for a removal, which may go on after the answer. That there is none of this id is success. */
  remove(id: string): Promise<void>;
  /** Throws a `Failure` where nothing may be written, as far as that is known by now. */
  mayWrite(): void;
}

/** What came of bringing a process in line. */
export interface Reconciled<P> {
  readonly process: P;
  /** The name it got because another process has the declared one. */
  readonly otherName?: string;
}

/** What it takes to work on the processes of one instance or server. */
export interface World<S, P extends Existing> {
  readonly service: Service<S, P>;
  readonly store: Store<S, P>;
  readonly runtime: Runtime;
  /** Brings a process that has drifted into the declared state, and proves it. Undefined if it vanished meanwhile. */
  reconcile(spec: S, found: P, changes: Changes): Promise<Reconciled<P> | undefined>;
  /** Records that this process exists. */
  onExists?(process: P | undefined): void;
}

/** What tells whether a process is the declared one. */
export type IdentifyingService<S, P extends Existing> = Pick<
  Service<S, P>,
  'identityOf' | 'identityOfExisting' | 'couldBe' | 'statesIdentity'
>;

/** The processes that match a declaration for sure. */
export function candidates<S, P extends Existing>(
  spec: S,
  among: readonly P[],
  service: IdentifyingService<S, P>,
): P[] {
  return candidatesAmong(service.identityOf(spec), among.filter(isSure), service.identityOfExisting);
}

/** The processes that match, where a declaration that leaves a mark open matches all marks alike. */
export function allCandidates<S, P extends Existing>(
  spec: S,
  among: readonly P[],
  service: IdentifyingService<S, P>,
): P[] {
  const wanted = service.identityOf(spec);
  return among.filter((process) => isSure(process) && fits(wanted, service.identityOfExisting(process)));
}

export function doubtfulAmong<S, P extends Existing>(
  spec: S,
  among: readonly P[],
  service: IdentifyingService<S, P>,
): P[] {
  return among.filter((process) => !isSure(process) && service.couldBe(spec, process));
}

/** Does the service say of this process that it is another one than declared? What it leaves out says nothing. */
export function isStatedOther<S, P extends Existing>(
  spec: S,
  process: P,
  service: IdentifyingService<S, P>,
): boolean {
  return (
    isSure(process) &&
    service.statesIdentity(process) &&
    !fits(service.identityOf(spec), service.identityOfExisting(process))
  );
}

function isSure({ doubt }: Existing): boolean {
  return doubt === undefined;
}
