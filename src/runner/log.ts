import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import * as core from '@actions/core';
import { type Location, locationText } from '../failure.ts';
import { visible } from '../text.ts';
import type { Secrets } from './secrets.ts';

/** The step's log. Redacts every text, and escapes it so that text from outside never becomes a workflow command. */
export class Log {
  readonly #secrets: Secrets;
  readonly #workspace: string;
  readonly #prefix: string;

  constructor(secrets: Secrets, workspace: string, prefix = '') {
    this.#secrets = secrets;
    this.#workspace = workspace;
    this.#prefix = prefix;
  }

  /** Returns a log with a name at the start of each line, for one of several parallel parts. */
  about(name: string): Log {
    return new Log(this.#secrets, this.#workspace, `${name}: `);
  }

  info(line: string): void {
    core.info(this.#line(`${this.#prefix}${line}`));
  }

  /** Writes lines, folded under a title. */
  group(title: string, lines: readonly string[]): void {
    core.startGroup(this.#line(`${this.#prefix}${title}`));
    for (const line of lines) this.info(line);
    core.endGroup();
  }

  /** Writes a line that GitHub shows only with debug logging. */
  debug(line: string): void {
    core.debug(this.#line(`${this.#prefix}${line}`));
  }

  notice(message: string): void {
    core.notice(this.#lines(`${this.#prefix}${message}`));
  }

  /** Writes an annotation. `place`: its place in a file. */
  warning(message: string, place?: Location): void {
    core.warning(this.#lines(this.#placed(message, place)), this.#at(place));
  }

  error(message: string, title: string, place?: Location): void {
    const at = { title: this.#line(title), ...this.#at(place) };
    core.error(this.#lines(this.#placed(message, place)), at);
  }

  /** Returns the message with its place: the log does not show the annotation's place. */
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
 * Escapes text from outside for one line of the log. For the runner, `::` at the start of a line or `##[` anywhere
 * begins a command.
 */
function escapeForLog(text: string): string {
  return visible(text)
    .replaceAll('##[', '## [')
    .replace(/^(\s*):(?=:)/, '$1: ');
}

/** Escapes text as `escapeForLog` does, but keeps line breaks: the commands for annotations escape them. */
function escapeLinesForLog(text: string): string {
  return text.split('\n').map(escapeForLog).join('\n');
}

/**
 * Returns the path of a workspace file in its repository, for annotations: `actions/checkout` can put the repository
 * into a folder of the workspace.
 */
function repositoryPath(workspace: string, file: string): string {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (existsSync(join(workspace, folder, '.git'))) return relative(folder, file).replaceAll(sep, '/');
  }
  return file;
}
