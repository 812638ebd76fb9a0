/** A boolean of a URL's query: Google's Python client writes `True`. */
export function flag(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true';
}
