/** A version of [semantic versioning](https://semver.org), without pre-releases. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The kinds of version steps, the smallest first. */
const steps = ['patch', 'minor', 'major'] as const;
export type Step = (typeof steps)[number];

/** The public interface for workflows: the inputs and outputs of each action, by folder. */
export type Interface = Readonly<Record<string, ActionInterface>>;
export interface ActionInterface {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface Change {
  readonly step: Step;
  /** The change in words: `list: the input type is gone`. */
  readonly what: string;
}

export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text) ?? [];
  return major === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

export function textOf({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}

export function byAge(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** Returns the newest entry of a changelog: the version in its heading, and the notes below. */
export function newestEntry(changelog: string): { readonly version: Version; readonly notes: string } {
  const [, heading = '', notes = ''] = /^## (.*)\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changelog) ?? [];
  const version = parseVersion(heading.trim());
  if (version === undefined)
    throw new Error(
      `CHANGELOG.md: the first entry must be headed by a version, such as 1.2.3, not "${heading}"`,
    );
  if (notes.trim() === '') throw new Error(`CHANGELOG.md: ${textOf(version)} says nothing`);
  return { version, notes: notes.trim() };
}

/**
 * Returns the step from the released versions to the next one. Throws if `next` is not the next version of its major
 * line.
 */
export function stepTo(next: Version, released: readonly Version[]): Step {
  const sorted = released.toSorted(byAge);
  const line = sorted.findLast(({ major }) => major === next.major);
  const newest = sorted.at(-1);
  const allowed: readonly (readonly [Step, Version])[] =
    line === undefined
      ? [['major', { major: newest === undefined ? 1 : newest.major + 1, minor: 0, patch: 0 }]]
      : [
          ['patch', { ...line, patch: line.patch + 1 }],
          ['minor', { ...line, minor: line.minor + 1, patch: 0 }],
        ];
  const found = allowed.find(([, version]) => byAge(version, next) === 0);
  if (found === undefined) {
    const after = line ?? newest;
    throw new Error(
      `${textOf(next)} is not the next version${after === undefined ? '' : ` after ${textOf(after)}`}: ` +
        `that is ${allowed.map(([, version]) => textOf(version)).join(' or ')}`,
    );
  }
  return found[0];
}

/** Returns the changes for workflows that use the actions. */
export function changesOf(before: Interface, after: Interface): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((folder): Change[] => {
    const [was, is] = [before[folder], after[folder]];
    const name = folder === '' ? 'the root action' : folder;
    if (is === undefined) return [{ step: 'major', what: `${name} is gone` }];
    if (was === undefined) return [{ step: 'minor', what: `${name} is new` }];
    const changes = [
      ...onlyIn(was.inputs, is.inputs, (input) => ({ step: 'major', what: `the input ${input} is gone` })),
      ...inputChanges(was, is),
      ...onlyIn(was.outputs, is.outputs, (output) => ({
        step: 'major',
        what: `the output ${output} is gone`,
      })),
      ...onlyIn(is.outputs, was.outputs, (output) => ({
        step: 'minor',
        what: `the output ${output} is new`,
      })),
    ];
    return changes.map(({ step, what }) => ({ step, what: `${name}: ${what}` }));
  });
}

/** Returns the changes that a step does not allow. */
export function tooMuchFor(step: Step, changes: readonly Change[]): Change[] {
  return changes.filter((change) => steps.indexOf(change.step) > steps.indexOf(step));
}

/** Returns a change for each key that only the first object has. */
function onlyIn(one: object, other: object, change: (name: string) => Change): Change[] {
  return Object.keys(one).flatMap((name) => (name in other ? [] : [change(name)]));
}

function inputChanges({ inputs: was }: ActionInterface, { inputs: is }: ActionInterface): Change[] {
  return Object.entries(is).flatMap(([name, input]): Change[] => {
    const old = was[name];
    if (input.required === true && old?.required !== true)
      return [{ step: 'major', what: `the input ${name} must be given now` }];
    if (old === undefined) return [{ step: 'minor', what: `the input ${name} is new` }];
    return old.default === input.default
      ? []
      : [{ step: 'major', what: `the input ${name} has another default` }];
  });
}
