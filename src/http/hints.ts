import * as v from 'valibot';
import { shorten } from '../text.ts';
import { inWords } from '../time.ts';
import { parse, Undecodable } from './decode.ts';
import { type Arrival, HttpFailure, NotSent, type Retry, TooLarge } from './failure.ts';
import { retryAfter } from './retry-after.ts';
import type { Method, TransportResponse } from './transport.ts';

/** What a service knows of its own refusals. */
export interface ServiceHints {
  /** The service's name as readers know it: `Laravel Cloud`. */
  readonly service: string;
  /** What to do about a 401 and a 403. */
  readonly unauthorized: string;
  readonly forbidden: string;
  readonly notFound: string;
  /** Whose requests are counted, and so what to do about a 429. */
  readonly tooMany: string;
}

/** How one call's failure reads: what it was, and its own hints where they are better than the service's. */
export interface CallHints extends Partial<Omit<ServiceHints, 'service' | 'tooMany'>> {
  readonly method: Method;
  /** Names the request in every message about it: `Creating the background process`. */
  readonly what: string;
  /** Is it sent only once? Then a read that fails is not tried again: the caller looks again by itself. */
  readonly once?: boolean;
  /** The input that a field of the request came from: `config.queue` → `config-json: queue`. */
  readonly fieldName?: ((field: string) => string) | undefined;
}

const ErrorBody = v.object({
  message: v.fallback(v.optional(v.string()), undefined),
  errors: v.fallback(v.optional(v.record(v.string(), v.unknown())), undefined),
});

/** What an answer with a status other than 2xx means. `now` is the wall clock in milliseconds, for Retry-After dates. */
export function statusFailure(
  response: TransportResponse,
  call: CallHints,
  hints: ServiceHints,
  now: number,
): HttpFailure {
  const { status } = response;
  const { what } = call;
  const body = errorBody(response);
  const why = `${hints.service} answered ${status}${said(body, call.fieldName)}`;
  if (status >= 300 && status < 400) return redirectFailure(response, call, hints.service);
  const parts = { what, why, fix: fixFor(status, call, hints) };
  return new HttpFailure(parts, {
    reason: `${hints.service} answered ${status}`,
    status,
    arrival: status === 408 || status >= 500 ? 'maybe' : 'no',
    retry: retryFor(status),
    retryAfter: retryAfter(response, now),
    fields: Object.keys(body.errors ?? {}),
  });
}

function retryFor(status: number): Retry {
  if (status === 429) return 'when-allowed';
  return status === 408 || status >= 500 ? 'patiently' : 'never';
}

function fixFor(status: number, call: CallHints, hints: ServiceHints): string {
  switch (status) {
    case 401:
      return call.unauthorized ?? hints.unauthorized;
    case 402:
      return `Look at the plan and the billing of the organization in ${hints.service}`;
    case 403:
      return call.forbidden ?? hints.forbidden;
    case 404:
      return call.notFound ?? hints.notFound;
    case 407:
      return 'Check the credentials in https_proxy, or list the host in no_proxy';
    case 409:
      return `Something else is being done there at this moment; see in ${hints.service} what it is, and run the job again after it`;
    case 422:
      return 'Correct the inputs named above';
    case 423:
      return `It is locked; see in ${hints.service} what holds it, and run the job again after it`;
    case 429:
      return hints.tooMany;
    default:
      return status >= 500
        ? `${hints.service} has trouble; run the job again later`
        : 'Check that api-url names the API, and that this version of the action is current';
  }
}

/** A redirect is not followed: the token would go where it points. What a POST did before it is not known. */
function redirectFailure(
  { status, headers }: TransportResponse,
  { method, what }: CallHints,
  service: string,
): HttpFailure {
  const target = headers['location'];
  const origin = target !== undefined && URL.canParse(target) ? new URL(target).origin : undefined;
  return new HttpFailure(
    {
      what,
      why: `${service} answered ${status}, a redirect${origin === undefined ? '' : ` to ${origin}`}, which is not followed, so that the token goes nowhere else`,
      fix: `Check that api-url is the address of the API itself and the token is valid${method === 'GET' ? '' : '. Whether the request has taken effect is not known: look there before running this again'}`,
    },
    { reason: `${service} answered ${status}`, status, arrival: 'maybe', retry: 'never' },
  );
}

type ErrorBody = v.InferOutput<typeof ErrorBody> & { readonly unreadable?: string };

function errorBody(response: TransportResponse): ErrorBody {
  let json: unknown;
  try {
    json = parse(response);
  } catch (error) {
    return error instanceof Undecodable && response.body.trim() !== '' ? { unreadable: error.message } : {};
  }
  const body = v.safeParse(ErrorBody, json);
  return body.success ? body.output : {};
}

/** The server's own words, if it sent any: `: The given data was invalid. config.queue: …`. */
function said(
  { message, errors = {}, unreadable }: ErrorBody,
  fieldName: (field: string) => string = (field) => field,
): string {
  if (unreadable !== undefined) return ` (its body ${unreadable})`;
  const fields = Object.entries(errors)
    .slice(0, 20)
    .map(([field, texts]) => `${fieldName(field)}: ${[texts].flat().slice(0, 5).map(wordsOf).join(' ')}`);
  const words = [message === undefined ? [] : [message], fields].flat().map((text) => shorten(text, 500));
  return words.length === 0 ? '' : `: ${words.join(' · ')}`;
}

