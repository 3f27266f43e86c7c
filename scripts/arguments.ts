import { writeSync } from 'node:fs';
import { type ParseArgsOptionsConfig, parseArgs, styleText } from 'node:util';
import { didYouMean } from '../src/names.ts';

export interface Script<Options extends ParseArgsOptionsConfig> {
  /** How it is typed: `npm run set-owner -- <owner>`. */
  readonly usage: string;
  /** What it does, for `--help`. */
  readonly help: string;
  readonly options?: Options;
  /** How many arguments without a name it takes, at least and at most; none if left out. */
  readonly unnamed?: readonly [least: number, most: number];
}

type Arguments<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>;

/**
 * The arguments of a script, which calls this before it does anything. With `--help` it only shows its help; a wrong
 * argument ends it with one line and exit code 2.
 */
export function readArguments<const Options extends ParseArgsOptionsConfig = Record<never, never>>(
  { usage, help, options, unnamed: [least, most] = [0, 0] }: Script<Options>,
  args: readonly string[] = process.argv.slice(2),
): Arguments<Options> {
  if (args.includes('--help') || args.includes('-h')) {
    writeSync(process.stdout.fd, `${help}\n\n  ${usage}\n`);
    process.exit(0);
  }
  const read = parsed(args, options, usage);
  const { positionals } = read;
  if (positionals.length < least) fail(`Usage: ${usage}`);
  if (positionals.length > most) fail(`"${positionals[most]}" is one argument too many. Usage: ${usage}`);
  return read;
}

/** Ends a script that cannot do its work: one line that says why and what to do, and exit code 2. */
export function fail(why: string): never {
  writeSync(process.stderr.fd, `${styleText('red', why, { stream: process.stderr })}\n`);
  process.exit(2);
}

/** A whole number from an argument or a variable, which `what` names. */
export function wholeNumber(text: string, what: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`;
  return fail(`"${text}" is not ${what}: write a whole number${range}`);
}

function parsed<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options | undefined,
  usage: string,
): Arguments<Options> {
  try {
    return parseArgs({ args, ...(options && { options }), allowPositionals: true });
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    // Of an unknown option, what follows is advice for a programmer; of a value that starts with a dash, it helps.
    const what = message.replace(/(?<=^Unknown option '[^']*')[\s\S]*/, '').replaceAll('\n', ' ');
    const [, unknown] = /^Unknown option '--?([^']*)'/.exec(what) ?? [];
    const near = unknown === undefined ? '' : ` ${didYouMean(unknown, Object.keys(options ?? {}))}`;
    return fail(`${what.replace(/\.?$/, '.')}${near.trimEnd()} Usage: ${usage}`);
  }
}
