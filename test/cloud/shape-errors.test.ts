import { expect, test } from 'vitest';
import { keepingRaw, one, ProcessResource } from '../../src/cloud/shapes.ts';
import { decode } from '../../src/http/json-api.ts';

const single = one(keepingRaw(ProcessResource));

test.each([
  ['{}', 'at data: expected "data", found nothing'],
  ['{"data":{"id":"x"}}', 'at data.attributes: expected "attributes", found nothing'],
  ['{"data":{"id":"x","attributes":{"type":3}}}', 'at data.attributes.type: expected string, found 3'],
  ['null', 'at its root: expected Object, found null'],
  ['{"data":null}', 'at data: expected Object, found null'],
])('a wrong shape is told by the place and what was found there: %#', (body, said) => {
  const read = () => decode({ status: 200, headers: {}, body }, single);
  expect(read).toThrow(`does not have the expected shape (${said})`);
});

test('text in the wrong place is not repeated, since it may be a secret', () => {
  const body = JSON.stringify({ data: { id: 'x', attributes: { type: 'worker', processes: 's3cret' } } });
  const read = () => decode({ status: 200, headers: {}, body }, single);
  expect(read).toThrow(/found text\)$/);
});
