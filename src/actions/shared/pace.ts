import { leastTime, type Pace, type Progress } from '../../processes/plan/pace.ts';
import { inWords } from '../../time/in-words.ts';

/** How long so many changes will take, if it is worth a word. `limit` is what they have to keep to. */
export function describeTime(changes: number, pace: Pace, limit: string): string | undefined {
  const time = leastTime(changes, pace);
  if (time <= pace.window) return undefined;
  return `${counted(changes)} changes take about ${inWords(time)}: ${limit}`;
}

/** `320 of 1,000 done, about 23 minutes left`. */
export function describeProgress({ done, total, left }: Progress): string {
  return `${counted(done)} of ${counted(total)} done, about ${inWords(Math.ceil(left / 1000) * 1000)} left`;
}

/** `1,000`. Not by `toLocaleString`, which takes 30 ms to load the languages of the world. */
function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
