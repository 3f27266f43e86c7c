import type { Health } from '../../cloud/environment-log.ts';

/** The meanings of exit codes, except those that only mean "the command failed". */
const meanings: ReadonlyMap<number | undefined, string> = new Map([
  [0, 'Code 0: it ends by itself, and a background process must keep running'],
  [126, 'Code 126: the command cannot be executed'],
  [127, 'Code 127: the command was not found'],
  [137, 'Code 137: it was killed, most often for want of memory'],
  [139, 'Code 139: PHP or an extension crashed'],
  [143, 'Code 143: something stopped it'],
  [255, 'Code 255: PHP ended with a fatal error'],
]);

/** Returns the most likely reason for the exits, as a sentence without its full stop. */
export function exitHint({ exits }: Health): string {
  const last = exits.at(-1)?.code;
  return (
    meanings.get(last) ??
    'The command fails: check that it exists in this release, and what it connects to (Redis, a database)'
  );
}

/** Returns the positive result of `stable-for`, for the log and the summary. */
export function stableText(seconds: number, isPast: boolean): string {
  return isPast
    ? `no process kept exiting in the last ${seconds} s`
    : `no process kept exiting for ${seconds} s after the deployment`;
}
