import { type PacedWait, Pacer } from '../../src/converge/look.ts';
import { Cancelled } from '../../src/failure.ts';
import { Deadline } from '../../src/time.ts';
import { json, type Reply, scriptedClient } from '../support/test-client.ts';

export interface Organization {
  readonly applications?: readonly { readonly id: string; readonly attributes: object }[];
  /** By the application's id. An environment appears at `from`, in milliseconds. */
  readonly environments?: Readonly<Record<string, readonly FakeEnvironment[]>>;
  /** In the order of the requests, before anything else is answered. */
  readonly replies?: readonly Reply[];
}

export interface FakeEnvironment {
  readonly id: string;
  readonly name?: string | undefined;
  readonly slug?: string | null;
  readonly branch?: string;
  readonly isPreview?: boolean;
  /** From when on it is listed, and its instances are, in milliseconds. */
  readonly from?: number;
  readonly instancesFrom?: number;
  /** `[id, name, type]`, each as Laravel Cloud reports it, if it does; undefined where it answers 404. */
  readonly instances?: readonly (readonly [string, string?, string?])[] | undefined;
}

/** An organization in Laravel Cloud that is looked at on a virtual clock; each answer takes 100 ms. */
export function openOrganization(
  { applications = [], environments = {}, replies = [] }: Organization,
  wait = 0,
) {
  const { client, clock, transport, cancelled } = scriptedClient([], { deadline: 3_600_000 });
  const script = [...replies];
  transport.answer = async ({ url }) => {
    await clock.sleep(100);
    const reply = script.shift();
    if (reply !== undefined) return reply;
    const [, list, id = '', part] = /^\/api\/(\w+)(?:\/([^/]+)\/(\w+))?$/.exec(url.pathname) ?? [];
    if (list === 'applications' && part === undefined) return json(200, { data: applications });
    const there = Object.values(environments)
      .flat()
      .filter(({ from = 0 }) => from <= clock.now());
    if (list === 'applications') {
      const own = (environments[id] ?? []).filter((one) => there.includes(one));
      const included = own.flatMap(({ branch }) => (branch === undefined ? [] : [branchOf(branch)]));
      return json(200, { data: own.map(resourceOf), included });
    }
    const environment = there.find((one) => one.id === id);
    if (environment === undefined || ('instances' in environment && environment.instances === undefined))
      return json(404, { message: 'Not found.' });
    const { instances = [], instancesFrom = 0 } = environment;
    const shown = instancesFrom <= clock.now() ? instances : [];
    const data = shown.map(([key, name, type]) => ({
      id: key,
      type: 'instances',
      attributes: { name, type },
    }));
    const asksForIt = url.searchParams.get('include')?.includes('environment');
    return json(200, { data, included: asksForIt ? [resourceOf(environment)] : [] });
  };
  const lines: string[] = [];
  const found: string[] = [];
  const waiting: PacedWait = {
    ...{ clock, random: () => 1, cancelled: cancelled.signal },
    deadline: new Deadline(clock, wait),
    pacer: new Pacer(client),
    log: (line) => lines.push(line),
  };
  return {
    client,
    clock,
    transport,
    waiting,
    lines,
    found,
    onFound: (id: string) => found.push(id),
    cancel: () => cancelled.abort(new Cancelled({ what: 'The step', why: 'was cancelled' })),
  };
}

function resourceOf({ id, name, slug, branch, isPreview }: FakeEnvironment) {
  const relationships = { branch: { data: branch === undefined ? null : { id: `branch-of-${branch}` } } };
  return {
    id,
    type: 'environments',
    attributes: { name, slug, created_from_automation: isPreview },
    ...(branch === '' ? {} : { relationships }),
  };
}

function branchOf(name: string) {
  return { id: `branch-of-${name}`, type: 'branches', attributes: { name } };
}
