import { expect, test } from 'vitest';
import { Cancelled, Failure, messageOf } from '../src/failure.ts';

test.each([
  [{ what: 'The request', why: 'it was refused' }, 'The request was refused.'],
  [{ what: 'The request', why: 'it was refused', fix: '' }, 'The request was refused.'],
  [{ what: 'The request', why: 'it was refused', fix: 'Try again' }, 'The request was refused. Try again.'],
  [{ what: 'The request', why: 'items are missing' }, 'The request: items are missing.'],
  [{ what: 'The request', why: 'Why?', fix: 'Look!' }, 'The request: Why? Look!'],
  [{ what: 'The request', why: 'Invalid.', fix: 'Mend it.' }, 'The request: Invalid. Mend it.'],
  [
    { what: 'The inputs', why: 'two are wrong:\n- a\n- b\n', fix: 'Mend them' },
    'The inputs: two are wrong:\n- a\n- b\nMend them.',
  ],
  [{ what: 'Two problems', why: '\n- a\n- b\n' }, 'Two problems:\n- a\n- b\n'],
  [{ what: 'The inputs', why: 'a full stop. stands inside' }, 'The inputs: a full stop. stands inside.'],
])('a failure reads as one sentence or two: %o', (parts, message) => {
  expect(new Failure(parts).message).toBe(message);
});

test('a failure keeps its parts, its name and its cause', () => {
  const cause = new Error('x');
  const failure = new Failure({ what: 'a', why: 'b', fix: 'c' }, { cause });
  expect(failure).toMatchObject({ name: 'Failure', what: 'a', why: 'b', fix: 'c', cause });
  expect(new Failure({ what: 'a', why: 'b' }).fix).toBeUndefined();
});

test('being told to stop is a failure of its own name', () => {
  const stopped = new Cancelled({ what: 'The step', why: 'it was told to stop' });
  expect(stopped).toBeInstanceOf(Failure);
  expect(stopped.name).toBe('Cancelled');
});

test.each([
  [new Error('words'), 'words'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [7, '7'],
])('whatever was thrown has a message: %s', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});
