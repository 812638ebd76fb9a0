import type { FastifyInstance } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import type { RoutineParameter } from '../../sql/routine.ts';
import { typeName } from '../../sql/type.ts';
import { displayRoutine, type RoutineInfo } from '../catalog/routines.ts';
import { type PageQuery, pageOf } from './paging.ts';
import type { DatasetRoute, RoutineRoute, WarehouseApi } from './routes.ts';
import { fromStandardType, type StandardType, toStandardType } from './standardtype.ts';

/** A routine as clients send it (BigQuery REST reference, Routine). */
interface RoutineBody {
  readonly routineReference?: { readonly routineId?: string };
  readonly routineType?: string;
  readonly language?: string;
  readonly definitionBody?: string;
  readonly description?: string;
  readonly arguments?: readonly {
    readonly name?: string;
    readonly argumentKind?: string;
    readonly mode?: string;
    readonly dataType?: StandardType;
  }[];
  readonly returnType?: StandardType;
}

export function routineRoutes(app: FastifyInstance, { warehouse, may }: WarehouseApi): void {
  const { routines } = warehouse.catalog;
  const all = '/projects/:project/datasets/:dataset/routines';
  const one = `${all}/:routine`;

  async function found(path: RoutineRoute['Params']): Promise<RoutineInfo> {
    const info = await routines.find(path);
    if (info === undefined) throw new ArcosError('NOT_FOUND', `Not found: Routine ${displayRoutine(path)}`);
    return info;
  }

  app.get<DatasetRoute & { Querystring: PageQuery }>(
    all,
    { config: may('table.describe') },
    async ({ params, query }) => {
      const { items, ...next } = pageOf(await routines.list(params.project, params.dataset), query);
      return { kind: 'bigquery#routineList', routines: items.map(routineResource), ...next };
    },
  );

  app.get<RoutineRoute>(one, { config: may('table.read') }, async ({ params }) => routineResource(await found(params)));

  app.post<DatasetRoute & { Body: RoutineBody }>(
    all,
    { config: may('table.write') },
    async ({ params, body, principal }) => {
      const routine = body.routineReference?.routineId;
      if (routine === undefined) throw required('routineReference.routineId');
      const path = { ...params, routine };
      await warehouse.run(principal, { sql: createSql(path, body, 'CREATE'), project: params.project });
      return routineResource(await found(path));
    },
  );

  app.put<RoutineRoute & { Body: RoutineBody }>(
    one,
    { config: may('table.write') },
    async ({ params, body, principal }) => {
      await found(params);
      await warehouse.run(principal, { sql: createSql(params, body, 'CREATE OR REPLACE'), project: params.project });
      return routineResource(await found(params));
    },
  );

  app.delete<RoutineRoute>(one, { config: may('table.write') }, async ({ params, principal }, reply) => {
    const { routine } = await found(params);
    const what = { function: 'FUNCTION', table_function: 'TABLE FUNCTION', procedure: 'PROCEDURE' }[routine.kind];
    await warehouse.run(principal, { sql: `DROP ${what} ${quoted(params)}`, project: params.project });
    return reply.status(204).send();
  });
}

const quoted = ({ project, dataset, routine }: RoutineRoute['Params']): string =>
  `\`${project}.${dataset}.${routine}\``;

/** The statement that a client's routine stands for. */
function createSql(path: RoutineRoute['Params'], body: RoutineBody, create: string): string {
  const { definitionBody = '', routineType = 'SCALAR_FUNCTION', language = 'SQL', description } = body;
  const parameters = (body.arguments ?? []).map(({ name = '', argumentKind, mode, dataType }) => {
    const type =
      argumentKind === 'ANY_TYPE' || dataType === undefined ? 'ANY TYPE' : typeName(fromStandardType(dataType));
    return [mode === undefined || mode === 'MODE_UNSPECIFIED' ? '' : mode, name, type].join(' ').trim();
  });
  const head = `${quoted(path)}(${parameters.join(', ')})`;
  const returns = body.returnType === undefined ? '' : ` RETURNS ${typeName(fromStandardType(body.returnType))}`;
  const options = description === undefined ? '' : ` OPTIONS(description = ${JSON.stringify(description)})`;
  switch (routineType) {
    case 'SCALAR_FUNCTION':
      if (language.toUpperCase() === 'JAVASCRIPT')
        return `${create} FUNCTION ${head}${returns} LANGUAGE js${options} AS ${JSON.stringify(definitionBody)}`;
      return `${create} FUNCTION ${head}${returns} AS (${definitionBody})${options}`;
    case 'TABLE_VALUED_FUNCTION':
      return `${create} TABLE FUNCTION ${head} AS ${definitionBody}`;
    case 'PROCEDURE':
      return `${create} PROCEDURE ${head} BEGIN ${definitionBody} END`;
    default:
      throw new ArcosError('UNSUPPORTED', `Routines of the type ${routineType} are not supported`);
  }
}

const TYPES = { function: 'SCALAR_FUNCTION', table_function: 'TABLE_VALUED_FUNCTION', procedure: 'PROCEDURE' } as const;

function routineResource({ routine, description, createdAt, modifiedAt }: RoutineInfo) {
  const { project, dataset, routine: name } = routine.path;
  const scalar = routine.kind === 'function' ? routine : undefined;
  return {
    etag: modifiedAt.getTime().toString(36),
    routineReference: { projectId: project, datasetId: dataset, routineId: name },
    routineType: scalar?.aggregate === true ? 'AGGREGATE_FUNCTION' : TYPES[routine.kind],
    language: scalar?.language ?? 'SQL',
    creationTime: String(createdAt.getTime()),
    lastModifiedTime: String(modifiedAt.getTime()),
    arguments: routine.parameters.map(argumentResource),
    ...(scalar?.returns === undefined ? {} : { returnType: toStandardType(scalar.returns) }),
    definitionBody: routine.body,
    ...(description === undefined ? {} : { description }),
  };
}

function argumentResource({ name, type, mode }: RoutineParameter) {
  return {
    name,
    ...(type === undefined ? { argumentKind: 'ANY_TYPE' } : { dataType: toStandardType(type) }),
    ...(mode === undefined ? {} : { mode }),
  };
}

function required(what: string): ArcosError {
  return new ArcosError('INVALID', `Required parameter is missing: ${what}`, { data: { reason: 'required' } });
}
