import { expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { appendOutput } from '../../src/runner/command-files.ts';

test('an output that cannot be written is a failure that names it', () => {
  const write = () => appendOutput('process-id', 'x', { GITHUB_OUTPUT: '/nowhere/at/all' });
  expect(write).toThrow(Failure);
  expect(write).toThrow(/^The output process-id: it could not be written/);
});
