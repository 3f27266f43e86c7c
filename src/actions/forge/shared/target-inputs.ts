import { type ForgeTarget, type ForgeTargetName, findTarget } from '../../../forge/target.ts';
import type { HttpClient } from '../../../http/client.ts';
import type { Inputs } from '../../../runner/inputs.ts';
import type { Step } from '../../../runner/step.ts';

/** Reads `organization`, `server` and `site`. */
export function readForgeTarget(inputs: Inputs): ForgeTargetName {
  const organization = readOrganization(inputs);
  const server = inputs.text('server');
  if (server === undefined) inputs.problem('server', 'is needed: the server’s id or its name');
  return { organization, server: server ?? '', site: inputs.text('site') };
}

/** Reads `organization`. */
export function readOrganization(inputs: Inputs): string {
  const organization = inputs.text('organization');
  if (organization === undefined)
    inputs.problem(
      'organization',
      'is needed: the organization’s slug, as in the address of its pages in Forge',
    );
  return organization ?? '';
}

/** Finds the server, and the site if there is one, and says which they are. */
export async function findForgeTarget(
  step: Step,
  client: HttpClient,
  name: ForgeTargetName,
): Promise<ForgeTarget> {
  step.doing(`looking for the server "${name.server}"`);
  const target = await findTarget(client, name);
  if (target.serverId !== name.server) step.log.info(`Server ${target.serverName} is ${target.serverId}`);
  if (name.site !== undefined && target.siteId !== name.site)
    step.log.info(`Site ${name.site} is ${target.siteId}`);
  return target;
}
