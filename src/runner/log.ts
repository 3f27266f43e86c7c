import * as core from '@actions/core';
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
    core.info(escapeForLog(this.#secrets.redact(line)));
  }

  /** Lines that are folded away under a title. */
  group(title: string, lines: readonly string[]): void {
    core.startGroup(escapeForLog(this.#secrets.redact(title)));
    for (const line of lines) this.info(line);
    core.endGroup();
  }

  /** Shown only when the job is run again with debug logging. */
  debug(line: string): void {
    core.debug(escapeForLog(this.#secrets.redact(line)));
  }

  notice(message: string): void {
    core.notice(escapeLinesForLog(this.#secrets.redact(message)));
  }

  warning(message: string): void {
    core.warning(escapeLinesForLog(this.#secrets.redact(message)));
  }

  error(message: string): void {
    core.error(escapeLinesForLog(this.#secrets.redact(message)));
  }
}
