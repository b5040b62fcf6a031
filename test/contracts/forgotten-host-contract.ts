import { expect, it } from 'vitest';
import type { Source } from '../../src/source/source.ts';
import type { ServerOptions } from '../../src/source/watch-silence.ts';
import { lendHostName } from '../support/lent-host-name.ts';

/** What every database server must do whose host is called by name; `open` reaches it by that name. */
export function forgottenHostContract(open: (host: string, options?: ServerOptions) => Promise<Source>): void {
  it('takes a host name that is forgotten for a server that is away, once it was there', async () => {
    const host = 'legacy.test';
    const name = lendHostName(host);
    try {
      const source = await open(host);
      name.forget();
      await expect(source.snapshot(async () => {})).rejects.toMatchObject({ code: 'source.unreachable' });
      await expect(open(host)).rejects.toMatchObject({ code: 'input.not-found' });
      await expect(open(host, { wasOpen: true })).rejects.toMatchObject({ code: 'source.unreachable' });
      await source.close();
    } finally {
      name.giveBack();
    }
  });
}
