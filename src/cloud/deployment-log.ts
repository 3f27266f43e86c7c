import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import type { HttpClient } from '../http/client.ts';
import { path } from '../http/path.ts';

export interface LoggedStep {
  readonly name: string;
  readonly status: string;
  readonly output: string;
}

const Text = v.nullish(v.string(), '');
const Step = v.object({ step: Text, status: Text, description: Text, output: Text });
const Phase = v.nullish(v.object({ steps: v.nullish(v.array(Step), []) }), {});

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
  const steps = [...data.data.build.steps, ...data.data.deploy.steps];
  const failing =
    steps.findLast(({ status }) => /fail|error|cancel/i.test(status)) ??
    steps.findLast(({ output }) => output !== '');
  if (failing === undefined) return undefined;
  const { description, step, status, output } = failing;
  return {
    name: description || step || 'a step without a name',
    status: status || 'unknown',
    output: asPrinted(output),
  };
}

/** What a terminal would show in the end: without its escapes and, of a line that overwrites itself, the last state. */
export function asPrinted(output: string): string {
  const lines = stripVTControlCharacters(output).replaceAll('\r\n', '\n').split('\n');
  return lines.map((line) => line.split('\r').findLast((state) => state.trim() !== '') ?? '').join('\n');
}
