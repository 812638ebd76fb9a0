import type { Json } from '../../../src/base/json.ts';

/** What stands for the names in a case that differ from run to run: `${DATASET}` and the like. */
export type Places = Readonly<Record<string, string>>;

export function placesOf(project: string, dataset: string, bucket: string): Places {
  return {
    PROJECT: project,
    DATASET: `${project}.${dataset}`,
    DATASET_ID: dataset,
    GCS_BUCKET: bucket,
    PRINCIPAL: 'user:reader@example.org',
    OTHER_PRINCIPAL: 'user:other@example.org',
    GROUP: 'group:readers@example.org',
  };
}

export function placed(text: string, places: Places): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
}

export function placedJson(value: Json, places: Places): Json {
  return JSON.parse(placed(JSON.stringify(value), places)) as Json;
}
