import type { Emulator } from '../../emulator/server.ts';
import type { StepRun } from './run-action.ts';

/**
 * Throws unless the output of a run is clean, whatever its result: no error after a success, one error after a failure
 * (or one for each mistake in a file), no trace of the token, of a stack or of a value such as `undefined`, and no
 * request against the contract.
 */
export function expectClean(run: StepRun, { token, requests }: Pick<Emulator, 'token' | 'requests'>): void {
  expectNoToken(run, token);
  const shown = [run.stdout, run.stderr, run.summary, JSON.stringify(run.outputs)].join('\n');
  const junk = /^\s+at .+:\d+:\d+\)?$|\bundefined\b|\[object \w+\]|\bNaN\b|unexpected error/m.exec(shown);
  const faults = [
    ...(junk === null ? [] : [`shows ${JSON.stringify(junk[0])}`]),
    ...(run.stderr === '' ? [] : ['writes to stderr']),
    ...(run.stdout.includes('##[') ? ['writes a command of the older form'] : []),
    ...(hasErrorsAsItShould(run) ? [] : [`has ${run.errors.length} errors`]),
    ...requests.flatMap(({ violations }) => violations.map((line) => `violates the contract: ${line}`)),
  ];
  if (faults.length > 0)
    throw new Error(`A run with exit code ${run.exitCode} ${faults.join(', ')}:\n${shown}`);
}

function hasErrorsAsItShould({ commands, exitCode }: StepRun): boolean {
  const errors = commands.filter(({ command }) => command === 'error');
  const general = errors.filter(({ properties }) => properties['file'] === undefined);
  return exitCode === 0 ? errors.length === 0 : errors.length > 0 && general.length <= 1;
}

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
