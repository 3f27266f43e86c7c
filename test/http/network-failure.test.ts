import { describe, expect, test } from 'vitest';
import { TooLarge } from '../../src/http/failure.ts';
import { networkFailure } from '../../src/http/hints.ts';
import { networkError } from '../support/fake-transport.ts';

function failureFor(error: unknown, timedOut = false) {
  return networkFailure('Reading the thing', error, timedOut, 30_000);
}

const network = 'Check that the runner may reach it, and whether it needs a proxy (https_proxy, no_proxy)';

describe('a request that surely did not leave', () => {
  test.each([
    ['ECONNREFUSED', 'the connection was refused', network],
    ['EAI_AGAIN', 'the host name could not be looked up', network],
    ['EHOSTUNREACH', 'the host is unreachable', network],
    ['ENETUNREACH', 'the network is unreachable', network],
    ['UND_ERR_CONNECT_TIMEOUT', 'the connection could not be made in time', network],
    ['UND_ERR_PRX_CONN', 'the proxy closed the connection', 'Check the proxy that https_proxy names'],
  ])('%s may be sent again', (code, reason, fix) => {
    const failure = failureFor(networkError(code));
    expect(failure).toMatchObject({
      reason,
      why: reason,
      fix,
      arrival: 'no',
      retry: 'patiently',
      status: undefined,
    });
  });

  test('an unknown host is tried for some seconds only', () => {
    expect(failureFor(networkError('ENOTFOUND'))).toMatchObject({
      reason: 'the host name was not found',
      fix: `${network}. Is api-url right?`,
      arrival: 'no',
      retry: 'briefly',
    });
  });

  test('a time-out or reset while connecting may be sent again', () => {
    for (const code of ['ETIMEDOUT', 'ECONNRESET']) {
      const error = Object.assign(networkError(code), { syscall: 'connect' });
      for (const told of [error, new Error('x', { cause: error }), new AggregateError([error])]) {
        expect(failureFor(told)).toMatchObject({
          reason: `the connection could not be made (${code})`,
          fix: network,
          arrival: 'no',
          retry: 'patiently',
        });
      }
    }
  });

  test('the certificate of a proxy is for somebody to mend', () => {
    expect(failureFor(networkError('UND_ERR_PRX_TLS'))).toMatchObject({
      reason: 'the proxy’s certificate was not accepted',
      fix: 'Check the proxy that https_proxy names, and set NODE_EXTRA_CA_CERTS if it uses a private authority',
      arrival: 'no',
      retry: 'never',
    });
  });

  test.each([
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'HOSTNAME_MISMATCH',
    'EPROTO',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('the certificate trouble %s is for somebody to mend', (code) => {
    expect(failureFor(networkError(code))).toMatchObject({
      reason: `the TLS handshake failed (${code})`,
      fix: 'If a proxy or a private authority signs the certificate, point NODE_EXTRA_CA_CERTS at its CA file',
      arrival: 'no',
      retry: 'never',
    });
  });

  test.each([
    ['Proxy response (403) !== 200 when HTTP Tunneling', '403'],
    ['Proxy Authentication Required (407)', '407'],
  ])('the refusal of a proxy, "%s", is for somebody to mend', (message, status) => {
    expect(failureFor(networkError('UND_ERR_ABORTED', message))).toMatchObject({
      reason: `the proxy refused with status ${status}`,
      fix: 'Check the address and the credentials in https_proxy, or list the host in no_proxy',
      arrival: 'no',
      retry: 'never',
    });
  });
});

test('a proxy that cannot reach the host just now may be asked again', () => {
  for (const status of [500, 502, 504]) {
    const error = networkError('UND_ERR_ABORTED', `Proxy response (${status}) !== 200 when HTTP Tunneling`);
    expect(failureFor(error)).toMatchObject({ arrival: 'no', retry: 'patiently' });
  }
});

describe('a request that may have arrived', () => {
  test.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ETIMEDOUT', 'EPROTOTYPE', 'MY_CERT_X'])(
    '%s',
    (code) => {
      expect(failureFor(networkError(code))).toMatchObject({
        reason: `the connection broke off (${code})`,
        fix: 'Run the job again; if it keeps failing, look at the status page of the service',
        arrival: 'maybe',
        retry: 'patiently',
      });
    },
  );

  test('a time-out or reset while the answer is read', () => {
    const error = Object.assign(networkError('ETIMEDOUT'), { syscall: 'read' });
    expect(failureFor(error)).toMatchObject({
      arrival: 'maybe',
      reason: 'the connection broke off (ETIMEDOUT)',
    });
  });

  test('keeps the error of the network, so that one that nobody knows can be looked into', () => {
    const error = networkError('EWEIRD');
    expect(failureFor(error)).toMatchObject({ cause: error, reason: 'the connection broke off (EWEIRD)' });
  });

  test('a time-out, whatever error came of it', () => {
    expect(failureFor(networkError('ECONNREFUSED'), true)).toMatchObject({
      message:
        'Reading the thing: no full answer came within 30 s. Run the job again, or raise request-timeout.',
      arrival: 'maybe',
      retry: 'thrice',
    });
  });

  test('an answer that is too large is not asked for again', () => {
    expect(failureFor(new TooLarge(8))).toMatchObject({
      message:
        'Reading the thing: the answer is larger than 8 bytes. Check that api-url names the API itself.',
      arrival: 'maybe',
      retry: 'never',
    });
  });
});

describe('the code of an error', () => {
  test('may be that of its cause', () => {
    const error = new TypeError('fetch failed', { cause: networkError('ECONNREFUSED') });
    expect(failureFor(error).reason).toBe('the connection was refused');
  });

  test('may be that of the first of several attempts', () => {
    const error = new AggregateError([networkError('ECONNREFUSED'), networkError('ENETUNREACH')]);
    expect(failureFor(error).reason).toBe('the connection was refused');
  });

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
