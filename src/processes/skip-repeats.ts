/** Passes a line on unless it says what the one before it said: looks that see the same are told once. */
export function skipRepeats(log: (line: string) => void): (line: string) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}
