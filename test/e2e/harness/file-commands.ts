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
