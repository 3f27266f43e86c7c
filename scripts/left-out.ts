import { createRequire } from 'node:module';

/** A module of a library that `dist` leaves out. */
export interface LeftOut {
  /** The imported package, or file by its path in `node_modules`, without `.js`. */
  readonly module: string;
  /** The package that imports it. */
  readonly by: string;
  readonly why: string;
  /** The code in its place. */
  readonly instead: string;
}

const parser = `module.exports = require('node:fs').readFileSync(__dirname + '/llhttp.wasm');`;
const { ERROR, TYPE } = createRequire(import.meta.url)('undici/lib/llhttp/constants.js');

/**
 * The schemas of YAML that no manifest uses: manifests have the core schema of YAML 1.2, in which the tags of other
 * schemas are unknown.
 */
const otherSchemas: readonly LeftOut[] = [
  ['yaml-1.1/schema', 'export const schema = [];'],
  ['yaml-1.1/binary', 'export const binary = undefined;'],
  ['yaml-1.1/omap', 'export const omap = undefined;'],
  ['yaml-1.1/pairs', 'export const pairs = undefined;'],
  ['yaml-1.1/set', 'export const set = undefined;'],
  ['yaml-1.1/timestamp', 'export const [timestamp, intTime, floatTime] = [];'],
  ['json/schema', 'export const schema = [];'],
].map(([name = '', instead = '']) => ({
  module: `yaml/browser/dist/schema/${name}`,
  by: 'yaml',
  why: 'manifests are read with the core schema',
  instead,
}));

/**
 * The modules that `dist` leaves out. Each entry saves 10 kB or more; the three entries about forms do so together, and
 * so do the entries about YAML. `leaveOut` fails the build when an entry is no longer needed.
 */
export const leftOut: readonly LeftOut[] = [
  ...otherSchemas,
  {
    module: 'yaml/browser/dist/parse/cst-visit',
    by: 'yaml',
    why: 'it walks through tokens, which nothing does',
    instead: 'export const visit = undefined;',
  },
  {
    module: 'undici/lib/dispatcher/client-h2',
    by: 'undici',
    why: 'HTTP/2 is never asked for',
    instead: refusing('HTTP/2'),
  },
  {
    module: 'undici/lib/dispatcher/socks5-proxy-agent',
    by: 'undici',
    why: '`src/http/proxy.ts` refuses SOCKS proxies',
    instead: '',
  },
  {
    module: 'undici/lib/dispatcher/parser-h1',
    by: 'undici',
    why: 'undici has two parsers for HTTP/1, this is the experimental one',
    instead: 'exports.getMiloEnabled = () => false;',
  },
  {
    module: 'undici/lib/web/fetch/formdata',
    by: 'undici',
    why: 'no form is ever sent',
    instead: '',
  },
  {
    module: 'undici/lib/web/webidl',
    by: 'undici',
    why: 'it only serves to tell whether a body is a form',
    instead: 'exports.webidl = { is: { FormData: () => false } };',
  },
  {
    module: 'undici/lib/web/fetch/body',
    by: 'undici',
    why: 'it only serves to send forms',
    instead: `exports.extractBody = () => { throw new Error('Forms are left out of this build'); };`,
  },
  {
    module: 'undici/lib/llhttp/constants',
    by: 'undici',
    why: 'of the tables of its parser undici uses two',
    instead: `module.exports = ${JSON.stringify({ ERROR, TYPE })};`,
  },
  {
    module: 'undici/lib/llhttp/llhttp_simd-wasm',
    by: 'undici',
    why: 'it is base64 in JavaScript; its bytes are a file of their own, `llhttp.wasm`',
    instead: parser,
  },
  {
    module: 'undici/lib/llhttp/llhttp-wasm',
    by: 'undici',
    why: 'it serves processors without SIMD, and no runner works on one',
    instead: parser,
  },
];

function refusing(what: string): string {
  return `module.exports = () => { throw new Error('${what} is left out of this build'); };`;
}
