/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a URL: `https_proxy`, `http_proxy` and `no_proxy`, in lower case before upper,
 * as curl reads them. `null`: go straight. The URL may hold credentials. Where the variable names no HTTP proxy, `fault`
 * names the variable, never its value.
 */
export function environmentProxy(url: URL, env: Environment): URL | { readonly fault: string } | null {
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const name = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`].find((variable) => (env[variable] ?? '') !== '');
  if (name === undefined || isExcepted(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return null;
  return parseProxy(env[name] ?? '') ?? { fault: name };
}

/** A proxy as written, `http://` where no scheme is; `null` where it is not the URL of an HTTP proxy. */
export function parseProxy(text: string): URL | null {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) return null;
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  return url.pathname === '/' && url.search === '' && url.hash === '' && canDecode(url) ? url : null;
}

/** The value of `Proxy-Authorization` for the credentials in a proxy's URL; `null` without any. */
export function proxyAuthorization({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}

/**
 * Whether a list as in NO_PROXY holds the host: names with all their subdomains (`.example.com` and `*.example.com`
 * alike), addresses, `*` for all, each with an optional port; separated by commas or blanks.
 */
function isExcepted(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const { name, onlyPort } = splitPort(entry);
      if (name === '' || (onlyPort !== null && onlyPort !== port)) return false;
      return name === '*' || host === name || host.endsWith(`.${name}`);
    });
}

function splitPort(entry: string): { readonly name: string; readonly onlyPort: string | null } {
  const [, bracketed, bracketPort] = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return { name: bare(`[${bracketed}]`), onlyPort: bracketPort ?? null };
  // More than one colon is an IPv6 address without brackets, which has no room for a port.
  if (entry.split(':').length > 2) return { name: bare(`[${entry}]`), onlyPort: null };
  const [name = '', onlyPort = null] = entry.split(':');
  return { name: name.replace(/^\*?\./, '').replace(/\.$/, ''), onlyPort };
}

/** A host without brackets and final dot; an IPv6 address in its one canonical form. */
function bare(host: string): string {
  const canonical = host.startsWith('[') && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
  return canonical.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function canDecode({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}
