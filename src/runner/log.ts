import * as core from '@actions/core';
import { type Location, locationText } from '../failure.ts';
import { visible } from '../text.ts';
import type { Secrets } from './secrets.ts';
import { repositoryPath } from './workflow.ts';

/** The step's log. Text from outside can pass through it safely: it is redacted, and never becomes a command. */
export class Log {
  readonly #secrets: Secrets;
  readonly #workspace: string;
  readonly #prefix: string;

  constructor(secrets: Secrets, workspace: string, prefix = '') {
    this.#secrets = secrets;
    this.#workspace = workspace;
    this.#prefix = prefix;
  }

  /** The same log for one of several things that are worked on side by side: each line begins with its name. */
  about(name: string): Log {
    return new Log(this.#secrets, this.#workspace, `${name}: `);
  }

  info(line: string): void {
    core.info(this.#line(`${this.#prefix}${line}`));
  }

  /** Lines that are folded away under a title. */
  group(title: string, lines: readonly string[]): void {
    core.startGroup(this.#line(`${this.#prefix}${title}`));
    for (const line of lines) this.info(line);
    core.endGroup();
  }

  /** Shown only when the job is run again with debug logging. */
  debug(line: string): void {
    core.debug(this.#line(`${this.#prefix}${line}`));
  }

  notice(message: string): void {
    core.notice(this.#lines(`${this.#prefix}${message}`));
  }

  /** An annotation; if there is a place, at that place of the repository's file. */
  warning(message: string, place?: Location): void {
    core.warning(this.#lines(this.#placed(message, place)), this.#at(place));
  }

  error(message: string, title: string, place?: Location): void {
    const at = { title: this.#line(title), ...this.#at(place) };
    core.error(this.#lines(this.#placed(message, place)), at);
  }

  /** The log does not show places, so the message names the place, too. */
  #placed(message: string, place: Location | undefined): string {
    const text = `${this.#prefix}${message}`;
    return place === undefined ? text : `${locationText(place)}: ${text}`;
  }

  #at(place: Location | undefined): core.AnnotationProperties {
    if (place === undefined) return {};
    const file = this.#line(repositoryPath(this.#workspace, place.file));
    return { file, startLine: place.line, startColumn: place.column };
  }

  #line(text: string): string {
    return escapeForLog(this.#secrets.redact(text));
  }

  #lines(text: string): string {
    return escapeLinesForLog(this.#secrets.redact(text));
  }
}

/**
 * Text from outside as one line of log that stays text. The runner takes a line that starts with `::` and, in its
 * older form, `##[` anywhere in a line as a command.
 */
function escapeForLog(text: string): string {
  return visible(text)
    .replaceAll('##[', '## [')
    .replace(/^(\s*):(?=:)/, '$1: ');
}

/** Like `escapeForLog`, but line breaks stay: for messages whose command escapes them itself. */
function escapeLinesForLog(text: string): string {
  return text.split('\n').map(escapeForLog).join('\n');
}
