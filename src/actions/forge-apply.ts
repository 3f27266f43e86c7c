import type { Listing } from '../converge/listing.ts';
import { Semaphore, timeWithOthers } from '../converge/pace.ts';
import { changesIn, countsOf, type Place, settledPlan } from '../converge/plan.ts';
import { doneRows, type PlanRow, plannedRows } from '../converge/text.ts';
import { notCompared, rowName } from '../forge/compare.ts';
import { forgePace, forgeService, removalSpan } from '../forge/service.ts';
import type { ForgeProcess } from '../forge/shapes.ts';
import { type ForgeSpec, lint } from '../forge/spec.ts';
import { ForgeStore, listWithSites } from '../forge/store.ts';
import { type FoundServer, findServers } from '../forge/target.ts';
import { maxConcurrency } from '../http/transport.ts';
import { html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { capitalized } from '../text.ts';
import {
  type AppliedService,
  carrier,
  declaredIn,
  noteDone,
  refuseDrift,
  review,
  rowsOf,
  warnOfDoubts,
} from './apply/carry-out.ts';
import { type ForgeApplyInputs, readForgeApplyInputs } from './inputs/apply.ts';
import { allNamed } from './inputs/target.ts';
import { warnIfDown } from './report/forge.ts';
import { PlanReport } from './report/plan.ts';
import { unfinished } from './report/unfinished.ts';
import { proveForgeStable, readerOf, waitForNew } from './rollout/forge.ts';
import { raceLimit, type Session, withSession } from './session.ts';

const applied: AppliedService<ForgeSpec, ForgeProcess> = {
  service: forgeService,
  naming: {
    nameOf: rowName,
    particularsOf: ({ place }) => ({ server: place.name, server_id: place.id }),
  },
  pace: forgePace,
  limit: 'Laravel Forge lets a user ask 60 times a minute',
  explain: '',
};

/** Makes Forge servers match a manifest. */
export async function runForgeApply(step: Step): Promise<void> {
  const inputs = readForgeApplyInputs(step);
  const { dryRun } = inputs;
  const report = new PlanReport(step, inputs, applied);
  step.inputs.done();
  await withSession(step, inputs.connection, async (session) => {
    const read = await readAndPlan(session, inputs);
    warnOfDoubts(step, read.states);
    const planned = plannedRows(read.plan.operations, applied.naming);
    const scopes = read.states.map(({ place }) => ({
      ...{ ...place, isOptional: false },
      rows: planned.filter((row) => row.place.id === place.id),
    }));
    const rows = rowsOf(await review(report, scopes));
    for (const operation of read.plan.operations) {
      if (operation.action !== 'keep') continue;
      const unknown = notCompared(operation.spec, operation.process);
      if (unknown !== undefined) step.warn(unknown);
      // No warning with `stable-for`: a process that is down fails the step.
      if (inputs.stableFor === 0) warnIfDown(step, operation.process);
    }
    for (const { processes } of inputs.manifest.places)
      for (const { spec, place } of processes) for (const line of lint(spec)) step.warn(line, place);
    if (dryRun) report.show({ kind: 'planned', rows, next: html`` });
    const declared = dryRun
      ? declaredIn(read.plan.operations.map((operation) => ({ operation })))
      : await change(session, inputs, report, read, rows);
    await proveDeclared(session, inputs, declared);
    if (dryRun) refuseDrift(report, rows);
  });
}

type Declared = ReturnType<typeof declaredIn<ForgeProcess>>;

/** With `stable-for`, proves that the declared processes stay up. */
async function proveDeclared(
  session: Session,
  { organization, stableFor }: ForgeApplyInputs,
  declared: Declared,
): Promise<void> {
  session.step.output({ stable: '' });
  const look = readerOf(session.within(stableFor), organization, declared);
  const processes = declared.map(({ process }) => process);
  await proveForgeStable(session, processes, stableFor, look);
}

/** Carries out the plan and, with `wait-timeout`, waits until new processes are up. Returns the declared processes. */
async function change(
  session: Session,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  read: ForgePlan,
  rows: readonly PlanRow[],
): Promise<Declared> {
  const { step } = session;
  const writes = changesIn(countsOf(rows));
  const patient = session.within(timeWithOthers(writes, forgePace) + removalSpan + raceLimit);
  step.doing(`applying ${inputs.file}`);
  const carryOut = carrier(patient, applied, writes);
  const { organization } = inputs;
  const results = await carryOut(
    read,
    (server, siteId) => new ForgeStore(patient.client, { organization, server, siteId }),
  );
  const done = doneRows(results, applied.naming, (spec) => read.locations.get(spec));
  const failure = unfinished({ where: report.where, whenLive: undefined, cancelled: step.cancelled }, done);
  if (failure === undefined) noteDone(step, done);
  report.show({ kind: 'done', rows: done, next: html`` });
  if (failure !== undefined) throw failure;
  const fresh = results.filter(({ outcome }) => outcome === 'created' || outcome === 'replaced');
  if (fresh.length > 0) await waitForNew(session, inputs, report, fresh);
  return declaredIn(results);
}

type ForgePlan = Awaited<ReturnType<typeof readAndPlan>>;

/** Reads the processes of all servers, and plans. Throws a `Failure` if the plan is ambiguous. */
async function readAndPlan(session: Session, { organization, file, manifest, prune }: ForgeApplyInputs) {
  const { step } = session;
  step.doing(`looking for the servers of ${organization}`);
  const servers = await findServers(session.client, organization, manifest.places);
  step.log.info(capitalized(allNamed('server', servers)));
  step.doing(`planning ${file}`);
  const sites = servers.flatMap(({ declared }) => declared.flatMap(({ siteId }) => siteId ?? []));
  const patient = session.within(msPerList * (servers.length + sites.length));
  const semaphore = new Semaphore(maxConcurrency);
  const look = async (place: Place): Promise<Listing<ForgeProcess>> => {
    const store = new ForgeStore(patient.client, { organization, server: place });
    const declared = servers.find(({ id }) => id === place.id)?.declared ?? [];
    return await listWithSites(declared, (filter) => semaphore.run(() => store.list(filter)));
  };
  const first = await Promise.all(
    servers.map(async ({ id, name, declared }: FoundServer) => ({
      place: { id, name },
      declared,
      listing: await look({ id, name }),
    })),
  );
  const how = { service: forgeService, prune };
  const locations = new Map(servers.flatMap((server) => [...server.locations]));
  return { ...(await settledPlan(first, look, how, { runtime: patient.runtime('plan') })), locations };
}

/** Milliseconds to read the list of a server or of a site, if others use half of the 60 requests a minute. */
const msPerList = 2_000;
