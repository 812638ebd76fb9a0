import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteAccess } from '../access/http.ts';
import { ArcosError } from '../base/errors.ts';
import type { TableInfo } from '../warehouse/port.ts';
import type { ExportFormat } from '../warehouse/warehouse.ts';
import { type Asker, minuteNow } from './ask.ts';
import type { Assets } from './assets.ts';
import { readChart } from './charts.ts';
import { FILE_NAME, sendFile } from './download.ts';
import type { Exports } from './exports.ts';
import { siteOf } from './feedroutes.ts';
import { schemaOrg } from './feeds.ts';
import { languageOf, type Voice, voiceOf } from './language.ts';
import type { PageCache } from './pagecache.ts';
import { datasetPage } from './pages/dataset.ts';
import { homePage } from './pages/home.ts';
import { layout, type Page } from './pages/layout.ts';
import { type RowChoice, shown, sortable, tablePage } from './pages/table.ts';
import type { Previews } from './preview.ts';
import { notFound, type Publication, type Publications } from './publication.ts';
import { search } from './search.ts';
import type { Shelf } from './shelf.ts';

export interface PageParts {
  readonly city: string;
  readonly assets: Assets;
  readonly publications: Publications;
  readonly shelf: Shelf;
  readonly files: Exports;
  readonly previews: Previews;
  readonly asker: Asker;
  readonly pages: PageCache;
}

interface DatasetRoute {
  Params: { project: string; dataset: string };
}

interface TableRoute {
  Params: { project: string; dataset: string; table: string };
  Querystring: { by?: string; value?: string; order?: string; desc?: string; column?: string; contains?: string };
}

const open: { access: RouteAccess } = { access: 'public' };
const CHOSEN_ROWS = 100;

