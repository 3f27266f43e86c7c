import type { Dispatcher } from 'undici';
import { type Abortable, dispatchWithSignal } from 'undici/lib/api/abort-signal.js';
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
    let status = 0;
    let headers: TransportResponse['headers'] = {};
    const chunks: Buffer[] = [];
    let bytes = 0;
    const handler: Dispatcher.DispatchHandler & Abortable = {
      reason: null,
      abort: null,
      onRequestStart(controller) {
        if (handler.reason) controller.abort(handler.reason);
        else handler.abort = (reason) => controller.abort(reason);
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
    };
    // At once, even where it waits for a connection that another request uses.
    const giveUp = (): void => {
      reject(signal.reason);
      handler.reason = signal.reason;
      handler.abort?.(signal.reason);
    };
    signal.addEventListener('abort', giveUp);
    dispatchWithSignal(dispatcher, request, handler);
  });
}

function joined(fields: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
