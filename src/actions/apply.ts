import { html } from '../runner/html.ts';
import type { Step } from '../runner/step.ts';
import { outputRefused, showEnded } from './apply/applied.ts';
import { refuseDrift, review, rowsOf, warnOfDoubts } from './apply/carry-out.ts';
import { changeAll, proveAll } from './apply/change-members.ts';
import { findMembers } from './apply/find-members.ts';
import { applied, planAll } from './apply/plan-members.ts';
import { readApplyInputs } from './inputs/apply.ts';
import { PlanReport } from './report/plan.ts';
import { unproved } from './rollout/context.ts';
import { withSession } from './session.ts';

/** Makes environments of Laravel Cloud match a manifest. Plans all environments before the first change. */
export async function runApply(step: Step): Promise<void> {
  const inputs = readApplyInputs(step);
  const report = new PlanReport(step, inputs, applied);
  step.inputs.done();
  await withSession(step, inputs.connection, async (session) => {
    const members = await findMembers(session, inputs, report);
    const planned = await planAll(session, inputs, members);
    for (const { states } of planned) warnOfDoubts(step, states);
    for (const { environment, rollout } of planned) {
      const notYet = { 'deployment-id': '', verified: '', stable: '', ...unproved(rollout.goals) };
      rollout.onLive({ 'environment-id': environment.id, ...notYet });
    }
    const plans = await review(report, planned).catch((error: unknown) => {
      outputRefused(step, planned, error);
      throw error;
    });
    const rows = rowsOf(plans);
    if (inputs.dryRun) report.show({ kind: 'planned', rows, next: html`` });
    const ended = inputs.dryRun
      ? await proveAll(step, plans)
      : await changeAll(session, inputs, report, plans);
    showEnded(report, inputs, ended);
    const waits = plans.some(({ rolloutState }) => rolloutState.live === 'behind');
    if (inputs.dryRun) refuseDrift(report, rows, waits);
  });
}
