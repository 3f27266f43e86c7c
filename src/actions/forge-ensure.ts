import { differs, hasChanges } from '../converge/compare.ts';
import { type Ensure, ensure } from '../converge/ensure.ts';
import { notCompared, specFrom } from '../forge/compare.ts';
import { forge, forgeService, removalSpan } from '../forge/service.ts';
import type { ForgeProcess } from '../forge/shapes.ts';
import { describe, type ForgeSpec, lint } from '../forge/spec.ts';
import { ForgeStore } from '../forge/store.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { readConnection } from './inputs/connection.ts';
import { findForgeTarget, readForgeDeclaration, readForgeTarget } from './inputs/forge.ts';
import { readStableFor } from './inputs/goals.ts';
import { sentenceFor } from './report/ensure.ts';
import { type EnsuredForge, sayForge, showForge, warnIfDown } from './report/forge.ts';
import { proveForgeStable } from './rollout/forge.ts';
import { raceLimit, withSession } from './session.ts';

/** Creates or replaces one background process on a Forge server. */
export async function runForge(step: Step): Promise<void> {
  const inputs = readInputs(step);
  const { ifExists, dryRun } = inputs;
  await withSession(step, inputs.connection, async (session) => {
    const target = await findForgeTarget(session, inputs.target);
    const wanted = { spec: specFrom(inputs.declaration, target.siteId), ifExists, dryRun };
    step.doing(`creating or replacing the ${describe(wanted.spec)}`);
    const limited = session.within(raceLimit + removalSpan);
    const store = new ForgeStore(limited.client, target);
    const runtime = limited.runtime('process');
    const ensured = await ensure(wanted, { service: forgeService, store, runtime });
    let { process } = ensured;
    step.output({ 'process-id': process?.id ?? '', outcome: ensured.outcome, stable: '' });
    const shown = { spec: wanted.spec, ensured, server: target.server.name };
    sayForge(step, shown);
    step.atEnd(async (failure) => {
      step.output({ status: process?.status ?? '' });
      showForge(step, { ...shown, process, hasFailed: failure !== undefined });
    });
    for (const line of lint(wanted.spec)) step.warn(line);
    step.log.info(sentenceFor(describe(wanted.spec), ensured));
    warn(step, wanted, ensured);
    // No warning with `stable-for`: a process that is down fails the step.
    if (process !== undefined && inputs.stableFor === 0) warnIfDown(step, process);
    const patient = new ForgeStore(session.within(inputs.stableFor).client, target);
    const look = async (): Promise<readonly ForgeProcess[]> => {
      const found = await patient.find(process?.id ?? '');
      process = found ?? process;
      return found === undefined ? [] : [found];
    };
    await proveForgeStable(session, process === undefined ? [] : [process], inputs.stableFor, look);
  });
}

function readInputs(step: Step) {
  const { inputs } = step;
  const read = {
    connection: readConnection(step, forge),
    target: readForgeTarget(inputs),
    declaration: readForgeDeclaration(inputs),
    ifExists: readIfExists(inputs),
    dryRun: inputs.flag('dry-run', false),
    stableFor: readStableFor(inputs),
  };
  inputs.done();
  return read;
}

function readIfExists(inputs: Inputs): 'reuse' | 'replace' | 'fail' {
  const words = ['reuse', 'replace', 'fail'] as const;
  if (inputs.text('if-exists') !== 'update') return inputs.choice('if-exists', words, 'reuse');
  inputs.problem(
    'if-exists',
    'cannot be update: Forge cannot change a process. Use replace, which creates a new one and deletes the old one',
  );
  return 'reuse';
}

/** Warns of differences that do not fail the step. */
function warn(step: Step, { spec, ifExists }: Ensure<ForgeSpec>, ensured: EnsuredForge): void {
  const { outcome, process, ignored, otherName } = ensured;
  if (process === undefined) return;
  const unknown = notCompared(spec, process);
  if (unknown !== undefined) step.warn(unknown);
  if (hasChanges(ignored)) {
    const why =
      outcome === 'unchanged'
        ? `It was not changed (if-exists: ${ifExists})`
        : 'Forge did not accept the declared number';
    step.log.warning(`Background process ${process.id} ${differs(ignored)}. ${why}.`);
  }
  if (otherName !== undefined) {
    step.warn(
      `Another background process has the name ${spec.name}, so ${process.id} is named ${otherName}. Set another name.`,
    );
  }
}
