import { describe, expect, test } from 'vitest';
import {
  NotSent,
  ProxyRefusal,
  ProxyUnreachable,
  TooLarge,
  TransportClosed,
} from '../../src/http/failure.ts';
import { networkFailure } from '../../src/http/hints.ts';
import { connectError, networkError } from '../support/fake-transport.ts';

function failureFor(error: unknown, timedOutAfter?: number) {
  return networkFailure('Reading the thing', error, { host: 'cloud.example', timedOutAfter });
}

const network = 'Check that the runner may reach it, and whether it needs a proxy (https_proxy, no_proxy)';

describe('a request that surely did not leave', () => {
  test.each([
    ['ECONNREFUSED', 'cloud.example refused the connection'],
    ['EAI_AGAIN', 'cloud.example could not be looked up'],
    ['EHOSTUNREACH', 'cloud.example is unreachable'],
    ['ENETUNREACH', 'cloud.example is unreachable'],
    ['CONNECT_TIMEOUT', 'cloud.example did not accept the connection in time'],
  ])('%s may be sent again, and names the host', (code, reason) => {
    const failure = failureFor(connectError(code));
    expect(failure).toMatchObject({ reason, why: reason, fix: network, arrival: 'no', retry: 'long' });
    expect(failure.status).toBeUndefined();
  });

  test('a time limit that ends before anything was sent is one of connecting', () => {
    const reason = 'cloud.example did not accept the connection in time';
    expect(failureFor(new NotSent(), 30_000)).toMatchObject({ reason, arrival: 'no', retry: 'long' });
  });

  test('an unknown host is tried for some seconds only', () => {
    expect(failureFor(connectError('ENOTFOUND'))).toMatchObject({
      reason: 'cloud.example could not be found',
      fix: `${network}. Is api-url right?`,
      arrival: 'no',
      retry: 'short',
    });
  });

  test('a time-out or reset while connecting may be sent again', () => {
    for (const code of ['ETIMEDOUT', 'ECONNRESET']) {
      const error = connectError(code);
      for (const told of [error, new Error('x', { cause: error }), new AggregateError([error])]) {
        expect(failureFor(told)).toMatchObject({
          reason: `the connection to cloud.example could not be made (${code})`,
          fix: network,
          arrival: 'no',
          retry: 'long',
        });
      }
    }
  });

  const unknownAuthority =
    'the certificate of cloud.example is signed by an authority that the runner does not know';
  const noTls = 'cloud.example does not answer with TLS';

  test.each([
    ['CERT_HAS_EXPIRED', 'the certificate of cloud.example has expired', /must renew it/],
    ['CERT_NOT_YET_VALID', 'the certificate of cloud.example is not valid yet', /date of the runner/],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'the certificate that cloud.example shows is for another host',
      /api-url/,
    ],
    ['HOSTNAME_MISMATCH', 'the certificate that cloud.example shows is for another host', /api-url/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', unknownAuthority, /NODE_EXTRA_CA_CERTS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority, /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority, /NODE_EXTRA_CA_CERTS/],
    ['EPROTO', noTls, /port in api-url/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', noTls, /port in api-url/],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', noTls, /port in api-url/],
    ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', 'the TLS handshake with cloud.example failed', /proxy/],
  ])('the advice about %s is for that case, and it is not tried again', (code, reason, advice) => {
    const failure = failureFor(connectError(code));
    expect(failure).toMatchObject({ reason: `${reason} (${code})`, arrival: 'no', retry: 'no' });
    expect(failure.fix).toMatch(advice);
    if (reason !== unknownAuthority) expect(failure.fix).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  test.each([
    ['ECONNREFUSED', 'the proxy p:1 (from https_proxy) refused the connection', 'no'],
    ['ENOTFOUND', 'the proxy p:1 (from https_proxy) could not be found', 'no'],
    ['EAI_AGAIN', 'the proxy p:1 (from https_proxy) could not be looked up', 'short'],
    ['CONNECT_TIMEOUT', 'the proxy p:1 (from https_proxy) did not accept the connection in time', 'short'],
    ['ECONNRESET', 'the proxy p:1 (from https_proxy) could not be reached (ECONNRESET)', 'no'],
    [
      'CERT_HAS_EXPIRED',
      'the certificate of the proxy p:1 (from https_proxy) has expired (CERT_HAS_EXPIRED)',
      'no',
    ],
  ])('%s on the way to a proxy names the proxy and its variable', (code, reason, retry) => {
    const error = new ProxyUnreachable('p:1 (from https_proxy)', undefined, { cause: connectError(code) });
    expect(failureFor(error)).toMatchObject({ reason, arrival: 'no', retry });
  });

  test.each([
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'Write its address with http:// in place of https://'],
    ['EPROTO', 'Write its address with http:// in place of https://'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Check the host in its address'],
  ])('the advice about %s of a proxy is about its address, and not about api-url', (code, advice) => {
    const { fix } = failureFor(new ProxyUnreachable('p:1', undefined, { cause: connectError(code) }));
    expect(fix).toContain(advice);
    expect(fix).not.toContain('api-url');
  });

  test('an unreachable proxy is told with what to write, or check', () => {
    const cause = networkError('ENOTFOUND');
    const fix = 'Write https_proxy with its scheme: http://p:1';
    expect(failureFor(new ProxyUnreachable('p:1', fix, { cause })).fix).toBe(fix);
    expect(failureFor(new ProxyUnreachable('p:1', undefined, { cause })).fix).toMatch(/^Check its address/);
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
      expect(failureFor(new ProxyRefusal(status))).toMatchObject({ reason, fix, arrival: 'no', retry });
    },
  );
});

describe('a request that may have arrived', () => {
  test.each([
    ...['ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    ...['EPROTO', 'EPROTOTYPE', 'ERR_SSL_BAD_RECORD_TYPE', 'ERR_SSL_WRONG_VERSION_NUMBER', 'MY_CERT_X'],
  ])('%s', (code) => {
    expect(failureFor(networkError(code))).toMatchObject({
      reason: `the connection broke off (${code})`,
      fix: 'Run the job again; if it keeps failing, look at the status page of the service',
      arrival: 'maybe',
      retry: 'long',
    });
  });

  test('is not sent again once the step has closed its connections', () => {
    expect(failureFor(new TransportClosed())).toMatchObject({ arrival: 'maybe', retry: 'no' });
  });

  test('a time-out or reset while the answer is read', () => {
    const error = Object.assign(networkError('ETIMEDOUT'), { syscall: 'read' });
    expect(failureFor(error)).toMatchObject({
      arrival: 'maybe',
      reason: 'the connection broke off (ETIMEDOUT)',
    });
  });

  test('a time-out, whatever error came of it', () => {
    expect(failureFor(networkError('ECONNREFUSED'), 30_000)).toMatchObject({
      message:
        'Reading the thing: no full answer came within 30 s. Run the job again, or raise request-timeout.',
      arrival: 'maybe',
      retry: 'long',
    });
  });

  test('an answer that is too large is not asked for again', () => {
    expect(failureFor(new TooLarge(8))).toMatchObject({
      message:
        'Reading the thing: the answer is larger than 8 bytes. Check that api-url names the API itself.',
      arrival: 'maybe',
      retry: 'no',
    });
  });
});

describe('the code of an error', () => {
  test('is its own before that of its cause', () => {
    const error = Object.assign(new Error('x', { cause: networkError('ECONNREFUSED') }), {
      code: 'ECONNRESET',
    });
    expect(failureFor(error).reason).toBe('the connection broke off (ECONNRESET)');
  });

  test.each([
    ['an error without one', new RangeError('x'), 'RangeError'],
    ['an error whose code is no text', Object.assign(new Error('x'), { code: 7 }), 'Error'],
    ['something that is no error', 'x', 'unknown'],
    ['several attempts of which nothing is known', new AggregateError([]), 'AggregateError'],
  ])('is made up for %s', (_, error, code) => {
    expect(failureFor(error)).toMatchObject({
      reason: `the connection broke off (${code})`,
      arrival: 'maybe',
    });
  });
});
