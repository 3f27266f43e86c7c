import { describe, expect, test } from 'vitest';
import { lint, memoryWarning, otherWorkers } from '../../src/cloud/lint.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { lint as lintForge } from '../../src/forge/spec.ts';
import { existing } from '../support/processes.ts';

const one = { processes: 1, maxReplicas: 1 };
const lintCommand = (command: string, scale: Parameters<typeof lint>[1] = one) =>
  lint({ type: 'custom', processes: undefined, command }, scale).join();

describe('a command that does something and ends is pointed out, with what to use instead', () => {
  test.each([
    ['php artisan schedule:run', 'schedule:work'],
    ['php8.4  artisan  schedule:run --no-interaction', 'schedule:work'],
    ['php artisan queue:work redis --queue=high --once', 'leave the option out'],
    ['php artisan queue:work --stop-when-empty', 'leave the option out'],
    ['php artisan queue:restart', 'a deployment restarts the processes'],
    ['php artisan horizon:terminate', 'a deployment restarts the processes'],
    ['php artisan reverb:restart', 'a deployment restarts the processes'],
    ['php artisan pulse:restart', 'a deployment restarts the processes'],
    ['php artisan inertia:stop-ssr', 'a deployment restarts the processes'],
    ['php artisan migrate --force', 'deploy commands'],
    ['php artisan --no-interaction --env=staging migrate --force', 'deploy commands'],
    ['php artisan migrate:fresh', 'deploy commands'],
    ['cd app && php artisan config:cache', 'deploy commands'],
    ['APP_ENV=local exec php -d memory_limit=1G artisan db:seed > /dev/null 2>&1', 'deploy commands'],
    ["sh -c 'php artisan config:cache; php artisan migrate --force'", 'deploy commands'],
    ['php artisan horizon & php artisan migrate --force', 'deploy commands'],
    ['yes | php artisan migrate', 'deploy commands'],
    ['( php artisan horizon ) &', 'foreground'],
    ['(php artisan horizon &)', 'foreground'],
    ['bash -lc "php artisan horizon &"', 'foreground'],
    ['screen -dmS worker php artisan queue:work', 'foreground'],
    ['tmux new-session -d "php artisan queue:work"', 'foreground'],
    ['/usr/sbin/php-fpm8.4 -D', 'foreground'],
    ['echo x || php artisan migrate --for force', 'deploy commands'],
    ['php artisan migrate |& tee log', 'deploy commands'],
    ['{ php artisan migrate; }', 'deploy commands'],
    ['nice -n 10 sudo -E php artisan migrate', 'deploy commands'],
    ['nice -n10 sh -c "php artisan migrate"', 'deploy commands'],
    ['nice --n sh -c "php artisan migrate"', 'deploy commands'],
    ['php artisan config:cache\nphp artisan migrate', 'deploy commands'],
    ['/bin/bash -c "php artisan migrate"', 'deploy commands'],
    ['{ true; }; php artisan migrate', 'deploy commands'],
    ['/usr/bin/screen -AdmS x', 'foreground'],
    ['tmux new -Ad x', 'foreground'],
    ['php-fpm -FD', 'foreground'],
    ['sh -c "echo \\"x\\"; php \\"artisan\\" migrate"', 'deploy commands'],
    ['>>log 2>&10 php artisan optimize', 'deploy commands'],
    ['>"a b" 2>\'c d\' php artisan optimize:clear', 'deploy commands'],
  ])('%s', (command, instead) => {
    const told = lintCommand(command);
    expect(told).toMatch(/^The command ".*" ends by itself\./s);
    expect(told).toContain('which can take its cluster down');
    expect(told).toContain(instead);
  });

  test.each([
    'php artisan schedule:work',
    'php artisan queue:work redis --queue=once --max-jobs=1000',
    'php artisan queue:work redis--once',
    'php artisan horizon',
    'php artisan inertia:start-ssr',
    'php artisan migrate-tenants:watch',
    'php artisan schedule:run-forever',
    'php artisan migrate --force && php artisan queue:work',
    'php artisan horizon || php artisan migrate',
    'php artisan horizon & wait',
    'while true; do php artisan schedule:run & sleep 60; done',
    'for i in 1 2; do php artisan migrate; done',
    'php artisan migrate --path=$(pwd)',
    'php artisan tinker --execute="migrate && x & y"',
    'echo "php artisan migrate',
    'php artisan queue:work &&',
    'my-php-fpm -D',
    'php-fpm --daemonize-not',
    'php artisan migrate (x)',
    'for i in 1; do true; done; php artisan migrate',
    'php artisan my-schedule:run',
    'php artisan my-queue:restart',
    'bash script.sh php artisan migrate',
    'php migrate',
    'php my-artisan migrate',
    'php artisan-x migrate',
    'php-x artisan migrate',
    'php artisan my-queue:work --once',
    'php artisan queue:work-x --once',
    'php artisan queue:restart-x',
    'php artisan migrate "x',
    '(php artisan migrate now',
    'php artisan migrate )',
    'php artisan migrate `x`',
    'xsh -c "php artisan migrate"',
    'bash-x -c "php artisan migrate"',
    'bash x-c "php artisan migrate"',
    'bash -cx "php artisan migrate"',
    '-x=1 php artisan migrate',
    'nice x-n php artisan migrate',
    'screen a-d -m',
    'screen -d a-m',
    'tmux renew -d',
    'tmux new a-d',
    'php-fpm x--daemonize',
    'php artisan my-cache:clear',
    'sh -c "echo \\"x; php artisan migrate\\""',
    'APP_ENV=local',
    '',
  ])('and %s is not', (command) => {
    expect(lintCommand(command)).toBe('');
  });
});

