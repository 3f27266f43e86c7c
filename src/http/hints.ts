import * as v from 'valibot';
import { shorten } from '../text.ts';
import { inWords } from '../time.ts';
import {
  type Arrival,
  HttpFailure,
  NotSent,
  ProxyRefusal,
  ProxyUnreachable,
  type Retry,
  TooLarge,
} from './failure.ts';
import { parse, Undecodable } from './json-api.ts';
import { retryAfter } from './retry.ts';
import type { Method, TransportResponse } from './transport.ts';

/** The API of a service: its default address, the source of its token, and the advice in its errors. */
export interface Api {
  readonly hints: ServiceHints;
  readonly token: TokenSource;
  readonly apiUrl: string;
}

export interface TokenSource {
  /** The environment variables to read if the input is empty: the first one that is set counts. */
  readonly variables: readonly [string, ...string[]];
  /** The place to get a token: `in the settings of the Laravel Cloud organization`. */
  readonly origin: string;
}

/** The name of a service, and its advice for each kind of refusal. */
export interface ServiceHints {
  /** The service's name as readers know it: `Laravel Cloud`. */
  readonly service: string;
  readonly unauthorized: string;
  /** Undefined if each call has its own hint; so is `notFound`. */
  readonly forbidden?: string;
  readonly notFound?: string;
  /** The hint for a 429: whose requests count. */
  readonly tooMany: string;
  /** True when the service also responds with 403 to too many requests, as GitHub does. */
  readonly limitsWith403?: boolean;
}

/** The words for a failure of one call: its name, and hints that fit better than those of the service. */
export interface CallHints extends Pick<ServiceHints, 'forbidden' | 'notFound'> {
  readonly method: Method;
  /** The name of the request in every message: `Creating the background process`. */
  readonly what: string;
  /** True when a failed read is not repeated, since the caller itself reads again. */
  readonly once?: boolean;
  /** Returns the input that sets a field of the request: `config.queue` → `config-json: queue`. */
  readonly fieldName?: ((field: string) => string) | undefined;
}

/** The errors of JSON:API: a list with a `detail` for each. */
const ErrorList = v.pipe(
  v.array(v.object({ detail: v.string() })),
  v.minLength(1),
  v.transform((errors) => errors.map(({ detail }) => detail).join(' ')),
);

const ErrorBody = v.union([
  v.pipe(
    v.object({ errors: ErrorList }),
    v.transform(({ errors }) => ({ message: errors, errors: undefined })),
  ),
  v.object({
    message: v.fallback(v.optional(v.string()), undefined),
    errors: v.fallback(v.optional(v.record(v.string(), v.unknown())), undefined),
  }),
]);

/** Returns the failure for a status other than 2xx. `now` is the wall clock in milliseconds, for `Retry-After`. */
export function statusFailure(
  response: TransportResponse,
  call: CallHints,
  hints: ServiceHints,
  now: number,
): HttpFailure {
  if (response.status >= 300 && response.status < 400) return redirectFailure(response, call, hints.service);
  const body = errorBody(response);
  // A limit is no missing permission, whatever its status.
  const isLimit = response.status === 403 && hints.limitsWith403 === true && speaksOfLimit(response);
  const status = isLimit ? 429 : response.status;
  const isOpen = status === 408 || status >= 500;
  const reason = `${hints.service} answered ${response.status}`;
  return new HttpFailure(
    {
      what: call.what,
      why: `${reason}${said(body, call.fieldName)}`,
      fix: statusFix(status, call, hints, body),
    },
    {
      reason,
      status,
      arrival: isOpen ? 'maybe' : 'no',
      retry: status === 429 ? 'after-reset' : isOpen ? 'long' : 'no',
      retryAfter: retryAfter({ ...response, status }, now),
      fields: Object.keys(body.errors ?? {}),
    },
  );
}

function speaksOfLimit({ headers, body }: TransportResponse): boolean {
  return 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0' || /rate limit/i.test(body);
}

