import { HttpFailure } from './http-failure.ts';

/** What a call gives, or undefined when the server knows nothing of the kind. Other failures are thrown on. */
export async function undefinedIf404<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return undefined;
    throw error;
  }
}
