import { byAge } from '../../src/converge/listing.ts';
import { Failure, messageOf } from '../../src/failure.ts';
import { type Ending, type RunResult, token } from './play.ts';
import type { Look, Stored } from './server-model.ts';

/** The longest pause between two requests without a deadline, in milliseconds. */
const longestPause = 8_000;

/** The limits within which the rules of a create hold, in milliseconds; see decision 2. */
const promised = {
  /** The network delay in one direction. */
  delay: 50,
  lag: 8_000,
  removal: 8_000,
  /** The sum of lags and removals, if clock differences make another process than the first look oldest. */
  disorder: 10_000,
  /** The time from a lost response until a list shows the created process. */
  lost: 20_000,
} as const;

type Invariant = (ending: Ending) => string | undefined;

/** The invariants at the end of every world. Each returns the violation, if there is one. */
const invariants: Readonly<Record<string, Invariant>> = {
  'a run deletes only what it made, or replaces because it has drifted': ({ server, runs }) => {
    const foreign = server.removals.find(
      ({ process, by }) =>
        process.madeBy !== by &&
        !(server.replaces && process.isMatch && !process.isAsDeclared && mayMend(runs[by])),
    );
    return foreign && `run ${foreign.by} deleted ${foreign.process.id} of run ${foreign.process.madeBy}`;
  },

  'nothing that was there before is touched, but a match': ({ server, matchesBefore }) => {
    const before = server.made.filter(({ madeBy }) => madeBy === undefined);
    const touched = before.find(
      (process) =>
        !matchesBefore.has(process.id) &&
        !server.takenAway.has(process.id) &&
        server.processes.get(process.id) !== process,
    );
    return touched && `${touched.id} is not as it was`;
  },

  'a dry run writes nothing': each(({ plan, sent }) => {
    const write = plan.dryRun ? sent.find(({ method }) => method !== 'GET') : undefined;
    return write && `it sent ${write.method} ${write.path}`;
  }),

  'no request outlasts the deadline, and no run by more than one pause': each(({ sent, endedAt, ...run }) => {
    const deadline = run.deadline + sent.reduce((sum, { held }) => sum + held, 0);
    const late = sent.find((request) => request.at >= deadline || request.endedAt > deadline);
    if (late !== undefined && late.endedAt !== Number.POSITIVE_INFINITY)
      return `${late.method} from ${late.at} to ${late.endedAt}`;
    return endedAt > deadline + longestPause ? `it ended at ${endedAt}` : undefined;
  }),

  'a create that may have arrived is not sent again without a listing in between': each(({ sent }) => {
    let unsure = false;
    for (const { method, path, status, fault, mayHaveArrived } of sent) {
      if (method === 'GET' && isList(path) && status === 200 && fault === undefined) unsure = false;
      if (method !== 'POST') continue;
      if (unsure) return 'it sent a second POST blindly';
      unsure = mayHaveArrived && status !== 429 && status !== 422;
    }
    return undefined;
  }),

  'a failure is one that is written for the reader': each(({ ended }) =>
    ended.kind !== 'failed' || ended.error instanceof Failure
      ? undefined
      : `it threw ${stackOf(ended.error)}`,
  ),

  'where nothing goes wrong but what time does, every run succeeds': (ending) => {
    if (!isCalm(ending)) return undefined;
    return each(({ plan, ended }) =>
      ended.kind === 'failed' && plan.ifExists !== 'fail'
        ? `it failed: ${messageOf(ended.error)}`
        : undefined,
    )(ending);
  },

  'where nothing goes wrong but what time does, one is left, and all that made it report it': (ending) => {
    if (!isCalm(ending)) return undefined;
    const left = madeHere(ending).filter(({ id }) => ending.server.processes.has(id));
    if (left.length > 1) return `${left.map(({ id }) => id).join(', ')} are left`;
    if (!isOrderly(ending)) return undefined;
    return each((run) => {
      const id = run.sent.some(({ method }) => method === 'POST') ? reported(run) : undefined;
      return id === undefined || ending.server.processes.has(id) ? undefined : `${id} is gone`;
    })(ending);
  },

  'what a run reports was there when the server last acted for it, and as declared': (ending) =>
    each((run) => {
      if (run.ended.kind !== 'done') return undefined;
      const { plan, ended } = run;
      const { id, outcome } = ended;
      if (id === undefined)
        return plan.dryRun && outcome === 'would-create' ? undefined : 'it reports nothing';
      const seen = thereFor(run, ending).flatMap((there) => there.get(id) ?? []);
      // A replacement removes the old process last. If somebody deletes the new one meanwhile, the run does not notice.
      if (outcome === 'replaced' && ending.server.takenAway.has(id)) return undefined;
      if (seen.length === 0) return `${id} was not there`;
      const left = plan.ifExists === 'reuse' || plan.dryRun || isOnlyRead(run);
      return left || seen.some(({ isAsDeclared }) => isAsDeclared) ? undefined : `${id} was not as declared`;
    })(ending),

  'where one matched before, none is made but in its place': ({ server, matchesBefore, runs, world }) => {
    // If pages shift, two reads may both miss a process. The run then removes its new process again.
    const moves = world.manners.churn.times > 0;
    const [made] = madeHere({ server }).filter(({ id }) => !moves || server.processes.has(id));
    const before = server.made.filter(({ id }) => matchesBefore.has(id));
    const gone = before.every(({ id }) => server.takenAway.has(id));
    const isReplaced =
      server.replaces && before.some(({ isAsDeclared }) => !isAsDeclared) && runs.some(mayMend);
    return made && !gone && !isReplaced ? `run ${made.madeBy} made ${made.id}` : undefined;
  },

  'what a run has replaced is gone': (ending) => {
    const [old, ...others] = ending.matchesBefore;
    if (old === undefined || others.length > 0 || !ending.server.processes.has(old)) return undefined;
    return each(({ ended }) =>
      ended.kind === 'done' && ended.outcome === 'replaced' ? `${old} is still there` : undefined,
    )(ending);
  },

  'exit 0 never leaves two': (ending) => {
    const left = unexcused(ending).map(({ id }) => id);
    const told = new Set(ending.runs.map(reported));
    const both = left.filter((id) => told.has(id));
    return both.length > 1 ? `runs have reported ${both.join(' and ')}` : undefined;
  },

  'of those made one is left at the end, or a run that failed has told of each further one': (ending) => {
    const untold = unexcused(ending).filter((process) => !isTold(process, ending.runs));
    return untold.length <= 1 ? undefined : `nobody told of ${untold.map(({ id }) => id).join(', ')}`;
  },

  'the token is in no line of the log and no error': each(({ ended, log, did }) => {
    const error = ended.kind === 'failed' ? messageOf(ended.error) : '';
    return [...log, did ?? '', error].some((text) => text.includes(token)) ? 'it is' : undefined;
  }),
};

