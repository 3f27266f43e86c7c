import { type ActionOptions, runAction, type StepRun } from '../../test/e2e/harness/run-action.ts';
import { seedShop } from '../../test/emulator/seed.ts';
import { startEmulator } from '../../test/emulator/server.ts';
import { startFakeGitHub } from '../../test/runner/fake-github.ts';
import type { Shown } from './page.ts';

const head = '4f7c21d09ab35e86f1d2c4b7a98e3f605d1b2c3a';
const pullRequest = {
  pull_request: {
    number: 7,
    head: { ref: 'faster-mails', sha: head, repo: { full_name: 'acme/shop' } },
    base: { ref: 'main', repo: { full_name: 'acme/shop' } },
  },
};

const manifest = `
instances:
  App:
    - type: worker
      processes: 3
      config: { connection: redis, queue: "high,default", tries: 3 }
    - type: custom
      command: php artisan reverb:start
    - type: custom
      command: php artisan pulse:work
`;

const worker = {
  type: 'worker',
  processes: 2,
  config: { connection: 'redis', queue: 'high,default', tries: 3 },
} as const;

/** Returns the summary of the root action after it has updated a worker and deployed the change. */
export async function summaryOfAnUpdate(): Promise<Shown> {
  const emulator = await startEmulator();
  try {
    const { instance } = seedShop(emulator);
    emulator.cloud.addProcess(instance, worker);
    const run = await succeed({
      action: '.',
      time: emulator.time,
      inputs: {
        token: emulator.token,
        'api-url': emulator.url,
        environment: 'main',
        processes: '3',
        'config-json': '{"queue": "high,default", "tries": 3}',
        redeploy: 'true',
      },
    });
    return { name: 'summary', width: 420, heading: '<b>worker summary</b>', markdown: run.summary };
  } finally {
    await emulator.close();
  }
}

/** Returns the comment on a pull request that creates, updates and deletes a process. */
export async function commentOfAPlan(): Promise<Shown> {
  const [emulator, gitHub] = await Promise.all([startEmulator(), startFakeGitHub()]);
  try {
    const { instance } = seedShop(emulator);
    emulator.cloud.addProcess(instance, worker);
    emulator.cloud.addProcess(instance, {
      type: 'custom',
      processes: 1,
      command: 'php artisan reverb:start',
    });
    emulator.cloud.addProcess(instance, { type: 'custom', processes: 2, command: 'php artisan legacy:poll' });
    await succeed({
      action: 'apply',
      time: emulator.time,
      inputs: {
        token: emulator.token,
        'api-url': emulator.url,
        environment: 'production',
        prune: 'true',
        'dry-run': 'true',
        comment: 'true',
      },
      files: { '.github/background-processes.yml': manifest },
      env: { GITHUB_API_URL: gitHub.url, GITHUB_REF: 'refs/pull/7/merge', GITHUB_REF_NAME: '7/merge' },
      event: pullRequest,
    });
    const [comment] = gitHub.comments;
    if (comment === undefined) throw new Error('apply wrote no comment');
    return {
      name: 'comment',
      width: 830,
      heading: '<b>github-actions</b> bot commented',
      markdown: comment.body,
    };
  } finally {
    await Promise.all([emulator.close(), gitHub.close()]);
  }
}

async function succeed(options: ActionOptions): Promise<StepRun> {
  const run = await runAction(options);
  if (run.exitCode !== 0) throw new Error(`${options.action} failed: ${run.errors.join('\n')}`);
  return run;
}
