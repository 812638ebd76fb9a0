import type { Fault } from '../../base/fault.ts';
import type { Name } from '../ast/expression.ts';
import type { DataMovement, Scripting, Statement } from '../ast/statement.ts';
import { parseAlter, parseDrop, parseGrant, parseUndrop } from './alter.ts';
import { parseArgument } from './call.ts';
import {
  parseColumnDefinitions,
  parseCreate,
  parseLayout,
  parseOptionList,
  parseOptions,
  parsePartitionColumns,
} from './create.ts';
import type { Cursor } from './cursor.ts';
import { parseDelete, parseInsert, parseMerge, parseTruncate, parseUpdate } from './dml.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './name.ts';
import { parseQuery, startsQuery } from './query.ts';
import { parseType } from './type.ts';

/** The whole script. A statement with a fault is left out, and parsing goes on behind its semicolon. */
export function parseScriptStatements(cursor: Cursor): { statements: Statement[]; faults: Fault[] } {
  const statements: Statement[] = [];
  const faults: Fault[] = [];
  while (cursor.peek().kind !== 'end') {
    if (cursor.accept(';')) continue;
    try {
      statements.push(parseStatement(cursor));
      if (cursor.peek().kind !== 'end' && !cursor.is(';')) throw cursor.unexpected('end of statement');
    } catch (error) {
      faults.push(cursor.faultOf(error));
      while (cursor.peek().kind !== 'end' && !cursor.accept(';')) cursor.next();
    }
  }
  return { statements, faults };
}

/** Statements, each ended by a semicolon, up to one of the closing words. */
export function parseStatementList(cursor: Cursor, closing: readonly string[]): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    if (cursor.accept(';')) continue;
    if (cursor.peek().kind === 'end' || closing.some((word) => cursor.is(word))) return statements;
    statements.push(parseStatement(cursor));
    cursor.expect(';');
  }
}

type Rule = (cursor: Cursor) => Statement;

const RULES: Readonly<Record<string, Rule>> = {
  CREATE: parseCreate,
  ALTER: parseAlter,
  DROP: parseDrop,
  UNDROP: parseUndrop,
  GRANT: parseGrant,
  REVOKE: parseGrant,
  INSERT: parseInsert,
  UPDATE: parseUpdate,
  DELETE: parseDelete,
  MERGE: parseMerge,
  TRUNCATE: parseTruncate,
  EXPORT: parseExport,
  LOAD: parseLoad,
  DECLARE: parseDeclare,
  SET: parseSet,
  IF: parseIf,
  CASE: parseCaseStatement,
  LOOP: parseLoop,
  WHILE: parseWhile,
  REPEAT: parseRepeat,
  FOR: parseFor,
  BEGIN: parseBegin,
  BREAK: parseLeave,
  LEAVE: parseLeave,
  CONTINUE: parseLeave,
  ITERATE: parseLeave,
  RAISE: parseRaise,
  RETURN: (cursor) => ({ kind: 'return', ...placed(cursor.next()) }),
  CALL: parseCallStatement,
  EXECUTE: parseExecuteImmediate,
  COMMIT: parseTransactionEnd,
  ROLLBACK: parseTransactionEnd,
  ASSERT: parseAssert,
};

function placed({ start, end }: { start: number; end: number }) {
  return { start, end };
}

export function parseStatement(cursor: Cursor): Statement {
  if (startsQuery(cursor)) {
    const query = parseQuery(cursor);
    return { kind: 'query', query, start: query.start, end: query.end };
  }
  const token = cursor.peek();
  if (token.kind === 'word') {
    const rule = RULES[token.key];
    if (rule !== undefined) return rule(cursor);
    if (cursor.peek(1).key === ':') return parseLabelled(cursor);
  }
  throw cursor.unexpected();
}

function parseExport(cursor: Cursor): DataMovement {
  const { start } = cursor.expect('EXPORT', 'DATA');
  if (cursor.accept('WITH', 'CONNECTION')) parseObjectName(cursor);
  const options = parseOptions(cursor);
  cursor.expect('AS');
  return { kind: 'export_data', options, query: parseQuery(cursor), ...cursor.spanFrom(start) };
}

