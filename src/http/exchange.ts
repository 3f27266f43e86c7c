import type { Dispatcher } from 'undici';
import { type Abortable, dispatchWithSignal } from 'undici/lib/api/abort-signal.js';
import { NotSent, TooLarge } from './failure.ts';

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case; a repeated header is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends one request and reads its whole answer, of at most `maxBytes`. Rejects with the signal's reason, with `NotSent`
 * where that came before anything was sent, `TooLarge`, or what undici throws. undici's own `request` gives a stream,
 * which takes two milliseconds to load and to run.
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
    const body = new Body(maxBytes);
    let isSent = false;
    const handler: Dispatcher.DispatchHandler & Abortable = {
      reason: null,
      abort: null,
      onRequestStart(controller) {
        if (handler.reason) controller.abort(handler.reason);
        else {
          isSent = true;
          handler.abort = (reason) => controller.abort(reason);
        }
      },
      onResponseStart(_, code, fields) {
        status = code;
        headers = joined(fields);
      },
      onResponseData(controller, chunk) {
        if (!body.add(chunk)) controller.abort(new TooLarge(maxBytes));
      },
      onResponseEnd() {
        signal.removeEventListener('abort', giveUp);
        resolve({ status, headers, body: body.text() });
      },
      onResponseError(_, error) {
        signal.removeEventListener('abort', giveUp);
        reject(error);
      },
    };
    // At once, even where it waits for a connection that another request uses.
    const giveUp = (): void => {
      reject(isSent ? signal.reason : new NotSent('', { cause: signal.reason }));
      handler.reason = signal.reason;
      handler.abort?.(signal.reason);
    };
    signal.addEventListener('abort', giveUp);
    dispatchWithSignal(dispatcher, request, handler);
  });
}

/** What has come of an answer's body. It is copied: a piece holds on to all that was read with it. */
class Body {
  readonly #most: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** False if that is more than may come. */
  add(piece: Buffer): boolean {
    const length = this.#length + piece.length;
    if (length > this.#most) return false;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(2 * length, this.#most));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length = length;
    return true;
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }
}

function joined(fields: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
