import { inWords } from '../time/in-words.ts';
import { type Arrival, HttpFailure, NotSent, type Retry, TooLarge } from './http-failure.ts';

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
