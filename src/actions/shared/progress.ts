import type { Progress } from '../../processes/plan/pace.ts';
import { inWords } from '../../time/in-words.ts';

/** `320 of 1,000 done, about 23 minutes left`. */
export function describeProgress({ done, total, left }: Progress): string {
  return `${counted(done)} of ${counted(total)} done, about ${inWords(Math.ceil(left / 1000) * 1000)} left`;
}

export function counted(count: number): string {
  return count.toLocaleString('en-US');
}
