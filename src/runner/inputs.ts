import { getInput } from '@actions/core';
import { type Annotation, Failure, type FailureParts, locationText, type Mistake } from '../failure.ts';
import { isLoopback } from '../http/proxy.ts';
import { orNear } from '../names.ts';
import { oneOrList, quoted, rangeText, trimmed, wholeNumberOf, yamlFlag } from '../text.ts';
import { longestHeadline } from './ending.ts';

/**
 * The reader of a step's inputs. Collects all problems, so that one error reports them. After a problem, a method
 * returns a placeholder: `done` throws before the step uses the value.
 */
export class Inputs {
  readonly #problems = new Set<string>();
  readonly #mistakes: Mistake[] = [];

  /** Reads an input without surrounding white space; undefined if the input is empty. */
  text(name: string): string | undefined {
    const value = getInput(name);
    if (!value.isWellFormed()) this.problem(name, 'is not valid Unicode');
    return value.toWellFormed() || undefined;
  }

  /** Reads a text whose other white space than blanks, tabs and line breaks stays: `lineProblem` refuses it. */
  line(name: string): string | undefined {
    return this.text(name) && trimmed(getInput(name, { trimWhitespace: false }).toWellFormed());
  }

  /** Reads an id of an API: a prefix, then letters, digits, dashes and underscores. */
  id(name: string, prefix: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || isId(value, prefix)) return value;
    this.problem(name, `must be an id such as ${prefix}…, not ${quoted(value)}`);
    return undefined;
  }

  choice<const T extends string>(name: string, words: readonly [T, ...T[]], fallback: T): T {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) {
      this.problem(name, orNear(`must be ${oneOf(words)}, not ${quoted(value)}`, value, words));
    }
    return word ?? fallback;
  }

  /** Reads words separated by commas, in lower case. */
  words(name: string): readonly string[] {
    const given = this.text(name)?.toLowerCase().split(',') ?? [];
    const words = given.map((word) => word.trim());
    if (words.includes('')) this.problem(name, 'must be words separated by commas');
    return words.filter((word) => word !== '');
  }

  /** Reads `true` or `false`, as YAML writes them. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const flag = yamlFlag(value);
    if (flag === undefined) this.problem(name, `must be true or false, not ${quoted(value)}`);
    return flag ?? fallback;
  }

  /** Reads a whole number in plain digits; undefined if the input is empty. */
  integer(name: string, range: { readonly min: number; readonly max?: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = wholeNumberOf(value) ?? Number.NaN;
    if (number >= range.min && number <= (range.max ?? Number.MAX_SAFE_INTEGER)) return number;
    this.problem(name, `must be a whole number ${rangeText(range)}, not ${quoted(value)}`);
    return undefined;
  }

  /** Reads a number of seconds, and returns milliseconds. `fallback`: seconds. */
  seconds(name: string, range: { readonly min: number; readonly max: number }, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback * 1000;
    const number = /^\d{1,6}(\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return Math.round(number * 1000);
    this.problem(name, `must be a number of seconds ${rangeText(range)}, not ${quoted(value)}`);
    return fallback * 1000;
  }

  /** Reads an API's base address: https, or http on a loopback address. */
  apiUrl(name: string, fallback: string): URL {
    const value = this.text(name) ?? fallback;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined) {
      this.problem(name, `must be a URL such as ${fallback}, not ${quoted(value)}`);
    } else if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      this.problem(name, 'must be a plain address, without user, password, query or fragment');
    } else if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
      this.problem(
        name,
        `must start with https://, so that nobody on the way reads the token, not ${quoted(value)}`,
      );
    }
    return url ?? new URL(fallback);
  }

  /** Notes a problem with an input. `why` follows the input's name: `must be a number`. */
  problem(name: string, why: string): void {
    this.#problems.add(`${name}: ${why}`);
  }

  /** Notes a mistake in a file that an input names. */
  mistake(mistake: Mistake): void {
    this.#mistakes.push(mistake);
  }

  /** Throws one `Failure` with all problems, if there are any. To be called before the first request. */
  done(): void {
    const problems = [...this.#problems];
    const mistakes = this.#mistakes;
    const withInputs = `${howMany(problems.length)} with the inputs`;
    if (mistakes.length === 0) {
      if (problems.length > 0) throw failureOf(withInputs, problems);
      return;
    }
    const lines = mistakes.map(({ place, message }) => `${locationText(place)}: ${message}`);
    if (problems.length === 0) throw failureOf(`${howMany(lines.length)} with the manifest`, lines, mistakes);
    throw failureOf(
      'Problems with the inputs and the manifest',
      [...problems, ...lines],
      [failureOf(withInputs, problems), ...mistakes],
    );
  }
}

function howMany(problems: number): string {
  return problems === 1 ? 'A problem' : `${problems} problems`;
}

function failureOf(what: string, lines: readonly string[], annotations?: readonly Annotation[]): Failure {
  return new Failure({
    what,
    why: oneOrList(lines),
    fix: 'No request was made',
    ...headlineOf(what, lines, annotations),
    annotations,
  });
}

/** Returns the headline: the first clause of a single problem, such as `"token" is empty`; else `what`. */
function headlineOf(
  what: string,
  [first = '', ...others]: readonly string[],
  annotations: unknown,
): Pick<FailureParts, 'headline' | 'details'> {
  if (others.length > 0 || annotations !== undefined) return { headline: what };
  const [, clause = '', rest = ''] = /^((?:"(?:[^"\\]|\\.)*"|[^"])*?)(?:[;.] (.*))?$/s.exec(first) ?? [];
  if (clause.length > longestHeadline) return { headline: what };
  const headline = clause.replace(/^([a-z-]+): (?=(?:is|must|cannot|has|needs|holds) )/, '"$1" ');
  return { headline, details: rest };
}

export function isId(value: string, prefix: string): boolean {
  return value.startsWith(prefix) && /^[\w-]{1,200}$/.test(value);
}

/** Returns `a, b or c`. */
function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
