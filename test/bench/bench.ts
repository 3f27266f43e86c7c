import { readdirSync, statSync } from 'node:fs';
import { fail, readArguments, wholeNumber } from '../../scripts/arguments.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { makeCertificate } from '../support/certificate.ts';
import { type BenchCase, cases } from './cases.ts';
import { measureAction, measureBare, type Setting, type Usage } from './measure.ts';

// What the actions cost next to a bare script that makes the least calls: whole processes, run in pairs, one after the
// other, since a machine's speed drifts. Over http and https, to a server next door and to one 80 ms away: on a real way
// it is round trips and connections that a job waits for. Information, never a test.

const { positionals } = readArguments({
  usage: 'npm run bench -- [pairs] [case] [root]',
  help: `Measures the actions against a script that makes the least calls, in pairs of runs, 7 unless you say how many.
case: a part of a case's title, such as create. root: the folder of other actions.`,
  unnamed: [0, 3],
});
const [pairsGiven = '7', only = '', root = REPOSITORY_ROOT] = positionals;
const pairs = wholeNumber(pairsGiven, 'a number of pairs', 1);
if (!cases.some(({ title }) => title.includes(only)))
  fail(`No case has "${only}" in its title. The cases are ${cases.map(({ title }) => title).join(', ')}`);

using certificate = makeCertificate();
const settings: readonly (Setting & { readonly title: string })[] = [
  { title: 'http, 0 ms', certificate: undefined, roundTrip: 0 },
  { title: 'http, 80 ms', certificate: undefined, roundTrip: 80 },
  { title: 'https, 0 ms', certificate, roundTrip: 0 },
  { title: 'https, 80 ms', certificate, roundTrip: 80 },
];

const head = [
  'case',
  'way',
  'wall',
  'bare',
  'ratio',
  'CPU ratio',
  'connections',
  'requests',
  'depth',
  'peak',
];
const table: string[][] = [head];
for (const benchCase of cases.filter(({ title }) => title.includes(only))) {
  for (const setting of settings)
    table.push([benchCase.title, setting.title, ...(await row(benchCase, setting))]);
}
print(table);
const dist = `${root}/dist/`;
const bytes = readdirSync(dist).reduce((sum, name) => sum + statSync(dist + name).size, 0);
console.log(
  `\nAll of dist: ${(bytes / 1000).toFixed(0)} kB in ${readdirSync(dist).length} files. Node.js ${process.version}.`,
);

async function row(benchCase: BenchCase, setting: Setting): Promise<string[]> {
  const measured: Usage[] = [];
  const bare: Usage[] = [];
  for (let pair = -1; pair < pairs; pair++) {
    const a = await measureAction(benchCase, setting, root);
    const b = await measureBare(benchCase, setting);
    // The first pair warms up the disk's cache.
    if (pair < 0) continue;
    measured.push(a);
    bare.push(b);
  }
  const middle = (figure: (usage: Usage) => number, of = measured): number => median(of.map(figure));
  const ratio = (figure: (usage: Usage) => number): string =>
    median(measured.map((usage, index) => figure(usage) / figure(bare[index] ?? usage))).toFixed(2);
  const beside = (figure: (usage: Usage) => number): string => `${middle(figure)} (${middle(figure, bare)})`;
  return [
    `${middle(({ wallMs }) => wallMs).toFixed(0)} ms`,
    `${middle(({ wallMs }) => wallMs, bare).toFixed(0)} ms`,
    ratio(({ wallMs }) => wallMs),
    ratio(({ cpuMs }) => cpuMs),
    beside(({ connections }) => connections),
    beside(({ requests }) => requests),
    setting.roundTrip === 0 ? '' : beside(({ depth }) => depth),
    `${middle(({ peakMiB }) => peakMiB).toFixed(0)} MiB`,
  ];
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function print(rows: readonly (readonly string[])[]): void {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  for (const cells of rows)
    console.log(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
