import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { timeOf } from '../../src/time.ts';

describe('a date of an API', () => {
  beforeEach(() => vi.stubEnv('TZ', 'America/New_York'));
  afterEach(() => vi.unstubAllEnvs());

  const noon = Date.UTC(2026, 3, 9, 12);

  test.each([
    ['2026-04-09T12:00:00.000000Z', noon],
    ['2026-04-09T12:00:00.337860332Z', noon + 337],
    ['2026-04-09T14:00:00+02:00', noon],
    ['2026-04-09T12:00:00', noon],
    ['2026-04-09 12:00:00', noon],
    ['2026-04-09 12:00:00.500', noon + 500],
    ['2026-04-09 14:00:00 +0200', noon],
    ['yesterday', undefined],
    [null, undefined],
  ])('%s is the same moment in any time zone of the runner', (date, moment) => {
    expect(new Date(noon).getHours()).toBe(8);
    expect(timeOf(date)).toBe(moment);
  });
});
