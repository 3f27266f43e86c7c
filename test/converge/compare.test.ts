import { expect, test } from 'vitest';
import { differs, settingsText } from '../../src/converge/compare.ts';

test.each([
  [{ processes: 1 }, '1 process'],
  [{ processes: 3 }, '3 processes'],
  [{ processes: undefined }, ''],
  [{ processes: 2, 'config.tries': 3, 'config.force': true }, '2 processes, tries 3, force'],
  [{ 'config.force': false, 'config.sleep': 0 }, 'force false, sleep 0'],
  [{ 'config.tries': null, 'config.memory': undefined, 'config.name': '' }, ''],
  [{ directory: '/home/forge/shop', user: 'root' }, 'directory /home/forge/shop, user root'],
])('%j is told as "%s"', (settings, text) => {
  expect(settingsText(settings)).toBe(text);
});

test('what differs is told with what is declared', () => {
  const changes = { processes: { from: 2, to: 5 }, 'config.tries': { from: undefined, to: 3 } };
  expect(differs(changes)).toBe('has processes 2 (declared: 5), tries unset (declared: 3)');
});
