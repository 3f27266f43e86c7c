import { Failure } from '../failure.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface NamedProxy {
  /** `https_proxy`, spelled as it is set. */
  readonly variable: string;
  /** Without user and password. */
  readonly address: URL;
  readonly user: string;
  readonly password: string;
  /** Does the value leave out `http://`? */
  readonly lacksScheme: boolean;
  readonly noProxy: string;
}

/** Is it this machine itself? No proxy leads to it, and nobody listens on the way. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * As on runners: `https_proxy` for https, `http_proxy` for http, a missing scheme means `http://`. None for this machine
 * itself: the token would leave it, over http in clear.
 */
export function proxyFor(origin: URL, environment: Variables): NamedProxy | undefined {
  if (isLoopback(origin)) return undefined;
  const found = variableIn(environment, origin.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  if (found === undefined) return undefined;
  const { name: variable, value } = found;
  const lacksScheme = !value.includes('://');
  const text = lacksScheme ? `http://${value}` : value;
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address !== undefined && /^socks/.test(address.protocol)) {
    throw new Failure({
      what: `The environment variable ${variable}`,
      why: 'it names a SOCKS proxy, and only proxies for HTTP are supported',
      fix: 'Write the address of an HTTP proxy: http://host:port or http://user:password@host:port',
    });
  }
  // An @ behind the host is one of a password whose / or # ended the host.
  const isProxy =
    address !== undefined &&
    /^https?:$/.test(address.protocol) &&
    address.hostname !== '' &&
    !(address.pathname + address.search + address.hash).includes('@');
  if (!isProxy) {
    throw new Failure({
      what: `The environment variable ${variable}`,
      why: 'its value is not the address of a proxy',
      fix: 'Write it as http://host:port or http://user:password@host:port; in the password, write %40 for @, %2F for /, %23 for #',
    });
  }
  const [user, password] = [unescaped(address.username), unescaped(address.password)];
  Object.assign(address, { username: '', password: '' });
  const noProxy = variableIn(environment, 'no_proxy')?.value ?? '';
  return { variable, address, user, password, lacksScheme, noProxy };
}

function variableIn(
  environment: Variables,
  name: string,
): { readonly name: string; readonly value: string } | undefined {
  for (const spelled of [name, name.toUpperCase()]) {
    const value = environment[spelled];
    if (value !== undefined && value !== '') return { name: spelled, value };
  }
  return undefined;
}

/** As curl does it: what is no escape stands for itself. Each character of the result is a byte. */
function unescaped(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
