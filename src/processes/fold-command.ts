/** White space runs folded, ends trimmed: two commands that a shell reads the same way. */
export function foldCommand(command: string): string {
  return command.trim().replace(/\s+/g, ' ');
}

