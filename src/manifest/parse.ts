import { type Place, placeText } from '../failure.ts';
import { nearest } from '../names/did-you-mean.ts';
import { readFields } from './fields.ts';
import type { Declared, DeclaredPlace, ManifestKind, ParsedManifest } from './manifest.ts';
import { quoted, type Value } from './value.ts';
import { YamlFile } from './yaml-file.ts';

/** More than any environment runs, and far fewer than aliases could make of a small file. */
const maxProcesses = 5_000;

/** Reads a manifest, with every mistake in it. */
export function parseManifest<S>(text: string, file: string, kind: ManifestKind<S>): ParsedManifest<S> {
  if (!looksLikeManifest(text, kind)) {
    const message = `this is not a manifest: it has no ${kind.root}, each with a list of processes`;
    return { places: [], mistakes: [{ place: { file, line: 1, column: 1 }, message }] };
  }
  const yaml = new YamlFile(text, file);
  const places = yaml.root === undefined ? [] : parsePlaces(yaml, yaml.root, kind);
  return { places, mistakes: yaml.mistakes };
}

/** Is there a key that could be meant as the manifest's own? A file that has none may hold secrets: it is not quoted. */
function looksLikeManifest(text: string, { root }: ManifestKind<unknown>): boolean {
  const keys = text.matchAll(/(?:^|[{,])[ \t"']{0,20}([\w-]{1,40})["']?[ \t]{0,20}:/gm);
  return [...keys].some(([, key = '']) => nearest(key, [root]).length > 0);
}

function parsePlaces<S>(yaml: YamlFile, root: Value, kind: ManifestKind<S>): readonly DeclaredPlace<S>[] {
  const fields = readFields(root, 'a manifest', [kind.root]);
  const named = fields?.get(kind.root);
  const entries = named?.entries();
  if (named === undefined) {
    fields?.missing(kind.root, `is missing; it names ${kind.root}, each with a list of processes`);
  } else if (entries === undefined || entries.length === 0) {
    named.wrong(`must name at least one ${kind.onePlace}, each with a list of processes`);
  }
  let room = maxProcesses;
  return (entries ?? []).map((entry) => {
    const place = parsePlace(yaml, entry, kind, room);
    room -= place.processes.length;
    return place;
  });
}

function parsePlace<S>(yaml: YamlFile, entry: Value, kind: ManifestKind<S>, room: number): DeclaredPlace<S> {
  const items = entry.items();
  if (items === undefined) {
    entry.wrong(`must be a list of processes, not ${quoted(entry.plain)}; write [] for none`);
  } else if (items.length > room) {
    entry.wrongKey(`a manifest may declare ${maxProcesses} processes at most`);
  }
  const processes = parseProcesses(yaml, (items ?? []).slice(0, room), kind);
  return { name: entry.name, place: entry.place, processes };
}

function parseProcesses<S>(
  yaml: YamlFile,
  items: readonly Value[],
  kind: ManifestKind<S>,
): readonly Declared<S>[] {
  const places = new Map<string, Place>();
  /** Says where something was declared before; the first time, it is remembered. */
  const before = (key: string, item: Value): string | undefined => {
    const place = places.get(key);
    if (place === undefined) places.set(key, item.place);
    return place && placeText(place);
  };
  return items.flatMap((item) => {
    const mistakes = yaml.mistakeCount;
    const fields = readFields(item, 'a process', kind.keys);
    const spec = fields && kind.read(fields);
    if (spec === undefined || yaml.mistakeCount > mistakes) return [];
    const twin = before(kind.keyOf(spec), item);
    if (twin !== undefined) {
      item.wrong(`the ${kind.describe(spec)} is declared already, at ${twin}; raise its processes instead`);
      return [];
    }
    const name = kind.nameOf(spec);
    const namesake = name === undefined ? undefined : before(`name ${name}`, item);
    if (namesake !== undefined)
      fields?.get('name')?.wrong(`the process at ${namesake} has this name already`);
    return [{ spec, place: item.place }];
  });
}
