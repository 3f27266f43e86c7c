import { doubtText } from '../converge/listing.ts';
import { paced } from '../converge/look.ts';
import { timeWithOthers } from '../converge/pace.ts';
import { Failure } from '../failure.ts';
import { type AcceptedRestart, type RestartContext, requestRestarts, untilUp } from '../forge/restart.ts';
import { forge, forgePace } from '../forge/service.ts';
import type { ForgeProcess } from '../forge/shapes.ts';
import { isLeaving } from '../forge/status.ts';
import { ForgeStore } from '../forge/store.ts';
import type { ForgeTarget } from '../forge/target.ts';
import { maxConcurrency } from '../http/transport.ts';
import { code, html, prose } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { processCount } from '../text.ts';
import { readConnection } from './inputs/connection.ts';
import {
  describeFilter,
  findForgeTarget,
  listMatching,
  readForgeFilter,
  readForgeTarget,
  readProcessId,
} from './inputs/forge.ts';
import { idOutputs } from './report/cloud.ts';
import { forgeLine, forgeTable } from './report/forge.ts';
import { type Session, withSession } from './session.ts';

/** The most processes to read one by one. For more, it reads lists: one request shows thirty. */
const fewProcesses = 3;

/** Restarts the processes that match, and waits until they are up. */
export async function runForgeRestart(step: Step): Promise<void> {
  const inputs = readInputs(step);
  await withSession(step, inputs.connection, async (session) => {
    const target = await findForgeTarget(session, inputs.target);
    step.doing('restarting background processes');
    const processes = await select(step, new ForgeStore(session.within().client, target), target, inputs);
    // One wait for processes that are installing, one until all are up.
    const patient = session.within(2 * inputs.wait + timeWithOthers(processes.length, forgePace));
    const store = new ForgeStore(patient.client, target);
    const accepted = await request(step, processes, restarting(patient, store, inputs));
    await waitUntilUp(step, accepted, target, inputs, restarting(patient, store, inputs));
  });
}

type ForgeRestartInputs = ReturnType<typeof readInputs>;

function readInputs(step: Step) {
  const { inputs } = step;
  const target = readForgeTarget(inputs);
  const filter = readForgeFilter(inputs);
  const read = {
    connection: readConnection(step, forge),
    target,
    filter,
    processId: readProcessId(inputs, { site: target.site, ...filter }),
    /** Milliseconds to wait until all processes are up; 0: the step does not wait. */
    wait: inputs.seconds('wait-timeout', { min: 0, max: 86_400 }, 300),
  };
  inputs.done();
  return read;
}

/** Returns the processes to restart. Throws a `Failure` if there are none. */
async function select(
  step: Step,
  store: ForgeStore,
  target: ForgeTarget,
  { filter, processId, target: name }: ForgeRestartInputs,
): Promise<readonly ForgeProcess[]> {
  if (processId !== undefined) {
    const found = await store.findAny(processId);
    if (found !== undefined && !isLeaving(found)) return [found];
    throw new Failure({
      what: `Background process ${processId}`,
      why:
        found === undefined
          ? `server ${target.server.name} has no process with this id`
          : 'it is being removed',
      fix: 'Check organization, server and process-id',
    });
  }
  const all = await listMatching(store, filter);
  // Forge itself filters by user, directory and site: only the filter by command needs a field of the process.
  const isUnknown = ({ command }: ForgeProcess): boolean => filter.command !== undefined && command === '';
  for (const process of all.filter(isUnknown)) step.warn(`Not restarted: ${doubtText(process)}.`);
  const present = all.filter((process) => !isLeaving(process) && !isUnknown(process));
  if (present.length > 0) return present;
  throw new Failure({
    what: `No background process on server ${target.server.name} matches`,
    why: describeFilter(filter, name.site),
    fix: 'Check the filters; forge/list with the same filters shows what there is',
  });
}

/** Requests the restarts and sets the outputs. Throws a `Failure` if Forge refuses one. */
async function request(
  step: Step,
  processes: readonly ForgeProcess[],
  restarting: RestartContext,
): Promise<readonly AcceptedRestart[]> {
  const { accepted, failure } = await requestRestarts(processes, maxConcurrency, restarting);
  const restarted = accepted.map(({ process }) => process);
  step.output(idOutputs(restarted));
  if (restarted.length > 0) step.did('restart', `restarted ${restarted.map(({ id }) => id).join(', ')}`);
  if (failure === undefined) return accepted;
  if (restarted.length > 0) {
    step.headline('drifted', html`Restarted: ${restarted.length} of ${processCount(processes.length)}`);
    step.summarize(forgeTable(restarted, 'no status'));
  }
  throw failure;
}

async function waitUntilUp(
  step: Step,
  accepted: readonly AcceptedRestart[],
  target: ForgeTarget,
  { filter, processId, target: name, wait }: ForgeRestartInputs,
  restarting: RestartContext,
): Promise<void> {
  const { processes, failure } =
    wait === 0
      ? { processes: accepted.map(({ process }) => process), failure: undefined }
      : await untilUp(accepted, restarting);
  const asked = processId === undefined ? describeFilter(filter, name.site) : `process-id ${processId}`;
  const verb = wait === 0 ? 'Restart requested' : 'Restarted';
  const up = processes.length === 1 ? 'up' : 'all up';
  const outcome = wait === 0 ? 'not waited for' : failure === undefined ? up : `not ${up}`;
  step.log.group(
    `${verb}: ${processCount(processes.length)} on server ${target.server.name}, ${outcome}`,
    processes.map(forgeLine),
  );
  const head = html`${verb}: ${processCount(processes.length)} on server ${code(target.server.name)}, ${outcome}`;
  const filtered = asked === 'all' ? html`` : html`<p>Filter: ${prose(asked)}.</p>`;
  step.headline(failure === undefined ? 'done' : 'drifted', head);
  step.summarize(html`${filtered}${forgeTable(processes)}`);
  if (failure !== undefined) throw failure;
}

function restarting(
  session: Session,
  store: ForgeStore,
  { filter, processId, wait }: ForgeRestartInputs,
): RestartContext {
  const waiting = session.waiting(wait);
  const look: RestartContext['look'] = async (ids) =>
    processId !== undefined || ids.length <= fewProcesses
      ? await store.complete([], ids)
      : await store.complete(await listMatching(store, filter), ids);
  return {
    store,
    look: paced(look, waiting),
    waiting,
    timeLeft: () => session.client.timeLeft,
  };
}
