const DELIMITERS = [',', ';', '\t', '|'] as const;

export interface Dialect {
  readonly delimiter: string;
  readonly header: boolean;
}

/**
 * The dialect of a delimited text, from its first lines: the delimiter is the one that most lines have equally
 * often outside quotes, and the first line has names unless a field of it is empty, a number or a date. Pure.
 */
export function sniffDialect(sample: string): Dialect {
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = recordsOf(sample, delimiter).map((record) => record.length - 1);
    const usual = mode(counts);
    if (usual === 0) continue;
    const agreeing = counts.filter((count) => count === usual).length / counts.length;
    // Of two on which the lines agree equally, the one with more fields.
    const score = agreeing + usual / 10_000;
    if (score > best.score) best = { delimiter, score };
  }
  const [first = []] = recordsOf(sample, best.delimiter);
  return { delimiter: best.delimiter, header: first.length > 0 && !first.some(looksLikeValue) };
}

function looksLikeValue(field: string): boolean {
  const text = field.trim();
  return /^-?[\d.,]+$/.test(text) || /^\d{4}-\d\d-\d\d|^\d\d?\/\d\d?\/\d{4}/.test(text);
}

/** Fields of the sample's records; the last record may be cut off, so it is left out where there are others. */
function recordsOf(sample: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  for (const character of sample) {
    if (character === '"') quoted = !quoted;
    else if (quoted) field += character;
    else if (character === delimiter || character === '\n') {
      record.push(field.replace(/\r$/, ''));
      field = '';
      if (character === '\n') {
        if (record.length > 1 || record[0] !== '') records.push(record);
        record = [];
      }
    } else field += character;
  }
  if (records.length === 0 && (record.length > 0 || field !== '')) return [[...record, field]];
  return records;
}

function mode(counts: readonly number[]): number {
  const seen = new Map<number, number>();
  for (const count of counts) seen.set(count, (seen.get(count) ?? 0) + 1);
  return [...seen].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
