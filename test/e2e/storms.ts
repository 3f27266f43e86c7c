import type { CloudOptions } from '../emulator/cloud-records.ts';

/** How many requests a minute a run may send for what it waits for. An organization has 120, for its people and deployments, too. */
const whileWaiting = 30;

/** A run that waits for what goes wrong. */
export interface Storm {
  readonly action: string;
  readonly title: string;
  /** How many pages a list of the processes has. */
  readonly pages: number;
  readonly creates: number;
  /** How many creates are answered by a connection that is cut. */
  readonly lost: number;
  readonly cloud: Partial<CloudOptions>;
  /** How many run side by side. */
  readonly jobs: number;
  /** The requests for the work itself, and for one reading at the beginning and one at the end, of each job. */
  readonly needed: number;
}

/** The most requests that it may send in any minute. */
export function allowed({ jobs, needed }: Storm): number {
  return jobs * (needed + whileWaiting);
}

const usual = { pages: 1, creates: 1, lost: 0, cloud: {}, jobs: 1 };
const lists = (seconds: number) => ({ listLag: seconds * 1000 });

export const rootStorms: readonly Storm[] = [
  { title: 'lists show changes after 20 s', cloud: lists(20), pages: 1, lost: 0 },
  { title: 'lists show changes after 20 s', cloud: lists(20), pages: 5, lost: 0 },
  { title: 'one lost response', pages: 1, lost: 1 },
  { title: 'one lost response', pages: 5, lost: 1 },
  { title: 'one lost response', pages: 30, lost: 1 },
  { title: 'three lost responses', pages: 5, lost: 3 },
].map((each) => ({ ...usual, ...each, action: '.', needed: 4 * each.pages + each.lost + 1 }));

export const applyStorms: readonly Storm[] = [
  { title: '10 creates, lists show changes after 20 s', cloud: lists(20), pages: 1, creates: 10, lost: 0 },
  { title: '10 creates, lists show changes after 20 s', cloud: lists(20), pages: 5, creates: 10, lost: 0 },
  { title: '100 creates, lists show changes after 5 s', cloud: lists(5), pages: 1, creates: 100, lost: 0 },
  { title: '10 creates, four lost responses', pages: 1, creates: 10, lost: 4 },
  { title: '10 creates, four lost responses', pages: 5, creates: 10, lost: 4 },
].map((each) => ({
  ...usual,
  ...each,
  action: 'apply',
  needed: 4 + 4 * each.pages + each.creates + each.lost,
}));

export const dozenJobs: Storm = {
  ...usual,
  action: '.',
  title: '12 jobs together change and deploy one environment',
  jobs: 12,
  needed: 6,
};

/** The last look of a wait does not wait for its turn. */
export const forgeApplyStorms: readonly Storm[] = [1, 5].map((pages) => ({
  ...usual,
  action: 'forge/apply',
  title: '10 creates, lists show changes after 5 s',
  pages,
  creates: 10,
  needed: 2 + 3 * (pages + 1) + 10,
}));

/** A look reads all servers, or all pages of a server. */
export const serversStorm: Storm = {
  ...usual,
  action: 'forge/apply',
  title: 'one create on each of 8 servers, which takes long to start',
  creates: 8,
  needed: 1 + 8 + 8 + 3 * 8,
};

export const stableStorm: Storm = {
  ...usual,
  action: 'forge/apply',
  title: '`stable-for`',
  pages: 10,
  needed: 1 + 3 * 10,
};

export const gateStorm: Storm = {
  ...usual,
  action: 'forge/list',
  title: '`require-status`, a process that takes long to start',
  pages: 10,
  needed: 2 * 10,
};

export const restartStorm: Storm = {
  ...usual,
  action: 'forge/restart',
  title: '20 processes that are installing',
  needed: 2 + 20,
};

export const pagesRestartStorm: Storm = {
  ...usual,
  action: 'forge/restart',
  title: '140 processes that take long to start',
  pages: 5,
  needed: 3 * 5 + 140,
};

export const storms: readonly Storm[] = [
  ...rootStorms,
  ...applyStorms,
  dozenJobs,
  ...forgeApplyStorms,
  serversStorm,
  stableStorm,
  gateStorm,
  restartStorm,
  pagesRestartStorm,
];
