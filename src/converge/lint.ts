import { beyondAscii } from '../text.ts';

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
  const problems = [...lookAlikes(subject, [command])];
  if (fate === 'ends')
    problems.push(
      `The ${subject} ends by itself. A background process that ends is started again and again, ${remedies.danger}: ${instead}.`,
    );
  if (repeated)
    problems.push(
      `The ${subject} would run up to ${total} times at once, so each task runs ${total} times. ${onceText(processes, maxReplicas)}, use ${remedies.scheduler}, or add "onOneServer()" to the tasks.`,
    );
  return problems;
}

function onceText(processes: number, maxReplicas: number): string {
  if (processes === 1) return 'Run it on one replica';
  return `Set processes: 1${maxReplicas > 1 ? ' on one replica' : ''}`;
}

/** Warns of letters that look like others: a Cyrillic а is not an a. */
export function lookAlikes(subject: string, texts: readonly string[]): readonly string[] {
  const foreign = [...new Set(texts.flatMap(beyondAscii))].slice(0, 10).map((character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `${character} (U+${code})`;
  });
  if (foreign.length === 0) return [];
  return [
    `The ${subject} has characters outside ASCII: ${foreign.join(', ')}. Some characters look like others: check that each is the one you mean.`,
  ];
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

const isScheduler = artisan(/^(schedule:work|short-schedule:run)$/);

const isStaying = artisan(
  /^(queue:(work|listen)|horizon|reverb:start|pulse:(work|check)|nightwatch:agent|inertia:start-ssr|octane:start|schedule:work|short-schedule:run)$/,
);

function fateOf(words: Words): Fate {
  if (isStaying(words)) return 'stays';
  return detaches(words) ? 'ends' : undefined;
}

function detaches(words: Words): boolean {
  const [program] = words.map((word) => word.replace(/^.*\//, ''));
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

/** A command with its options, without preparing programs such as `env`: `php`, `artisan`, `queue:work`, `--once`. */
type Words = readonly string[];

/** The end of a command; undefined if unknown. */
type Fate = 'stays' | 'ends' | undefined;

/**
 * Returns the fate of a line of shell: it stays, ends, or is unknown. `fateOf` returns the fate of a single command. A
 * line ends when its last command ends or goes into the background. Loops, conditions, substitutions and other syntax
 * are unknown.
 */
function fateOfLine(line: string, fateOf: (command: Words) => Fate): Fate {
  if (/`|\$\(|<</.test(line)) return undefined;
  const matches = [...line.matchAll(pattern)];
  const length = matches.reduce((sum, [text]) => sum + text.length, 0);
  const tokens = matches.flatMap(([token, skipped]) => (skipped === undefined ? [token] : []));
  return length < line.length ? undefined : fateOfList(tokens, fateOf);
}

/** An operator, or a word with its quotation marks. */
type Token = string;

/** Captured, to be skipped: blanks, and redirections with the file that they name. Then operators, then words. */
const pattern =
  /([ \t]|(?:\d*|&)[<>]{1,2}(?:&\d+-?|[ \t]*(?:[^\s"'\\;&|()<>]|"[^"]*"|'[^']*')+))|&&|\|\|?&?|;|&|\(|\)|\n|(?:[^\s"'\\;&|()<>]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gsy;

function fateOfList(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const parts = split(tokens, ['&&', '||', ';', '&', '\n']);
  const last = parts.findLast(({ tokens: some }) => some.length > 0);
  if (last?.end === '&') return 'ends';
  if (tokens.some((token) => /^(while|until|for|if|case|wait)$/.test(token))) return undefined;
  const fates = parts
    .filter(({ end, tokens: some }) => end !== '&' && some.length > 0)
    .map((part) => fateOfPipeline(part.tokens, fateOf));
  // Nothing runs after a command that stays.
  return fates.includes('stays') ? 'stays' : fates.at(-1);
}

/** Returns the fate of a pipeline, which runs as long as the longest of its commands. */
function fateOfPipeline(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const fates = split(tokens, ['|', '|&']).map(({ tokens: some }) => fateOfCommand(some, fateOf));
  return fates.includes('stays') ? 'stays' : fates.find((fate) => fate === 'ends');
}

function fateOfCommand(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const isGroup = (open: Token, close: Token): boolean => tokens[0] === open && tokens.at(-1) === close;
  if (isGroup('(', ')') || isGroup('{', '}')) return fateOfList(tokens.slice(1, -1), fateOf);
  if (tokens.some((token) => /^[&|;()\n]/.test(token))) return undefined;
  const words = prepared(tokens.map(unquoted));
  const script = begins(words, /^(.*\/)?(ba|da|z)?sh$/) ? scriptIn(words) : undefined;
  return script === undefined ? fateOf(words) : fateOfLine(script, fateOf);
}

/** Splits at operators outside parentheses and braces. Each part has the operator that ends it. */
function split(tokens: readonly Token[], operators: readonly Token[]) {
  let part: { readonly tokens: Token[]; end?: Token } = { tokens: [] };
  const parts = [part];
  let depth = 0;
  for (const token of tokens) {
    if (token === '(' || token === '{') depth++;
    if (token === ')' || token === '}') depth--;
    if (depth === 0 && operators.includes(token)) {
      part.end = token;
      part = { tokens: [] };
      parts.push(part);
    } else part.tokens.push(token);
  }
  return parts;
}

/** Programs that run another one in their place. */
const preparing = /^(.*\/)?(exec|env|nohup|nice|ionice|stdbuf|sudo|time|command)$/;

/** Removes variables and preparing programs from the start of a command. */
function prepared(words: Words): Words {
  let at = 0;
  const matches = (first: RegExp): boolean => first.test(words[at] ?? '');
  while (matches(/^\w+=/) || matches(preparing)) {
    const isProgram = matches(preparing);
    at++;
    while (isProgram && matches(/^-/)) at += matches(/^-[nuco]$/) ? 2 : 1;
  }
  return words.slice(at);
}

/** True if the first word matches. */
function begins(words: Words, first: RegExp): boolean {
  return words.slice(0, 1).some((word) => first.test(word));
}

function scriptIn(words: Words): string | undefined {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return at === -1 ? undefined : words[at + 1];
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single, double, escaped) => single ?? escaped ?? double.replace(/\\(["\\$`])/g, '$1'),
  );
}
