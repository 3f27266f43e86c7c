import * as v from 'valibot';
import { type HttpClient, path } from '../http/client.ts';
import { one } from '../http/json-api.ts';
import type { Kind } from '../names.ts';
import { jsonForms } from '../text.ts';
import { EnvironmentResource } from './shapes.ts';

export interface Environment {
  readonly id: string;
  /** The name; the id if the name is unknown. */
  readonly name: string;
  /** The slug, and the branch that the environment deploys; undefined if not read, or if there is none. */
  readonly slug?: string | undefined;
  readonly branch?: string | undefined;
  /** `deploying`, `running`, `hibernating` or `stopped`; undefined if unknown. */
  readonly status: string | undefined;
  /** True if the environment sleeps when it gets no requests. */
  readonly hibernates: boolean;
  /** True with push to deploy: Laravel Cloud deploys each push. */
  readonly deploysOnPush: boolean;
  /** True for a preview environment of a branch. */
  readonly isPreview: boolean;
  /** Replaces the values of environment variables with a name like a secret's: `APP_KEY`, `DB_PASSWORD`. */
  redact(text: string): string;
}

export function environmentFrom({ id, attributes }: EnvironmentResource, branch?: string): Environment {
  const { name = id, slug, status } = attributes ?? {};
  const secrets = secretsIn(attributes?.environment_variables);
  return {
    ...{ id, branch, name, slug, status },
    hibernates: attributes?.uses_hibernation === true,
    deploysOnPush: attributes?.uses_push_to_deploy === true,
    isPreview: attributes?.created_from_automation === true,
    // The values stay in this closure: nothing can write them by accident.
    redact: (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text),
  };
}

export async function readEnvironment(client: HttpClient, id: string): Promise<Environment> {
  const { data } = await client.json(
    { method: 'GET', path: path`/environments/${id}`, what: `Reading environment ${id}` },
    one(EnvironmentResource, id),
  );
  return environmentFrom(data.data);
}

/** Returns an environment of which only the id is known. */
export function environmentOf(id: string): Environment {
  return environmentFrom({ id, attributes: undefined, relationships: undefined });
}

/** Returns the reason why no background process of the environment can run now; undefined without a known reason. */
export function whyAsleep(environment: Environment): string | undefined {
  const state = sleepOf(environment);
  const end = environment.status === 'stopped' ? 'somebody starts it' : 'a request wakes it';
  return state && `${state}: nothing runs there until ${end}`;
}

/** Returns the reason of `whyAsleep` in short, for a text after a warning that explains the reason. */
export function sleepOf({ name, status }: Environment): string | undefined {
  return status === 'hibernating' || status === 'stopped'
    ? `the environment ${name} is ${status}`
    : undefined;
}

const Variable = v.object({ key: v.string(), value: v.string() });
const secretKey = /KEY|SECRET|TOKEN|PASSWORD|DSN|URL/i;
/** The fewest characters of a value to redact: shorter values occur in a log by chance. */
const shortest = 8;

/** Returns the values to redact, the longest first: a value may contain another value. */
function secretsIn(variables: readonly unknown[] = []): readonly string[] {
  const secrets = variables.flatMap((one) => {
    const variable = v.safeParse(Variable, one);
    if (!variable.success || !secretKey.test(variable.output.key)) return [];
    // A log shows each line by itself, and may leave out the white space around it.
    const lines = variable.output.value.split(/\r?\n/).map((line) => line.trim());
    return lines.filter(({ length }) => length >= shortest).flatMap((line) => [line, ...jsonForms(line)]);
  });
  return secrets.sort((a, b) => b.length - a.length);
}

export type NamedEnvironment = Pick<Environment, 'id' | 'name' | 'slug' | 'branch'>;

export const byBranch: Kind<NamedEnvironment> = { name: 'branch', of: ({ branch }) => branch };

/** The kinds of names in their order: the first kind that matches decides. */
export const environmentKinds: readonly Kind<NamedEnvironment>[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'name', of: ({ name }) => name },
  { name: 'slug', of: ({ slug }) => slug },
  byBranch,
];

/** True if the name means this environment and no other. */
export function means(name: string, { id }: NamedEnvironment, among: readonly NamedEnvironment[]): boolean {
  const kind = environmentKinds.find(({ of }) => among.some((environment) => of(environment) === name));
  const [first, second] = among.filter((environment) => kind?.of(environment) === name);
  return first?.id === id && second === undefined;
}