/** Returns all violations in an ending. */
export function violations(ending: Ending): string[] {
  return Object.entries(invariants).flatMap(([name, holds]) => {
    const wrong = holds(ending);
    return wrong === undefined ? [] : [`${name}: ${wrong}`];
  });
}

/** True if no request fails, no run is cancelled or killed, and every time is within `promised`. */
function isCalm(ending: Ending): boolean {
  const { matchesBefore, world } = ending;
  const { manners, runs } = world;
  const lag = Math.max(...runs.flatMap(({ lags }) => lags));
  return (
    (isOrderly(ending) || 2 * lag + manners.removal.takes <= promised.disorder) &&
    matchesBefore.size <= 1 &&
    ending.isTame &&
    manners.budget === undefined &&
    manners.outage === undefined &&
    manners.vandal === undefined &&
    manners.churn.times === 0 &&
    manners.removal.takes <= promised.removal &&
    lag <= promised.lag &&
    runs.every(
      ({ faults, stopsAfter, kill, delays, patience }) =>
        faults.every((fault) => fault === undefined) &&
        stopsAfter === undefined &&
        kill === undefined &&
        patience === 1 &&
        Math.max(...delays) <= promised.delay,
    )
  );
}

/** True if the order of age that runs see is the order of creation. */
export function isOrderly(ending: Ending): boolean {
  const made = madeHere(ending);
  return made.every((process, index) => {
    const next = made[index + 1];
    return next === undefined || byAge(process, next) < 0;
  });
}

