import { getEventListeners } from 'node:events';
import type { Dispatcher } from 'undici';
import { expect, test, vi } from 'vitest';
import { exchange } from '../../src/http/exchange.ts';
import { NotSent, TooLarge } from '../../src/http/failure.ts';
import { failureOf } from '../support/test-client.ts';

type Handler = Required<Dispatcher.DispatchHandler>;

/** Hands over what undici would call, and what a request would be hung up with. */
function begin(signal: AbortSignal) {
  let handler: Handler | undefined;
  const dispatcher = {
    dispatch: (_: unknown, given: Handler) => {
      handler = given;
      return true;
    },
  };
  const abort = vi.fn();
  const controller = { abort } as unknown as Dispatcher.DispatchController;
  const ended = exchange(
    dispatcher as unknown as Dispatcher,
    { path: '/', method: 'GET' },
    { signal, maxBytes: 100 },
  );
  ended.catch(() => undefined);
  if (handler === undefined) throw new Error('Nothing was dispatched');
  return { handler, controller, abort, ended };
}

test('one that is given up before it was sent ends at once, and is hung up on when its turn comes', async () => {
  const giveUp = new AbortController();
  const { handler, controller, abort, ended } = begin(giveUp.signal);
  const enough = new Error('enough');
  giveUp.abort(enough);
  const error = await failureOf(ended);
  expect(error).toBeInstanceOf(NotSent);
  expect(error).toHaveProperty('cause', enough);
  handler.onRequestStart(controller, {});
  expect(abort).toHaveBeenCalledExactlyOnceWith(enough);
});

test('one that is given up afterwards is hung up on, and ends at once', async () => {
  const giveUp = new AbortController();
  const { handler, controller, abort, ended } = begin(giveUp.signal);
  handler.onRequestStart(controller, {});
  expect(abort).not.toHaveBeenCalled();
  const enough = new Error('enough');
  giveUp.abort(enough);
  expect(await failureOf(ended)).toBe(enough);
  expect(abort).toHaveBeenCalledExactlyOnceWith(enough);
});

test('nobody listens any more when it has ended, well or not', async () => {
  const { signal } = new AbortController();
  const good = begin(signal);
  good.handler.onResponseStart(good.controller, 200, {
    'x-one': '1',
    'x-two': ['a', 'b'],
    'x-none': undefined,
  });
  good.handler.onResponseData(good.controller, Buffer.from('{}'));
  good.handler.onResponseEnd(good.controller, {});
  expect(await good.ended).toStrictEqual({
    status: 200,
    headers: { 'x-one': '1', 'x-two': 'a, b' },
    body: '{}',
  });
  const bad = begin(signal);
  const reset = new Error('reset');
  bad.handler.onResponseError(bad.controller, reset);
  expect(await failureOf(bad.ended)).toBe(reset);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a body is put together from all its pieces, which it does not hold on to', async () => {
  const { handler, controller, ended } = begin(new AbortController().signal);
  handler.onResponseStart(controller, 200, {});
  // As undici does: the piece is a part of what was read, which is used again.
  const read = Buffer.alloc(3);
  for (const text of ['abc', 'def', 'ghi', 'j']) {
    read.write(text);
    handler.onResponseData(controller, read.subarray(0, text.length));
  }
  handler.onResponseEnd(controller, {});
  expect(await ended).toMatchObject({ body: 'abcdefghij' });
});

test('a body of as many bytes as are allowed is taken, and none of one more', async () => {
  const { handler, controller, abort, ended } = begin(new AbortController().signal);
  handler.onResponseStart(controller, 200, {});
  handler.onResponseData(controller, Buffer.alloc(60, 'a'));
  handler.onResponseData(controller, Buffer.alloc(40, 'b'));
  expect(abort).not.toHaveBeenCalled();
  handler.onResponseData(controller, Buffer.from('c'));
  expect(abort).toHaveBeenCalledExactlyOnceWith(expect.any(TooLarge));
  handler.onResponseEnd(controller, {});
  expect(await ended).toMatchObject({ body: 'a'.repeat(60) + 'b'.repeat(40) });
});

test('an answer on the way, such as 103, is not the answer', async () => {
  const { handler, controller, ended } = begin(new AbortController().signal);
  handler.onResponseStart(controller, 103, { link: '</a>' });
  handler.onResponseStart(controller, 201, { 'x-real': '1' });
  handler.onResponseEnd(controller, {});
  expect(await ended).toStrictEqual({ status: 201, headers: { 'x-real': '1' }, body: '' });
});
