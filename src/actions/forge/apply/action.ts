import { forgeMaker } from '../../../forge/maker.ts';
import { forgePace } from '../../../forge/pace.ts';
import type { PlacedProcess } from '../../../forge/process.ts';
import { forgeRules } from '../../../forge/rules.ts';
import type { ForgeSpec } from '../../../forge/spec.ts';
import type { HttpClient } from '../../../http/client.ts';
import { timeWithOthers } from '../../../processes/plan/pace.ts';
import { changesIn, countsOf } from '../../../processes/plan/plan.ts';
import type { OperationResult } from '../../../processes/plan/result.ts';
import type { Planned } from '../../../processes/plan/settled-plan.ts';
import { html } from '../../../runner/html.ts';
import type { Step } from '../../../runner/step.ts';
import { next } from '../../../runner/summary.ts';
import { type AppliedService, carryOut, logPlan, refuseDrift, tellPlan } from '../../shared/apply-plan.ts';
import { raceLimit, withClient, workDeadline } from '../../shared/connection.ts';
import { PlanReport } from '../../shared/plan-report.ts';
import { removalLimit } from '../shared/removal-limit.ts';
import { warnIfDown } from '../shared/warn-if-down.ts';
import { type ForgeApplyInputs, readForgeApplyInputs } from './inputs.ts';
import { readAndPlan, storeOf } from './read-and-plan.ts';
import { untilUp } from './until-up.ts';

const forgeService: AppliedService<ForgeSpec, PlacedProcess> = {
  rules: forgeRules,
  particularsOf: ({ place }) => ({ server: place.name, server_id: place.id }),
  pace: forgePace,
  limit: 'Laravel Forge lets a user ask 60 times a minute',
};

/** Makes Forge servers run what a manifest declares. */
export async function runForgeApply(step: Step): Promise<void> {
  const inputs = readForgeApplyInputs(step);
  const { organization, file, dryRun } = inputs;
  const report = new PlanReport(step, {
    ...inputs,
    service: 'Laravel Forge',
    explain: '',
    where: organization,
    key: organization === '' ? undefined : ['forge', organization, file],
  });
  step.inputs.done();
  await withClient(step, inputs.connection, async (client) => {
    const read = await readAndPlan(step, client, inputs);
    logPlan(step, report, read, forgeService);
    for (const operation of read.plan.operations)
      if (operation.action === 'keep') warnIfDown(step, operation.process);
    if (!dryRun) return await change(step, client, inputs, report, read);
    tellPlan(step, report, read.plan, forgeService);
    refuseDrift(inputs, read.plan);
  });
}

/** Makes it so, and waits until what was created or replaced is up, if that was asked for. */
async function change(
  step: Step,
  client: HttpClient,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  read: Planned<ForgeSpec, PlacedProcess>,
): Promise<void> {
  const time =
    timeWithOthers(changesIn(countsOf(read.plan.operations)), forgePace) + removalLimit + raceLimit;
  const patient = client.within(workDeadline(step, inputs.connection, time));
  const results = await carryOut(read, {
    ...{ step, report, inputs, service: forgeService },
    makerAt: ({ place, listing }, limit) =>
      forgeMaker(listing, {
        ...step,
        store: storeOf(patient, inputs.organization, place),
        removalLimit,
        limit,
      }),
    nextStep: (isDone) => (isDone ? html`` : next(html`run the job again. What is done stays as it is.`)),
    whenLive: '',
  });
  const fresh = results.filter(({ outcome }) => outcome === 'created' || outcome === 'replaced');
  if (fresh.length > 0) await waitForNew(step, client, inputs, report, fresh);
}

async function waitForNew(
  step: Step,
  client: HttpClient,
  inputs: ForgeApplyInputs,
  report: PlanReport,
  fresh: readonly OperationResult<ForgeSpec, PlacedProcess>[],
): Promise<void> {
  if (inputs.wait > 0) await untilUp(step, client, inputs, fresh);
  const text =
    inputs.wait > 0
      ? html`<p>✅ Up: what is new runs.</p>`
      : html`<p>Forge is starting what is new; that was not waited for.</p>`;
  step.summarize(text);
  report.next(text);
}
