import { isOf } from '../../forge/compare.ts';
import type { ForgeProcess } from '../../forge/shapes.ts';
import { type ForgeDeclaration, ProcessDeclaration, usualUser } from '../../forge/spec.ts';
import type { ForgeStore, ProcessFilter } from '../../forge/store.ts';
import { type ForgeTarget, type ForgeTargetName, findTarget } from '../../forge/target.ts';
import { lineProblem } from '../../manifest/schema.ts';
import type { Inputs } from '../../runner/inputs.ts';
import type { Session } from '../session.ts';
import { plainInputs, readBySchema } from './process.ts';

/** Reads `organization`, `server` and `site`. */
export function readForgeTarget(inputs: Inputs): ForgeTargetName {
  const organization = readOrganization(inputs);
  const server = inputs.text('server');
  if (server === undefined) inputs.problem('server', 'is needed: the server’s id or its name');
  return { organization, server: server ?? '', site: inputs.text('site') };
}

export function readOrganization(inputs: Inputs): string {
  const organization = inputs.text('organization');
  if (organization === undefined)
    inputs.problem(
      'organization',
      'is needed: the organization’s slug, as in the address of its pages in Forge',
    );
  return organization ?? '';
}

/** Finds the server and the site, and logs their ids. */
export async function findForgeTarget(
  { step, client }: Session,
  name: ForgeTargetName,
): Promise<ForgeTarget> {
  step.doing(`looking for the server "${name.server}"`);
  const target = await findTarget(client, name);
  if (target.server.id !== name.server) step.log.info(`Server ${target.server.name} is ${target.server.id}`);
  if (name.site !== undefined && target.siteId !== name.site)
    step.log.info(`Site ${name.site} is ${target.siteId}`);
  return target;
}

/** A filter for processes, besides the site. Forge cannot filter by a part of the command. */
export type ForgeFilter = ReturnType<typeof readForgeFilter>;

export function readForgeFilter(inputs: Inputs) {
  return {
    user: inputs.text('user'),
    directory: inputs.text('directory'),
    command: inputs.text('command'),
  };
}

/**
 * Lists the processes that match, and those whose command is unknown. The filters of Forge may match parts of a user or
 * directory.
 */
export async function listMatching(
  store: ForgeStore,
  { command, ...filter }: ForgeFilter & Pick<ProcessFilter, 'sort'>,
): Promise<readonly ForgeProcess[]> {
  const processes = (await store.listAll(filter)).filter((process) => isOf(filter, process));
  if (command === undefined) return processes;
  const part = foldBlanks(command);
  return processes.filter((process) => process.command === '' || foldBlanks(process.command).includes(part));
}

/** Folds each run of blanks and tabs, also in quotation marks: a part of a command may have only one of the two. */
function foldBlanks(text: string): string {
  return text.replace(/[ \t]+/g, ' ');
}

/** Describes a filter: `user forge, command contains "horizon"`. */
export function describeFilter(filter: ForgeFilter, site: string | undefined): string {
  const parts = [
    site === undefined ? [] : [`site ${site}`],
    filter.user === undefined ? [] : [`user ${filter.user}`],
    filter.directory === undefined ? [] : [`directory ${filter.directory}`],
    filter.command === undefined ? [] : [`command contains ${JSON.stringify(filter.command)}`],
  ].flat();
  return parts.length === 0 ? 'all' : parts.join(', ');
}

/** Reads `process-id`. `others`: the values of inputs that have no effect together with `process-id`. */
export function readProcessId(
  inputs: Inputs,
  others: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const id = inputs.text('process-id');
  if (id === undefined) return undefined;
  if (!/^\d{1,15}$/.test(id)) inputs.problem('process-id', "must be the process's id in Forge (a number)");
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined)
      inputs.problem(name, 'has no effect together with process-id; set one or the other');
  }
  return id;
}

const declarationKeys = {
  name: 'text',
  command: 'text',
  user: 'text',
  directory: 'text',
  site: 'text',
  processes: 'integer',
  startsecs: 'integer',
  stopwaitsecs: 'integer',
  stopsignal: 'text',
} as const;

export function readForgeDeclaration(inputs: Inputs): ForgeDeclaration {
  const declared = readBySchema(inputs, ProcessDeclaration, plainInputs(inputs, declarationKeys));
  // After a noted problem the step ends before it uses this value.
  return declared ?? { command: '', user: usualUser };
}

export function readLine(inputs: Inputs, name: string): string | undefined {
  const text = inputs.line(name);
  const problem = text === undefined ? undefined : lineProblem(text);
  if (problem !== undefined) inputs.problem(name, problem);
  return text;
}
