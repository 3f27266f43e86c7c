import { cloudPace } from '../../cloud/pace.ts';
import { leastTime } from '../../processes/plan/pace.ts';
import { inWords } from '../../time/in-words.ts';
import { counted } from '../shared/progress.ts';

/** How long so many changes will take, if it is worth a word. */
export function describeTime(changes: number): string | undefined {
  const time = leastTime(changes, cloudPace);
  if (time <= cloudPace.window) return undefined;
  return `${counted(changes)} changes take about ${inWords(time)}: Laravel Cloud lets an organization make ${cloudPace.changes} a minute`;
}
