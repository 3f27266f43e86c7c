import { readFailingStep } from '../../cloud/deployments.ts';
import { type Environment, whyAsleep } from '../../cloud/environment.ts';
import { Cancelled, messageOf } from '../../failure.ts';
import type { HttpClient } from '../../http/client.ts';
import { code, type Html, html, preformatted } from '../../runner/html.ts';
import type { Step } from '../../runner/step.ts';
import { capitalized } from '../../text.ts';

/** Warns that nothing runs in an environment while it sleeps: the list of its processes looks the same then. */
export function saySleep(step: Step, environment: Environment | undefined): void {
  if (environment === undefined) return;
  const why = whyAsleep(environment);
  if (why !== undefined) step.warn(`${capitalized(why)}.`);
  else if (environment.hibernates)
    step.warn(
      `The environment ${environment.name} hibernates when it gets no requests. Its background processes stop with it.`,
    );
}

/** The limits of a log in the summary. Laravel Cloud has the whole log. */
const most = { lines: 60, characters: 10_000 } as const;

/** Shows in the summary the step at which a deployment failed. Only warns if the step cannot be read. */
export async function showFailingStep(
  step: Step,
  client: HttpClient,
  deploymentId: string,
  redact: (text: string) => string,
): Promise<void> {
  try {
    const failing = await readFailingStep(client, deploymentId);
    if (failing === undefined) return step.log.warning(`Deployment ${deploymentId} has no logs to show.`);
    const title = html`Deployment step ${code(failing.name)}: ${code(failing.status)}`;
    step.summarize(lastLines(step, title, redact(failing.output)));
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    step.log.warning(`The logs of deployment ${deploymentId} could not be read. ${messageOf(error)}`);
  }
}

/** Returns the last lines of an application's output, which is text from outside. */
export function lastLines(step: Step, title: Html, output: string): Html {
  // Redacted before the cut: a part of a secret would not be recognized.
  const all = step.secrets.redact(output).trimEnd().split(/\r?\n/);
  const lines = all.slice(-most.lines);
  while (lines.length > 1 && lines.join('\n').length > most.characters) lines.shift();
  const [first = ''] = lines;
  if (lines.length === 1 && first.length > most.characters) lines[0] = `…${first.slice(-most.characters)}`;
  const left = all.length - lines.length;
  const note = left > 0 ? html`<p>${left} lines before these are in Laravel Cloud.</p>` : html``;
  const shown = output.trim() === '' ? html`<p>It printed nothing.</p>` : preformatted(lines);
  return html`<p>${title}</p>${note}${shown}`;
}
