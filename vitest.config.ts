import { defineConfig } from 'vitest/config';

/** What opens sockets or starts processes. */
const outside = [
  'test/{docs,e2e,emulator,published,repository,scenarios}/**/*.test.ts',
  'test/**/*.sockets.test.ts',
];
/** Thousands of random schedules, and what is very large. */
const model = ['test/model/**/*.test.ts', 'test/**/*.large.test.ts'];

export default defineConfig({
  test: {
    // For a busy machine: nothing takes long by itself, and no test depends on it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    // Steps mostly wait, for each other and for the disk, so more of them can run than there are cores.
    maxWorkers: 4,
    maxConcurrency: 8,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...outside, ...model],
          setupFiles: ['test/support/no-outside.ts'],
          // Unit tests share no state, and files that share a worker take half the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'model',
          include: model,
          setupFiles: ['test/support/no-outside.ts'],
          // A thousand schedules in one test.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'outside',
          include: outside,
          // A contract takes half a second to compile, and files share it.
          isolate: false,
        },
      },
    ],
  },
});
