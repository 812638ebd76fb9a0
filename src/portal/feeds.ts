import type { ExportFormat } from '../warehouse/warehouse.ts';
import { formatsOf } from './exports.ts';
import { type Html, html } from './html.ts';
import type { Publication } from './publication.ts';
import type { Entry } from './search.ts';

export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  geojson: 'application/geo+json',
};

/** Addresses of licences that publications name (SPDX identifiers); others are told as text. */
const LICENCES: Readonly<Record<string, string>> = {
  'CC-BY-4.0': 'https://creativecommons.org/licenses/by/4.0/',
  'CC-BY-SA-4.0': 'https://creativecommons.org/licenses/by-sa/4.0/',
  'CC0-1.0': 'https://creativecommons.org/publicdomain/zero/1.0/',
  'ODbL-1.0': 'https://opendatacommons.org/licenses/odbl/1-0/',
  'ODC-By-1.0': 'https://opendatacommons.org/licenses/by/1-0/',
  'PDDL-1.0': 'https://opendatacommons.org/licenses/pddl/1-0/',
};

/** ISO 8601 periods of how people name frequencies, in both languages (DCAT-US, accrualPeriodicity). */
const PERIODS: readonly [RegExp, string, string][] = [
  [/^(contínua|tempo real|continuous)/i, 'R/PT1S', 'CONT'],
  [/^(diári|daily)/i, 'R/P1D', 'DAILY'],
  [/^(semanal|weekly)/i, 'R/P1W', 'WEEKLY'],
  [/^(mensal|monthly)/i, 'R/P1M', 'MONTHLY'],
  [/^(trimestral|quarterly)/i, 'R/P3M', 'QUARTERLY'],
  [/^(anual|yearly|annual)/i, 'R/P1Y', 'ANNUAL'],
];

export interface Site {
  /** `https://dados.example` */
  readonly origin: string;
  readonly city: string;
}

export function licenceUrl(licence: string): string | undefined {
  return /^https?:\/\//.test(licence) ? licence : LICENCES[licence];
}

export function datasetUrl({ origin }: Site, { project, dataset }: Pick<Publication, 'project' | 'dataset'>): string {
  return `${origin}/dados/${encodeURIComponent(project)}/${encodeURIComponent(dataset)}`;
}

/** When the newest of its tables changed. */
export function modifiedAt({ publication, tables }: Entry): Date {
  return new Date(Math.max(publication.publishedAt.getTime(), ...tables.map((table) => table.modifiedAt.getTime())));
}

function distributionsOf(site: Site, { publication, tables }: Entry) {
  return tables.flatMap((info) =>
    formatsOf(info).map((format) => {
      const page = `${datasetUrl(site, publication)}/${encodeURIComponent(info.path.table)}`;
      return { info, format, page, download: `${page}.${format}`, mediaType: MEDIA_TYPES[format] };
    }),
  );
}

/** DCAT-US 1.1 (Project Open Data metadata schema), what `/data.json` holds. */
export function dataJson(site: Site, entries: readonly Entry[]): object {
  return {
    '@context': 'https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld',
    '@type': 'dcat:Catalog',
    conformsTo: 'https://project-open-data.cio.gov/v1.1/schema',
    describedBy: 'https://project-open-data.cio.gov/v1.1/schema/catalog.json',
    dataset: entries.map((entry) => {
      const { publication } = entry;
      const { title, description, theme, owner, licence, frequency, coverage, contact } = publication;
      const url = licenceUrl(licence);
      const period = PERIODS.find(([pattern]) => pattern.test(frequency))?.[1];
      return {
        '@type': 'dcat:Dataset',
        identifier: datasetUrl(site, publication),
        landingPage: datasetUrl(site, publication),
        title,
        description,
        keyword: [theme],
        theme: [theme],
        issued: publication.publishedAt.toISOString(),
        modified: modifiedAt(entry).toISOString(),
        publisher: { '@type': 'org:Organization', name: owner },
        contactPoint: { '@type': 'vcard:Contact', fn: owner, hasEmail: mailto(contact, site) },
        accessLevel: 'public',
        rights: licence,
        ...(url === undefined ? {} : { license: url }),
        ...(coverage === undefined ? {} : { spatial: coverage }),
        ...(period === undefined ? {} : { accrualPeriodicity: period }),
        distribution: distributionsOf(site, entry).map(({ info, format, download, mediaType }) => ({
          '@type': 'dcat:Distribution',
          title: `${info.path.table} (${format.toUpperCase()})`,
          downloadURL: download,
          mediaType,
        })),
      };
    }),
  };
}

/** DCAT-AP 3 as JSON-LD. */
export function dcatAp(site: Site, entries: readonly Entry[]): object {
  return {
    '@context': {
      dcat: 'http://www.w3.org/ns/dcat#',
      dct: 'http://purl.org/dc/terms/',
      foaf: 'http://xmlns.com/foaf/0.1/',
      vcard: 'http://www.w3.org/2006/vcard/ns#',
      xsd: 'http://www.w3.org/2001/XMLSchema#',
    },
    '@id': `${site.origin}/catalog.jsonld`,
    '@type': 'dcat:Catalog',
    'dct:title': { '@value': site.city, '@language': 'pt' },
    'dct:description': { '@value': `Dados abertos: ${site.city}`, '@language': 'pt' },
    'dct:publisher': { '@type': 'foaf:Agent', 'foaf:name': site.city },
    'foaf:homepage': { '@id': `${site.origin}/`, '@type': 'foaf:Document' },
    'dcat:dataset': entries.map((entry) => dcatDataset(site, entry)),
  };
}

