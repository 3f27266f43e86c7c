import type { Dispatcher } from 'undici';
import { TooLarge } from './http-failure.ts';

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case; a repeated header is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends one request and reads its whole answer, of at most `maxBytes`. Rejects with the signal's reason, `TooLarge`, or
 * what undici throws. undici's own `request` gives a stream, which takes two milliseconds to load and to run.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { signal, maxBytes }: { readonly signal: AbortSignal; readonly maxBytes: number },
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let hangUp: ((reason: Error) => void) | undefined;
    const giveUp = (): void => {
      reject(signal.reason);
      hangUp?.(signal.reason);
    };
    signal.addEventListener('abort', giveUp);
    let status = 0;
    let headers: TransportResponse['headers'] = {};
    const chunks: Buffer[] = [];
    let bytes = 0;
    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        hangUp = (reason) => controller.abort(reason);
        // It may have been given up while it waited for a connection.
        if (signal.aborted) giveUp();
      },
      onResponseStart(_, code, fields) {
        status = code;
        headers = joined(fields);
      },
      onResponseData(controller, chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) controller.abort(new TooLarge(maxBytes));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        signal.removeEventListener('abort', giveUp);
        resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
      },
      onResponseError(_, error) {
        signal.removeEventListener('abort', giveUp);
        reject(error);
      },
    });
  });
}

function joined(fields: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
