import type { ColumnInfo } from '../sql/catalog.ts';

/** Kinds of personal data that are looked for before a table is published (LGPD, article 5, I). */
export const KINDS = ['cpf', 'phone', 'email'] as const;

export type PersonalKind = (typeof KINDS)[number];

/** Something in a column that looks like personal data. Never holds a value of the table. */
export interface Finding {
  readonly table: string;
  readonly column: string;
  readonly kind: PersonalKind;
  /** Different values that look so, among those that were looked at; 0 when only the column's name says it. */
  readonly values: number;
}

/** Values that may hold one of the kinds; RE2, so that the warehouse can look for them. */
export const CANDIDATE = String.raw`\d{3}\.?\d{3}\.?\d{3}-?\d{2}|\(?\d{2}\)?[ -]?9?\d{4}-?\d{4}|[\w.+-]+@[\w-]+\.\w+`;

const CPF = /(?<![\d.-])(\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11})(?![\d.-]?\d)/g;
/** With punctuation, or the nine that every mobile number begins with after its area code. */
const PHONE = /(?<![\d.])(?:\+?55 ?)?(?:\(\d{2}\) ?9?\d{4}[- ]?\d{4}|\d{2}[ -]9?\d{4}-\d{4}|[1-9]\d9\d{8})(?![\d.]?\d)/;
const EMAIL = /[\w.+-]+@[\w-]+\.[\w.-]*\w/;
const NAMES: Readonly<Record<PersonalKind, RegExp>> = {
  cpf: /(^|_)cpf(_|$)/i,
  phone: /(^|_)(telefone|celular|whatsapp|phone)(_|$)/i,
  email: /(^|_)e?_?mail(_|$)/i,
};

/** One eleven-digit number in a hundred has good check digits by chance; a column of CPFs has many more. */
const MORE_THAN_CHANCE = 0.05;

/** What a column's name and a sample of its values say of it. */
export function findingsOf(column: string, values: readonly string[]): Omit<Finding, 'table'>[] {
  const bare = values.filter((value) => /\d{11}/.test(value)).length;
  const written = values.filter((value) => cpfs(value).some((text) => text.includes('.'))).length;
  const numbers = values.filter((value) => cpfs(value).some((text) => !text.includes('.'))).length;
  const cpf = written + (numbers > bare * MORE_THAN_CHANCE ? numbers : 0);
  const counts: Record<PersonalKind, number> = {
    cpf,
    // A CPF without punctuation may look like a mobile number.
    phone: values.filter((value) => PHONE.test(value) && cpfs(value).length === 0).length,
    email: values.filter((value) => EMAIL.test(value)).length,
  };
  return KINDS.filter((kind) => counts[kind] > 0 || NAMES[kind].test(column)).map((kind) => ({
    column,
    kind,
    values: counts[kind],
  }));
}

function cpfs(text: string): string[] {
  return [...text.matchAll(CPF)].map(([found]) => found).filter(isCpf);
}

/** Whether the two check digits are right (Receita Federal, modulus 11); eleven equal digits are no CPF. */
export function isCpf(text: string): boolean {
  const digits = [...text.replace(/\D/g, '')].map(Number);
  if (digits.length !== 11 || new Set(digits).size === 1) return false;
  return [9, 10].every((length) => {
    const sum = digits.slice(0, length).reduce((total, digit, index) => total + digit * (length + 1 - index), 0);
    return ((sum * 10) % 11) % 10 === digits[length];
  });
}

/** GoogleSQL of a column's values as text; undefined for types that cannot hold such data. */
export function asText({ name, type }: ColumnInfo): string | undefined {
  const column = `\`${name}\``;
  switch (type.kind) {
    case 'STRING':
      return column;
    case 'INT64':
    case 'NUMERIC':
    case 'BIGNUMERIC':
      // A number has lost the zeros it began with.
      return `LPAD(CAST(${column} AS STRING), 11, '0')`;
    case 'JSON':
    case 'ARRAY':
    case 'STRUCT':
      return `TO_JSON_STRING(${column})`;
    default:
      return undefined;
  }
}
