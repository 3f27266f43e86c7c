import { cloudPace } from '../../cloud/pace.ts';
import { leastTime, type Progress } from '../../processes/plan/pace.ts';
import { inWords } from '../../time/in-words.ts';

/** How long so many changes will take, if it is worth a word. */
export function describeTime(changes: number): string | undefined {
  const time = leastTime(changes, cloudPace);
  if (time <= cloudPace.window) return undefined;
  return `${counted(changes)} changes take about ${inWords(time)}: Laravel Cloud lets an organization make ${cloudPace.changes} a minute`;
}

/** `320 of 1,000 done, about 23 minutes left`. */
export function describeProgress({ done, total, left }: Progress): string {
  return `${counted(done)} of ${counted(total)} done, about ${inWords(Math.ceil(left / 1000) * 1000)} left`;
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
