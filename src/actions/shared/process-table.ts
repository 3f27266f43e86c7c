import type { ExistingProcess } from '../../processes/existing.ts';
import { setOptions } from '../../processes/intended.ts';
import { code, type Html } from '../../runner/html.ts';
import { table } from '../../runner/summary.ts';

/** Processes as a table of the summary. */
export function processRows(processes: readonly ExistingProcess[]): Html {
  return table(
    ['Process', 'Type', 'Processes', 'Command', 'Config', 'Created'],
    processes.map((process) => [
      code(process.id),
      code(process.type),
      code(process.processes),
      code(process.command ?? ''),
      code(JSON.stringify(setOptions(process.config))),
      code(process.createdAt ?? 'unknown'),
    ]),
  );
}
