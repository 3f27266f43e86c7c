import { describeRequest } from '../emulator/recorded-request.ts';
import { type Played, type Scenario, withoutIds } from './scenario.ts';

/** What is too long to be read is cut. */
const most = { lines: 60, characters: 2_500 };

/** All that can be seen of a scenario's run, and the requests that it made: the same bytes each time. */
export function transcriptOf({ action, title }: Scenario, played: Played): string {
  const { options, run } = played;
  const inputs = Object.entries(options.inputs).filter(([name]) => name !== 'token' && name !== 'api-url');
  const files = Object.entries(options.files ?? {});
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ['Inputs', inputs.map(assignment)],
    ...files.map(([name, content]) => [name, content.trim().split('\n')] as const),
    ['Requests, each with its depth', requestsOf(played)],
    ['Outputs', Object.entries(run.outputs).map(assignment)],
    [`Log, with exit code ${run.exitCode}`, logOf(played)],
    ['Summary', run.summary.trim().split('\n')],
  ];
  const stable = new StableText(played);
  const text = sections.map(([heading, lines]) => {
    const shown = shortened(lines.map((line) => stable.of(line))).join('\n');
    return `## ${heading}\n\n${heading === 'Summary' ? shown : `\`\`\`\n${shown}\n\`\`\``}\n`;
  });
  return [`# ${action === '.' ? 'root' : action}: ${title}\n`, ...text].join('\n');
}

function shortened(lines: readonly string[]): string[] {
  const left = lines.length - most.lines;
  const shown = lines.slice(0, most.lines).map((line) => {
    const rest = line.length - most.characters;
    return rest > 0 ? `${line.slice(0, most.characters)}… and ${rest} characters more` : line;
  });
  return left > 0 ? [...shown, `… and ${left} lines more`] : shown;
}

function assignment([name, value]: readonly [string, string]): string {
  return `${name}=${value}`;
}

/** Without masks and exchanges. Operations end in any order where they go side by side. */
function logOf({ run }: Played): string[] {
  const lines = run.stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !/^::(add-mask|debug)::/.test(line))
    .flatMap((line) => line.split('%0A'));
  const isDone = (line: string | undefined) =>
    /^\S.*: (created|updated|replaced|deleted) \(/.test(line ?? '');
  return lines.map((line, index) => {
    if (!isDone(line)) return line;
    const from = lines.findLastIndex((each, at) => at < index && !isDone(each)) + 1;
    const to = lines.findIndex((each, at) => at > index && !isDone(each));
    return lines.slice(from, to === -1 ? undefined : to).toSorted()[index - from] ?? line;
  });
}

/** In the order of their depth: those of one depth run side by side. How often a step looks again, which depends on the machine, does not count. */
function requestsOf({ emulator, depths }: Played): string[] {
  const requests = emulator.requests.map((request, index) => {
    const text = describeRequest(request);
    return { text, depth: depths[index] ?? 0, order: `${withoutIds(text)} ${text}` };
  });
  const sorted = requests.toSorted((a, b) => a.depth - b.depth || (a.order < b.order ? -1 : 1));
  const shown = sorted.flatMap(({ depth, text }, index) => {
    const repeats = (from: number) => [0, 1, 2].every((n) => sorted[from + n]?.text === text);
    if (!repeats(index - 2) && !repeats(index - 1) && !repeats(index)) return [{ depth, text: ` ${text}` }];
    return sorted[index - 1]?.text === text ? [] : [{ depth, text: `… ${text}, and again` }];
  });
  const numbers = [...new Set(shown.map(({ depth }) => depth))];
  return shown.map(({ depth, text }) => `${numbers.indexOf(depth) + 1}${text}`);
}

/** Text in which ids, dates and addresses are the same each time: `process-1`, in the order in which they are named. */
class StableText {
  readonly #origin: string;
  readonly #token: string;
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor({ emulator: { origin, token } }: Played) {
    this.#origin = origin;
    this.#token = token;
  }

  of(text: string): string {
    return text
      .replaceAll(this.#token, '***')
      .replaceAll(this.#origin, '')
      .replace(
        /\b(app|env|inst|process|depl|comm)-[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}\b/g,
        (id, kind: string) => this.#nameOf(id, kind),
      )
      .replace(/\b20\d\d-\d\d-\d\d[T ]\d\d(?:(?::|%3A)\d\d){1,2}(?:\.\d+)?(?:Z| UTC)?/g, '(time)');
  }

  #nameOf(id: string, kind: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    this.#names.set(id, `${kind}-${count}`);
    return `${kind}-${count}`;
  }
}
