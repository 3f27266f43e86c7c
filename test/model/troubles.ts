import { isOrderly, madeHere, reported } from './invariants.ts';
import type { Ending } from './play.ts';

/** A predicate: true if the trouble has occurred in this ending. */
type Trouble = (ending: Ending) => boolean;

/** The troubles by name. The model proves only as much as these troubles occur. */
export const troubles: Readonly<Record<string, Trouble>> = {
  'a list lagged: it did not show what was already made': (ending) => wasUnseen(ending, 0),
  'a list lagged by more than 8 s behind a create': (ending) => wasUnseen(ending, 8_000),
  'a list lagged: it showed what was already gone': ({ server: { looks, removedAt } }) =>
    looks.some((look) => removedAt.some(({ id, at }) => at < look.at && look.ids.has(id))),
  'two runs or more made the same': (ending) =>
    new Set(madeHere(ending).map(({ madeBy }) => madeBy)).size > 1,
  'a run gave way': ({ server }) => server.removals.length > 0,
  'a killed run left a rival to one that is alive': (ending) => {
    const left = madeHere(ending).filter(({ madeBy }) => ending.runs[madeBy ?? -1]?.ended.kind === 'killed');
    return left.some(
      ({ id }) => ending.server.processes.has(id) && madeHere(ending).some((other) => other.id !== id),
    );
  },
  'the order of age was not the order of making': (ending) => !isOrderly(ending),
  'two had the same date': (ending) => {
    const dates = madeHere(ending).map(({ createdAt }) => createdAt);
    return new Set(dates).size < dates.length;
  },
  'a removal took more than 2 s': ({ server, world }) =>
    server.removals.length > 0 && world.manners.removal.takes > 2_000,
  'a page moved under the reader': ({ server }) => server.churned > 0,
  'a resource of an unknown shape was listed': ({ world, runs }) =>
    world.manners.odd.length > 0 && runs.some(({ sent }) => sent.length > 0),
  'a budget of requests was used up': ({ server }) => server.turnedAway.has(429),
  'an outage of more than 10 s was met': ({ server, world: { manners } }) =>
    server.turnedAway.has(503) && (manners.outage?.until ?? 0) - (manners.outage?.from ?? 0) > 10_000,
  'an update showed only later': ({ server, world }) =>
    server.updates > 0 && world.service === 'cloud' && world.manners.patchLag > 0,
  'an update answered with another process': ({ server, world }) =>
    server.updates > 0 && world.service === 'cloud' && world.manners.patchAnswers !== 'itself',
  'a config came as a list of one': ({ world, server }) =>
    world.service === 'cloud' &&
    world.manners.configAs === 'a list of one' &&
    world.spec.type === 'worker' &&
    [...server.processes.values()].some(({ isMatch }) => isMatch),
  'a name was in use by what was being removed, for more than 8 s': ({ server, world }) =>
    server.taken > 0 &&
    server.removals.length > 0 &&
    world.service === 'forge' &&
    world.manners.lingers > 8_000,
  'two runs replaced the same process': ({ runs }) =>
    runs.filter(({ ended }) => ended.kind === 'done' && ended.outcome === 'replaced').length > 1,
  'somebody else deleted one that a run had made': (ending) =>
    madeHere(ending).some(({ id }) => ending.server.takenAway.has(id)),
  'a run began right after another had made it, and its list did not show it': (ending) =>
    ending.runs.some(({ plan, number, startedAt, sent }) => {
      const first = ending.server.looksOf(number)[0];
      return (
        plan.follows &&
        sent.some(({ method }) => method === 'POST') &&
        first !== undefined &&
        madeHere(ending).some(({ madeAt }) => madeAt < startedAt && madeAt > first.moment)
      );
    }),
  'the answer to a create was lost, and it was made': (ending) =>
    ending.runs.some(({ sent, number }) =>
      sent.some(
        ({ method, fault }) =>
          method === 'POST' &&
          fault !== undefined &&
          madeHere(ending).some(({ madeBy }) => madeBy === number),
      ),
    ),
  'two runs lost the answers to their creates': ({ runs }) =>
    runs.filter(({ sent }) =>
      sent.some(({ method, fault, mayHaveArrived }) => method === 'POST' && fault && mayHaveArrived),
    ).length > 1,
  'two runs reported the same that only one of them made': ({ runs }) => {
    const ids = runs.flatMap((run) => reported(run) ?? []);
    return new Set(ids).size < ids.length;
  },
};

/** True if a list, more than `lag` milliseconds old, did not show what a run had made. */
function wasUnseen(ending: Ending, lag: number): boolean {
  return ending.server.looks.some(
    ({ at, moment }) =>
      at - moment > lag && madeHere(ending).some(({ madeAt }) => madeAt <= at && madeAt > moment),
  );
}
