import { describe, expect, test } from 'vitest';
import { type CallHints, statusFailure } from '../../src/http/hints.ts';
import { json, text } from '../support/fake-transport.ts';
import { hints } from '../support/test-client.ts';

const call: CallHints = { method: 'POST', what: 'Making the thing' };
const now = Date.UTC(2026, 3, 4);

function failureFor(response: Parameters<typeof statusFailure>[0], own: CallHints = call) {
  return statusFailure(response, own, hints, now);
}

describe('what to do', () => {
  test.each([
    [401, 'Renew the token'],
    [403, 'Ask for the right'],
    [404, 'Check the ids'],
    [402, 'Look at the plan and the billing of the organization in The Cloud'],
    [409, 'Another operation is running there. Wait until it has ended, then run the job again'],
    [423, 'It is locked. Look in The Cloud what holds the lock, and run the job again after it'],
    [407, 'Check the credentials in https_proxy, or list the host in no_proxy'],
    [422, 'Check the values of the inputs'],
    [429, 'Ask less'],
    [500, 'The Cloud has trouble; run the job again later'],
    [503, 'The Cloud has trouble; run the job again later'],
    [400, 'Check that api-url names the API, and that this version of the action is current'],
    [499, 'Check that api-url names the API, and that this version of the action is current'],
    [100, 'Check that api-url names the API, and that this version of the action is current'],
  ])('after %i is the service’s hint', (status, fix) => {
    expect(failureFor(text(status, '')).fix).toBe(fix);
  });

  test('is the call’s own hint where it has one', () => {
    const own = { ...call, forbidden: 'b', notFound: 'c' };
    expect([403, 404].map((status) => failureFor(text(status, ''), own).fix)).toEqual(['b', 'c']);
  });
});

describe('whether it may have been acted upon, and may be tried again', () => {
  test.each([
    [400, 'no', 'no'],
    [401, 'no', 'no'],
    [408, 'maybe', 'long'],
    [422, 'no', 'no'],
    [429, 'no', 'after-reset'],
    [499, 'no', 'no'],
    [500, 'maybe', 'long'],
    [503, 'maybe', 'long'],
    [599, 'maybe', 'long'],
    [300, 'maybe', 'no'],
    [399, 'maybe', 'no'],
  ])('%i: %s, %s', (status, arrival, retry) => {
    expect(failureFor(text(status, ''))).toMatchObject({
      status,
      arrival,
      retry,
      reason: `The Cloud answered ${status}`,
    });
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

  test('a wait that was asked for is kept', () => {
    expect(failureFor(text(503, '', { 'retry-after': '9' })).retryAfter).toBe(9_000);
    expect(failureFor(text(503, '')).retryAfter).toBeUndefined();
  });
});

describe('the server’s own words', () => {
  test('stand in the message', () => {
    expect(failureFor(json(403, { message: 'This action is unauthorized.' })).message).toBe(
      'Making the thing: The Cloud answered 403: This action is unauthorized. Ask for the right.',
    );
  });

  test('about fields stand under the names of the inputs', () => {
    const errors = { 'config.queue': ['is bad', 'is long'], processes: 'is high' };
    const own = { ...call, fieldName: (field: string) => field.toUpperCase() };
    expect(failureFor(json(422, { message: 'Invalid.', errors }), own).why).toBe(
      'The Cloud answered 422: Invalid · CONFIG.QUEUE: is bad is long · PROCESSES: is high',
    );
    expect(failureFor(json(422, { message: 'Invalid.', errors }), own).fix).toBe(
      'Correct CONFIG.QUEUE and PROCESSES',
    );
    expect(failureFor(json(422, { errors })).why).toBe(
      'The Cloud answered 422: config.queue: is bad is long · processes: is high',
    );
    const fixFor = (...fields: string[]) =>
      failureFor(json(422, { errors: Object.fromEntries(fields.map((field) => [field, 'no'])) })).fix;
    expect(fixFor('a', 'b', 'c')).toBe('Correct a and b and c');
    expect(fixFor('a', 'b', 'c', 'd')).toBe('Correct these values');
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
    [
      'a page',
      text(502, '<html>', { 'content-type': 'text/html' }),
      ' (its body is an HTML page instead of JSON)',
    ],
    ['text', text(502, 'Bad gateway'), ' (its body is not JSON, or was cut off)'],
  ])('are left out when there is %s', (_, response, said) => {
    expect(failureFor(response).why).toBe(`The Cloud answered ${response.status}${said}`);
  });
});

describe('a redirect', () => {
  test.each([
    ['https://login.example/path?token=1', ', a redirect to https://login.example, which is not followed'],
    ['/login', ', a redirect, which is not followed'],
    [undefined, ', a redirect, which is not followed'],
  ])('to %s is told by its origin at most', (location, words) => {
    const response = text(302, '', location === undefined ? {} : { location });
    const failure = failureFor(response, { method: 'GET', what: 'Reading the thing' });
    expect(failure.message).toBe(
      `Reading the thing: The Cloud answered 302${words}, so that the token goes nowhere else. Check that api-url is the address of the API itself and the token is valid.`,
    );
    const afterWrite = `${failure.fix}. Whether the request has taken effect is not known: look there before running this again`;
    expect(failureFor(response)).toMatchObject({ why: failure.why, fix: afterWrite });
  });
});
