/** A text as a field of CSV (RFC 4180): quoted where it has a quote, a comma or a line break in it. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