/** What people read of what is published, and the files of it. */
export function pageRoutes(app: FastifyInstance, parts: PageParts): void {
  const { city, assets, publications, shelf, files, previews, asker, pages } = parts;

  app.get<{ Querystring: { q?: string; theme?: string; owner?: string } }>(
    '/',
    { config: open, schema: { querystring: texts('q', 'theme', 'owner') } },
    async (request, reply) => {
      const { q, theme, owner } = request.query;
      const asked = { text: q?.trim() || undefined, theme: theme || undefined, owner: owner || undefined };
      const entries = await shelf.entries();
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ q: asked.text, theme: asked.theme, owner: asked.owner }))
        if (value !== undefined) query.set(name, value);
      // What is searched for is as many things as there are people.
      const state = asked.text === undefined ? [...entries.map(stateOf), query.toString()] : undefined;
      return send(request, reply, state, (voice) => ({
        title: voice.words.datasets,
        description: voice.words.intro,
        content: homePage(voice, search(entries, asked), asked, entries.length),
        path: '/',
        query,
      }));
    },
  );

  app.get<DatasetRoute>('/dados/:project/:dataset', { config: open }, async (request, reply) => {
    const entry = await shelf.find(request.params);
    const { publication } = entry;
    return send(request, reply, [stateOf(entry)], (voice) => ({
      title: publication.title,
      description: publication.description,
      content: datasetPage(voice, entry),
      path: `/dados/${publication.project}/${publication.dataset}`,
      linkedData: schemaOrg(siteOf(request, city), entry),
    }));
  });

  app.get<TableRoute>(
    '/dados/:project/:dataset/:table',
    { config: open, schema: { querystring: texts('by', 'value', 'order', 'desc', 'column', 'contains') } },
    async (request, reply) => {
      const { table: name } = request.params;
      const [, table = name, format, sum] = FILE_NAME.exec(name) ?? [];
      if (format !== undefined) {
        const publication = await publications.published(request.params, table);
        const file = await files.file(publication, table, format as ExportFormat);
        return sendFile(request, reply, file, { name: `${table}.${format}`, sum: sum !== undefined });
      }
      const entry = await shelf.find(request.params);
      const info = entry.tables.find(({ path }) => path.table === table);
      if (info === undefined) throw notFound();
      const { by, value, ...rest } = request.query;
      const choice = choiceOf(info, rest);
      const state = [stateOf(entry), table, by ?? '', value ?? '-', String(files.made())];
      return send(request, reply, choice === undefined ? state : undefined, (voice) =>
        tableOf(request, voice, entry.publication, info, { by, value, choice }),
      );
    },
  );

  /** A state that a table had, as it was. */
  app.get<{ Params: { project: string; dataset: string; table: string; file: string } }>(
    '/dados/:project/:dataset/:table/versoes/:file',
    { config: open },
    async (request, reply) => {
      const { table, file } = request.params;
      const publication = await publications.published(request.params, table);
      const { project, dataset } = publication;
      const [, id, format, sum] = FILE_NAME.exec(file) ?? [];
      const version = (await files.versions({ project, dataset, table })).find((each) => each.id === id);
      const found = version?.files.find((each) => each.format === format);
      if (found === undefined) {
        throw new ArcosError('GONE', 'This version is not kept, or there never was one', {
          hint: 'The page of the table has the versions that are.',
        });
      }
      const name = `${table}.${id}.${format}`;
      return sendFile(request, reply, found, { name, sum: sum !== undefined, permanent: true });
    },
  );

  async function tableOf(
    request: FastifyRequest,
    voice: Voice,
    publication: Publication,
    info: TableInfo,
    asked: { by: string | undefined; value: string | undefined; choice: RowChoice | undefined },
  ): Promise<Omit<Page, 'city'>> {
    const { table } = info.path;
    const columns = shown(info).map(({ name }) => name);
    const { by, value, choice } = asked;
    const [rows, chart, ready, versions] = await Promise.all([
      choice === undefined
        ? previews.rows(publication, table, columns)
        : chosenRows(publication, info, columns, choice),
      readChart(asker, publication, info, { by, value }),
      files.ready(info),
      files.versions(info.path),
    ]);
    const { origin } = siteOf(request, city);
    const mapped = info.columns.some(({ type }) => type.kind === 'GEOGRAPHY');
    return {
      title: table,
      ...(info.description === undefined ? {} : { description: info.description }),
      content: tablePage(voice, { publication, info, rows, choice, chart, ready, versions, origin }),
      path: `/dados/${publication.project}/${publication.dataset}/${table}`,
      scripts: ['src/portal.ts', ...(mapped ? ['src/map.ts'] : [])],
    };
  }

  async function chosenRows(publication: Publication, info: TableInfo, columns: readonly string[], choice: RowChoice) {
    const { column, contains, order, descending } = choice;
    const { rows } = await asker.rows(
      publication,
      info,
      {
        select: columns.map((name) => `\`${name}\``).join(', '),
        ...(contains === undefined ? {} : { where: `search(\`${column}\`, '${contains.replaceAll("'", "''")}')` }),
        ...(order === undefined ? {} : { order: `\`${order}\`${descending === true ? ' desc' : ''}` }),
      },
      CHOSEN_ROWS,
    );
    return rows;
  }

  function send(
    request: FastifyRequest,
    reply: FastifyReply,
    state: readonly string[] | undefined,
    make: (voice: Voice) => Promise<Omit<Page, 'city'>> | Omit<Page, 'city'>,
  ) {
    const language = languageOf(request);
    const key = state && [siteOf(request, city).origin, language, request.routeOptions.url ?? '', ...state];
    return pages.send(request, reply, key, async () => {
      const voice = voiceOf(language);
      return layout(voice, assets, { city, ...(await make(voice)) });
    });
  }
}

/** What the reader chose of the rows. Throws INVALID for columns that are not there. */
function choiceOf(
  info: TableInfo,
  { order, desc, column, contains }: TableRoute['Querystring'],
): RowChoice | undefined {
  const sought = contains === undefined || contains === '' || column === undefined ? {} : { column, contains };
  const sorted = order === undefined ? {} : { order, descending: desc === '1' };
  const choice = { ...sought, ...sorted };
  if (Object.keys(choice).length === 0) return undefined;
  const can = sortable(info).map(({ name }) => name);
  for (const name of [choice.order, choice.column]) {
    if (name !== undefined && !can.includes(name))
      throw new ArcosError('INVALID', 'There is no such column to sort by');
  }
  return choice;
}

/** Differs for each state of what is told of a publication. */
function stateOf({ publication, tables }: Awaited<ReturnType<Shelf['find']>>): string {
  // What a view gives changes without the view.
  const states = tables.map(({ path, modifiedAt, rows, kind }) => {
    const seen = kind === 'native' ? '' : minuteNow();
    return `${path.table} ${modifiedAt.getTime()} ${rows} ${seen}`;
  });
  return [publication.project, publication.dataset, publication.publishedAt.getTime(), ...states].join('|');
}

function texts(...names: string[]) {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string', maxLength: 200 }])),
  };
}
