import { runEnsure } from './actions/ensure.ts';
import type { EarlyConnection } from './early-connection.ts';
import { runStep, type Step } from './runner/step.ts';

interface Entry {
  readonly title: string;
  /** Loads the code of this action only. The code of `ensure`, the main action, comes with this file. */
  load(): Promise<(step: Step) => Promise<void>>;
}

const actions = {
  ensure: {
    title: 'Laravel Cloud background process',
    load: async () => runEnsure,
  },
  list: {
    title: 'List Laravel Cloud background processes',
    load: async () => (await import('./actions/list.ts')).runList,
  },
  delete: {
    title: 'Delete a Laravel Cloud background process',
    load: async () => (await import('./actions/delete.ts')).runDelete,
  },
  apply: {
    title: 'Apply Laravel Cloud background processes',
    load: async () => (await import('./actions/apply.ts')).runApply,
  },
  forge: {
    title: 'Laravel Forge background process',
    load: async () => (await import('./actions/forge-ensure.ts')).runForge,
  },
  'forge-list': {
    title: 'List Laravel Forge background processes',
    load: async () => (await import('./actions/forge-list.ts')).runForgeList,
  },
  'forge-delete': {
    title: 'Delete a Laravel Forge background process',
    load: async () => (await import('./actions/forge-delete.ts')).runForgeDelete,
  },
  'forge-apply': {
    title: 'Apply Laravel Forge background processes',
    load: async () => (await import('./actions/forge-apply.ts')).runForgeApply,
  },
  'forge-restart': {
    title: 'Restart Laravel Forge background processes',
    load: async () => (await import('./actions/forge-restart.ts')).runForgeRestart,
  },
} as const satisfies Record<string, Entry>;

export type ActionName = keyof typeof actions;

/**
 * Runs one action as a workflow step. Each `action.yml` has an entry in `dist`, which calls this function with its
 * early connection.
 */
export async function run(name: ActionName, connection?: EarlyConnection): Promise<void> {
  const { title, load } = actions[name];
  const body = await load();
  await runStep(title, body, connection);
  // Exit now: an unanswered DNS query would keep Node.js alive.
  process.stdout.write('', () => process.exit());
}