function wordsOf(told: unknown): string {
  return typeof told === 'string' ? told : JSON.stringify(told);
}

interface Diagnosis {
  readonly reason: string;
  readonly fix: string;
  readonly arrival: Arrival;
  readonly retry: Retry;
}

const lookAtNetwork =
  'Check that the runner may reach it, and whether it needs a proxy (https_proxy, no_proxy)';
const tryAgain = 'Run the job again; if it keeps failing, look at the status page of the service';

/** Codes of Node.js and undici that mean that no byte of the request left, and what to make of each. */
const beforeSending: Readonly<Record<string, readonly [reason: string, fix: string, retry: Retry]>> = {
  ECONNREFUSED: ['the connection was refused', lookAtNetwork, 'patiently'],
  ENOTFOUND: ['the host name was not found', `${lookAtNetwork}. Is api-url right?`, 'briefly'],
  EAI_AGAIN: ['the host name could not be looked up', lookAtNetwork, 'patiently'],
  EHOSTUNREACH: ['the host is unreachable', lookAtNetwork, 'patiently'],
  ENETUNREACH: ['the network is unreachable', lookAtNetwork, 'patiently'],
  UND_ERR_CONNECT_TIMEOUT: ['the connection could not be made in time', lookAtNetwork, 'patiently'],
  UND_ERR_PRX_CONN: [
    'the proxy closed the connection',
    'Check the proxy that https_proxy names',
    'patiently',
  ],
  UND_ERR_PRX_TLS: [
    'the proxy’s certificate was not accepted',
    'Check the proxy that https_proxy names, and set NODE_EXTRA_CA_CERTS if it uses a private authority',
    'never',
  ],
};

const certificate =
  /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$|ERR_SSL_)/;

/** What a failed exchange means. `what` names the request; `limit` is the time-out in milliseconds that applied to it. */
export function networkFailure(what: string, error: unknown, timedOut: boolean, limit: number): HttpFailure {
  const { reason, fix, arrival, retry } =
    timedOut && !(error instanceof NotSent) ? timeOut(limit) : diagnose(error);
  return new HttpFailure({ what, why: reason, fix }, { reason, arrival, retry }, { cause: error });
}

function timeOut(limit: number): Diagnosis {
  return {
    reason: `no full answer came within ${inWords(limit)}`,
    fix: 'Run the job again, or raise request-timeout',
    arrival: 'maybe',
    // It costs the whole request-timeout each time.
    retry: 'thrice',
  };
}

function diagnose(error: unknown): Diagnosis {
  if (error instanceof TooLarge) {
    return {
      reason: error.message,
      fix: 'Check that api-url names the API itself',
      arrival: 'maybe',
      retry: 'never',
    };
  }
  const { code, message, connecting } = codeOf(error);
  if (certificate.test(code)) {
    return {
      reason: `the TLS handshake failed (${code})`,
      fix: 'If a proxy or a private authority signs the certificate, point NODE_EXTRA_CA_CERTS at its CA file',
      arrival: 'no',
      retry: 'never',
    };
  }
  const known = beforeSending[code] ?? (connecting ? noConnection(code) : undefined);
  if (known !== undefined) {
    const [reason, fix, retry] = known;
    return { reason, fix, arrival: 'no', retry };
  }
  const refusal = /Proxy (?:response \((\d{3})\)|Authentication Required \((407)\))/.exec(message);
  if (refusal !== null) {
    const status = Number(refusal[1] ?? refusal[2]);
    return {
      reason: `the proxy refused with status ${status}`,
      fix: 'Check the address and the credentials in https_proxy, or list the host in no_proxy',
      arrival: 'no',
      // A proxy that cannot reach the host just now says so with 502 to 504.
      retry: status >= 500 ? 'patiently' : 'never',
    };
  }
  return {
    reason: `the connection broke off (${code})`,
    fix: tryAgain,
    arrival: 'maybe',
    retry: 'patiently',
  };
}

/** For codes that mean the same trouble before and after sending, such as ETIMEDOUT. */
function noConnection(code: string): (typeof beforeSending)[string] {
  return [`the connection could not be made (${code})`, lookAtNetwork, 'patiently'];
}

interface Told {
  readonly code: string;
  readonly message: string;
  /** Did it happen while the connection was being made? */
  readonly connecting: boolean;
}

function codeOf(error: unknown): Told {
  if (!(error instanceof Error)) return { code: 'unknown', message: '', connecting: false };
  // Node.js tries IPv6 and IPv4 and wraps what each attempt met.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { code, syscall } = first instanceof Error ? (first as NodeJS.ErrnoException) : {};
  const nested = error.cause instanceof Error ? codeOf(error.cause) : undefined;
  return {
    code: typeof code === 'string' ? code : (nested?.code ?? error.name),
    message: error.message,
    connecting: syscall === 'connect' || nested?.connecting === true,
  };
}

/** A service that the actions talk to. */
export interface Service {
  readonly hints: ServiceHints;
  readonly token: TokenSource;
  readonly apiUrl: string;
}

export interface TokenSource {
  /** The environment variables that stand in for an empty input, the first that is set before the others. */
  readonly variables: readonly [string, ...string[]];
  /** Where the reader gets a token from: `in Laravel Cloud, under …`. */
  readonly origin: string;
}
