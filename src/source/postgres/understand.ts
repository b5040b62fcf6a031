import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery, WindowColumn } from '../source.ts';
import { asSubquery, bindQuery } from './bound-query.ts';
import type { Description, Session } from './session.ts';
import { bindWindow, type WindowBinding } from './window-binding.ts';

/** A description of something that returns rows. */
export type Understood = Description & { readonly fields: NonNullable<Description['fields']> };

/**
 * What a stream's query takes and gives, as the server understands it; nothing runs. Throws `input.invalid` for what is
 * not one reading query, and the driver's own error for what the server refuses.
 */
export async function understand(session: Session, stream: StreamQuery): Promise<Understood> {
  const query = bindQuery(stream).text();
  const { fields, parameters } = await session.describe(query);
  if (fields !== null && (await isSubquery(session, query))) return { fields, parameters };
  throw new MigrationError('input.invalid', `The query of stream ${stream.stream} is not one that only reads`, {
    next: 'Write one SELECT, or WITH … SELECT.',
  });
}

/** INSERT … RETURNING, SHOW and EXPLAIN return rows too, but are no part of a SELECT. */
async function isSubquery(session: Session, query: string): Promise<boolean> {
  try {
    await session.describe(asSubquery(query));
    return true;
  } catch (error) {
    if (session.isLost()) throw error;
    return false;
  }
}

/** A windowed stream's query, fitted to what the server understands; throws as `understand` and `bindWindow` do. */
export async function bindRange(session: Session, stream: StreamQuery, window: WindowColumn): Promise<WindowBinding> {
  const understood = await understand(session, stream);
  const ids = [...new Set([...understood.fields.map(({ dataTypeID }) => dataTypeID), ...understood.parameters])];
  const types = await session.query('SELECT id, format_type(id, NULL) FROM unnest($1::oid[]) AS id', [
    `{${ids.join(',')}}`,
  ]);
  const names = new Map(types.map(([id, name]) => [Number(id), name]));
  return bindWindow(stream, window, bindQuery(stream), understood, (id) => names.get(id) ?? `type ${id}`);
}
