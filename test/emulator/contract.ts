import { readFileSync } from 'node:fs';
import { OpenAPIBackend } from 'openapi-backend';
import { parse } from 'yaml';
import { type Answer, asObject, asText, failure, invalid, type JsonObject, notFound } from './answer.ts';
import { fieldErrors, readBody, type Violation, violationLines } from './fields.ts';

export type ContractName = 'laravel-cloud' | 'laravel-forge';

export interface IncomingCall {
  method: string;
  path: string;
  /** The scheme, host and path, without the query. */
  url: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  rawBody: string;
}

/** A call that has a route, was admitted, and keeps the contract. */
export interface Call {
  operation: string;
  url: string;
  params: Record<string, string>;
  query: Record<string, string>;
  body: JsonObject;
}

export type Handlers = Record<string, (call: Call) => Answer>;

/** A function that may refuse a routed call before its fields are checked. */
type Admission = (operation: string) => Answer | undefined;

export type Contract = Awaited<ReturnType<typeof compileContract>>;

/** Reads a contract, with every response as `application/json`: the library validates only this type. */
function definitionOf(name: ContractName) {
  const text = readFileSync(new URL(`../contract/${name}.openapi.yaml`, import.meta.url), 'utf8');
  return parse(text.replaceAll('application/vnd.api+json', 'application/json'));
}

/**
 * The schema keywords that the real server does not enforce: it accepts fields that exclude each other (`not`, and the
 * `if` around it), and an update without fields.
 */
const OVERLOOKED = new Set(['not', 'if', 'minProperties']);

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

  const requestOf = ({ method, path, headers, query, rawBody }: IncomingCall) => {
    const body = rawBody === '' || !isJson(headers['content-type']) ? undefined : parsedOr(rawBody);
    return { method, path, headers, query, body };
  };
  const validate = (call: IncomingCall, operation: string): Violation[] => {
    const found = api.router.getOperation(operation);
    return found === undefined ? [] : (api.validateRequest(requestOf(call), found).errors ?? []);
  };
  /** Returns the parts of a call that the real server reads. */
  const asServed = (call: IncomingCall, operation: string): IncomingCall => {
    const declared = asObject(api.router.getOperation(operation));
    const names = [declared['parameters']].flat().map((parameter) => asObject(parameter)['name']);
    const query = Object.entries(call.query).filter(
      ([name]) => names.includes(name) || /^(?:include|sort|filter\[.*)$/.test(name),
    );
    const schema = asObject(asObject(asObject(declared['requestBody'])['content'])['application/json']);
    const body = requestOf(call).body;
    const rawBody = body === undefined ? call.rawBody : JSON.stringify(readBody(schema['schema'], body));
    return { ...call, query: Object.fromEntries(query), rawBody };
  };
  const operationOf = (method: string, path: string) =>
    asText(asObject(api.matchOperation({ method, path, headers: {} }))['operationId']);

  return {
    /** The names of all operations. */
    operations: api.router.getOperations().flatMap(({ operationId }) => operationId ?? []),
    /** Returns the name of the operation that a request would reach. */
    operationOf,
    handle(call: IncomingCall, handlers: Handlers, admit: Admission): Answer {
      if (!decodable(call.path)) return failure(400, 'Bad Request');
      const operation = operationOf(call.method, call.path);
      const handler = operation === undefined ? undefined : handlers[operation];
      if (operation === undefined || handler === undefined) {
        return failure(404, `The route ${call.path.slice(1)} could not be found.`);
      }
      const refusal = admit(operation);
      if (refusal !== undefined) return refusal;
      const read = asServed(call, operation);
      const violations = validate(read, operation).filter(({ keyword }) => !OVERLOOKED.has(keyword));
      // A malformed id is a 404: the server finds no model with this id.
      const lost = violations.find(({ instancePath }) => instancePath.startsWith('/path/'));
      const request = api.router.parseRequest(requestOf(read), api.router.getOperation(operation));
      const params = texts(request.params);
      if (lost !== undefined) {
        const name = lost.instancePath.slice('/path/'.length);
        return notFound(name.charAt(0).toUpperCase() + name.slice(1), params[name] ?? '');
      }
      if (violations.length > 0) return invalid(fieldErrors(violations));
      return handler({
        operation,
        url: call.url,
        params,
        query: read.query,
        body: asObject(request.requestBody),
      });
    },
    /** Returns the violations of the contract by a request. */
    checkRequest(call: IncomingCall): string[] {
      if (!decodable(call.path)) return [`${call.path} is not percent-encoded as it should be`];
      const operation = operationOf(call.method, call.path);
      if (operation === undefined) return [`${call.method} ${call.path} is not in the contract`];
      return violationLines(validate(call, operation));
    },
    /** Returns the violations of the contract by a response. */
    checkResponse(operation: string, status: number, body: unknown): string[] {
      const declared = asObject(asObject(api.router.getOperation(operation))['responses']);
      const answer = declared[String(status)];
      if (answer === undefined) return [`${operation} never answers ${status}`];
      const empty = body === undefined || body === '';
      if (asObject(answer)['content'] === undefined)
        return empty ? [] : [`${operation} has no body at ${status}`];
      return violationLines(api.validateResponse(body, operation, status).errors ?? []);
    },
  };
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/(vnd\.api\+)?json\b/i.test(contentType ?? '');
}

function decodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function texts(values: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asObject(values)).map(([name, value]) => [name, String(value)]));
}
