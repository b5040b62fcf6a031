import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DatabaseUrl, parseDatabaseUrl } from '../../src/config/database-url.ts';

const none: DatabaseUrl = {
  host: null,
  port: null,
  socket: null,
  user: 'me',
  password: null,
  database: 'db',
  tlsMode: null,
};

describe('parseDatabaseUrl', () => {
  it.each<[string, 'postgres' | 'mysql', Partial<DatabaseUrl>]>([
    ['postgres://me@db.example/db', 'postgres', { host: 'db.example' }],
    ['postgresql://me:pw@db.example:6543/db', 'postgres', { host: 'db.example', port: 6543, password: 'pw' }],
    ['POSTGRESQL://me@h/db', 'postgres', { host: 'h' }],
    ['mysql://me@h/db', 'mysql', { host: 'h' }],
    ['mariadb://me:@h:3307/db', 'mysql', { host: 'h', port: 3307 }],
    ['mysql://me@[::1]:3307/db', 'mysql', { host: '::1', port: 3307 }],
    [
      'postgres://m%40e:p%40s%3Aw%2Fo%3Fr%23d%25@h/d%2Fb',
      'postgres',
      {
        host: 'h',
        user: 'm@e',
        password: 'p@s:w/o?r#d%',
        database: 'd/b',
      },
    ],
    ['postgres://me:gr%C3%BC%C3%9Fe@h/db', 'postgres', { host: 'h', password: 'grüße' }],
    ['postgres://me:grüße@h/db', 'postgres', { host: 'h', password: 'grüße' }],
    ['postgres://me:a@b@h/db', 'postgres', { host: 'h', password: 'a@b' }],
    ['postgres://me:a+b@h/db', 'postgres', { host: 'h', password: 'a+b' }],
    ['postgres://me@%2Fvar%2Frun%2Fpostgresql:5433/db', 'postgres', { socket: '/var/run/postgresql', port: 5433 }],
    ['postgres://me:pw@/db?host=/tmp', 'postgres', { socket: '/tmp', password: 'pw' }],
    ['postgres://me@/db?host=%2Ftmp&port=5433', 'postgres', { socket: '/tmp', port: 5433 }],
    ['postgres://me@/db?host=h', 'postgres', { host: 'h' }],
    ['postgres://me@:5433/db?host=/tmp', 'postgres', { socket: '/tmp', port: 5433 }],
    ['postgres://me@h/db?sslmode=require', 'postgres', { host: 'h', tlsMode: 'require' }],
    ['postgres://me@h/db?sslmode=verify-full', 'postgres', { host: 'h', tlsMode: 'verify-full' }],
    ['postgres://me@h/db?sslmode=disable', 'postgres', { host: 'h', tlsMode: 'disable' }],
    ['mysql://me@h/db?ssl-mode=VERIFY_IDENTITY', 'mysql', { host: 'h', tlsMode: 'verify-full' }],
    ['mysql://me@localhost/db?socket=/run/mysqld/mysqld.sock', 'mysql', { socket: '/run/mysqld/mysqld.sock' }],
  ])('reads %s', (text, engine, expected) => {
    expect(parseDatabaseUrl(text, engine)).toEqual({ ...none, ...expected });
  });

  it.each<[string, 'postgres' | 'mysql', string[]]>([
    ['hunter2', 'postgres', ['this is no URL']],
    ['postgres://me:hun#ter2@h/db', 'postgres', ['this is no URL']],
    ['postgres://me:hun/ter2@h/db', 'postgres', ['this is no URL']],
    ['postgres://me:12/hunter2@h/db', 'postgres', ['the user or the password holds a sign that ends it']],
    ['postgres://me:12?hunter2@h/db', 'postgres', ['the user or the password holds a sign that ends it']],
    ['postgres://me:12#hunter2@h/db', 'postgres', ['the user or the password holds a sign that ends it']],
    ['postgres://me:100%@h/db', 'postgres', ['a % stands before something that is no percent-encoding']],
    ['https://h/db', 'postgres', ['this is no URL of PostgreSQL']],
    ['jdbc:postgresql://h/db', 'postgres', ['this is no URL of PostgreSQL']],
    ['mysql://me@h/db', 'postgres', ['this is a URL of MySQL or MariaDB']],
    ['postgres://me@h/db', 'mysql', ['this is a URL of PostgreSQL']],
    ['postgres://h', 'postgres', ['the URL names no user', 'the URL names no database']],
    ['postgres:///', 'postgres', ['the URL names no user', 'the URL names no database', 'the URL names no host']],
    ['postgres://me@h/db/table', 'postgres', ['the URL goes on after the database']],
    ['postgres://me@h1,h2/db', 'postgres', ['the URL names several hosts']],
    ['postgres://me@h/db?host=h2', 'postgres', ['the URL names its host twice']],
    ['postgres://me@h/db?host=/tmp', 'postgres', ['the URL names its host twice']],
    ['postgres://me:hunter2@/db', 'postgres', ['the URL names no host']],
    [
      'postgres://me@h/db?sslmode=prefer&application_name=x&options=-c%20a',
      'postgres',
      [
        '"sslmode" must say whether the connection is encrypted and checked',
        'the URL has a parameter that is not understood: "application_name"',
        'the URL has a parameter that is not understood: "options"',
      ],
    ],
    ['mysql://me@h/db?sslmode=require', 'mysql', ['the URL has a parameter that is not understood: "sslmode"']],
    [
      'mysql://me@h/db?ssl-mode=PREFERRED&socket=x',
      'mysql',
      ['"ssl-mode" must say whether the connection is encrypted and checked', '"socket" is no absolute path'],
    ],
    ['mysql://me@h/db?hunter%202=1', 'mysql', ['the URL has a parameter that is not understood: this']],
  ])('refuses %s', (text, engine, expected) => {
    const parsed = parseDatabaseUrl(text, engine);
    const faults = 'faults' in parsed ? parsed.faults : [];
    expect(faults.map(([message]) => message)).toEqual(expected);
    expect(JSON.stringify(faults)).not.toMatch(/hunter|ter2/);
  });

  it('gives back any user, password and database that were percent-encoded', () => {
    const filled = fc.string({ unit: 'grapheme', minLength: 1 });
    // A URL reads these two as steps through its path, also where they are encoded (WHATWG URL, path state).
    const name = filled.filter((text) => text !== '.' && text !== '..');
    fc.assert(
      fc.property(filled, filled, name, (user, password, database) => {
        const [u, p, d] = [user, password, database].map(encodeURIComponent);
        expect(parseDatabaseUrl(`mysql://${u}:${p}@h/${d}`, 'mysql')).toEqual({
          ...none,
          host: 'h',
          user,
          password,
          database,
        });
      }),
    );
  });

  it('never tells a part of a password, encoded or not', () => {
    const signs = fc.array(fc.constantFrom('@', ':', '/', '?', '#', '%', '=', '&', '1', ' ', '[', ']', ','), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(signs, signs, (before, after) => {
        const text = `postgres://me:${before.join('')}hunter2${after.join('')}@h/db`;
        const parsed = parseDatabaseUrl(text, 'postgres');
        if ('faults' in parsed) expect(JSON.stringify(parsed.faults)).not.toContain('hunter2');
        else expect([parsed.host, parsed.database]).toEqual(['h', 'db']);
      }),
    );
  });
});