/** Returns the processes that runs made, in the order of creation. */
export function madeHere({ server }: Pick<Ending, 'server'>): readonly Stored[] {
  return server.made.filter(({ madeBy }) => madeBy !== undefined);
}

/** Returns the id that a run reports. */
export function reported({ ended }: RunResult): string | undefined {
  return ended.kind === 'done' ? ended.id : undefined;
}

/** True for a run without writes: it may report a process from a list that lags. */
function isOnlyRead({ sent }: RunResult): boolean {
  return sent.every(({ method }) => method === 'GET');
}

/**
 * Returns the processes at a run's last request: the real ones or, if it was a list request, those at the moment of the
 * list's view.
 */
function thereFor(run: RunResult, { server }: Ending): readonly ReadonlyMap<string, Stored>[] {
  const looks = server.looksOf(run.number);
  const first = lastLookOf(looks);
  if (first === undefined || !isList(run.sent.at(-1)?.path ?? '')) return run.lastThere;
  return looks.slice(looks.indexOf(first)).map(({ there }) => there);
}

/** Returns the remaining processes made by runs, without those that no run could have known. */
function unexcused(ending: Ending): readonly Stored[] {
  const { server, runs } = ending;
  return madeHere(ending).filter(
    (process) => server.processes.has(process.id) && !isExcused(process, runs, ending),
  );
}

/**
 * True for a process that no surviving run could have known. Its own run was killed or has reported it in its failure,
 * or it appeared too late after a lost response; and every run that reports another process had read its last list
 * before.
 */
function isExcused(process: Stored, runs: readonly RunResult[], { server }: Ending): boolean {
  const maker = runs.find(({ number }) => number === process.madeBy);
  if (maker === undefined) return false;
  const isLeft = maker.ended.kind === 'killed' || isTold(process, [maker]);
  if (!isLeft && !cameTooLate(process, maker)) return false;
  return runs.every((run) => {
    const id = reported(run);
    if (id === undefined || id === process.id || run.plan.dryRun) return true;
    const looks = server.looksOf(run.number);
    const last = lastLookOf(looks);
    const own = server.made.find((made) => made.id === id);
    if (last === undefined || own === undefined) return false;
    const wasShown = looks.slice(looks.indexOf(last)).some(({ ids }) => ids.has(process.id));
    // A run without writes does not read pages twice, so it may miss a process that moves between pages.
    const final = looks.at(-1) ?? last;
    if (isOnlyRead(run) && final !== last) return own.madeAt <= final.moment && !wasShown;
    // The run had confirmed its own process before this process was made.
    return own.madeAt <= last.moment && process.madeAt >= last.moment && !wasShown;
  });
}

/** Returns the first page of the last list. The whole list is at least as new as this page. */
function lastLookOf(looks: readonly Look[]): Look | undefined {
  return looks.findLast(({ isFirst }) => isFirst);
}

function cameTooLate({ madeAt }: Stored, { sent, plan }: RunResult): boolean {
  const lag = Math.max(...plan.lags);
  return sent.some(
    ({ method, fault, at, endedAt }) =>
      method === 'POST' &&
      fault !== undefined &&
      at <= madeAt &&
      madeAt + lag > endedAt + promised.lost - longestPause,
  );
}

/** True if a failed run names the process, or states that its own create request may have made one. */
function isTold({ id, madeBy }: Stored, runs: readonly RunResult[]): boolean {
  return runs.some(({ ended, did, number }) => {
    if (ended.kind !== 'failed') return false;
    const said = `${messageOf(ended.error)}\n${did ?? ''}`;
    return said.includes(id) || (madeBy === number && /\bmay\b|not known/.test(said));
  });
}

function each(holds: (run: RunResult) => string | undefined): Invariant {
  return ({ runs }) => {
    const wrong = runs.map(holds);
    const number = wrong.findIndex((text) => text !== undefined);
    return number === -1 ? undefined : `run ${number}: ${wrong[number]}`;
  };
}

/** True for the path of a list of processes. */
function isList(path: string): boolean {
  return /\/background-processes(\?|$)/.test(path);
}

/** True for a run that may change existing processes. */
function mayMend(run: RunResult | undefined): boolean {
  return run !== undefined && run.plan.ifExists === 'update' && !run.plan.dryRun;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
