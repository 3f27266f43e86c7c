/** One field of a request or a response in an OpenAPI document. */
export interface Field {
  /** JSON types, without `null`. */
  readonly types: ReadonlySet<string>;
  /** The enumerated values. */
  readonly values: ReadonlySet<string> | undefined;
  /** True if the field may contain fields that the document does not list. */
  readonly isOpen: boolean;
  readonly isRequired: boolean;
}

export type Json = Readonly<Record<string, unknown>>;

export function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the object that a reference points to in the same document; any other object itself. */
export function resolved(document: Json, value: unknown): Json {
  const { $ref: reference, ...own } = asJson(value);
  if (typeof reference !== 'string') return own;
  const steps = reference.replace(/^#\//, '').split('/');
  const target = steps.reduce<unknown>((node, step) => asJson(node)[step.replaceAll('~1', '/')], document);
  return { ...resolved(document, target), ...own };
}

/** The largest depth, deeper than any field in use: a document may refer to itself. */
const deepest = 12;

/** Returns all fields of a schema by path, such as `data.attributes.config.queue`; `[]` means the items of a list. */
export function fieldsOf(document: Json, root: unknown): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  const collect = (value: unknown, path: string, isRequired: boolean, above: readonly string[]): void => {
    const reference = String(asJson(value)['$ref'] ?? '');
    if (above.length > deepest || (reference !== '' && above.includes(reference))) return;
    const schema = resolved(document, value);
    const inside = [...above, reference];
    const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((kind) => asList(schema[kind]));
    const properties = Object.entries(asJson(schema['properties']));
    const { types = [], values, isOpen = true, isRequired: wasRequired = false } = fields.get(path) ?? {};
    const ownTypes = [schema['type']].flat().filter((type) => typeof type === 'string' && type !== 'null');
    const listed = 'const' in schema ? [schema['const']] : asList(schema['enum']);
    const ownValues = listed.filter((one) => one !== null).map(String);
    fields.set(path, {
      types: new Set([...types, ...ownTypes.map(String)]),
      values: ownValues.length === 0 ? values : new Set([...(values ?? []), ...ownValues]),
      isOpen: properties.length === 0 && parts.length === 0 && isOpen,
      isRequired: isRequired || wasRequired,
    });
    for (const part of parts) collect(part, path, isRequired, inside);
    if ('items' in schema) collect(schema['items'], `${path}[]`, false, inside);
    const required = asList(schema['required']);
    for (const [name, property] of properties)
      collect(property, path === '' ? name : `${path}.${name}`, required.includes(name), inside);
  };
  collect(root, '', false, []);
  return fields;
}
