import { defineConfig } from 'vitest/config';

/** What decides over a mutant (`npm run mutate`): the quick tests, and few of the model's schedules. */
export default defineConfig({
  test: {
    include: ['test/{converge,http,cloud,forge}/**/*.test.ts', 'test/model/exactly-once.test.ts'],
    env: { MODEL_SCHEDULES: '150' },
  },
});