function statusFix(
  status: number,
  call: CallHints,
  hints: ServiceHints,
  { message, errors = {} }: ErrorBody,
): string | undefined {
  switch (status) {
    case 401:
      return hints.unauthorized;
    case 402:
      return `Look at the plan and the billing of the organization in ${hints.service}`;
    case 403:
      return call.forbidden ?? hints.forbidden;
    case 404:
      return call.notFound ?? hints.notFound;
    case 409:
      return 'Another operation is running there. Wait until it has ended, then run the job again';
    case 422:
      // Without `fieldName`, no input sets the fields.
      if (Object.keys(errors).length > 0) return call.fieldName && `Correct ${fieldsIn(errors, call)}`;
      return message === undefined ? 'Check the values of the inputs' : undefined;
    case 423:
      return `It is locked. Look in ${hints.service} what holds the lock, and run the job again after it`;
    case 429:
      return hints.tooMany;
    default:
      return status >= 500
        ? `${hints.service} has trouble; run the job again later`
        : 'Check that api-url names the API, and that this version of the action is current';
  }
}

/** Lists the inputs that set the refused fields; `these values` for more than three. */
function fieldsIn(errors: object, { fieldName = (field) => field }: CallHints): string {
  const names = [...new Set(Object.keys(errors).map(fieldName))];
  return names.length > 3 ? 'these values' : names.join(' and ');
}

/** Returns the failure for a redirect. Following it would send the token elsewhere. A POST may have taken effect. */
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
      fix: `Check that api-url is the address of the API itself and the token is valid${method === 'POST' ? '. Whether the request has taken effect is not known: look there before running this again' : ''}`,
    },
    { reason: `${service} answered ${status}`, status, arrival: 'maybe', retry: 'no' },
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

/** Returns the server's own words, if any: `: The given data was invalid · config.queue: …`. */
function said(
  { message, errors = {}, unreadable }: ErrorBody,
  fieldName: (field: string) => string = (field) => field,
): string {
  if (unreadable !== undefined) return ` (its body ${unreadable})`;
  const fields = Object.entries(errors).slice(0, 20);
  const inFields = fields.map(([field, texts]) => `${fieldName(field)}: ${wordsOf(texts).join(' ')}`);
  // Laravel's message repeats the text of the first field.
  const isRepeated = fields.some(([, texts]) => wordsOf(texts).some((text) => message?.startsWith(text)));
  const first = fields.length > 0 ? message?.replace(/\.$/, '') : message;
  const all = first === undefined || isRepeated ? inFields : [first, ...inFields];
  return all.length === 0 ? '' : `: ${all.map((text) => shorten(text, 500)).join(' · ')}`;
}

function wordsOf(texts: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(texts) ? texts.slice(0, 5) : [texts];
  return list.map((text) => (typeof text === 'string' ? text : JSON.stringify(text)));
}

interface Diagnosis {
  readonly reason: string;
  readonly fix: string;
  readonly retry: Retry;
  /** `no` by default. */
  readonly arrival?: Arrival;
}

/**
 * Returns the failure for a network error or a timeout. `what` names the request; `timedOutAfter` is the timeout in
 * milliseconds, if it has ended the request.
 */
export function networkFailure(
  what: string,
  error: unknown,
  { host, timedOutAfter }: { readonly host: string; readonly timedOutAfter?: number | undefined },
): HttpFailure {
  const isLate = timedOutAfter !== undefined && !(error instanceof NotSent);
  const { reason, fix, retry, arrival = 'no' } = isLate ? timeOut(timedOutAfter) : diagnose(error, host);
  return new HttpFailure({ what, why: reason, fix }, { reason, arrival, retry }, { cause: error });
}

function timeOut(ms: number): Diagnosis {
  return {
    reason: `no full response came within ${inWords(ms)}`,
    fix: 'Run the job again, or raise request-timeout',
    arrival: 'maybe',
    retry: 'long',
  };
}

function diagnose(error: unknown, host: string): Diagnosis {
  const { code, connecting } = causeOf(error);
  if (error instanceof TooLarge) {
    const fix = 'Check that api-url names the API itself';
    return { reason: error.message, fix, arrival: 'maybe', retry: 'no' };
  }
  // It responds with 502 to 504 while it cannot reach the host.
  if (error instanceof ProxyRefusal) {
    const { message, status = 503 } = error;
    return { reason: message, fix: lookAtProxy, retry: status >= 500 ? 'long' : 'no' };
  }
  const proxy = error instanceof ProxyUnreachable ? error : undefined;
  // The code alone does not show this: ETIMEDOUT, EHOSTUNREACH and the codes of TLS occur after sending, too.
  if (connecting || proxy !== undefined)
    return tlsTrouble(code, host, proxy) ?? connectTrouble(code, host, proxy);
  return {
    reason: `the connection broke off (${code})`,
    fix: 'Run the job again; if it keeps failing, look at the status page of the service',
    arrival: 'maybe',
    // The step has ended, and closed its connections itself.
    retry: code === 'TRANSPORT_CLOSED' ? 'no' : 'long',
  };
}

