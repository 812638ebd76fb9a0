import type { Routine } from '../../sql/routine.ts';
import { BOOL, INT64, STRING, TIMESTAMP, typeName } from '../../sql/type.ts';
import type { RoutineInfo } from '../catalog/routines.ts';
import { routineDdl } from './ddl.ts';
import { type SchemaView, type Scope, yesNo } from './view.ts';

const SPECIFIC = { specific_catalog: STRING, specific_schema: STRING, specific_name: STRING };
const KINDS: Readonly<Record<Routine['kind'], string>> = {
  function: 'FUNCTION',
  table_function: 'TABLE FUNCTION',
  procedure: 'PROCEDURE',
};

export const ROUTINES: SchemaView = {
  columns: {
    ...SPECIFIC,
    routine_catalog: STRING,
    routine_schema: STRING,
    routine_name: STRING,
    routine_type: STRING,
    data_type: STRING,
    routine_body: STRING,
    routine_definition: STRING,
    external_language: STRING,
    is_deterministic: STRING,
    security_type: STRING,
    created: TIMESTAMP,
    last_altered: TIMESTAMP,
    ddl: STRING,
  },
  rows: async (scope) =>
    (await routines(scope)).map(({ routine, createdAt, modifiedAt }) => {
      const { project, dataset, routine: name } = routine.path;
      const javascript = routine.kind === 'function' && routine.language === 'JAVASCRIPT';
      return {
        ...specific(routine),
        routine_catalog: project,
        routine_schema: dataset,
        routine_name: name,
        routine_type: KINDS[routine.kind],
        data_type: routine.kind === 'function' && routine.returns !== undefined ? typeName(routine.returns) : undefined,
        routine_body: javascript ? 'EXTERNAL' : 'SQL',
        routine_definition: routine.body,
        external_language: javascript ? 'JAVASCRIPT' : undefined,
        created: createdAt,
        last_altered: modifiedAt,
        ddl: routineDdl(routine),
      };
    }),
};

export const PARAMETERS: SchemaView = {
  columns: {
    ...SPECIFIC,
    ordinal_position: INT64,
    parameter_mode: STRING,
    is_result: STRING,
    parameter_name: STRING,
    data_type: STRING,
    parameter_default: STRING,
    is_aggregate: BOOL,
  },
  rows: async (scope) =>
    (await routines(scope)).flatMap(({ routine }) => [
      ...(routine.kind === 'function' && routine.returns !== undefined
        ? [{ ...specific(routine), ordinal_position: 0, is_result: yesNo(true), data_type: typeName(routine.returns) }]
        : []),
      ...routine.parameters.map(({ name, type, table, mode }, index) => ({
        ...specific(routine),
        ordinal_position: index + 1,
        parameter_mode: routine.kind === 'procedure' ? (mode ?? 'IN') : undefined,
        is_result: yesNo(false),
        parameter_name: name,
        data_type: table !== undefined ? 'TABLE' : type === undefined ? 'ANY TYPE' : typeName(type),
      })),
    ]),
};

async function routines({ catalog, authoriser, project, datasets }: Scope): Promise<RoutineInfo[]> {
  const lists = (await datasets()).map(async ({ dataset }) =>
    (await authoriser.allows('table.describe', project, dataset)) ? catalog.routines.list(project, dataset) : [],
  );
  return (await Promise.all(lists)).flat();
}

function specific({ path: { project, dataset, routine } }: Routine) {
  return { specific_catalog: project, specific_schema: dataset, specific_name: routine };
}
