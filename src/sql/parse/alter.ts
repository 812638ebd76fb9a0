import type { AlterAction, ColumnChange, Ddl, DropKind } from '../ast/statement.ts';
import { parseColumnDefinition, parseOptions, skipConstraint } from './create.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './name.ts';
import { parseType } from './type.ts';

export function parseAlter(cursor: Cursor): Ddl {
  const { start } = cursor.expect('ALTER');
  const what = cursor.accept('MATERIALIZED', 'VIEW')
    ? 'MATERIALIZED VIEW'
    : cursor.acceptOneOf('TABLE', 'VIEW', 'SCHEMA');
  if (what === undefined) throw cursor.unexpected('TABLE, VIEW, MATERIALIZED VIEW or SCHEMA');
  const ifExists = cursor.accept('IF', 'EXISTS');
  const name = parseObjectName(cursor);
  const actions = cursor.list(() => parseAction(cursor));
  return { kind: 'alter', what, ifExists, name, actions, ...cursor.spanFrom(start) };
}

function parseAction(cursor: Cursor): AlterAction {
  const { start } = cursor.peek();
  const ended = () => cursor.spanFrom(start);
  if (cursor.accept('SET', 'DEFAULT', 'COLLATE'))
    return { kind: 'set_collate', collate: cursor.next().value, ...ended() };
  if (cursor.accept('SET')) return { kind: 'set_options', options: parseOptions(cursor), ...ended() };
  if (cursor.accept('RENAME', 'TO')) return { kind: 'rename', to: cursor.name(), ...ended() };
  if (cursor.accept('RENAME', 'COLUMN')) {
    const ifExists = cursor.accept('IF', 'EXISTS');
    const column = cursor.name();
    cursor.expect('TO');
    return { kind: 'rename_column', ifExists, column, to: cursor.name(), ...ended() };
  }
  if (cursor.accept('ADD', 'COLUMN')) {
    const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
    return { kind: 'add_column', ifNotExists, column: parseColumnDefinition(cursor), ...ended() };
  }
  if (cursor.accept('DROP', 'COLUMN')) {
    const ifExists = cursor.accept('IF', 'EXISTS');
    return { kind: 'drop_column', ifExists, column: cursor.name(), ...ended() };
  }
  if (cursor.accept('ALTER', 'COLUMN')) {
    const ifExists = cursor.accept('IF', 'EXISTS');
    const column = cursor.name();
    return { kind: 'alter_column', ifExists, column, change: parseColumnChange(cursor), ...ended() };
  }
  if (cursor.is('ADD') || cursor.is('DROP')) {
    skipConstraint(cursor);
    return { kind: 'constraint', text: cursor.source.text.slice(start, cursor.lastEnd), ...ended() };
  }
  throw cursor.unexpected('an ALTER action');
}

function parseColumnChange(cursor: Cursor): ColumnChange {
  if (cursor.accept('SET', 'OPTIONS')) {
    cursor.rewind(cursor.index - 1);
    return { kind: 'set_options', options: parseOptions(cursor) };
  }
  if (cursor.accept('SET', 'DATA', 'TYPE')) return { kind: 'set_type', type: parseType(cursor) };
  if (cursor.accept('SET', 'DEFAULT')) return { kind: 'set_default', value: parseExpression(cursor) };
  if (cursor.accept('DROP', 'NOT', 'NULL')) return { kind: 'drop_not_null' };
  if (cursor.accept('DROP', 'DEFAULT')) return { kind: 'drop_default' };
  throw cursor.unexpected('SET OPTIONS, SET DATA TYPE, SET DEFAULT, DROP DEFAULT or DROP NOT NULL');
}

const DROP_KINDS: readonly DropKind[] = [
  'EXTERNAL TABLE',
  'SNAPSHOT TABLE',
  'TABLE FUNCTION',
  'TABLE',
  'MATERIALIZED VIEW',
  'VIEW',
  'SCHEMA',
  'FUNCTION',
  'PROCEDURE',
  'ALL ROW ACCESS POLICIES',
  'ROW ACCESS POLICY',
  'SEARCH INDEX',
  'VECTOR INDEX',
];

export function parseDrop(cursor: Cursor): Ddl {
  const { start } = cursor.expect('DROP');
  const what = DROP_KINDS.find((kind) => cursor.accept(...kind.split(' ')));
  if (what === undefined) throw cursor.unexpected('the kind of object to drop');
  if (what === 'ALL ROW ACCESS POLICIES') {
    cursor.expect('ON');
    const on = parseObjectName(cursor);
    return { kind: 'drop', what, ifExists: false, name: [], on, cascade: false, ...cursor.spanFrom(start) };
  }
  const ifExists = cursor.accept('IF', 'EXISTS');
  const name = parseObjectName(cursor);
  const on = cursor.accept('ON') ? parseObjectName(cursor) : undefined;
  const cascade = cursor.acceptOneOf('CASCADE', 'RESTRICT') === 'CASCADE';
  return {
    kind: 'drop',
    what,
    ifExists,
    name,
    ...(on === undefined ? {} : { on }),
    cascade,
    ...cursor.spanFrom(start),
  };
}

export function parseUndrop(cursor: Cursor): Ddl {
  const { start } = cursor.expect('UNDROP', 'SCHEMA');
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS');
  return { kind: 'undrop_schema', name: parseObjectName(cursor), ifNotExists, ...cursor.spanFrom(start) };
}

/** GRANT `roles/bigquery.dataViewer` ON TABLE t TO 'user:x'. */
export function parseGrant(cursor: Cursor): Ddl {
  const { start, key } = cursor.next();
  const roles = cursor.list(() => cursor.name('role'));
  cursor.expect('ON');
  const external = cursor.accept('EXTERNAL') ? 'EXTERNAL ' : '';
  const what = external + cursor.name('SCHEMA, TABLE or VIEW').name.toUpperCase();
  const on = parseObjectName(cursor);
  cursor.expect(key === 'GRANT' ? 'TO' : 'FROM');
  const grantees = cursor.list(() => parseExpression(cursor));
  return { kind: key === 'GRANT' ? 'grant' : 'revoke', roles, what, on, grantees, ...cursor.spanFrom(start) };
}
