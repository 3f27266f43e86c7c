import { foldCommand } from './identity.ts';
import { describe, type PinnedSpec } from './spec.ts';

/** How often a command will run. */
export interface Scale {
  /** On each replica. */
  readonly processes: number;
  /** Undefined where that is not known. */
  readonly maxReplicas: number | undefined;
}

interface Rule {
  readonly command: RegExp;
  /** What to use instead, or what to do so that it is right. */
  readonly instead: string;
}

const deployCommand = 'put it into the deploy commands of the environment, which run it once a deploy';

/**
 * Commands that do something and end. A background process that ends is started again and again, and in the end takes
 * its whole cluster down. Source: seen from experience, see `docs/troubleshooting.md`.
 */
const oneShot: readonly Rule[] = [
  {
    command: /\bartisan schedule:run(?![\w-])/,
    instead: 'use php artisan schedule:work, or the scheduler of Laravel Cloud',
  },
  {
    command: /\bartisan queue:work\b.* --(once|stop-when-empty)(?![\w-])/,
    instead: 'leave the option out, so that the worker goes on waiting for jobs',
  },
  {
    command: /\bartisan (queue:restart|horizon:terminate)(?![\w-])/,
    instead: 'leave it out: a deploy starts the processes of Laravel Cloud anew',
  },
  { command: /\bartisan (migrate|db:seed)(?![\w-])/, instead: deployCommand },
  {
    command: /\bartisan (optimize|(config|route|view|event):(cache|clear)|cache:clear|storage:link)(?![\w-])/,
    instead: deployCommand,
  },
];

/** Commands that must run only once, wherever they run: each further one does everything another time. */
const onceOnly: readonly Rule[] = [
  {
    command: /\bartisan (schedule:work|short-schedule:run)(?![\w-])/,
    instead:
      'run it on an instance with one replica, use the scheduler of Laravel Cloud, or mark the tasks with onOneServer()',
  },
];

/** What is likely to go wrong with what is declared, each as a sentence, with what to use instead. */
export function lint(spec: PinnedSpec, { processes, maxReplicas = 1 }: Scale): readonly string[] {
  if (spec.type !== 'custom' || spec.command === undefined) return [];
  const command = foldCommand(spec.command);
  const ends = oneShot
    .filter((rule) => rule.command.test(command))
    .map(
      ({ instead }) =>
        `The ${describe(spec)} does something and ends. A background process that ends is started again and again, which can take its cluster down: ${instead}.`,
    );
  const total = processes * maxReplicas;
  const repeated = onceOnly
    .filter((rule) => total > 1 && rule.command.test(command))
    .map(
      ({ instead }) =>
        `The ${describe(spec)} would run up to ${total} times at once, and do everything as often: ${instead}.`,
    );
  return [...ends, ...repeated];
}
