import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import { type HttpClient, path } from '../http/client.ts';

const Text = v.nullish(v.string(), '');
const Step = v.object({ step: Text, status: Text, description: Text, output: Text });
const Phase = v.nullish(v.object({ steps: v.nullish(v.array(Step), []) }), {});

/** The logs of a deployment. Source: Laravel Cloud's OpenAPI description (a plain object, no JSON:API). */
const Logs = v.object({ data: v.object({ build: Phase, deploy: Phase }) });

/** Reads the step at which a deployment failed: the last step with a failed status, else the last step with output. */
export async function readFailingStep(client: HttpClient, deploymentId: string) {
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

/** Returns the text that a terminal would show: no escape sequences, and the last state of an overwritten line. */
export function asPrinted(output: string): string {
  const lines = stripVTControlCharacters(output).replaceAll('\r\n', '\n').split('\n');
  return lines.map((line) => line.split('\r').findLast((state) => state.trim() !== '') ?? '').join('\n');
}