function parseLoad(cursor: Cursor): DataMovement {
  const { start } = cursor.expect('LOAD', 'DATA');
  const overwrite = cursor.acceptOneOf('INTO', 'OVERWRITE') === 'OVERWRITE';
  const target = parseObjectName(cursor);
  const columns = cursor.is('(') ? parseColumnDefinitions(cursor) : undefined;
  const layout = parseLayout(cursor);
  cursor.expect('FROM', 'FILES');
  const files = parseOptionList(cursor);
  const partitionColumns = parsePartitionColumns(cursor);
  return {
    kind: 'load_data',
    overwrite,
    target,
    ...(columns === undefined ? {} : { columns }),
    ...layout,
    files,
    ...(partitionColumns === undefined ? {} : { partitionColumns }),
    ...cursor.spanFrom(start),
  };
}

function parseDeclare(cursor: Cursor): Scripting {
  const { start } = cursor.expect('DECLARE');
  const names = cursor.list(() => cursor.name('variable name'));
  const type = cursor.is('DEFAULT') ? undefined : parseType(cursor);
  const value = cursor.accept('DEFAULT') ? parseExpression(cursor) : undefined;
  return {
    kind: 'declare',
    names,
    ...(type === undefined ? {} : { type }),
    ...(value === undefined ? {} : { default: value }),
    ...cursor.spanFrom(start),
  };
}

function parseSet(cursor: Cursor): Scripting {
  const { start } = cursor.expect('SET');
  const target = () => {
    const token = cursor.peek();
    if (token.kind !== 'system') return { kind: 'variable' as const, name: cursor.name('variable name') };
    cursor.next();
    return { kind: 'system' as const, name: token.value };
  };
  const list = cursor.is('(');
  const targets = list ? cursor.parenthesised(target) : [target()];
  cursor.expect('=');
  return { kind: 'set', targets, list, value: parseExpression(cursor), ...cursor.spanFrom(start) };
}

function parseIf(cursor: Cursor): Scripting {
  const { start } = cursor.expect('IF');
  const branches = [];
  do {
    const condition = parseExpression(cursor);
    cursor.expect('THEN');
    branches.push({ condition, body: parseStatementList(cursor, ['ELSEIF', 'ELSE', 'END']) });
  } while (cursor.accept('ELSEIF'));
  const otherwise = cursor.accept('ELSE') ? parseStatementList(cursor, ['END']) : undefined;
  cursor.expect('END', 'IF');
  return { kind: 'if', branches, ...(otherwise === undefined ? {} : { otherwise }), ...cursor.spanFrom(start) };
}

function parseCaseStatement(cursor: Cursor): Scripting {
  const { start } = cursor.expect('CASE');
  const operand = cursor.is('WHEN') ? undefined : parseExpression(cursor);
  const branches = [];
  while (cursor.accept('WHEN')) {
    const when = parseExpression(cursor);
    cursor.expect('THEN');
    branches.push({ when, body: parseStatementList(cursor, ['WHEN', 'ELSE', 'END']) });
  }
  const otherwise = cursor.accept('ELSE') ? parseStatementList(cursor, ['END']) : undefined;
  cursor.expect('END', 'CASE');
  return {
    kind: 'case_statement',
    ...(operand === undefined ? {} : { operand }),
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
    ...cursor.spanFrom(start),
  };
}

function parseLoop(cursor: Cursor): Scripting {
  const { start } = cursor.expect('LOOP');
  const body = parseStatementList(cursor, ['END']);
  cursor.expect('END', 'LOOP');
  return { kind: 'loop', body, ...cursor.spanFrom(start) };
}

function parseWhile(cursor: Cursor): Scripting {
  const { start } = cursor.expect('WHILE');
  const condition = parseExpression(cursor);
  cursor.expect('DO');
  const body = parseStatementList(cursor, ['END']);
  cursor.expect('END', 'WHILE');
  return { kind: 'while', condition, body, ...cursor.spanFrom(start) };
}

