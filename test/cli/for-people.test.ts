import { describe, expect, it } from 'vitest';
import { forPeople } from '../../src/cli/for-people.ts';

const people = forPeople({ program: 'npx bdia-migrate', cwd: '/home/ana/jobs', file: 'shop/migration.yaml' });

describe('what the library says, as it can be typed', () => {
  it.each([
    ['bdia-migrate run /home/ana/jobs/shop/migration.yaml', 'npx bdia-migrate run shop/migration.yaml'],
    [
      'bring the newest ledger back, or run `settle --adopt` to take over',
      'bring the newest ledger back, or run npx bdia-migrate settle shop/migration.yaml --adopt to take over',
    ],
    [
      'mended there, `settle --not-uploaded acme_0/000003-0001` lets it go',
      'mended there, npx bdia-migrate settle shop/migration.yaml --not-uploaded acme_0/000003-0001 lets it go',
    ],
    [
      'mend it and go on with `run --accept-change`, which builds',
      'mend it and go on with npx bdia-migrate run shop/migration.yaml --accept-change, which builds',
    ],
    ['then decide with `settle`', 'then decide with npx bdia-migrate settle shop/migration.yaml'],
    [
      'see which rows with `status`; they cannot',
      'see which rows with npx bdia-migrate status shop/migration.yaml; they cannot',
    ],
    [
      'Wait for it or stop it; `status` shows how far it is.',
      'Wait for it or stop it; npx bdia-migrate status shop/migration.yaml shows how far it is.',
    ],
    ['npx bdia-migrate run shop/migration.yaml', 'npx bdia-migrate run shop/migration.yaml'],
    ['declare it in `slices`', 'declare it in `slices`'],
  ])('%s', (said, typed) => {
    expect(people.text(said)).toBe(typed);
  });

  it('leaves a command as it is where no file was named', () => {
    expect(forPeople({ program: 'bdia-migrate', cwd: '/home/ana' }).text('see `status`')).toBe('see `status`');
  });
});
