import dns from 'node:dns';

/** A host name that stands for this machine until it is forgotten. */
export interface LentHostName {
  /** From here on nobody knows the name. */
  forget(): void;
  giveBack(): void;
}

/** Lets `name` be found by every connection of this process that is made by name. */
export function lendHostName(name: string): LentHostName {
  const { lookup } = dns;
  let isKnown = true;
  const lent = (host: string, options: dns.LookupOptions, done: (...answer: unknown[]) => void): void => {
    if (host !== name) lookup(host, options, done);
    else if (!isKnown)
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', errno: -3008 }));
    else if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
    else done(null, '127.0.0.1', 4);
  };
  dns.lookup = lent as typeof lookup;
  return {
    forget: () => {
      isKnown = false;
    },
    giveBack: () => {
      dns.lookup = lookup;
    },
  };
}
