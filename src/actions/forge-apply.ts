import { changesIn, countsOf } from '../converge/counts.ts';
import type { Listing } from '../converge/listing.ts';
import { timeWithOthers } from '../converge/pace.ts';
import type { Place } from '../converge/plan.ts';
import type { OperationResult } from '../converge/result.ts';
import { Semaphore } from '../converge/semaphore.ts';
import { type Planned, settledPlan } from '../converge/settled-plan.ts';
import { doneRows, type PlanRow } from '../converge/text.ts';
import { notCompared } from '../forge/drift.ts';
import { type Told, type Unwanted, waitAtGate } from '../forge/gate.ts';
import { lint } from '../forge/lint.ts';
import { forgeManifest } from '../forge/manifest.ts';
import { meaningText, statesText } from '../forge/not-running.ts';
import { shareServer } from '../forge/open.ts';
import type { ForgeProcess } from '../forge/process.ts';
import { forge, forgePace, forgeService, removalSpan } from '../forge/service.ts';
import { rowName } from '../forge/short-name.ts';
import type { ForgeDeclaration, ForgeSpec } from '../forge/spec.ts';
import { ForgeStore, listWithSites } from '../forge/store.ts';
import { type FoundServer, findServers } from '../forge/target.ts';
import type { HttpClient } from '../http/client.ts';
import { maxConcurrency } from '../http/transport.ts';
import { type Manifest, parseManifest } from '../manifest/read.ts';
import { html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { requireApproval } from './approved-plan.ts';
import {
  type AppliedService,
  carrier,
  logPlan,
  noteDone,
  refuseDrift,
  showDone,
  showPlan,
} from './carry-out.ts';
import { proveForgeStable } from './forge-stable.ts';
import { readConnection } from './inputs/connection.ts';
import { readOrganization } from './inputs/forge.ts';
import { readStableFor } from './inputs/going-live.ts';
import { type ManifestReader, readPlanInputs } from './inputs/plan.ts';
import { guardDeletes } from './max-deletes.ts';
import { warnIfDown } from './report/forge-table.ts';
import { PlanReport } from './report/plan.ts';
import { unfinished } from './report/unfinished.ts';
import { raceLimit, type Session, withSession } from './session.ts';

const applied: AppliedService<ForgeSpec, ForgeProcess> = {
  service: forgeService,
  naming: {
    nameOf: rowName,
    particularsOf: ({ place }) => ({ server: place.name, server_id: place.id }),
  },
  pace: forgePace,
  limit: 'Laravel Forge lets a user ask 60 times a minute',
};

/** Makes Forge servers run what a manifest declares. */
export async function runForgeApply(step: Step): Promise<void> {
  const inputs = readForgeApplyInputs(step);
  const { organization, dryRun } = inputs;
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Forge',
    explain: '',
    where: organization,
    input: organization === '' ? undefined : [organization],
  });
  step.inputs.done();
  await withSession(step, inputs.connection, async (session) => {
    const read = await readAndPlan(session, inputs);
    const rows = logPlan(step, report, read, applied);
    guardDeletes(step, report, inputs, rows, applied);
    const places = read.states.map(({ place }) => place);
    if (dryRun) report.covers(places.map(idOf), (id) => id);
    else {
      const scopes = places.map((place) => ({
        ...place,
        rows: rows.filter((row) => row.place.id === place.id),
      }));
      await requireApproval(step, 'Laravel Forge', inputs, scopes);
    }
    for (const operation of read.plan.operations) {
      if (operation.action !== 'keep') continue;
      const unknown = notCompared(operation.spec, operation.process);
      if (unknown !== undefined) step.warn(unknown);
      // With stable-for, a process that is down fails the step.
      if (inputs.stableFor === 0) warnIfDown(step, operation.process);
    }
    for (const { processes } of inputs.manifest.places)
      for (const { spec, place } of processes) for (const line of lint(spec)) step.warn(line, place);
    const declared = dryRun
      ? tell(step, report, read, rows)
      : await change(session, inputs, report, read, rows);
    await proveDeclared(session, inputs, declared);
    if (dryRun) refuseDrift(inputs, report, rows);
  });
}

const idOf = ({ id }: Place): string => id;

interface Declared {
  readonly place: Place;
  readonly process: ForgeProcess;
}

/** Shows what would be done. Gives what is declared and there. */
function tell(
  step: Step,
  report: PlanReport,
  { plan }: Planned<ForgeSpec, ForgeProcess>,
  rows: readonly PlanRow[],
): readonly Declared[] {
  showPlan(step, report, rows, applied);
  return plan.operations.flatMap((operation) =>
    'spec' in operation && 'process' in operation ? [operation] : [],
  );
}

/** Proves that what is declared stays up, if that was asked for. */
async function proveDeclared(
  session: Session,
  { organization, stableFor }: ForgeApplyInputs,
  declared: readonly Declared[],
): Promise<void> {
  session.step.output({ stable: '' });
  const { client } = session.within(stableFor);
  const places = [...new Map(declared.map(({ place }) => [place.id, place])).values()];
  const look = async () => {
    const listings = await Promise.all(places.map((place) => storeOf(client, organization, place).list()));
    return listings.flatMap(({ processes }) => processes);
  };
  await proveForgeStable(
    session.step,
    declared.map(({ process }) => process),
    stableFor,
    { look, requests: places.length },
  );
}

