import { expect, test } from 'vitest';
import { type CommentKey, stickyComment } from '../../../src/actions/report/comment.ts';

const byName: CommentKey = {
  service: 'Laravel Cloud',
  file: '.github/background-processes.yml',
  input: ['', 'production'],
  ids: ['env-1'],
};
const byId: CommentKey = { ...byName, input: ['', 'env-1'] };
const unknown: CommentKey = { ...byName, ids: [] };

/** The bodies on a pull request after runs with these keys, one after the other. */
function after(...keys: readonly CommentKey[]): string[] {
  const bodies: string[] = [];
  for (const [index, key] of keys.entries()) {
    const { find, bodyAfter } = stickyComment(key, `run ${index}`);
    const found = find(bodies);
    const body = bodyAfter(found);
    if (found === undefined) bodies.push(body);
    else bodies[bodies.indexOf(found)] = body;
  }
  return bodies.map((body) => body.replace(/^<!--.*?-->\n/, ''));
}

test.each<[string, readonly CommentKey[]]>([
  ['for an environment that is written in two ways', [byName, byId, byName]],
  ['for a run that fails before it knows the ids, and the next', [unknown, byName, unknown]],
  ['for one that fails after the other way of writing was used', [byName, byId, unknown]],
  [
    'for ids in another order',
    [
      { ...byName, ids: ['a', 'b'] },
      { ...byId, ids: ['b', 'a'] },
    ],
  ],
])('there is one comment %s', (_, keys) => {
  expect(after(...keys)).toEqual([`run ${keys.length - 1}`]);
});

test.each<[string, readonly CommentKey[]]>([
  ['for two manifests of one environment', [byName, { ...byName, file: 'other.yml' }]],
  ['for two services', [byName, { ...byName, service: 'Laravel Forge' }]],
  ['for two environments', [byName, { ...byName, input: ['', 'staging'], ids: ['env-2'] }]],
  ['for two environments of one name in two organizations', [byName, { ...byName, ids: ['env-2'] }]],
  ['for two that are not known yet', [unknown, { ...unknown, input: ['', 'staging'] }]],
])('there are two comments %s', (_, keys) => {
  expect(after(...keys)).toEqual(['run 0', 'run 1']);
});

test('nothing of the inputs stands in the marker', () => {
  const { bodyAfter } = stickyComment({ ...byName, input: ['--> @team'] }, 'text');
  expect(bodyAfter(undefined)).toMatch(/^<!-- [\w =,-]+ -->\ntext$/);
});

test('a comment without a marker, or with another one, is not found', () => {
  const { find } = stickyComment(byName, 'text');
  expect(find(['Hello', '<!-- laravel-background-process plan at=x inputs=y ids=z -->\n'])).toBeUndefined();
});
