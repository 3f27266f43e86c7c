/** Who asks. */
export interface Caller {
  /** As in the address, `/as/run-1/api/...`; empty for the plain one. */
  name: string;
  /** Which connection since the start carries the request; the first is 1. */
  connection: number;
}

/** The name that a path begins with, and the path without it. */
export function callerIn(path: string): { name: string; path: string } {
  const { name, rest } = /^\/as\/(?<name>[^/]+)(?<rest>\/.*)$/.exec(path)?.groups ?? {};
  return name === undefined || rest === undefined ? { name: '', path } : { name, path: rest };
}

export function addressOf(origin: string, name: string): string {
  return name === '' ? `${origin}/api` : `${origin}/as/${name}/api`;
}
