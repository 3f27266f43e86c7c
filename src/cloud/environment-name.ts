import type { Kind } from '../names.ts';

/** The names of an environment. */
export interface NamedEnvironment {
  readonly id: string;
  readonly name: string;
  readonly slug: string | null | undefined;
  readonly branch: string | null | undefined;
}

export const byBranch: Kind<NamedEnvironment> = { name: 'branch', of: ({ branch }) => branch };

/** The kinds of names in their order: the first kind that matches decides. */
export const environmentKinds: readonly Kind<NamedEnvironment>[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'name', of: ({ name }) => name },
  { name: 'slug', of: ({ slug }) => slug },
  byBranch,
];
