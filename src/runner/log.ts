import * as core from '@actions/core';
import type { Place } from '../failure.ts';
import { escapeForLog, escapeLinesForLog } from './escape-for-log.ts';
import type { Secrets } from './secrets.ts';

/** The step's log. Text from outside can pass through it safely: it is redacted, and never becomes a command. */
export class Log {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** One line. */
  info(line: string): void {
    core.info(this.#line(line));
  }

  /** Lines that are folded away under a title. */
  group(title: string, lines: readonly string[]): void {
    core.startGroup(this.#line(title));
    for (const line of lines) this.info(line);
    core.endGroup();
  }

  /** Shown only when the job is run again with debug logging. */
  debug(line: string): void {
    core.debug(this.#line(line));
  }

  notice(message: string): void {
    core.notice(this.#lines(message));
  }

  warning(message: string): void {
    core.warning(this.#lines(message));
  }

  /** An annotation with a title, and, if there is a place, at that place of the repository's file. */
  error(message: string, title: string, place?: Place): void {
    const at =
      place === undefined
        ? {}
        : { file: this.#line(place.file), startLine: place.line, startColumn: place.column };
    core.error(this.#lines(message), { title: this.#line(title), ...at });
  }

  #line(text: string): string {
    return escapeForLog(this.#secrets.redact(text));
  }

  #lines(text: string): string {
    return escapeLinesForLog(this.#secrets.redact(text));
  }
}
