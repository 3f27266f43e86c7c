import { foldCommand } from '../converge/identity.ts';
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
    command: artisan('schedule:run'),
    instead: 'use php artisan schedule:work, or the scheduler of Laravel Cloud',
  },
  {
    command: artisan('queue:work (.* )?--(once|stop-when-empty)'),
    instead: 'leave the option out, so that the worker goes on waiting for jobs',
  },
  {
    command: artisan('queue:restart|horizon:terminate|(reverb|pulse):restart|inertia:stop-ssr'),
    instead: 'leave it out: a deploy starts the processes of Laravel Cloud anew',
  },
  { command: artisan('migrate|db:seed'), instead: deployCommand },
  {
    command: artisan('optimize|(config|route|view|event):(cache|clear)|cache:clear|storage:link'),
    instead: deployCommand,
  },
];

/** Commands that must run only once, wherever they run: each further one does everything another time. */
const onceOnly: readonly Rule[] = [
  {
    command: artisan('schedule:work|short-schedule:run'),
    instead:
      'run it on an instance with one replica, use the scheduler of Laravel Cloud, or mark the tasks with onOneServer()',
  },
];

/** One of these commands of Artisan, whole; options may come before it. */
function artisan(commands: string): RegExp {
  return new RegExp(`\\bartisan (-\\S+ )*(${commands})(?![\\w-])`);
}

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
