import { changesIn, countsOf } from '../../converge/results.ts';
import type { PlanRow } from '../../converge/text.ts';
import type { Outputs } from '../../runner/step.ts';

/** An environment with its outputs, and the error if it failed. */
export interface ReportedEnvironment {
  readonly environment: { readonly id: string; readonly name: string };
  readonly outputs: Outputs;
  readonly error: string | undefined;
}

/** Returns the output `environments-json`: one object for each environment. */
function environmentsJson(all: readonly ReportedEnvironment[]): string {
  return JSON.stringify(
    all.map(({ environment, outputs, error }) => ({
      environment: environment.name,
      environment_id: environment.id,
      outcome: outcomeIn(outputs, error),
      created: numberIn(outputs['created']),
      updated: numberIn(outputs['updated']),
      deleted: numberIn(outputs['deleted']),
      unchanged: numberIn(outputs['unchanged']),
      undeclared: numberIn(outputs['undeclared']),
      deployment_id: outputs['deployment-id'] || null,
      verified: outputs['verified'] || null,
      stable: outputs['stable'] || null,
      error: error ?? null,
    })),
  );
}

/**
 * Returns the outcome; null for an environment that failed before its first change and may differ from the manifest.
 */
function outcomeIn({ outcome }: Outputs, error: string | undefined): string | null {
  return outcome === undefined || (error !== undefined && outcome === 'unchanged') ? null : outcome;
}

function numberIn(output: string | undefined): number {
  return Number(output ?? '0');
}

/** Returns the outputs of the whole step. An output on which the environments differ is empty. */
export function commonOutputs(all: readonly ReportedEnvironment[]): Outputs {
  const common = (name: string): string => {
    const [first, ...others] = new Set(all.map(({ outputs }) => outputs[name] ?? ''));
    return others.length === 0 ? (first ?? '') : '';
  };
  const [only, ...others] = all;
  return {
    'environment-id': others.length === 0 ? (only?.environment.id ?? '') : '',
    'deployment-id': common('deployment-id'),
    verified: common('verified'),
    stable: common('stable'),
    'environments-json': environmentsJson(all),
  };
}

/** Returns the outputs of a plan (`planned`) or of its result (`done`). */
export function planOutputs(
  rows: readonly PlanRow[],
  kind: 'planned' | 'done',
  warn: (line: string) => void,
): Outputs {
  const counts = countsOf(rows);
  const { created, updated, replaced, deleted, unchanged, undeclared } = counts;
  const declared = rows.filter(({ action }) => action !== 'delete' && action !== 'undeclared');
  const changed = kind === 'planned' ? 'would-change' : 'changed';
  return {
    outcome: changesIn(counts) > 0 ? changed : 'unchanged',
    created: String(created),
    // A replacement is how Forge changes a process.
    updated: String(updated + replaced),
    deleted: String(deleted),
    unchanged: String(unchanged),
    undeclared: String(undeclared),
    'plan-json': planJson(rows.map(reported), warn),
    'ids-json': JSON.stringify(declared.map(({ processId }) => processId ?? null)),
  };
}

/** Returns a row of `plan-json`, without any cut. */
function reported({ action, particulars, identity, processId, changes, status, error }: PlanRow) {
  return {
    action,
    ...particulars,
    identity,
    /** Null if there is no process yet. */
    process_id: processId ?? null,
    changes,
    status,
    error: error ?? null,
  };
}

/** The limit for `plan-json`. GitHub allows a job 1 MB of outputs, and counts two bytes for each character. */
const maxCharacters = 480_000;

/**
 * Returns `plan-json`. If the text is too long for an output, leaves out unchanged processes first, then others, both
 * from the end, and calls `warn`.
 */
export function planJson(
  operations: readonly { readonly action: string }[],
  warn: (line: string) => void,
): string {
  const pieces = operations.map((operation) => ({ ...operation, json: JSON.stringify(operation) }));
  const leaveOut = new Set<object>();
  let characters = pieces.reduce((sum, { json }) => sum + json.length + 1, 2);
  const isKept = ({ action }: { readonly action: string }): boolean => action === 'keep';
  const inOrder = [...pieces.filter(isKept).reverse(), ...pieces.filter((one) => !isKept(one)).reverse()];
  for (const piece of inOrder) {
    if (characters <= maxCharacters) break;
    leaveOut.add(piece);
    characters -= piece.json.length + 1;
  }
  if (leaveOut.size > 0) {
    warn(
      `plan-json leaves out ${leaveOut.size} of ${pieces.length} operations, unchanged ones first, since GitHub allows outputs of 1 MB. The counts and the log are complete.`,
    );
  }
  const shown = pieces.filter((piece) => !leaveOut.has(piece)).map(({ json }) => json);
  return `[${shown.join(',')}]`;
}
