import * as v from 'valibot';
import type { HttpClient } from '../http/client.ts';
import { path } from '../http/path.ts';

/** A step of a deployment, with what it printed. */
export interface LoggedStep {
  readonly name: string;
  readonly status: string;
  readonly output: string;
}

const Phase = v.nullish(
  v.object({
    steps: v.nullish(
      v.array(
        v.object({
          step: v.nullish(v.string()),
          status: v.nullish(v.string()),
          description: v.nullish(v.string()),
          output: v.nullish(v.string()),
        }),
      ),
    ),
  }),
);

/** Source: the deployment logs of Laravel Cloud's OpenAPI description (a plain object, no JSON:API). */
const Logs = v.object({ data: v.object({ build: Phase, deploy: Phase }) });

/** The step at which a deployment failed: the one that says so, else the last one that printed something. */
export async function readFailingStep(
  client: HttpClient,
  deploymentId: string,
): Promise<LoggedStep | undefined> {
  const { data } = await client.json(
    {
      method: 'GET',
      path: path`/deployments/${deploymentId}/logs`,
      what: `Reading the logs of deployment ${deploymentId}`,
    },
    Logs,
  );
  const { build, deploy } = data.data;
  const steps = [...(build?.steps ?? []), ...(deploy?.steps ?? [])];
  const failing =
    steps.findLast(({ status }) => /fail|error|cancel/i.test(status ?? '')) ??
    steps.findLast(({ output }) => (output ?? '') !== '');
  if (failing === undefined) return undefined;
  return {
    name: failing.description ?? failing.step ?? 'a step without a name',
    status: failing.status ?? 'unknown',
    output: failing.output ?? '',
  };
}
