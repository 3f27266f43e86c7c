import { doubtText } from '../converge/listing.ts';
import { paced } from '../converge/look.ts';
import { forgeManifest, writeForgeManifest } from '../forge/manifest.ts';
import { forge } from '../forge/service.ts';
import { type Gate, knownWords, type LastLook, waitAtGate } from '../forge/status.ts';
import { ForgeStore, type ProcessFilter } from '../forge/store.ts';
import type { ForgeTargetName } from '../forge/target.ts';
import { orNear } from '../names.ts';
import { code, html, prose } from '../runner/html.ts';
import type { Inputs } from '../runner/inputs.ts';
import type { Step } from '../runner/step.ts';
import { next } from '../runner/summary.ts';
import { processCount, quoted } from '../text.ts';
import { readConnection } from './inputs/connection.ts';
import {
  describeFilter,
  findForgeTarget,
  listMatching,
  readForgeFilter,
  readForgeTarget,
} from './inputs/forge.ts';
import { idOutputs } from './report/cloud.ts';
import { downText, forgeJson, forgeLine, forgeTable } from './report/forge.ts';
import { manifestToCopy, schemaUrl } from './report/list.ts';
import { type Session, withSession } from './session.ts';

/** Lists a Forge server's processes. As a gate, waits for the required statuses and the minimum count. */
export async function runForgeList(step: Step): Promise<void> {
  const inputs = readInputs(step);
  await withSession(step, inputs.connection, async (session) => {
    const gated = await listAtGate(session, inputs);
    report(step, inputs, gated);
    if (gated.failure !== undefined) throw gated.failure;
  });
}

type ForgeListInputs = ReturnType<typeof readInputs>;

function readInputs(step: Step) {
  const { inputs } = step;
  const target = readForgeTarget(inputs);
  const read = {
    connection: readConnection(step, forge),
    target,
    filter: readForgeFilter(inputs),
    sort: readSort(inputs),
    gate: readGate(step, target),
    /** Milliseconds to wait for the gate to open. */
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

function readGate(step: Step, { server }: ForgeTargetName): Gate {
  const statuses = readRequired(step);
  const minCount = step.inputs.integer('min-count', { min: 0, max: 10_000 }) ?? 0;
  return { statuses, minCount, count: (number) => `${processCount(number)} on server "${server}"` };
}

/** Reads `require-status`. A mistyped status is a problem, an unknown one a warning: Forge adds some. */
function readRequired({ inputs, log }: Step): readonly string[] {
  const words = inputs.words('require-status');
  for (const word of words.filter((each) => !knownWords.includes(each))) {
    const why = `Forge has no status ${quoted(word)}; it has ${knownWords.join(', ')}`;
    const advised = orNear(why, word, knownWords);
    if (advised === why) log.warning(`require-status: ${why}`);
    else inputs.problem('require-status', advised);
  }
  return words;
}

function isClosed({ statuses, minCount }: Gate): boolean {
  return statuses.length > 0 || minCount > 0;
}

async function listAtGate(
  session: Session,
  { target: name, filter, sort, gate, wait }: ForgeListInputs,
): Promise<LastLook> {
  const target = await findForgeTarget(session, name);
  session.step.doing(isClosed(gate) ? 'waiting for the required status' : 'listing the background processes');
  const store = new ForgeStore(session.within(wait).client, target);
  const list = () => listMatching(store, { ...filter, sort });
  const waiting = session.waiting(wait);
  return await waitAtGate(gate, paced(list, waiting), waiting);
}

function report(step: Step, inputs: ForgeListInputs, gated: LastLook): void {
  const { target, filter } = inputs;
  const { processes } = gated;
  const asked = describeFilter(filter, target.site);
  const leftOut = processes
    .filter(({ doubt }) => doubt !== undefined)
    .map((process) => `Left out of the manifest: ${doubtText(process)}.`);
  for (const line of leftOut) step.warn(line);
  const manifest = writeForgeManifest(
    {
      id: target.server,
      name: target.server,
      site: target.site,
      processes: processes.filter(({ doubt }) => doubt === undefined),
    },
    {
      schemaUrl: schemaUrl(step, 'forge-processes'),
      notes: [
        ...(asked === 'all' ? [] : [`Filter: ${asked}. With prune, all others would be deleted.`]),
        ...leftOut,
      ],
    },
  );
  step.output({
    'processes-json': forgeJson(processes),
    ...idOutputs(processes),
    'manifest-yaml': manifest,
  });
  const found = processCount(processes.length);
  step.log.group(`${found} on server ${target.server} (${asked})`, processes.map(forgeLine));
  showGate(step, inputs, gated, asked);
  step.summarize(manifestToCopy(manifest, forgeManifest.file));
}

/** Shows the processes in the summary, below a headline for the gate's result. */
function showGate(
  step: Step,
  { target, gate }: ForgeListInputs,
  { processes, failure }: LastLook,
  asked: string,
): void {
  const found = processCount(processes.length);
  const on = html`on server ${code(target.server)}`;
  const down = downText(processes);
  if (gate.statuses.length > 0 && processes.length === 0 && failure === undefined) {
    step.headline('drifted', html`No background process ${on} matches: the step checked nothing`);
    step.log.warning(
      'No background process matches, so require-status checked nothing. With min-count: 1 the step fails.',
    );
    step.summarize(next(html`check the filters. To fail where none matches, set <code>min-count: 1</code>.`));
  } else if (failure === undefined && isClosed(gate))
    step.headline('done', html`${found} ${on}: all as required`);
  else if (down !== undefined) step.headline('drifted', html`${found} ${on}, ${down}`);
  else step.headline(processes.length === 0 ? 'nothing' : 'done', html`${found} ${on}`);
  if (asked !== 'all') step.summarize(html`<p>Filter: ${prose(asked)}.</p>`);
  if (processes.length > 0) step.summarize(forgeTable(processes));
}
