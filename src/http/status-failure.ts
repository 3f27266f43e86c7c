import * as v from 'valibot';
import { shorten } from '../shorten.ts';
import { parse, Undecodable } from './decode.ts';
import { HttpFailure, type Retry } from './http-failure.ts';
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
