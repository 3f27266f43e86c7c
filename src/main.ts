import { runEnsure } from './actions/ensure.ts';
import type { EarlyConnection } from './early-connection.ts';
import { runStep, type Step } from './runner/step.ts';

const titles = {
  ensure: 'Laravel Cloud background process',
  list: 'List Laravel Cloud background processes',
  delete: 'Delete a Laravel Cloud background process',
  apply: 'Apply Laravel Cloud background processes',
  forge: 'Laravel Forge background process',
  'forge-list': 'List Laravel Forge background processes',
  'forge-delete': 'Delete a Laravel Forge background process',
  'forge-apply': 'Apply Laravel Forge background processes',
  'forge-restart': 'Restart Laravel Forge background processes',
} as const;

export type ActionName = keyof typeof titles;

/** Each loads the code of its own action only. The code of `ensure`, the main action, comes with this file. */
const loaders: Readonly<Record<ActionName, () => Promise<(step: Step) => Promise<void>>>> = {
  ensure: async () => runEnsure,
  list: async () => (await import('./actions/list.ts')).runList,
  delete: async () => (await import('./actions/delete.ts')).runDelete,
  apply: async () => (await import('./actions/apply.ts')).runApply,
  forge: async () => (await import('./actions/forge-ensure.ts')).runForge,
  'forge-list': async () => (await import('./actions/forge-list.ts')).runForgeList,
  'forge-delete': async () => (await import('./actions/forge-delete.ts')).runForgeDelete,
  'forge-apply': async () => (await import('./actions/forge-apply.ts')).runForgeApply,
  'forge-restart': async () => (await import('./actions/forge-restart.ts')).runForgeRestart,
};

/** Runs one action as a workflow step. Called by the entries in `dist`, one for each `action.yml`. */
export async function run(name: ActionName, connection?: EarlyConnection): Promise<void> {
  await runStep(titles[name], await loaders[name](), connection);
  // Exit now: an unanswered DNS query would keep Node.js alive.
  process.stdout.write('', () => process.exit());
}
