import type { Step } from '../runner/step.ts';
import { requireApproval } from './apply/approved-plan.ts';
import { guardDeletes, logPlan, refuseDrift, showPlan, warnOfDoubts } from './apply/carry-out.ts';
import { changeAll, proveAll } from './apply/change-members.ts';
import { findMembers } from './apply/find-members.ts';
import { applied, operationsOf, planAll, scopeOf, scopesOf } from './apply/plan-members.ts';
import { type ApplyInputs, readApplyInputs } from './inputs/apply.ts';
import { showEnded } from './report/applied.ts';
import { PlanReport } from './report/plan.ts';
import { saySleep } from './report/running.ts';
import { unproved } from './rollout/context.ts';
import { withSession } from './session.ts';

/** Makes environments of Laravel Cloud match a manifest. Plans all environments before the first change. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  const { dryRun } = inputs;
  const report = openReport(step, inputs);
  step.inputs.done();
  await withSession(step, inputs.connection, async (session) => {
    const members = await findMembers(session, inputs, report);
    const planned = await planAll(session, inputs, members);
    for (const { states } of planned) warnOfDoubts(step, states);
    let rows = logPlan(step, report, operationsOf(planned), applied);
    const scopes = scopesOf(planned);
    if (dryRun) report.covers(scopes.map(idOf), (placeId) => scopeOf(planned, placeId));
    const left = dryRun ? new Set() : await requireApproval(step, 'Laravel Cloud', inputs, scopes);
    const plans = planned.filter(({ environment }) => !left.has(environment.id));
    if (left.size > 0) rows = logPlan(step, report, operationsOf(plans), applied);
    guardDeletes(step, report, inputs, rows, applied);
    for (const { environment, rollout } of plans) {
      const notYet = { 'deployment-id': '', verified: '', stable: '', ...unproved(rollout.goals) };
      rollout.onLive({ 'environment-id': environment.id, ...notYet });
      saySleep(step, environment);
    }
    if (dryRun) showPlan(step, report, rows, applied);
    const ended = dryRun ? await proveAll(step, plans) : await changeAll(session, inputs, report, plans);
    showEnded(step, report, inputs, ended);
    if (!dryRun) return;
    const waits = plans.some(({ rolloutState }) => rolloutState.live === 'behind');
    refuseDrift(inputs, report, rows, waits);
  });
}

const idOf = ({ id }: { readonly id: string }): string => id;

function openReport(step: Step, inputs: ApplyInputs): PlanReport {
  const { application, environment, file } = inputs;
  return new PlanReport(step, {
    ...inputs,
    service: 'Laravel Cloud',
    explain: 'Numbers are per replica.',
    where: environment ?? application ?? step.workflow.repository ?? file,
  });
}
