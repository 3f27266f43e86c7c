import { describe, expect, test } from 'vitest';
import {
  NotSent,
  ProxyRefusal,
  ProxyUnreachable,
  TooLarge,
  TransportClosed,
} from '../../src/http/failure.ts';
import { type CallHints, networkFailure, statusFailure } from '../../src/http/hints.ts';
import { connectError, hints, json, networkError, text } from '../support/test-client.ts';

const call: CallHints = { method: 'POST', what: 'Making the thing' };
const now = Date.UTC(2026, 3, 4);

function failureFor(response: Parameters<typeof statusFailure>[0], own: CallHints = call) {
  return statusFailure(response, own, hints, now);
}

const another = 'Check that api-url names the API, and that this version of the action is current';
const trouble = 'The Cloud has trouble; run the job again later';
const redirected =
  'Check that api-url is the address of the API itself and the token is valid. Whether the request has taken effect is not known: look there before running this again';

test.each([
  [100, 'no', 'no', another],
  [300, 'maybe', 'no', redirected],
  [399, 'maybe', 'no', redirected],
  [400, 'no', 'no', another],
  [401, 'no', 'no', 'Renew the token'],
  [402, 'no', 'no', 'Look at the plan and the billing of the organization in The Cloud'],
  [403, 'no', 'no', 'Ask for the right'],
  [404, 'no', 'no', 'Check the ids'],
  [408, 'maybe', 'long', another],
  [409, 'no', 'no', 'Another operation is running there. Wait until it has ended, then run the job again'],
  [422, 'no', 'no', 'Check the values of the inputs'],
  [423, 'no', 'no', 'It is locked. Look in The Cloud what holds the lock, and run the job again after it'],
  [429, 'no', 'after-reset', 'Ask less'],
  [499, 'no', 'no', another],
  [500, 'maybe', 'long', trouble],
  [599, 'maybe', 'long', trouble],
])('%i: arrived: %s, worth another try: %s, with what to do', (status, arrival, retry, fix) => {
  const reason = `The Cloud answered ${status}`;
  expect(failureFor(text(status, ''))).toMatchObject({ status, arrival, retry, fix, reason });
});

test.each([
  ['a wait that it asks for', text(403, '', { 'retry-after': '7' })],
  ['nothing left of the limit', text(403, '', { 'x-ratelimit-remaining': '0' })],
  ['its own words', json(403, { message: 'You have exceeded a secondary rate limit.' })],
])('a 403 with %s is one request too many where the service says it so', (_, response) => {
  const failure = statusFailure(response, call, { ...hints, limitsWith403: true }, now);
  expect(failure).toMatchObject({ status: 429, retry: 'after-reset', arrival: 'no', fix: 'Ask less' });
  expect(failureFor(response)).toMatchObject({ retry: 'no', fix: 'Ask for the right' });
  const others = [{ ...response, status: 401 }, text(403, '')];
  for (const other of others)
    expect(statusFailure(other, call, { ...hints, limitsWith403: true }, now).retry).toBe('no');
});

describe('the server’s own words', () => {
  test('about fields stand under the names of the inputs', () => {
    const errors = { 'config.queue': ['is bad', 'is long'], processes: 'is high' };
    const own = { ...call, fieldName: (field: string) => field.toUpperCase() };
    expect(failureFor(json(422, { message: 'Invalid. Sorry.', errors }), own).message).toBe(
      'Making the thing: The Cloud answered 422: Invalid. Sorry · CONFIG.QUEUE: is bad is long · PROCESSES: is high. Correct CONFIG.QUEUE and PROCESSES.',
    );
    expect(failureFor(json(422, { errors })).why).toBe(
      'The Cloud answered 422: config.queue: is bad is long · processes: is high',
    );
    const fixFor = (...fields: string[]) =>
      failureFor(json(422, { errors: Object.fromEntries(fields.map((field) => [field, 'no'])) }), own).fix;
    expect(fixFor('a', 'b', 'c')).toBe('Correct A and B and C');
    expect(fixFor('a', 'b', 'c', 'd')).toBe('Correct these values');
    // Of a request whose fields no input sets.
    expect(failureFor(json(422, { errors })).fix).toBeUndefined();
  });

  test('are not said twice where the message only repeats those about a field', () => {
    const errors = { queue: ['The queue is reserved.', 'The queue is long.'] };
    const message = 'The queue is reserved. (and 1 more error)';
    expect(failureFor(json(422, { message, errors })).why).toBe(
      'The Cloud answered 422: queue: The queue is reserved. The queue is long.',
    );
  });

  test('about fields may be more than text', () => {
    const failure = failureFor(json(422, { errors: { queue: [{ code: 7 }, 5] } }));
    expect(failure.why).toBe('The Cloud answered 422: queue: {"code":7} 5');
    expect(failure.fields).toEqual(['queue']);
    expect(failureFor(json(422, { message: 'No.' })).fix).toBeUndefined();
  });

  test('may be a list of errors with details, as in JSON:API', () => {
    const errors = [{ title: 'Invalid', detail: 'The queue is reserved.' }, { detail: 'Too long.' }];
    const failure = failureFor(json(422, { errors }));
    expect(failure.message).toBe(
      'Making the thing: The Cloud answered 422: The queue is reserved. Too long.',
    );
    expect(failure.fields).toEqual([]);
  });

  test('are cut where they go on for ever', () => {
    const long = `${'word '.repeat(100)}${'x'.repeat(10_000)}`;
    const errors = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`f${n}`, Array(9).fill(`t${n}`)]),
    );
    const { why } = failureFor(json(422, { message: long, errors }));
    expect(why).toContain('word word… · ');
    expect(why).not.toContain('x');
    expect(why).toContain('f19: t19 t19 t19 t19 t19');
    expect(why).not.toContain('t19 t19 t19 t19 t19 t19');
    expect(why).not.toContain('f20');
  });

  test.each([
    ['no body', text(500, ''), ''],
    ['a body without words', json(500, {}), ''],
    ['a body of another shape', json(500, { message: 5 }), ''],
    ['a list', json(500, []), ''],
    ['white space', text(500, ' \n'), ''],
    ['a page', text(502, '<html>'), ' (its body is an HTML page instead of JSON)'],
    ['text', text(502, 'Bad gateway'), ' (its body is not JSON, or was cut off)'],
  ])('are left out when there is %s', (_, response, said) => {
    expect(failureFor(response).why).toBe(`The Cloud answered ${response.status}${said}`);
  });
});

