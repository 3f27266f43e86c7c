export interface WorkflowCommand {
  command: string;
  properties: Record<string, string>;
  message: string;
}

export interface ParsedOutput {
  commands: WorkflowCommand[];
  /** The lines that are not commands, unchanged. */
  log: string;
}

// For the runner, a line with any other name between the colons is plain text.
const KNOWN_COMMANDS = new Set([
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
]);

/** Splits a step's output into the commands that a runner would execute and the text that it would show. */
export function parseWorkflowOutput(output: string): ParsedOutput {
  const commands: WorkflowCommand[] = [];
  const shown: string[] = [];
  let resumeToken: string | undefined;
  for (const line of output.split(/\r?\n/)) {
    if (resumeToken !== undefined) {
      // Commands are off until the token itself appears, in the form of a command.
      if (line.trimStart().startsWith(`::${resumeToken}::`)) resumeToken = undefined;
      else shown.push(line);
      continue;
    }
    const command = parseColonCommand(line) ?? parseBracketCommand(line);
    if (command === undefined) {
      shown.push(line);
      continue;
    }
    commands.push(command);
    if (command.command === 'stop-commands') resumeToken = command.message;
  }
  return { commands, log: shown.join('\n') };
}

/** Reads a command `::name key=value,key=value::message`, at the start of a line or after white space. */
function parseColonCommand(line: string): WorkflowCommand | undefined {
  const text = line.trimStart();
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  const head = splitHead(text.slice(2, end), ',', (value) => unescapeWith(value, PROPERTY_ESCAPES));
  if (head === undefined) return undefined;
  return { ...head, message: unescapeWith(text.slice(end + 2), DATA_ESCAPES) };
}

/** Reads a command of the older form `##[name key=value;key=value]message`, anywhere in a line. */
function parseBracketCommand(line: string): WorkflowCommand | undefined {
  const start = line.indexOf('##[');
  if (start < 0) return undefined;
  const end = line.indexOf(']', start);
  if (end < 0) return undefined;
  const head = splitHead(line.slice(start + 3, end), ';', (value) => unescapeWith(value, BRACKET_ESCAPES));
  if (head === undefined) return undefined;
  return { ...head, message: unescapeWith(line.slice(end + 1), BRACKET_ESCAPES) };
}

type Escapes = readonly (readonly [pattern: RegExp, character: string])[];

// The percent sign comes last: otherwise `%250A` would become a line break.
const DATA_ESCAPES: Escapes = [
  [/%0D/gi, '\r'],
  [/%0A/gi, '\n'],
  [/%25/g, '%'],
];
const PROPERTY_ESCAPES: Escapes = [[/%3A/gi, ':'], [/%2C/gi, ','], ...DATA_ESCAPES];
const BRACKET_ESCAPES: Escapes = [[/%3B/gi, ';'], [/%5D/gi, ']'], ...DATA_ESCAPES];

function unescapeWith(text: string, escapes: Escapes): string {
  return escapes.reduce((result, [pattern, character]) => result.replace(pattern, character), text);
}

function splitHead(
  head: string,
  separator: string,
  unescapeValue: (value: string) => string,
): { command: string; properties: Record<string, string> } | undefined {
  const space = head.indexOf(' ');
  const command = (space < 0 ? head : head.slice(0, space)).toLowerCase();
  if (!KNOWN_COMMANDS.has(command)) return undefined;
  const properties: Record<string, string> = {};
  const list = space < 0 ? '' : head.slice(space + 1).trim();
  for (const pair of list.split(separator)) {
    const equals = pair.indexOf('=');
    if (equals > 0) properties[pair.slice(0, equals)] = unescapeValue(pair.slice(equals + 1));
  }
  return { command, properties };
}

/**
 * Reads a command file (`GITHUB_OUTPUT`, `GITHUB_ENV`, `GITHUB_STATE`): `name=value` lines, and `name<<delimiter`
 * blocks for values of several lines. Throws where the runner would fail the step.
 */
export function parseFileCommands(content: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = content.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      const name = line.slice(0, equals);
      if (name === '') throw new Error(`A command file has a value without a name: ${line}`);
      values[name] = line.slice(equals + 1);
      continue;
    }
    if (heredoc < 0) throw new Error(`A command file has a line that is no assignment: ${line}`);
    const name = line.slice(0, heredoc);
    const delimiter = line.slice(heredoc + 2);
    if (name === '' || delimiter === '') throw new Error(`A command file has a broken block: ${line}`);
    const end = lines.indexOf(delimiter, index + 1);
    if (end < 0) throw new Error(`A command file never ends the block of ${name} with ${delimiter}`);
    values[name] = lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return values;
}
