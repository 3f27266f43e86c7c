import { defineConfig } from 'vitest/config';

/** What opens sockets or starts processes; everything else is a unit test (`npm run test:unit`). */
const outside = ['test/{docs,e2e,emulator,published,scenarios}/**/*.test.ts', 'test/**/*.sockets.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: outside,
          // On a loaded machine the model's schedules take longer than the default.
          testTimeout: 60_000,
          setupFiles: ['test/support/no-outside.ts'],
          // Unit tests share no state, so they can share a worker: 5 s instead of 9 s.
          isolate: false,
        },
      },
      {
        test: {
          name: 'outside',
          sequence: { groupOrder: 1 },
          include: outside,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // A step mostly waits, so more of them than there are cores can run.
          maxConcurrency: 8,
          maxWorkers: 4,
          isolate: false,
        },
      },
    ],
  },
});
