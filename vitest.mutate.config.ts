import { defineConfig } from 'vitest/config';

/** What decides over a mutant (`npm run mutate`): the quick tests, and few of the model's schedules. */
export default defineConfig({
  test: {
    // Half of the time of a mutant goes into loading the tests.
    isolate: false,
    include: [
      'test/{actions,cloud,converge,forge,http,manifest}/**/*.test.ts',
      'test/model/exactly-once.test.ts',
    ],
    // The first reads documents, which are not copied for mutants; the second takes seconds.
    exclude: ['test/manifest/documented.test.ts', 'test/**/*.large.test.ts'],
    env: { MODEL_SCHEDULES: '150' },
  },
});
