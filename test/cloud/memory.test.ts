import { describe, expect, test } from 'vitest';
import { memoryWarning } from '../../src/cloud/lint.ts';

const on = (size: string | undefined) => ({ name: 'App', size });
const loads = (...commands: readonly (readonly [processes: number, command?: string | null])[]) =>
  commands.map(([processes, command]) => ({ processes, command }));

describe('processes that may not fit in the memory of an instance are warned of', () => {
  test.each([
    ['flex-512mb', loads([10]), 'App: 10 processes at up to 128 MB each may not fit in 512 MB (flex-512mb).'],
    ['flex.m-1vcpu-1gb', loads([9, null]), '9 processes at up to 128 MB each may not fit in 1024 MB'],
    ['mq-pro-2gb', loads([10, 'php artisan queue:work --memory=512']), 'at up to 512 MB each'],
    [
      'flex-512mb',
      loads([1, 'php artisan queue:work --memory=600']),
      'App: 1 process at up to 600 MB may not fit in 512 MB',
    ],
    [
      'flex-512mb',
      loads([1], [1, 'php artisan queue:work --memory 512']),
      '2 processes with up to 640 MB together',
    ],
  ])('%s', (size, running, warning) => {
    expect(memoryWarning(on(size), running)).toContain(warning);
  });

  test.each([
    ['flex-512mb', loads([4])],
    ['flex-512mb', loads([20, 'php artisan queue:work --memory=16'])],
    ['dedicated.m-16vcpu-64gb', loads([100])],
    ['huge', loads([100])],
    [undefined, loads([100])],
    ['flex-512mb', []],
  ])('and not others: %s', (size, running) => {
    expect(memoryWarning(on(size), running)).toBeUndefined();
  });
});
