import { typeFault } from '../../error.ts';
import { entriesOf } from '../dict.ts';
import { items, unpack } from '../iterate.ts';
import { natives } from '../signature.ts';
import { toText } from '../text.ts';
import { isDict, isUndefined, type Value } from '../value.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

function escapeHtml(value: Value): string {
  return toText(value).replace(/[&<>'"]/g, (one) => ENTITIES[one] ?? one);
}

/** Filters for HTML and URLs. Nothing is escaped unasked, as in dbt, so `safe` changes nothing. */
export const MARKUP_FILTERS = natives({
  escape: ['value', escapeHtml],
  e: ['value', escapeHtml],
  forceescape: ['value', escapeHtml],
  safe: ['value', (value: Value) => toText(value)],
  striptags: ['value', stripTags],
  urlencode: ['value', urlEncode],
  xmlattr: ['value autospace?', xmlAttributes],
});

function stripTags(value: Value): string {
  return toText(value)
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, '')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .join(' ');
}

/** Python's quote(): unreserved characters stay; slashes too when `slashes`. */
function quote(text: string, slashes: boolean): string {
  const quoted = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return slashes ? quoted.replaceAll('%2F', '/') : quoted;
}

function urlEncode(value: Value): string {
  if (!isDict(value) && !Array.isArray(value)) return quote(toText(value), true);
  const pairs = isDict(value) ? entriesOf(value) : items(value).map((pair) => unpack(pair, 2));
  return pairs.map((pair) => pair.map((one) => quote(toText(one), false).replaceAll('%20', '+')).join('=')).join('&');
}

function xmlAttributes(value: Value, autospace: Value = true): string {
  if (!isDict(value)) throw typeFault('xmlattr takes a dict');
  const parts = entriesOf(value)
    .filter(([, one]) => one !== null && !isUndefined(one))
    .map(([key, one]) => `${escapeHtml(key)}="${escapeHtml(one)}"`);
  return parts.length > 0 && autospace === true ? ` ${parts.join(' ')}` : parts.join(' ');
}
