import { writeSync } from 'node:fs';
import { type ParseArgsOptionsConfig, parseArgs, styleText } from 'node:util';
import { didYouMean } from '../src/names.ts';

export interface Script<Options extends ParseArgsOptionsConfig> {
  /** The command line: `npm run set-owner -- <owner>`. */
  readonly usage: string;
  /** The description, for `--help`. */
  readonly help: string;
  readonly options?: Options;
  /** The smallest and the largest number of arguments without a name; by default none. */
  readonly unnamed?: readonly [least: number, most: number];
}

type Arguments<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>;

/**
 * Reads the arguments of a script. To be called first. `--help` only shows the help; a wrong argument ends the script
 * with one line and exit code 2.
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

/** Ends a script that cannot do its work, with one line (the reason, and the next step) and exit code 2. */
export function fail(why: string): never {
  writeSync(process.stderr.fd, `${styleText('red', why, { stream: process.stderr })}\n`);
  process.exit(2);
}

/** Reads a whole number from an argument or a variable. `what`: its name in the error. */
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
    // After an unknown option, the rest of the message is advice for programmers. For a value that starts with a dash,
    // the rest helps.
    const what = message.replace(/(?<=^Unknown option '[^']*')[\s\S]*/, '').replaceAll('\n', ' ');
    const [, unknown] = /^Unknown option '--?([^']*)'/.exec(what) ?? [];
    const near = unknown === undefined ? '' : ` ${didYouMean(unknown, Object.keys(options ?? {}))}`;
    return fail(`${what.replace(/\.?$/, '.')}${near.trimEnd()} Usage: ${usage}`);
  }
}
