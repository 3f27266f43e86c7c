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
  for (const line of output.split(/\r?\n/)) {
    const command = parseCommand(line);
    if (command === undefined) shown.push(line);
    else commands.push(command);
  }
  return { commands, log: shown.join('\n') };
}

/** Reads a command `::name key=value,key=value::message`, at the start of a line or after white space. */
function parseCommand(line: string): WorkflowCommand | undefined {
  const [, name = '', list = '', message = ''] = /^\s*::([\w-]+)(?: (.*?))?::(.*)$/s.exec(line) ?? [];
  const command = name.toLowerCase();
  if (!KNOWN_COMMANDS.has(command)) return undefined;
  const pairs = [...list.matchAll(/([^=,]+)=([^,]*)/g)].map(([, key = '', value = '']) => [
    key.trim(),
    unescapeWith(value, PROPERTY_ESCAPES),
  ]);
  return { command, properties: Object.fromEntries(pairs), message: unescapeWith(message, DATA_ESCAPES) };
}

type Escapes = readonly (readonly [pattern: RegExp, character: string])[];

// The percent sign comes last: otherwise `%250A` would become a line break.
const DATA_ESCAPES: Escapes = [
  [/%0D/gi, '\r'],
  [/%0A/gi, '\n'],
  [/%25/g, '%'],
];
const PROPERTY_ESCAPES: Escapes = [[/%3A/gi, ':'], [/%2C/gi, ','], ...DATA_ESCAPES];

function unescapeWith(text: string, escapes: Escapes): string {
  return escapes.reduce((result, [pattern, character]) => result.replace(pattern, character), text);
}

/**
 * Reads a command file (`GITHUB_OUTPUT`, `GITHUB_ENV`, `GITHUB_STATE`) of `name<<delimiter` blocks, the only form that an
 * action writes. Throws where the runner would fail the step.
 */
export function parseFileCommands(content: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = content.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const [, name = '', delimiter = ''] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    const end = lines.indexOf(delimiter, index + 1);
    if (name === '' || end < 0) throw new Error(`A command file has a broken block: ${line}`);
    values[name] = lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return values;
}
