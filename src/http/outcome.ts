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

/** What became of a request to create something. */
export type CreateOutcome<T> =
  | { readonly kind: 'created'; readonly made: T }
  /** No usable answer came: it may have been created all the same. */
  | { readonly kind: 'lost'; readonly cause: string };

/**
 * What a create request gave, or that its answer was lost. Other failures are thrown on.
 */
export async function lostIfUnknown<T>(create: () => Promise<T>): Promise<CreateOutcome<T>> {
  try {
    return { kind: 'created', made: await create() };
  } catch (error) {
    if (!(error instanceof HttpFailure) || !error.isLost) throw error;
    return { kind: 'lost', cause: error.reason };
  }
}
