import { expect, test } from 'vitest';
import { lines } from '../../src/runner/html.ts';

test('the lines of a text stay apart in markup, and are escaped', () => {
  expect(lines('Two problems:\n- a <b>\n- c\n').markup).toBe('Two problems:<br>- a &#60;b&#62;<br>- c');
});
