import type { TableInfo } from '../warehouse/port.ts';
import type { Publication } from './publication.ts';

export interface Entry {
  readonly publication: Publication;
  readonly tables: readonly TableInfo[];
}

export interface Search {
  readonly text?: string | undefined;
  readonly theme?: string | undefined;
  readonly owner?: string | undefined;
}

/** A value of a facet, with the datasets that one would see on choosing it. */
export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

export interface Found {
  /** Best first. */
  readonly entries: readonly Entry[];
  readonly themes: readonly FacetValue[];
  readonly owners: readonly FacetValue[];
}

/** Datasets that have every word of the text somewhere, in any case and with any accents. Pure. */
export function search(entries: readonly Entry[], { text = '', theme, owner }: Search): Found {
  const words = fold(text).split(/\s+/).filter(Boolean);
  const scored = entries.map((entry) => ({ entry, score: scoreOf(entry, words) })).filter(({ score }) => score > 0);
  const ofTheme = ({ publication }: Entry) => theme === undefined || publication.theme === theme;
  const ofOwner = ({ publication }: Entry) => owner === undefined || publication.owner === owner;
  const matching = scored.map(({ entry }) => entry);
  return {
    entries: scored
      .filter(({ entry }) => ofTheme(entry) && ofOwner(entry))
      .sort((a, b) => b.score - a.score || compare(a.entry, b.entry))
      .map(({ entry }) => entry),
    // Each facet counts within the other's choice.
    themes: counted(matching.filter(ofOwner).map(({ publication }) => publication.theme)),
    owners: counted(matching.filter(ofTheme).map(({ publication }) => publication.owner)),
  };
}

/** Where a word is found says how much it counts; 0 when one is nowhere. */
function scoreOf({ publication, tables }: Entry, words: readonly string[]): number {
  const { title, description, theme, owner, dataset, coverage = '' } = publication;
  const weighed: [number, string][] = [
    [8, `${title} ${dataset}`],
    [4, `${theme} ${owner} ${tables.map(({ path }) => path.table).join(' ')}`],
    [2, `${description} ${coverage} ${tables.map((table) => table.description ?? '').join(' ')}`],
    [1, tables.flatMap(({ columns }) => columns.map(({ name, description: of = '' }) => `${name} ${of}`)).join(' ')],
  ];
  const fields = weighed.map(([weight, field]) => [weight, fold(field)] as const);
  let total = 1;
  for (const word of words) {
    const score = fields.reduce((sum, [weight, field]) => sum + (field.includes(word) ? weight : 0), 0);
    if (score === 0) return 0;
    total += score;
  }
  return total;
}

export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('_', ' ');
}

function counted(values: readonly string[]): FacetValue[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value, 'pt'));
}

function compare(a: Entry, b: Entry): number {
  return a.publication.title.localeCompare(b.publication.title, 'pt');
}