function parseRepeat(cursor: Cursor): Scripting {
  const { start } = cursor.expect('REPEAT');
  const body = parseStatementList(cursor, ['UNTIL']);
  cursor.expect('UNTIL');
  const until = parseExpression(cursor);
  cursor.expect('END', 'REPEAT');
  return { kind: 'repeat', body, until, ...cursor.spanFrom(start) };
}

function parseFor(cursor: Cursor): Scripting {
  const { start } = cursor.expect('FOR');
  const variable = cursor.name('variable name');
  cursor.expect('IN', '(');
  const query = parseQuery(cursor);
  cursor.expect(')', 'DO');
  const body = parseStatementList(cursor, ['END']);
  cursor.expect('END', 'FOR');
  return { kind: 'for', variable, query, body, ...cursor.spanFrom(start) };
}

function parseBegin(cursor: Cursor): Scripting {
  const { start } = cursor.expect('BEGIN');
  if (cursor.accept('TRANSACTION') || cursor.is(';') || cursor.peek().kind === 'end') {
    return { kind: 'begin_transaction', ...cursor.spanFrom(start) };
  }
  const body = parseStatementList(cursor, ['EXCEPTION', 'END']);
  const handler = cursor.accept('EXCEPTION', 'WHEN', 'ERROR', 'THEN') ? parseStatementList(cursor, ['END']) : undefined;
  cursor.expect('END');
  return { kind: 'block', body, ...(handler === undefined ? {} : { handler }), ...cursor.spanFrom(start) };
}

/** `label: BEGIN ... END label`; the label may be repeated at the end. */
function parseLabelled(cursor: Cursor): Statement {
  const label: Name = cursor.name('label');
  cursor.expect(':');
  const statement = parseStatement(cursor);
  if (!['loop', 'while', 'repeat', 'for', 'block'].includes(statement.kind)) throw cursor.unexpected('a block or loop');
  if (cursor.isName() && cursor.peek().value.toLowerCase() === label.name.toLowerCase()) cursor.next();
  return { ...statement, label: label.name } as Statement;
}

function parseLeave(cursor: Cursor): Scripting {
  const { key, start } = cursor.next();
  const kind = key === 'BREAK' || key === 'LEAVE' ? 'break' : 'continue';
  const label = cursor.isName() ? cursor.name().name : undefined;
  return { kind, ...(label === undefined ? {} : { label }), ...cursor.spanFrom(start) };
}

function parseRaise(cursor: Cursor): Scripting {
  const { start } = cursor.expect('RAISE');
  if (!cursor.accept('USING', 'MESSAGE', '=')) return { kind: 'raise', ...cursor.spanFrom(start) };
  return { kind: 'raise', message: parseExpression(cursor), ...cursor.spanFrom(start) };
}

function parseCallStatement(cursor: Cursor): Scripting {
  const { start } = cursor.expect('CALL');
  const name = parseObjectName(cursor);
  const args = cursor.parenthesised(() => parseArgument(cursor));
  return { kind: 'call', name, arguments: args, ...cursor.spanFrom(start) };
}

function parseExecuteImmediate(cursor: Cursor): Scripting {
  const { start } = cursor.expect('EXECUTE', 'IMMEDIATE');
  const sql = parseExpression(cursor);
  const into = cursor.accept('INTO') ? cursor.list(() => cursor.name('variable name')) : [];
  const using = cursor.accept('USING')
    ? cursor.list(() => {
        const value = parseExpression(cursor);
        return cursor.accept('AS') ? { value, alias: cursor.name() } : { value };
      })
    : [];
  return { kind: 'execute_immediate', sql, into, using, ...cursor.spanFrom(start) };
}

function parseTransactionEnd(cursor: Cursor): Scripting {
  const { key, start } = cursor.next();
  cursor.accept('TRANSACTION');
  return { kind: key === 'COMMIT' ? 'commit' : 'rollback', ...cursor.spanFrom(start) };
}

function parseAssert(cursor: Cursor): Scripting {
  const { start } = cursor.expect('ASSERT');
  const condition = parseExpression(cursor);
  const description = cursor.accept('AS') ? cursor.next().value : undefined;
  return {
    kind: 'assert',
    condition,
    ...(description === undefined ? {} : { description }),
    ...cursor.spanFrom(start),
  };
}
