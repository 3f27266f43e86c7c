import { getInput } from '@actions/core';
import { Failure } from '../failure.ts';

/**
 * Reads a step's inputs and collects what is wrong with them, so that all of it is reported at once.
 * Every reader returns something usable; `done` throws if any of it was made up.
 */
export class Inputs {
  readonly #problems: string[] = [];

  /** The input without surrounding white space; undefined when it was not given or is empty. */
  text(name: string): string | undefined {
    return getInput(name) || undefined;
  }

  /** An id of an API: its prefix, then letters, digits and dashes. */
  id(name: string, prefix: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || isId(value, prefix)) return value;
    this.problem(name, `must be an id such as ${prefix}…, not ${quoted(value)}`);
    return undefined;
  }

  /** One of the words. */
  choice<const T extends string>(name: string, words: readonly [T, ...T[]], fallback: T): T {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) this.problem(name, `must be ${oneOf(words)}, not ${quoted(value)}`);
    return word ?? fallback;
  }

  /** `true` or `false`, as YAML writes them. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (/^(true|True|TRUE)$/.test(value)) return true;
    if (/^(false|False|FALSE)$/.test(value)) return false;
    this.problem(name, `must be true or false, not ${quoted(value)}`);
    return fallback;
  }

  /** A whole number written in plain digits; undefined when it was not given. */
  integer(name: string, range: { readonly min: number; readonly max?: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= (range.max ?? Number.MAX_SAFE_INTEGER)) return number;
    this.problem(name, `must be a whole number ${spanOf(range)}, not ${quoted(value)}`);
    return undefined;
  }

  /** A span in seconds, given back in milliseconds. */
  seconds(name: string, range: { readonly min: number; readonly max: number }, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback * 1000;
    const number = /^\d{1,6}(\.\d{1,3})?$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return Math.round(number * 1000);
    this.problem(name, `must be a number of seconds ${spanOf(range)}, not ${quoted(value)}`);
    return fallback * 1000;
  }

  /** An API's base address: https, or http on a loopback address, where nobody else listens. */
  apiUrl(name: string, fallback: string): URL {
    const value = this.text(name) ?? fallback;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined) {
      this.problem(name, `must be a URL such as ${fallback}, not ${quoted(value)}`);
    } else if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      this.problem(name, 'must be a plain address, without user, password, query or fragment');
    } else if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
      this.problem(
        name,
        `must start with https://, so that nobody on the way reads the token, not ${quoted(value)}`,
      );
    }
    return url ?? new URL(fallback);
  }

  /** Notes that an input is wrong: `why` follows its name. */
  problem(name: string, why: string): void {
    this.#problems.push(`${name}: ${why}`);
  }

  /** Throws one `Failure` that lists every problem, if there is any. To be called before the first request. */
  done(): void {
    const count = this.#problems.length;
    if (count === 0) return;
    throw new Failure({
      what: count === 1 ? 'An input is wrong' : `${count} problems with the inputs`,
      why:
        count === 1 ? `${this.#problems[0]}` : `\n${this.#problems.map((line) => `- ${line}`).join('\n')}\n`,
      fix: 'Nothing was sent',
    });
  }
}

/** Does it look like an id of an API? */
export function isId(value: string, prefix: string): boolean {
  return value.startsWith(prefix) && /^[\w-]{1,200}$/.test(value);
}

/** A value as it stands in a message: quoted whole, or not shown, since the runner cannot mask a part of a secret. */
function quoted(value: string): string {
  return value.length > 80 ? `a text of ${value.length} characters` : JSON.stringify(value);
}

/** `a, b or c`. */
function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function spanOf({ min, max }: { readonly min: number; readonly max?: number }): string {
  return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
