import { ProcessFailure, type Reason } from '../converge/process-failure.ts';
import { Failure } from '../failure.ts';

/** By which input what is wrong can be corrected: only an action knows its inputs. */
export type Advice = Readonly<Partial<Record<Reason, string>>>;

export async function withAdvice<T>(advice: Advice, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof ProcessFailure)) throw error;
    const { what, why, fix } = error;
    throw new Failure({ what, why, fix: advice[error.reason] ?? fix }, { cause: error });
  }
}
