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