describe('a scheduler that would run more than once is pointed out', () => {
  test.each([
    [{ processes: 1, maxReplicas: 4 }, 4, 'Run it on one replica, use'],
    [{ processes: 2, maxReplicas: 1 }, 2, 'Set processes: 1, use'],
    [{ processes: 2, maxReplicas: 3 }, 6, 'Set processes: 1 on one replica, use'],
    [{ processes: 2, maxReplicas: undefined }, 2, 'Set processes: 1, use'],
  ])('%j', (scale, times, fix) => {
    const told = lintCommand('php artisan schedule:work', scale);
    expect(told).toContain(`up to ${times} times`);
    expect(told).toContain(fix);
    expect(told).toContain('the scheduler of Laravel Cloud');
    expect(told).toContain('onOneServer()');
  });

  test('and not one that runs once, or is not known to', () => {
    expect(lintCommand('php artisan schedule:work')).toBe('');
    expect(lintCommand('php artisan schedule:work', { processes: 1, maxReplicas: undefined })).toBe('');
    for (const command of ['horizon', 'my-schedule:work', 'schedule:work-x'])
      expect(lintCommand(`php artisan ${command}`, { processes: 3, maxReplicas: 4 })).toBe('');
  });
});

test('nor is a custom process whose command is not declared, or a worker', () => {
  expect(lint({ type: 'worker', processes: 9, config: { queue: 'schedule:run' } }, one)).toEqual([]);
  expect(lint({ type: 'custom', processes: undefined, command: undefined }, one)).toEqual([]);
});

test('on Forge the same commands are pointed out, in its own words', () => {
  const directory = undefined;
  const told = lintForge({ command: 'php8.4 artisan queue:restart', directory, processes: 1 }).join();
  expect(told).toContain('The command "php8.4 artisan queue:restart" ends by itself');
  expect(told).toContain('until Forge gives up and shows it as fatal: leave it out');
  expect(told).toContain('forge/restart');
  expect(lintForge({ command: 'php8.4 artisan migrate', directory, processes: 1 }).join()).toContain(
    'put it into the deploy script of the site, which runs it once for each deployment.',
  );
  expect(lintForge({ command: 'php8.4 artisan schedule:work', directory, processes: 3 }).join()).toContain(
    'would run up to 3 times at once, so each task runs 3 times. Set processes: 1, use the scheduler of Forge',
  );
  expect(lintForge({ command: 'php8.4 artisan horizon', directory, processes: undefined })).toEqual([]);
});

test('on Forge, php without its version and a relative directory are pointed out', () => {
  const declared = { command: 'php artisan horizon', directory: 'current', processes: undefined };
  expect(lintForge(declared)).toEqual([
    'The command "php artisan horizon" begins with php: that is the server\'s default version, which changes for all sites at once. Write the version, such as php8.4.',
    'The directory "current" is relative. Write the whole path.',
  ]);
  expect(lintForge({ ...declared, command: 'phpunit php x', directory: '/home/forge' })).toEqual([]);
});

