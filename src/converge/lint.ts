import { beyondAscii } from '../text.ts';
import { begins, type Fate, fateOfLine, type Words } from './shell.ts';

export interface Scale {
  /** On each replica. */
  readonly processes: number;
  /** Undefined if unknown. */
  readonly maxReplicas: number | undefined;
}

/** A service's alternatives to an unsuitable background process. */
export interface Remedies {
  /** The consequence of a process that ends again and again: `which can take its cluster down`. */
  readonly danger: string;
  /** `the scheduler of Laravel Cloud`. */
  readonly scheduler: string;
  /** The place for commands that run once for each deployment: `the deploy commands of the environment, which ...`. */
  readonly onDeploy: string;
  /** The way that processes get new code: `a deployment restarts the processes of Laravel Cloud`. */
  readonly restart: string;
}

/** Returns the likely problems of a command, each as a sentence with a remedy. */
export function lintCommand(
  command: string,
  subject: string,
  { processes, maxReplicas = 1 }: Scale,
  remedies: Remedies,
): readonly string[] {
  let instead = 'run it in the foreground, without & and without the option that detaches it';
  const fate = fateOfLine(command, (words) => {
    const rule = oneShots(remedies).find(({ matches }) => matches(words));
    if (rule !== undefined) instead = rule.instead;
    return rule === undefined ? fateOf(words) : 'ends';
  });
  const total = processes * maxReplicas;
  const repeated =
    total > 1 && fateOfLine(command, (words) => (isScheduler(words) ? 'stays' : undefined)) === 'stays';
  return [
    ...lookAlikes(subject, [command]),
    ...(fate === 'ends'
      ? [
          `The ${subject} ends by itself. A background process that ends is started again and again, ${remedies.danger}: ${instead}.`,
        ]
      : []),
    ...(repeated
      ? [
          `The ${subject} would run up to ${total} times at once, so each task runs ${total} times. ${onceText(processes, maxReplicas)}, use ${remedies.scheduler}, or add "onOneServer()" to the tasks.`,
        ]
      : []),
  ];
}

function onceText(processes: number, maxReplicas: number): string {
  if (processes === 1) return 'Run it on one replica';
  return `Set processes: 1${maxReplicas > 1 ? ' on one replica' : ''}`;
}

interface Rule {
  matches(words: Words): boolean;
  readonly instead: string;
}

/** Returns the rules for commands that end by themselves. Source: experience, see `docs/troubleshooting.md`. */
function oneShots({ scheduler, onDeploy, restart }: Remedies): readonly Rule[] {
  return [
    { matches: artisan(/^schedule:run$/), instead: `use "php artisan schedule:work", or ${scheduler}` },
    {
      matches: (words) =>
        artisan(/^queue:work$/)(words) &&
        words.some((word) => word === '--once' || word === '--stop-when-empty'),
      instead: 'leave the option out, so that the worker waits for more jobs',
    },
    {
      matches: artisan(/^(queue:restart|horizon:terminate|(reverb|pulse):restart|inertia:stop-ssr)$/),
      instead: `leave it out: ${restart}`,
    },
    {
      matches: artisan(
        /^(migrate(:.*)?|db:seed|optimize(:.*)?|(config|route|view|event):(cache|clear)|cache:clear|storage:link)$/,
      ),
      instead: `put it into ${onDeploy}`,
    },
  ];
}

function isScheduler(words: Words): boolean {
  return artisan(/^(schedule:work|short-schedule:run)$/)(words);
}

const staying =
  /^(queue:(work|listen)|horizon|reverb:start|pulse:(work|check)|nightwatch:agent|inertia:start-ssr|octane:start|schedule:work|short-schedule:run)$/;

function fateOf(words: Words): Fate {
  if (artisan(staying)(words)) return 'stays';
  return detaches(words) ? 'ends' : undefined;
}

function detaches(words: Words): boolean {
  const [program] = words.map((word) => word.replace(/.*\//, ''));
  const has = (option: RegExp): boolean => words.some((word) => option.test(word));
  if (program === 'screen') return has(/^-\w*d/) && has(/^-\w*m/);
  if (program === 'tmux') return has(/^new/) && has(/^-\w*d/);
  return program?.startsWith('php-fpm') === true && has(/^(-\w*D|--daemonize)$/);
}

/** Returns a test for commands of Artisan, run by PHP or by itself. Options may come before the command. */
function artisan(command: RegExp): (words: Words) => boolean {
  return (words) => {
    const at = words.findIndex((word) => /(^|\/)artisan$/.test(word));
    const names = words.slice(at + 1).filter((word) => !word.startsWith('-'));
    return begins(words, /(^|\/)(php[\d.]*|artisan)$/) && begins(names, command);
  };
}

/** Warns of letters that look like others: a Cyrillic а is not an a. */
export function lookAlikes(subject: string, texts: readonly string[]): readonly string[] {
  const foreign = [...new Set(texts.flatMap(beyondAscii))].slice(0, 10).map((character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `${character} (U+${code})`;
  });
  return foreign.length === 0
    ? []
    : [
        `The ${subject} has characters outside ASCII: ${foreign.join(', ')}. Some characters look like others: check that each is the one you mean.`,
      ];
}
