import { expect, test } from 'vitest';
import { HttpFailure } from '../../src/http/http-failure.ts';
import { undefinedIf404 } from '../../src/http/undefined-if-404.ts';

const answered = (status: number) =>
  new HttpFailure(
    { what: 'Reading', why: `it answered ${status}` },
    { arrival: 'no', transient: false, cause: `it answered ${status}`, status },
  );

test('what the server does not know is undefined', async () => {
  expect(await undefinedIf404(() => Promise.reject(answered(404)))).toBeUndefined();
  expect(await undefinedIf404(() => Promise.resolve('there'))).toBe('there');
});

test('every other failure is thrown on', async () => {
  await expect(undefinedIf404(() => Promise.reject(answered(403)))).rejects.toThrow('403');
  await expect(undefinedIf404(() => Promise.reject(new TypeError('a defect')))).rejects.toThrow('a defect');
});
