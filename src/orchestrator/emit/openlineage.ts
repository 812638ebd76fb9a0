import type { ToldAttempt } from './attempt.ts';

const SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const FACET = 'https://openlineage.io/spec/facets';
const PRODUCER = 'urn:arcos';

const TYPES: Readonly<Record<string, string>> = {
  Running: 'START',
  Completed: 'COMPLETE',
  Failed: 'FAIL',
  Crashed: 'FAIL',
  Cancelled: 'ABORT',
};

/** A run that has begun or ended, as an event of OpenLineage (RunEvent of its specification, 2-0-2). */
export function lineageOf({ run, state, message, at, tables }: ToldAttempt): object {
  const facet = (name: string, values: object) => ({ _producer: PRODUCER, _schemaURL: `${FACET}/${name}`, ...values });
  const dataset = (name: string) => ({ namespace: 'arcos', name });
  return {
    eventType: TYPES[state] ?? 'OTHER',
    eventTime: at,
    producer: PRODUCER,
    schemaURL: SCHEMA,
    run: {
      runId: run.id,
      facets: {
        nominalTime: facet('1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet', {
          nominalStartTime: run.scheduledFor,
        }),
        ...(run.parent === undefined
          ? {}
          : {
              parent: facet('1-1-0/ParentRunFacet.json#/$defs/ParentRunFacet', {
                run: { runId: run.parent },
                job: { namespace: run.namespace, name: run.parentFlow ?? 'unknown' },
              }),
            }),
        ...(message === undefined || state === 'Completed'
          ? {}
          : {
              errorMessage: facet('1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet', {
                message,
                programmingLanguage: 'TypeScript',
              }),
            }),
      },
    },
    job: {
      namespace: run.namespace,
      name: run.flow,
      facets: {
        ownership: facet('1-0-1/OwnershipJobFacet.json#/$defs/OwnershipJobFacet', {
          owners: run.owners.map((name) => ({ name })),
        }),
      },
    },
    inputs: tables.read.map(dataset),
    outputs: tables.written.map(dataset),
  };
}