function dcatDataset(site: Site, entry: Entry): object {
  const { publication } = entry;
  const { title, description, theme, owner, licence, frequency, coverage, contact, source } = publication;
  const url = licenceUrl(licence);
  const code = PERIODS.find(([pattern]) => pattern.test(frequency))?.[2];
  const time = (date: Date) => ({ '@type': 'xsd:dateTime', '@value': date.toISOString() });
  return {
    '@id': datasetUrl(site, publication),
    '@type': 'dcat:Dataset',
    'dct:identifier': `${publication.project}.${publication.dataset}`,
    'dct:title': { '@value': title, '@language': 'pt' },
    'dct:description': { '@value': description, '@language': 'pt' },
    'dcat:keyword': { '@value': theme, '@language': 'pt' },
    'dct:publisher': { '@type': 'foaf:Agent', 'foaf:name': owner },
    'dcat:contactPoint': {
      '@type': 'vcard:Kind',
      'vcard:fn': owner,
      ...(contact === undefined ? {} : { 'vcard:hasEmail': { '@id': mailto(contact, site) } }),
    },
    'dcat:landingPage': { '@id': datasetUrl(site, publication), '@type': 'foaf:Document' },
    'dct:issued': time(publication.publishedAt),
    'dct:modified': time(modifiedAt(entry)),
    ...(coverage === undefined ? {} : { 'dct:spatial': { '@type': 'dct:Location', 'dct:title': coverage } }),
    ...(source === undefined ? {} : { 'dct:provenance': { '@type': 'dct:ProvenanceStatement', 'dct:title': source } }),
    ...(code === undefined
      ? {}
      : { 'dct:accrualPeriodicity': { '@id': `http://publications.europa.eu/resource/authority/frequency/${code}` } }),
    'dcat:distribution': distributionsOf(site, entry).map(({ info, format, page, download, mediaType }) => ({
      '@id': download,
      '@type': 'dcat:Distribution',
      'dct:title': `${info.path.table} (${format.toUpperCase()})`,
      'dcat:accessURL': { '@id': page },
      'dcat:downloadURL': { '@id': download },
      'dcat:mediaType': { '@id': `https://www.iana.org/assignments/media-types/${mediaType}` },
      ...(url === undefined
        ? { 'dct:rights': { '@type': 'dct:RightsStatement', 'dct:title': licence } }
        : { 'dct:license': { '@id': url, '@type': 'dct:LicenseDocument' } }),
    })),
  };
}

/** schema.org's Dataset, as search engines read it in the page. */
export function schemaOrg(site: Site, entry: Entry): object {
  const { publication } = entry;
  const { title, description, owner, licence, theme, coverage } = publication;
  return {
    '@context': 'https://schema.org/',
    '@type': 'Dataset',
    name: title,
    description,
    url: datasetUrl(site, publication),
    identifier: `${publication.project}.${publication.dataset}`,
    license: licenceUrl(licence) ?? licence,
    keywords: [theme],
    creator: { '@type': 'Organization', name: owner },
    isAccessibleForFree: true,
    datePublished: publication.publishedAt.toISOString(),
    dateModified: modifiedAt(entry).toISOString(),
    ...(coverage === undefined ? {} : { spatialCoverage: coverage }),
    includedInDataCatalog: { '@type': 'DataCatalog', name: site.city, url: `${site.origin}/` },
    variableMeasured: entry.tables.flatMap(({ columns }) =>
      columns.map(({ name, description: of = '' }) => ({ '@type': 'PropertyValue', name, description: of })),
    ),
    distribution: distributionsOf(site, entry).map(({ info, format, download, mediaType }) => ({
      '@type': 'DataDownload',
      name: `${info.path.table} (${format.toUpperCase()})`,
      contentUrl: download,
      encodingFormat: mediaType,
    })),
  };
}

/** RSS 2.0: datasets, the one that changed last first. */
export function rss(site: Site, entries: readonly Entry[]): Html {
  const newest = [...entries].sort((a, b) => modifiedAt(b).getTime() - modifiedAt(a).getTime());
  return html`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>${site.city}</title><link>${site.origin}/</link><description>Dados abertos / Open data</description><language>pt-BR</language>
<atom:link href="${site.origin}/feed.xml" rel="self" type="application/rss+xml"/>
${newest.map(
  (entry) => html`<item><title>${entry.publication.title}</title><link>${datasetUrl(site, entry.publication)}</link>
<guid isPermaLink="false">${datasetUrl(site, entry.publication)}#${modifiedAt(entry).toISOString()}</guid>
<pubDate>${modifiedAt(entry).toUTCString()}</pubDate><category>${entry.publication.theme}</category>
<description>${entry.publication.description}</description></item>
`,
)}</channel></rss>
`;
}

/** Sitemaps 0.9. */
export function sitemap(site: Site, entries: readonly Entry[]): Html {
  const page = (url: string, date?: Date) =>
    html`<url><loc>${url}</loc>${date !== undefined && html`<lastmod>${date.toISOString()}</lastmod>`}</url>
`;
  return html`<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${page(`${site.origin}/`)}${entries.map((entry) => [
  page(datasetUrl(site, entry.publication), modifiedAt(entry)),
  ...entry.tables.map((info) =>
    page(`${datasetUrl(site, entry.publication)}/${encodeURIComponent(info.path.table)}`, info.modifiedAt),
  ),
])}</urlset>
`;
}

/** DCAT-US needs an address: where none was said, the one that every host that takes mail has (RFC 5321, 4.5.1). */
function mailto(contact: string | undefined, { origin }: Site): string {
  return `mailto:${contact?.includes('@') === true ? contact : `postmaster@${new URL(origin).hostname}`}`;
}