/** Makes it so, and waits until what was created or replaced is up, if that was asked for. */
async function change(
  session: Session,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  read: Planned<ForgeSpec, ForgeProcess>,
  rows: readonly PlanRow[],
): Promise<readonly Declared[]> {
  const { step } = session;
  const writes = changesIn(countsOf(rows));
  const patient = session.within(timeWithOthers(writes, forgePace) + removalSpan + raceLimit);
  const carryOut = carrier(patient, inputs.file, applied, writes);
  const results = await carryOut(read, ({ place, listing }, semaphore, runtime) => {
    const open = (siteId?: string) => storeOf(patient.client, inputs.organization, place, siteId);
    return shareServer(open, listing, semaphore, runtime);
  });
  const done = doneRows(results, applied.naming);
  const failure = unfinished({ where: report.where, whenLive: undefined, cancelled: step.cancelled }, done);
  if (failure === undefined) noteDone(step, done);
  showDone(step, report, { rows: done, next: html`` });
  if (failure !== undefined) throw failure;
  const fresh = results.filter(({ outcome }) => outcome === 'created' || outcome === 'replaced');
  if (fresh.length > 0) await waitForNew(session, inputs, report, fresh);
  return results.flatMap(({ operation, process }) =>
    'spec' in operation && process !== undefined ? [{ place: operation.place, process }] : [],
  );
}

async function waitForNew(
  session: Session,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  fresh: readonly OperationResult<ForgeSpec, ForgeProcess>[],
): Promise<void> {
  if (inputs.wait > 0) await untilNewUp(session, inputs, fresh);
  const text =
    inputs.wait > 0
      ? html`<p>All new and replaced processes are running.</p>`
      : html`<p>Forge is starting the new processes. The step did not wait for them.</p>`;
  report.since(text);
}

const reader: ManifestReader<Manifest<ForgeDeclaration>> = {
  file: forgeManifest.file,
  parse(text, file) {
    const { mistakes, ...content } = parseManifest(text, file, forgeManifest);
    return { content, mistakes };
  },
};

export type ForgeApplyInputs = ReturnType<typeof readForgeApplyInputs>;

/** Reads all inputs, and leaves what is wrong with them to be judged: a comment tells that, too. */
export function readForgeApplyInputs(step: Step) {
  const { inputs } = step;
  return {
    connection: readConnection(step, forge),
    organization: readOrganization(inputs),
    ...readPlanInputs(step, reader),
    /** Milliseconds to wait until the new processes are up; 0: the step does not wait. */
    wait: inputs.seconds('wait-timeout', { min: 0, max: 86_400 }, 300),
    stableFor: readStableFor(inputs),
  };
}

/** Reads what there is, and plans. Throws a `Failure` when the plan would have to guess. */
export async function readAndPlan(
  session: Session,
  { organization, file, manifest, prune }: ForgeApplyInputs,
): Promise<Planned<ForgeSpec, ForgeProcess>> {
  const { step } = session;
  step.doing(`looking for the servers of ${organization}`);
  const servers = await findServers(session.client, organization, manifest.places);
  step.log.info(
    `Servers ${servers.map(({ id, name }) => (id === name ? id : `${name} (${id})`)).join(', ')}`,
  );
  step.doing(`planning ${file}`);
  const patient = session.within(msPerServer * servers.length);
  const semaphore = new Semaphore(maxConcurrency);
  const look = async (place: Place): Promise<Listing<ForgeProcess>> => {
    const store = storeOf(patient.client, organization, place);
    const declared = servers.find(({ id }) => id === place.id)?.declared ?? [];
    return await listWithSites(declared, (filter) => semaphore.run(() => store.list(filter)));
  };
  const first = await Promise.all(
    servers.map(async ({ declared, ...place }: FoundServer) => ({
      place,
      declared,
      listing: await look(place),
    })),
  );
  const how = { service: forgeService, prune };
  return await settledPlan(first, look, how, { runtime: patient.runtime('plan') });
}

/** At 60 requests a minute, a list of all and one of a site. */
const msPerServer = 2_000;

export function storeOf(
  client: HttpClient,
  organization: string,
  { id, name }: Place,
  siteId?: string,
): ForgeStore {
  return new ForgeStore(client, { organization, serverId: id, serverName: name, siteId });
}

/** Waits until new processes are up, and stay so. Throws a `Failure` when one is not, or ends for good. */
export async function untilNewUp(
  session: Session,
  { organization, wait }: ForgeApplyInputs,
  fresh: readonly OperationResult<unknown, ForgeProcess>[],
): Promise<void> {
  session.step.doing('waiting until the new processes run');
  const { client } = session.within(wait);
  const ofPlace = [...Map.groupBy(fresh, ({ operation }) => operation.place.id).values()];
  const look = async (): Promise<readonly ForgeProcess[]> => {
    const looks = ofPlace.map(async (results): Promise<readonly ForgeProcess[]> => {
      const [first] = results;
      if (first === undefined) return [];
      const processes = await storeOf(client, organization, first.operation.place).listAll();
      const seen = new Map(processes.map((process) => [process.id, process]));
      // One that is not there is waited for like any other: a list may lag behind.
      return results.flatMap(({ process }) =>
        process === undefined ? [] : [seen.get(process.id) ?? { ...process, status: 'not there' }],
      );
    });
    return (await Promise.all(looks)).flat();
  };
  const { failure } = await waitAtGate(
    { statuses: ['running', 'installed'], minCount: 0, tell: (unwanted) => tellNew(fresh, unwanted) },
    look,
    session.waiting(wait),
  );
  if (failure !== undefined) throw failure;
}

/** `Created, but not running: "php8.4 artisan horizon" (fatal)`. */
function tellNew(
  fresh: readonly OperationResult<unknown, ForgeProcess>[],
  { processes, after }: Unwanted,
): Told {
  const verb = fresh.every(({ outcome }) => outcome === 'replaced') ? 'Replaced' : 'Created';
  return {
    what: `${verb}, but not running${after}: ${statesText(processes)}`,
    why: meaningText(processes),
  };
}
