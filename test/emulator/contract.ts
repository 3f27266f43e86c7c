import { readFileSync } from 'node:fs';
import { OpenAPIBackend, type ValidationResult } from 'openapi-backend';
import { parse } from 'yaml';
import { type Answer, asObject, asText, failure, type JsonObject } from './answer.ts';

export type ContractName = 'laravel-cloud' | 'laravel-forge';

export interface IncomingCall {
  method: string;
  /** The path as sent, with `/api` in front and without the query. */
  path: string;
  /** The scheme, host and path, without the query. */
  url: string;
  query: Record<string, string>;
  /** The headers, with names in lower case. */
  headers: Record<string, string>;
  /** The parsed JSON; undefined for any other body. */
  body: unknown;
}

/** A call that has a route, and was admitted. */
export interface Call {
  operation: string;
  url: string;
  params: Record<string, string>;
  query: Record<string, string>;
  body: JsonObject;
}

export type Handlers = Record<string, (call: Call) => Answer>;

/** A function that may refuse a routed call. */
type Admission = (operation: string) => Answer | undefined;

export type Contract = Awaited<ReturnType<typeof compileContract>>;

/** Reads a contract, with every response as `application/json`: the library validates only this type. */
function definitionOf(name: ContractName) {
  const text = readFileSync(new URL(`../contract/${name}.openapi.yaml`, import.meta.url), 'utf8');
  return parse(text.replaceAll('application/vnd.api+json', 'application/json'));
}

const loaded = new Map<ContractName, Promise<Contract>>();

/** Loads a contract, once for each test process: a contract has no state, and compiling its schemas is slow. */
export function loadContract(name: ContractName): Promise<Contract> {
  const contract = loaded.get(name) ?? compileContract(name);
  loaded.set(name, contract);
  return contract;
}

async function compileContract(name: ContractName) {
  const api = new OpenAPIBackend({
    definition: definitionOf(name),
    apiRoot: '/api',
    strict: true,
    // The library validates documents only against OpenAPI 3.0, and these are 3.1.
    quick: true,
    ajvOpts: { strict: false, allErrors: true },
    customizeAjv: (ajv) => ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
  });
  await api.init();
  const operationOf = (method: string, path: string) =>
    asText(asObject(api.matchOperation({ method, path, headers: {} }))['operationId']);

  return {
    /** The names of all operations. */
    operations: api.router.getOperations().flatMap(({ operationId }) => operationId ?? []),
    /** Returns the name of the operation that a request would reach. */
    operationOf,
    /** Responds to a request, also to one that violates the contract. */
    handle(call: IncomingCall, handlers: Handlers, admit: Admission): Answer {
      const operation = operationOf(call.method, call.path);
      const handler = operation === undefined ? undefined : handlers[operation];
      if (operation === undefined || handler === undefined) {
        return failure(404, `The route ${call.path.slice(1)} could not be found.`);
      }
      const refusal = admit(operation);
      if (refusal !== undefined) return refusal;
      const { params } = api.router.parseRequest(call, api.router.getOperation(operation));
      return handler({ ...call, operation, params: texts(params), body: asObject(call.body) });
    },
    /** Returns the violations of the contract by a request. */
    checkRequest(call: IncomingCall): string[] {
      const operation = operationOf(call.method, call.path);
      if (operation === undefined) return [`${call.method} ${call.path} is not in the contract`];
      return violationsIn(api.validateRequest(call, operation));
    },
    /** Returns the violations of the contract by a response. */
    checkResponse(operation: string, status: number, body: unknown): string[] {
      const declared = asObject(asObject(api.router.getOperation(operation))['responses']);
      const answer = declared[String(status)];
      if (answer === undefined) return [`${operation} never answers ${status}`];
      const empty = body === undefined || body === '';
      if (asObject(answer)['content'] === undefined)
        return empty ? [] : [`${operation} has no body at ${status}`];
      return violationsIn(api.validateResponse(body, operation, status));
    },
  };
}

function violationsIn({ errors }: ValidationResult): string[] {
  return (errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

function texts(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