test.each([
  ['https://login.example/path?token=1', ', a redirect to https://login.example, which is not followed'],
  ['/login', ', a redirect, which is not followed'],
  [undefined, ', a redirect, which is not followed'],
])('a redirect to %s is told by its origin at most', (location, words) => {
  const response = text(302, '', location === undefined ? {} : { location });
  const failure = failureFor(response, { method: 'GET', what: 'Reading the thing' });
  expect(failure.message).toBe(
    `Reading the thing: The Cloud answered 302${words}, so that the token goes nowhere else. Check that api-url is the address of the API itself and the token is valid.`,
  );
  const afterWrite = `${failure.fix}. Whether the request has taken effect is not known: look there before running this again`;
  expect(failureFor(response)).toMatchObject({ why: failure.why, fix: afterWrite });
  // An update is sent again without harm.
  expect(failureFor(response, { method: 'PATCH', what: 'Updating it' }).fix).toBe(failure.fix);
});

function failureOf(error: unknown, timedOutAfter?: number) {
  return networkFailure('Reading the thing', error, { host: 'cloud.example', timedOutAfter });
}

const network = 'Check that the runner can reach it, and whether it needs a proxy (https_proxy, no_proxy)';

describe('a request that surely did not leave', () => {
  test.each([
    ['EHOSTUNREACH', 'cloud.example is unreachable'],
    ['ENETUNREACH', 'cloud.example is unreachable'],
  ])('%s may be sent again, and names the host', (code, reason) => {
    const failure = failureOf(connectError(code));
    expect(failure).toMatchObject({ reason, why: reason, fix: network, arrival: 'no', retry: 'long' });
    expect(failure.status).toBeUndefined();
  });

  test('a time limit that ends before anything was sent is one of connecting', () => {
    const reason = 'cloud.example did not accept the connection in time';
    expect(failureOf(new NotSent(), 30_000)).toMatchObject({ reason, arrival: 'no', retry: 'long' });
  });

  test('an unknown host is tried for some seconds only', () => {
    expect(failureOf(connectError('ENOTFOUND'))).toMatchObject({
      reason: 'cloud.example could not be found',
      fix: `${network}. Is api-url right?`,
      arrival: 'no',
      retry: 'short',
    });
  });

  test('a time-out or reset while connecting may be sent again', () => {
    for (const code of ['ETIMEDOUT', 'ECONNRESET', 'EPROTOTYPE']) {
      const error = connectError(code);
      for (const told of [error, new Error('x', { cause: error }), new AggregateError([error])]) {
        expect(failureOf(told)).toMatchObject({
          reason: `cloud.example could not be reached (${code})`,
          fix: network,
          arrival: 'no',
          retry: 'long',
        });
      }
    }
  });

  const unknownAuthority =
    'the certificate of cloud.example is signed by an authority that the runner does not know';
  const otherHost = 'the certificate that cloud.example shows is for another host';
  const noTls = 'cloud.example does not answer with TLS';

  test.each([
    ['CERT_HAS_EXPIRED', 'the certificate of cloud.example has expired', /must renew it/],
    ['CERT_NOT_YET_VALID', 'the certificate of cloud.example is not valid yet', /date of the runner/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', otherHost, /api-url/],
    ['HOSTNAME_MISMATCH', otherHost, /api-url/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', unknownAuthority, /NODE_EXTRA_CA_CERTS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority, /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority, /NODE_EXTRA_CA_CERTS/],
    ['EPROTO', noTls, /port in api-url/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', noTls, /port in api-url/],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', noTls, /port in api-url/],
    ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', 'the TLS handshake with cloud.example failed', /proxy/],
    ['ERR_TLS_CERT_ALTNAME_FORMAT', 'the TLS handshake with cloud.example failed', /proxy/],
  ])('the advice about %s is for that case, and it is not tried again', (code, reason, advice) => {
    const failure = failureOf(connectError(code));
    expect(failure).toMatchObject({ reason: `${reason} (${code})`, arrival: 'no', retry: 'no' });
    expect(failure.fix).toMatch(advice);
    if (reason !== unknownAuthority) expect(failure.fix).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  const proxy = 'the proxy p:1 (from https_proxy)';

  test.each([
    ['ECONNREFUSED', `${proxy} refused the connection`, 'no'],
    ['ENOTFOUND', `${proxy} could not be found`, 'no'],
    ['EAI_AGAIN', `${proxy} could not be looked up`, 'short'],
    ['CONNECT_TIMEOUT', `${proxy} did not accept the connection in time`, 'short'],
    ['ECONNRESET', `${proxy} could not be reached (ECONNRESET)`, 'no'],
    ['CERT_HAS_EXPIRED', `the certificate of ${proxy} has expired (CERT_HAS_EXPIRED)`, 'no'],
  ])('%s on the way to a proxy names the proxy and its variable', (code, reason, retry) => {
    const error = new ProxyUnreachable('the proxy p:1 (from https_proxy)', {
      cause: connectError(code),
    });
    expect(failureOf(error)).toMatchObject({ reason, arrival: 'no', retry });
  });

  test.each([
    ['EPROTO', 'Write its address with http:// in place of https://'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Check the host in its address'],
  ])('the advice about %s of a proxy is about its address, and not about api-url', (code, advice) => {
    const { fix } = failureOf(new ProxyUnreachable('the proxy p:1', { cause: connectError(code) }));
    expect(fix).toContain(advice);
    expect(fix).not.toContain('api-url');
  });

  test('an unreachable proxy is told with what to check', () => {
    const error = new ProxyUnreachable('the proxy p:1', { cause: networkError('ENOTFOUND') });
    expect(failureOf(error).fix).toMatch(/^Check its address/);
  });

  test.each([
    [403, 'the proxy refused with status 403', 'no'],
    [407, 'the proxy refused with status 407', 'no'],
    [500, 'the proxy refused with status 500', 'long'],
    [504, 'the proxy refused with status 504', 'long'],
    [undefined, 'the proxy closed the connection', 'long'],
  ])(
    'the refusal of a proxy with status %s may be asked again only if the proxy cannot help it',
    (status, reason, retry) => {
      const fix = 'Check the address and the credentials in https_proxy, or list the host in no_proxy';
      expect(failureOf(new ProxyRefusal(status))).toMatchObject({ reason, fix, arrival: 'no', retry });
    },
  );
});

describe('a request that may have arrived', () => {
  test.each([
    ...['ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    ...['EPROTO', 'EPROTOTYPE', 'ERR_SSL_BAD_RECORD_TYPE', 'ERR_SSL_WRONG_VERSION_NUMBER', 'MY_CERT_X'],
  ])('%s', (code) => {
    expect(failureOf(networkError(code))).toMatchObject({
      reason: `the connection broke off (${code})`,
      fix: 'Run the job again; if it keeps failing, look at the status page of the service',
      arrival: 'maybe',
      retry: 'long',
    });
  });

  test('is not sent again once the step has closed its connections', () => {
    expect(failureOf(new TransportClosed())).toMatchObject({ arrival: 'maybe', retry: 'no' });
  });

  test('a time-out, whatever error came of it', () => {
    expect(failureOf(networkError('ECONNREFUSED'), 30_000)).toMatchObject({
      message:
        'Reading the thing: no full response came within 30 s. Run the job again, or raise request-timeout.',
      arrival: 'maybe',
      retry: 'long',
    });
  });

  test('an answer that is too large is not asked for again', () => {
    expect(failureOf(new TooLarge(8))).toMatchObject({
      message:
        'Reading the thing: the response is larger than 8 bytes. Check that api-url names the API itself.',
      arrival: 'maybe',
      retry: 'no',
    });
  });
});

test.each([
  ['an error without one', new RangeError('x'), 'RangeError'],
  ['an error whose code is no text', Object.assign(new Error('x'), { code: 7 }), 'Error'],
  ['something that is no error', 'x', 'unknown'],
  ['several attempts of which nothing is known', new AggregateError([]), 'AggregateError'],
])('the code of an error is made up for %s', (_, error, code) => {
  expect(failureOf(error)).toMatchObject({
    reason: `the connection broke off (${code})`,
    arrival: 'maybe',
  });
});
