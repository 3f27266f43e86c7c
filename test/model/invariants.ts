import { Failure, messageOf } from '../../src/failure.ts';
import type { ProcessSpec } from '../../src/processes/spec.ts';
import type { StoredProcess } from './cloud-model.ts';
import { type Ending, limits, type RunResult, token } from './play.ts';

/** The longest pause between two requests that no deadline cuts short, in milliseconds. */
const longestPause = 4_000;

/** Milliseconds on the way in one direction, within which runs that race need not wait for each other long. */
const swift = 50;

type Invariant = (ending: Ending) => string | undefined;

/** What must hold at the end of every world, whatever happened in it. Each gives what is wrong, if anything is. */
const invariants: Readonly<Record<string, Invariant>> = {
  'a run deletes only what it made': ({ cloud }) => {
    const foreign = cloud.removals.find(({ process, by }) => process.madeBy !== by);
    return foreign && `run ${foreign.by} deleted ${foreign.process.id} of run ${foreign.process.madeBy}`;
  },

  'nothing that was there before is touched, but a match': ({ cloud, matchesBefore }) => {
    const before = cloud.history.filter(({ madeBy }) => madeBy === undefined);
    const touched = before.find(
      (process) => !matchesBefore.has(process.id) && cloud.processes.get(process.id) !== process,
    );
    return touched && `${touched.id} is not as it was`;
  },

  'a dry run writes nothing': each(({ plan, sent }) => {
    const write = plan.dryRun ? sent.find(({ method }) => method !== 'GET') : undefined;
    return write && `it sent ${write.method} ${write.path}`;
  }),

  'no request outlasts the deadline, and no run by more than one pause': each(
    ({ sent, startedAt, endedAt }) => {
      const deadline = startedAt + limits.work;
      const late = sent.find((request) => request.at >= deadline || request.endedAt > deadline);
      if (late !== undefined) return `${late.method} from ${late.at} to ${late.endedAt}`;
      return endedAt > deadline + longestPause ? `it ended at ${endedAt}` : undefined;
    },
  ),

  'a create that may have arrived is not sent again without a listing in between': each(({ sent }) => {
    let unsure = false;
    for (const { method, path, status, fault, mayHaveArrived } of sent) {
      if (method === 'GET' && path.includes('/instances/') && status === 200 && fault === undefined)
        unsure = false;
      if (method !== 'POST') continue;
      if (unsure) return 'it sent a second POST blindly';
      unsure = mayHaveArrived;
    }
    return undefined;
  }),

  'a failure is one that is written for the reader': each(({ ended }) =>
    ended.ok || ended.error instanceof Failure ? undefined : `it threw ${stackOf(ended.error)}`,
  ),

  'where nothing fails or dawdles, every run succeeds': (ending) => {
    const { runs, manners } = ending.world;
    const calm = runs.every(
      ({ faults, stopsAfter, delays }) =>
        faults.every((fault) => fault === undefined) &&
        stopsAfter === undefined &&
        Math.max(...delays) <= swift,
    );
    if (!calm || ending.matchesBefore.size > 1 || manners.patchIgnores !== undefined) return undefined;
    return each(({ plan, ended }) =>
      ended.ok || plan.ifExists === 'fail' ? undefined : `it failed: ${messageOf(ended.error)}`,
    )(ending);
  },

  'what a run reports was there, as declared, when the Cloud last acted for it': (ending) =>
    each(({ plan, ended, lastSeen }) => {
      if (!ended.ok) return undefined;
      const { process, outcome } = ended.ensured;
      if (process === undefined)
        return plan.dryRun && outcome === 'would-create' ? undefined : 'it reports nothing';
      const seen = lastSeen.flatMap((there) => there.get(process.id) ?? []);
      if (seen.length === 0) return `${process.id} was not there`;
      const left = plan.ifExists === 'reuse' || plan.dryRun;
      return left || seen.some((one) => isAsDeclared(ending.world.spec, one))
        ? undefined
        : `${process.id} was not as declared`;
    })(ending),

  'what a run reports is still there at the end, unless two were made at the same moment': (ending) => {
    if (hasTies(ending)) return undefined;
    return each(({ ended }) => {
      const id = ended.ok ? ended.ensured.process?.id : undefined;
      return id === undefined || ending.cloud.processes.has(id) ? undefined : `${id} is gone`;
    })(ending);
  },

  'where one matched before, none is made': ({ cloud, matchesBefore }) => {
    const made = cloud.history.find(({ madeBy }) => madeBy !== undefined);
    return made && matchesBefore.size > 0 ? `run ${made.madeBy} made ${made.id}` : undefined;
  },

  'of those made one is left at the end, or a run has said of each further one that it is there or may be': ({
    cloud,
    runs,
  }) => {
    const left = [...cloud.processes.values()].filter(({ madeBy }) => madeBy !== undefined);
    const untold = left.filter((process) => !isTold(process, runs));
    return untold.length <= 1 ? undefined : `nobody told of ${untold.map(({ id }) => id).join(', ')}`;
  },

  'the token is in no line of the log and no error': each(({ ended, log, did }) => {
    const texts = [...log, did ?? '', ended.ok ? '' : messageOf(ended.error)];
    return texts.some((text) => text.includes(token)) ? 'it is' : undefined;
  }),
};

/** All that is wrong with an ending. */
export function violations(ending: Ending): string[] {
  return Object.entries(invariants).flatMap(([name, holds]) => {
    const wrong = holds(ending);
    return wrong === undefined ? [] : [`${name}: ${wrong}`];
  });
}

/**
 * A run that failed names it, or says that its own create may have made it; or a run that succeeded names it as
 * another that is left.
 */
function isTold({ id, madeBy }: StoredProcess, runs: readonly RunResult[]): boolean {
  return runs.some((run, number) => {
    const { ended, did } = run;
    if (ended.ok) return ended.ensured.others.some((other) => other.id === id);
    const said = `${messageOf(ended.error)}\n${did ?? ''}`;
    return said.includes(id) || (madeBy === number && /\bmay\b/.test(said));
  });
}

function each(holds: (run: RunResult) => string | undefined): Invariant {
  return ({ runs }) => {
    const wrong = runs.map(holds);
    const number = wrong.findIndex((text) => text !== undefined);
    return number === -1 ? undefined : `run ${number}: ${wrong[number]}`;
  };
}

/** Were two made at what their dates tell as one moment, so that only their ids order them? */
function hasTies({ cloud }: Ending): boolean {
  const dates = cloud.history.filter(({ madeBy }) => madeBy !== undefined).map(({ createdAt }) => createdAt);
  return new Set(dates).size < dates.length;
}

function isAsDeclared(spec: ProcessSpec, { processes, config }: StoredProcess): boolean {
  if (spec.processes !== undefined && processes !== spec.processes) return false;
  if (spec.type === 'custom') return true;
  const { tries } = spec.config;
  return tries === undefined || String(config['tries']) === String(tries);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
