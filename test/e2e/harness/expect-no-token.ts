import type { StepRun } from './run-action.ts';

/** Throws if the token is visible to a reader or a later step. Only `::add-mask::` may contain it. */
export function expectNoToken(run: StepRun, token: string): void {
  const places: Record<string, string> = {
    stdout: withoutMaskLines(run.stdout),
    stderr: withoutMaskLines(run.stderr),
    summary: run.summary,
    outputs: JSON.stringify(run.outputs),
    state: JSON.stringify(run.state),
    env: JSON.stringify(run.env),
  };
  const forms = [token, encodeURIComponent(token), Buffer.from(token).toString('base64')];
  const leaks = Object.entries(places)
    .filter(([, text]) => forms.some((form) => text.includes(form)))
    .map(([place]) => place);
  if (leaks.length > 0) throw new Error(`The token shows in: ${leaks.join(', ')}`);
}

function withoutMaskLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('::add-mask::'))
    .join('\n');
}
