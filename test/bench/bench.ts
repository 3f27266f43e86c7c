import { readdirSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../emulator/server.ts';
import { scenarios } from '../scenarios/all.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { applyScale } from './apply-scale.ts';
import { filesLoaded, measureBare, measureScenario, type Usage } from './measure.ts';

// What each use of each action costs next to a bare script that sends one POST: whole processes, run in pairs, one after
// the other, since a machine's speed drifts. Information, never a test.

// Arguments: how many pairs, and a part of the action's folder or the case (`scale`: only apply's growth).
const [, , pairsGiven = '15', only = ''] = process.argv;
const pairs = Number(pairsGiven);
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

const table: string[][] = [
  ['action', 'case', 'wall', 'wall ratio', 'CPU ratio', 'peak', 'over bare', 'requests', 'loaded'],
];
for (const scenario of scenarios.filter(({ action, title }) => `${action} ${title}`.includes(only))) {
  table.push(await row(scenario));
}
if (table.length > 1) print(table);
if (only === '' || only === 'scale') {
  console.log('\napply, as the number of declared processes and instances grows:\n');
  print(await scaleTable());
}
const bytes = readdirSync(dist).reduce((sum, name) => sum + statSync(dist + name).size, 0);
console.log(
  `\nAll of dist: ${kilobytes(bytes)} in ${readdirSync(dist).length} files. Node.js ${process.version}.`,
);

async function scaleTable(): Promise<string[][]> {
  const rows = (await applyScale()).map(({ processes, instances, create, unchanged }) => [
    String(processes),
    String(instances),
    `${create.requests} requests, ${create.wallMs.toFixed(0)} ms`,
    `${unchanged.requests} requests, ${unchanged.wallMs.toFixed(0)} ms`,
  ]);
  return [['processes', 'instances', 'all created', 'all unchanged'], ...rows];
}

async function row(scenario: Scenario): Promise<string[]> {
  const emulator = await startEmulator();
  const measured: Usage[] = [];
  const bare: Usage[] = [];
  try {
    for (let pair = -2; pair < pairs; pair++) {
      const a = await measureScenario(scenario);
      const b = await measureBare(emulator);
      // The first pairs warm up the disk's cache and the emulator.
      if (pair < 0) continue;
      measured.push(a);
      bare.push(b);
    }
  } finally {
    await emulator.close();
  }
  const ratios = (figure: (usage: Usage) => number): number[] =>
    measured.map((usage, index) => figure(usage) / figure(bare[index] ?? usage));
  const peak = median(measured.map(({ peakMiB }) => peakMiB));
  const loaded = (await filesLoaded(scenario))
    .filter((file) => file.startsWith(dist) || file.includes(`${sep}dist${sep}`))
    .reduce((sum, file) => sum + statSync(file).size, 0);
  return [
    scenario.action,
    scenario.title,
    `${median(measured.map(({ wallMs }) => wallMs)).toFixed(0)} ms`,
    `${median(ratios(({ wallMs }) => wallMs)).toFixed(2)}×`,
    `${median(ratios(({ cpuMs }) => cpuMs)).toFixed(2)}×`,
    `${peak.toFixed(1)} MiB`,
    `${(peak - median(bare.map(({ peakMiB }) => peakMiB))).toFixed(1)} MiB`,
    String(scenario.requests.length),
    kilobytes(loaded),
  ];
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function kilobytes(count: number): string {
  return `${(count / 1000).toFixed(0)} kB`;
}

function print(rows: readonly (readonly string[])[]): void {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  for (const cells of rows)
    console.log(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