const lookAtNetwork =
  'Check that the runner can reach it, and whether it needs a proxy (https_proxy, no_proxy)';
const lookAtProxy = 'Check the address and the credentials in https_proxy, or list the host in no_proxy';

/** Codes for a connection that was not made, each with the text after the host. */
const noConnection: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ENOTFOUND: 'could not be found',
  EAI_AGAIN: 'could not be looked up',
  EHOSTUNREACH: 'is unreachable',
  ENETUNREACH: 'is unreachable',
  CONNECT_TIMEOUT: 'did not accept the connection in time',
};

function connectTrouble(code: string, host: string, proxy: ProxyUnreachable | undefined): Diagnosis {
  const reason = `${proxy?.place ?? host} ${noConnection[code] ?? `could not be reached (${code})`}`;
  if (proxy !== undefined) {
    const fix = 'Check its address, or unset the variable if this runner needs no proxy';
    // Another attempt helps only if the proxy or the DNS server was slow.
    return { reason, fix, retry: code === 'CONNECT_TIMEOUT' || code === 'EAI_AGAIN' ? 'short' : 'no' };
  }
  return code === 'ENOTFOUND'
    ? { reason, fix: `${lookAtNetwork}. Is api-url right?`, retry: 'short' }
    : { reason, fix: lookAtNetwork, retry: 'long' };
}

/** Explains a problem with a certificate or with TLS; undefined for any other code. The first pattern that fits counts. */
function tlsTrouble(code: string, host: string, proxy: ProxyUnreachable | undefined): Diagnosis | undefined {
  const place = proxy?.place ?? host;
  const certificate = `the certificate of ${place}`;
  const renew = 'Whoever runs this host must renew it; check the date of the runner, too';
  const trust = 'If a proxy or a private authority signs it, point NODE_EXTRA_CA_CERTS at its CA file';
  const otherHost =
    proxy === undefined
      ? 'Check the host in api-url, and that no proxy or login page answers in its place'
      : 'Check the host in its address';
  const noTls =
    proxy === undefined
      ? 'Check the port in api-url: https is expected there, and http seems to be spoken'
      : 'Write its address with http:// in place of https://: most proxies expect that, also for https';
  const troubles: readonly (readonly [code: RegExp, reason: string, fix: string])[] = [
    [/CERT_HAS_EXPIRED/, `${certificate} has expired`, renew],
    [/CERT_NOT_YET_VALID/, `${certificate} is not valid yet`, 'Check the date of the runner'],
    [/ALTNAME_INVALID|HOSTNAME_/, `the certificate that ${place} shows is for another host`, otherHost],
    [/^EPROTO$|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/, `${place} does not answer with TLS`, noTls],
    [
      /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/,
      `${certificate} is signed by an authority that the runner does not know`,
      trust,
    ],
    [/ERR_(TLS|SSL)_/, `the TLS handshake with ${place} failed`, lookAtNetwork],
  ];
  const trouble = troubles.find(([pattern]) => pattern.test(code));
  return trouble && { reason: `${trouble[1]} (${code})`, fix: trouble[2], retry: 'no' };
}

/** Returns the code of an error. `connecting`: the connection was not open yet, so that nothing was sent. */
function causeOf(error: unknown): { readonly code: string; readonly connecting: boolean } {
  if (!(error instanceof Error)) return { code: 'unknown', connecting: false };
  // Node.js tries IPv6 and IPv4, and wraps the errors of both attempts.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code, syscall }: NodeJS.ErrnoException = first instanceof Error ? first : error;
  const nested = error.cause instanceof Error ? causeOf(error.cause) : undefined;
  return {
    code: typeof code === 'string' ? code : (nested?.code ?? error.name),
    connecting: syscall === 'connect' || nested?.connecting === true,
  };
}
