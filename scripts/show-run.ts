import { stripVTControlCharacters, styleText } from 'node:util';
import type { StepRun } from '../test/e2e/harness/run-action.ts';
import { describeRequest, type RecordedRequest } from '../test/emulator/recorded-request.ts';

type Style = Parameters<typeof styleText>[0];

/** Styles a text, if the terminal has colours and `NO_COLOR` is not set. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export function heading(text: string): void {
  console.log(`\n${styled('bold', text)}\n`);
}

/** The words before a message in the log of a workflow, and their style, by the runner's command. */
const commands: Readonly<Record<string, readonly [style: Style, before: string]>> = {
  error: ['red', 'Error: '],
  warning: ['yellow', 'Warning: '],
  notice: ['blue', 'Notice: '],
  group: ['bold', ''],
};

/** Prints a line of a step's output as the log of a workflow shows it. */
export function showLine(line: string): void {
  const [, command, message = ''] = /^::([\w-]+)[^:]*(?:title=.*?)?::(.*)$/.exec(line) ?? [];
  const [style, before] = commands[command ?? ''] ?? [];
  const text = message.replaceAll('%0A', '\n').replaceAll('%0D', '').replaceAll('%25', '%');
  if (command === undefined) console.log(diffLine(line));
  else if (style !== undefined) console.log(styled(style, `${before}${text}`));
}

/** Returns a line of a plan in GitHub's colours for a diff. */
function diffLine(line: string): string {
  if (line.startsWith('@@ ')) return styled('magenta', line);
  if (line.startsWith('+ ')) return styled('green', line);
  if (line.startsWith('- ')) return styled('red', line);
  return line.startsWith('! ') ? styled('yellow', line) : line;
}

/** Returns a summary or a comment as lines of text, with folded parts hidden. */
export function readable(markup: string): string {
  return markup
    .replace(/<details>[\s\S]*?<\/details>/g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^```+\w*$/gm, '')
    .replace(/<\/t[hd]><t[hd][^>]*>/g, '  ')
    .replace(/<\/h3>/g, '\n\n')
    .replace(/<br>|<\/(?:tr|p|li)>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\n{3,}/g, '\n\n')
    .split('\n')
    .map((line) => diffLine(stripVTControlCharacters(line)))
    .join('\n')
    .trim();
}

/** Prints the log of a run, and its result. */
export function showAll(run: StepRun, requests: readonly RecordedRequest[]): void {
  heading('Its log');
  for (const line of run.stdout.trim().split('\n')) showLine(line);
  showResult(run, requests);
}

/** Prints the result of a run: outputs, summary and requests. */
export function showResult(run: StepRun, requests: readonly RecordedRequest[]): void {
  heading('Its outputs');
  for (const [name, value] of Object.entries(run.outputs)) console.log(`${name.padEnd(20)}${value}`);
  heading('Its summary');
  console.log(readable(run.summary));
  if (requests.length === 0) return;
  heading('The requests that it made');
  for (const request of requests) console.log(describeRequest(request));
}

/** Returns `4 requests, 1 of them a write`. */
export function countOf(requests: readonly RecordedRequest[]): string {
  const writes = requests.filter(({ method }) => method !== 'GET').length;
  const all = requests.length === 1 ? '1 request' : `${requests.length} requests`;
  return `${all}, ${writes === 0 ? 'none' : writes} of them ${writes > 1 ? 'writes' : 'a write'}`;
}
