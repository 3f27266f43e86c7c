import { asJson, asList, type Field, fieldsOf, type Json, resolved } from './fields.ts';

/** Returns the differences of a live document from the contract of the tests, as sorted lines. */
export function differences(contract: Json, live: Json): string[] {
  const calls = callsOf(live);
  const found = [...callsOf(contract)].flatMap(([call, ours]) => {
    const theirs = calls.get(call);
    const lines =
      theirs === undefined ? ['is not in the document'] : differencesOfCall(contract, ours, live, theirs);
    return lines.map((line) => `${call}: ${line}`);
  });
  return [...new Set(found)].sort();
}

/** Returns the calls of a document by method and path, without the names of path parameters. */
function callsOf(document: Json): ReadonlyMap<string, Json> {
  const calls = new Map<string, Json>();
  for (const [path, item] of Object.entries(asJson(document['paths']))) {
    const { parameters, ...methods } = asJson(item);
    for (const [method, operation] of Object.entries(methods)) {
      const all = [...asList(parameters), ...asList(asJson(operation)['parameters'])];
      calls.set(`${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, '{}')}`, {
        ...asJson(operation),
        parameters: all,
      });
    }
  }
  return calls;
}

function differencesOfCall(contract: Json, ours: Json, live: Json, theirs: Json): string[] {
  const sent = fieldsOf(contract, bodyOf(contract, ours['requestBody']));
  const taken = fieldsOf(live, bodyOf(live, theirs['requestBody']));
  return [
    ...differencesOfQuery(contract, ours, live, theirs),
    ...differencesOfFields('request', sent, taken),
    ...[...taken].flatMap(([path, { isRequired }]) =>
      isRequired && sent.get(path)?.isRequired !== true ? [`request: ${named(path)} is required`] : [],
    ),
    ...Object.entries(successes(ours)).flatMap(([status, answer]) => {
      const answered = successes(theirs)[status];
      if (answered === undefined) return [`answer: there is no ${status}`];
      const expected = fieldsOf(contract, bodyOf(contract, answer));
      return differencesOfFields('answer', expected, fieldsOf(live, bodyOf(live, answered)));
    }),
  ];
}

function differencesOfQuery(contract: Json, ours: Json, live: Json, theirs: Json): string[] {
  const taken = queryOf(live, theirs);
  return [...queryOf(contract, ours)].flatMap(([name, schema]) => {
    const other = taken.get(name);
    return other === undefined
      ? [`query: ${named(name)} is not in the document`]
      : differencesOfFields(`query: ${named(name)}`, textIn(contract, schema), textIn(live, other));
  });
}

/** Returns the fields of a query parameter without types, since a URL has only text: only enumerated values count. */
function textIn(document: Json, schema: unknown): ReadonlyMap<string, Field> {
  const fields = [...fieldsOf(document, schema).values()];
  const values = new Set(fields.flatMap((field) => [...(field.values ?? [])]));
  const text = { types: new Set<string>(), isOpen: true, isRequired: false };
  return new Map([['', { ...text, values: values.size === 0 ? undefined : values }]]);
}

function queryOf(document: Json, operation: Json): ReadonlyMap<string, unknown> {
  const parameters = asList(operation['parameters']).map((parameter) => resolved(document, parameter));
  return new Map(
    parameters.flatMap(({ in: place, name, schema }) =>
      place === 'query' ? [[String(name), schema] as const] : [],
    ),
  );
}

function differencesOfFields(
  where: string,
  ours: ReadonlyMap<string, Field>,
  theirs: ReadonlyMap<string, Field>,
): string[] {
  return [...ours].flatMap(([path, field]) => {
    const other = theirs.get(path);
    if (other !== undefined)
      return differencesOfField(path === '' ? where : `${where}: ${path}`, field, other);
    return isUnderOpen(path, theirs) ? [] : [`${where}: ${named(path)} is not in the document`];
  });
}

function differencesOfField(field: string, ours: Field, theirs: Field): string[] {
  const gone = [...(ours.values ?? [])].filter((value) => theirs.values?.has(value) === false);
  const added = [...(theirs.values ?? [])].filter((value) => ours.values?.has(value) === false);
  const kinds = (types: ReadonlySet<string>): string[] =>
    [...types].map((type) => type.replace('integer', 'number'));
  const isOtherType =
    ours.types.size > 0 &&
    theirs.types.size > 0 &&
    !kinds(ours.types).some((type) => kinds(theirs.types).includes(type));
  return [
    ...gone.map((value) => `${field} has no value ${JSON.stringify(value)}`),
    ...added.map((value) => `${field} also has the value ${JSON.stringify(value)}`),
    ...(isOtherType
      ? [`${field} is ${[...theirs.types].sort().join(' or ')}, not ${[...ours.types].sort().join(' or ')}`]
      : []),
  ];
}

/** True if the document does not list the content of a field above, or of the whole body. */
function isUnderOpen(path: string, fields: ReadonlyMap<string, Field>): boolean {
  for (let above = path; above !== ''; ) {
    above = above.replace(/(\[\]|\.?[^.[\]]+)$/, '');
    const field = fields.get(above);
    if (field !== undefined) return field.isOpen;
  }
  return true;
}

function successes(operation: Json): Json {
  const answers = Object.entries(asJson(operation['responses']));
  return Object.fromEntries(answers.filter(([status]) => status.startsWith('2')));
}

/** Returns the schema of the body of a request or a response. */
function bodyOf(document: Json, value: unknown): unknown {
  const [content] = Object.values(asJson(resolved(document, value)['content']));
  return asJson(content)['schema'];
}

function named(path: string): string {
  return path === '' ? 'the body' : path;
}