test('characters outside ASCII in a command, a queue or a connection are told, since some look like others', () => {
  expect(lint({ type: 'custom', processes: 1, command: 'php \u0430rtisan x' }, one)).toEqual([
    'The command "php \u0430rtisan x" has characters outside ASCII: \u0430 (U+0430). Some characters look like others: check that each is the one you mean.',
  ]);
  const config = { queue: 'größe', connection: 'абвгдежзий' };
  expect(lint({ type: 'worker', processes: 1, config }, one)).toEqual([
    expect.stringMatching(/: ö \(U\+00F6\), ß .*, з \(U\+0437\)\. Some/),
  ]);
  expect(lint({ type: 'worker', processes: 1, config: { queue: 'high,default' } }, one)).toEqual([]);
});

describe('another worker that serves a declared queue', () => {
  const declared: ProcessSpec = { type: 'worker', processes: 1, config: { queue: 'high,default' } };
  const own = existing({ id: 'p-own', config: { queue: 'high,default' } });

  test.each([
    ['high', 'serves "high": worker on queue high'],
    ['low, high', 'serves "high": worker on queue low,high'],
    [null, 'serves "default": worker on queue default'],
    ['default,high', 'serves "high", "default": worker on queue default,high'],
  ])('is told with the queues that it shares: %j', (queue, told) => {
    const process = existing({ id: 'p-other', config: { queue } });
    expect(otherWorkers(declared, own, [own, process])).toBe(`1 other worker ${told} (p-other)`);
    expect(otherWorkers(declared, undefined, [process])).toContain(told);
  });

  test('is none that serves others, is custom, or is the process itself', () => {
    const listed = [
      own,
      existing({ id: 'p-low', config: { queue: 'low' } }),
      existing({ id: 'p-custom', type: 'custom', command: 'php artisan queue:work --queue=high' }),
    ];
    expect(otherWorkers(declared, own, listed)).toBeUndefined();
  });

  test('does not matter to a custom process', () => {
    const custom: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan horizon' };
    expect(otherWorkers(custom, undefined, [own])).toBeUndefined();
  });

  test('is one of many, which are told in one sentence', () => {
    const worker = (id: string, queue: string) => existing({ id, config: { queue } });
    expect(otherWorkers(declared, own, [worker('p-1', 'high'), worker('p-2', 'high,low')])).toBe(
      '2 other workers serve "high": worker on queue high (p-1), worker on queue high,low (p-2)',
    );
    const many = Array.from({ length: 12 }, (_, index) => worker(`p-${index}`, 'high'));
    expect(otherWorkers(declared, own, many)).toMatch(/\(p-9\) and 2 more$/);
  });
});

describe('processes that may not fit in the memory of an instance are warned of', () => {
  const on = (size: string | undefined) => ({ name: 'App', size });
  const loads = (...commands: readonly (readonly [processes: number, command?: string | null])[]) =>
    commands.map(([processes, command]) => ({ processes, command }));

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
    ['huge', loads([100])],
    [undefined, loads([100])],
  ])('and not others: %s', (size, running) => {
    expect(memoryWarning(on(size), running)).toBeUndefined();
  });
});

test('a size of a megabyte of digits names no memory', () => {
  expect(
    memoryWarning({ name: 'App', size: '0'.repeat(1_000_000) }, [{ processes: 99, command: 'x' }]),
  ).toBeUndefined();
});

test('a command after very many variables is checked at once', () => {
  expect(lintCommand(`${'A=b '.repeat(100_000)}php artisan migrate`)).toContain('deploy commands');
  expect(lintCommand('x'.repeat(1_000_000))).toBe('');
});

test('a command with quotation marks is named in one piece', () => {
  const problems = lintForge({ command: 'php artisan migrate --path="x"', directory: undefined });
  const named = expect.stringContaining(String.raw`The command "php artisan migrate --path=\"x\"" `);
  expect(problems).toEqual([named, named]);
  expect(lintCommand('php artisan migrate --path="x"')).toContain(String.raw`migrate --path=\"x\"" ends`);
});
