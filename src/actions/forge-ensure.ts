import { differs } from '../converge/changes.ts';
import { ensure, type ForgeEnsure, type ForgeEnsured } from '../forge/ensure.ts';
import { specFrom } from '../forge/identity.ts';
import { lint } from '../forge/lint.ts';
import type { ForgeProcess } from '../forge/process.ts';
import { forge, removalLimit } from '../forge/service.ts';
import { describe, type ForgeDeclaration } from '../forge/spec.ts';
import { ForgeProcessStore } from '../forge/store.ts';
import type { ForgeTarget, ForgeTargetName } from '../forge/target.ts';
import type { HttpClient } from '../http/client.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { type Advice, withAdvice } from './advice.ts';
import { proveForgeStable, readStableFor } from './forge-stable.ts';
import { type Connection, readConnection, withClient, workDeadline } from './inputs/connection.ts';
import { findForgeTarget, readForgeDeclaration, readForgeTarget } from './inputs/forge.ts';
import { sentenceFor, showForge } from './report/forge-ensure.ts';
import { warnIfDown } from './report/forge-table.ts';

interface ForgeInputs {
  readonly connection: Connection;
  readonly target: ForgeTargetName;
  readonly declaration: ForgeDeclaration;
  readonly ifExists: ForgeEnsure['ifExists'];
  readonly dryRun: boolean;
  readonly stableFor: number;
}

/** Makes one background process exist on a Forge server. */
export async function runForge(step: Step): Promise<void> {
  const inputs = readInputs(step);
  const { ifExists, dryRun } = inputs;
  await withClient(step, inputs.connection, async (client) => {
    const target = await findForgeTarget(step, client, inputs.target);
    const wanted = { spec: specFrom(inputs.declaration, target.siteId), ifExists, dryRun };
    step.doing(`making sure that the ${describe(wanted.spec)} is as declared`);
    const ensured = await ensureOn(step, client, inputs.connection, target, wanted);
    step.output({
      'process-id': ensured.process?.id ?? '',
      status: ensured.process?.status ?? '',
      outcome: ensured.outcome,
      stable: '',
    });
    for (const line of lint(wanted.spec)) step.warn(line);
    showForge(step, wanted, ensured, target.serverName);
    step.log.info(sentenceFor(wanted.spec, ensured));
    warn(step, wanted, ensured);
    await proveOne(step, client, inputs, target, ensured.process);
  });
}

async function proveOne(
  step: Step,
  client: HttpClient,
  { connection, stableFor }: ForgeInputs,
  target: ForgeTarget,
  process: ForgeProcess | undefined,
): Promise<void> {
  const store = new ForgeProcessStore(client.within(workDeadline(step, connection, stableFor)), target);
  const look = async (): Promise<readonly ForgeProcess[]> => {
    const found = await store.find(process?.id ?? '');
    return found === undefined ? [] : [found];
  };
  await proveForgeStable(step, process === undefined ? [] : [process], stableFor, { look, requests: 1 });
}

function readInputs(step: Step): ForgeInputs {
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

function readIfExists(inputs: Inputs): ForgeEnsure['ifExists'] {
  const words = ['reuse', 'replace', 'fail'] as const;
  if (inputs.text('if-exists') !== 'update') return inputs.choice('if-exists', words, 'reuse');
  inputs.problem(
    'if-exists',
    'cannot be update: Forge cannot change a process. Use replace, which deletes it and creates it anew',
  );
  return 'reuse';
}

async function ensureOn(
  step: Step,
  client: HttpClient,
  connection: Connection,
  target: ForgeTarget,
  wanted: ForgeEnsure,
): Promise<ForgeEnsured> {
  const limited = client.within(workDeadline(step, connection, removalLimit));
  const world = {
    ...step,
    clock: client.clock,
    store: new ForgeProcessStore(limited, target),
    removalLimit,
    did: (line: string) => step.did('process', line),
    warn: (line: string) => step.log.warning(line),
    log: (line: string) => step.log.info(line),
  };
  return await withAdvice(advice, () => ensure(wanted, world));
}

/** By which input what is wrong can be corrected. */
const advice: Advice = {
  'several-match':
    'Delete those that are not wanted, or tell them apart: by directory, by user, or by site if they belong to one',
  exists: 'if-exists is fail; use reuse or replace if that is fine',
  contended: 'Let only one run do this at a time, with a concurrency group in the workflow',
};

/** What is not wrong enough to fail, and yet not as it should be. */
function warn(step: Step, { spec, ifExists }: ForgeEnsure, ensured: ForgeEnsured): void {
  const { process, ignored, otherName } = ensured;
  if (process === undefined) return;
  if (Object.keys(ignored).length > 0) {
    step.log.warning(`${process.id} ${differs(ignored)}. It was not changed (if-exists: ${ifExists}).`);
  }
  if (otherName !== undefined) {
    step.warn(
      `Another background process has the name ${spec.name}, so ${process.id} is named ${otherName}. Give it another name.`,
    );
  }
  warnIfDown(step, process);
}
