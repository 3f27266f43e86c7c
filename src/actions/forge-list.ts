import { unreadableText } from '../converge/listing.ts';
import { type Gate, type Gated, waitAtGate } from '../forge/gate.ts';
import { forgeManifest, writeForgeManifest } from '../forge/manifest.ts';
import { forge } from '../forge/service.ts';
import { knownWords } from '../forge/status.ts';
import { ForgeProcessStore, type ProcessFilter } from '../forge/store.ts';
import type { ForgeTargetName } from '../forge/target.ts';
import type { HttpClient } from '../http/client.ts';
import { orNear } from '../names.ts';
import { code, html } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { headline } from '../runner/summary.ts';
import { quoted } from '../text.ts';
import { waitingFor } from '../time.ts';
import { type Connection, readConnection, withClient, workDeadline } from './inputs/connection.ts';
import {
  describeFilter,
  type ForgeFilter,
  findForgeTarget,
  readForgeFilter,
  readForgeTarget,
  withCommand,
} from './inputs/forge.ts';
import { counted, forgeJson, forgeLine, forgeTable, idsJson } from './report/forge-table.ts';
import { manifestToCopy, schemaUrl } from './report/list.ts';

interface ForgeListInputs {
  readonly connection: Connection;
  readonly target: ForgeTargetName;
  readonly filter: ForgeFilter;
  readonly sort: ProcessFilter['sort'];
  readonly gate: Gate;
  /** Milliseconds to wait for the gate to open. */
  readonly wait: number;
}

/** Lists a Forge server's processes, and holds the workflow up until they are as required. */
export async function runForgeList(step: Step): Promise<void> {
  const inputs = readInputs(step);
  await withClient(step, inputs.connection, async (client) => {
    const gated = await listAtGate(step, client, inputs);
    report(step, inputs, gated);
    if (gated.failure !== undefined) throw gated.failure;
  });
}

function readInputs(step: Step): ForgeListInputs {
  const { inputs } = step;
  const read = {
    connection: readConnection(step, forge),
    target: readForgeTarget(inputs),
    filter: readForgeFilter(inputs),
    sort: readSort(inputs),
    gate: readGate(step),
    wait: inputs.seconds('wait-timeout', { min: 0, max: 86_400 }, 0),
  };
  if (read.wait > 0 && !isClosed(read.gate))
    inputs.problem(
      'wait-timeout',
      'has no effect without require-status or min-count: there is nothing to wait for',
    );
  inputs.done();
  return read;
}

function readSort(inputs: Inputs): ProcessFilter['sort'] {
  return inputs.text('sort') === undefined ? undefined : inputs.choice('sort', ['user', '-user'], 'user');
}

function readGate(step: Step): Gate {
  const statuses = readStatuses(step);
  const minCount = step.inputs.integer('min-count', { min: 0, max: 10_000 }) ?? 0;
  return { statuses, minCount, demand: `require-status is ${statuses.join(', ')}` };
}

/** Any word passes, since Forge adds new ones; one that it is not known to use is pointed out. */
function readStatuses({ inputs, log }: Step): string[] {
  const text = inputs.text('require-status');
  if (text === undefined) return [];
  const words = text.split(',').map((word) => word.trim().toLowerCase());
  if (words.some((word) => word === ''))
    inputs.problem(
      'require-status',
      'must be words separated by commas, such as running, or running, installed',
    );
  for (const word of words.filter((each) => each !== '' && !knownWords.includes(each))) {
    const why = `require-status: Forge is not known to say ${quoted(word)}; it says ${knownWords.join(', ')}`;
    log.warning(orNear(why, word, knownWords));
  }
  return words;
}

/** Does it demand anything? */
function isClosed({ statuses, minCount }: Gate): boolean {
  return statuses.length > 0 || minCount > 0;
}

async function listAtGate(
  step: Step,
  client: HttpClient,
  { connection, target: name, filter, sort, gate, wait }: ForgeListInputs,
): Promise<Gated> {
  const target = await findForgeTarget(step, client, name);
  step.doing(isClosed(gate) ? 'waiting at the gate' : 'listing the background processes');
  const store = new ForgeProcessStore(client.within(workDeadline(step, connection, wait)), target);
  const { user, directory } = filter;
  return await waitAtGate(
    gate,
    async () => {
      return withCommand(await store.list({ user, siteId: target.siteId, directory, sort }), filter);
    },
    { ...waitingFor(step, wait), log: (line) => step.log.info(line) },
  );
}

function report(
  step: Step,
  { target, filter, gate }: ForgeListInputs,
  { processes, unreadable, failure }: Gated,
): void {
  const asked = describeFilter(filter, target.site);
  const leftOut = unreadable.map((one) => `Left out: ${unreadableText(one)}.`);
  for (const line of leftOut) step.log.warning(line);
  const manifest = writeForgeManifest(
    { id: target.server, name: target.server, site: target.site, processes },
    {
      schemaUrl: schemaUrl(step, 'forge-processes'),
      notes: [
        ...(asked === 'all' ? [] : [`Only those with ${asked}: with prune, the others would go.`]),
        ...leftOut,
      ],
    },
  );
  step.output({
    'processes-json': forgeJson(processes),
    'ids-json': idsJson(processes),
    count: String(processes.length),
    'manifest-yaml': manifest,
  });
  const found = counted(processes.length);
  step.log.group(`${found} on server ${target.server} (${asked})`, processes.map(forgeLine));
  const opened = isClosed(gate) && failure === undefined ? html`: all as required` : html``;
  const mark = failure !== undefined ? 'drifted' : processes.length === 0 ? 'nothing' : 'done';
  const filtered = asked === 'all' ? html`` : html`<p>Only those with ${code(asked)}.</p>`;
  step.summarize(html`${headline(mark, html`${found} on ${code(target.server)}${opened}`)}${filtered}`);
  if (processes.length > 0) step.summarize(forgeTable(processes));
  step.summarize(manifestToCopy(manifest, forgeManifest.file));
  if (gate.statuses.length > 0 && processes.length === 0 && failure === undefined)
    step.log.warning(
      'No background process matches, so require-status holds for none. With min-count: 1 the step would fail.',
    );
}
