import type { StateScript } from './state-script.ts';

export interface ForgeOrganization {
  id: string;
  slug: string;
  name: string;
}

export interface ForgeServer {
  id: string;
  organization: string;
  name: string;
  createdAt: string;
}

export interface ForgeSite {
  id: string;
  serverId: string;
  name: string;
  user: string;
  createdAt: string;
}

export interface ForgeProcess {
  id: string;
  serverId: string;
  command: string;
  user: string;
  directory: string | null;
  processes: number;
  createdAt: string;
  script: StateScript;
  /** The number of reads until the process is gone; undefined if it stays. */
  looksLeft: number | undefined;
  /** The name. A request can set it, but no response shows it. */
  name: string;
  siteId: number | null;
  startsecs: number | null;
  stopwaitsecs: number | null;
  stopsignal: string | null;
}
