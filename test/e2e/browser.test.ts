import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, openBrowser } from '../support/browser.ts';
import { until } from '../support/platform.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** `ARCOS_SCREENSHOTS=1 npx vitest run test/e2e/browser.test.ts` takes the pictures of docs/ anew. */
const PICTURES = process.env['ARCOS_SCREENSHOTS'] === '1' ? join(ROOT, 'docs', 'images') : undefined;
const TABLE = '/dados/datario/indicadores/chamados_por_bairro';

/** Pages of the console, with their headings in both languages. */
const CONSOLE_PAGES: readonly (readonly [path: string, portuguese: string, english: string])[] = [
  ['/console/', 'Início', 'Home'],
  ['/console/runs', 'Execuções', 'Runs'],
  ['/console/flows', 'Flows', 'Flows'],
  ['/console/agents', 'Agentes', 'Agents'],
  ['/console/data', 'Dados', 'Data'],
  ['/console/sql', 'SQL', 'SQL'],
  ['/console/data/datario/indicadores/chamados_por_bairro', 'chamados_por_bairro', 'chamados_por_bairro'],
  ['/console/models', 'Modelos', 'Models'],
  ['/console/requests', 'Pedidos do público', 'Requests of the public'],
  ['/console/connect', 'Conectar', 'Connect'],
  ['/console/upload', 'Enviar arquivo', 'Upload a file'],
  ['/console/publish', 'Publicar', 'Publish'],
  ...[
    'people',
    'groups',
    'roles',
    'who',
    'agencies',
    'namespaces',
    'secrets',
    'limits',
    'notifications',
    'audit',
    'cost',
  ].map((section) => [`/console/govern/${section}`, 'Governança', 'Governance'] as const),
];

const chromium = chromiumPath();

describe.skipIf(chromium === undefined)('in Chromium (skipped where it is not installed)', () => {
  let dir: string;
  let demo: ChildProcess;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What should never be: requests to other hosts, errors and warnings of the pages. */
  const strange: string[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'arcos-browser-'));
    const main = join(ROOT, 'src', 'cli', 'main.ts');
    demo = spawn(process.execPath, [main, 'demo', '--port', '0', '--state', join(dir, 'state')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    demo.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    await until('the demo to serve', async () => out.includes('Ctrl-C stops everything'), 150);
    origin = /portal\s+(http:\S+?)\/\s/.exec(out)?.[1] ?? '';
    browser = await openBrowser(chromium ?? '');
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'pt-BR' });
    page = await context.newPage();
    page.on('request', (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(origin))
        strange.push(`request to ${request.url()}`);
    });
    page.on('console', (message) => {
      // The browser says of every request that it was refused; a wrong query, and a stopped one, is refused on purpose.
      const refused = message.location().url.startsWith(`${origin}/bigquery/v2/`);
      const expected = refused || /GPU stall|WebGL/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !expected) strange.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => strange.push(`error: ${error.message}`));
  }, 180_000);

  // What a test that failed left is not the next one's.
  beforeEach(async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await speak('pt');
  });

  afterAll(async () => {
    await browser?.close();
    demo?.kill('SIGINT');
    if (demo !== undefined && demo.exitCode === null) await once(demo, 'exit');
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const picture = async (name: string) => {
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };

  /** Rules of axe that the page breaks. */
  const broken = async (): Promise<string[]> => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe.run(),
    );
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  };

  /** The console remembers the language that was chosen. */
  const speak = async (language: 'pt' | 'en') => {
    await page.goto(`${origin}/`);
    await page.evaluate(`localStorage.setItem('arcos.language', '${language}')`);
  };

  /** Opens a page of the console in a language and on a screen; what it breaks of axe's rules is a failure. */
  const look = async (path: string, language: 'pt' | 'en', heading: string | RegExp, width = 1280) => {
    await page.setViewportSize({ width, height: 900 });
    await speak(language);
    await page.goto(`${origin}${path}`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined);
    expect([path, language, width, await broken()]).toEqual([path, language, width, []]);
    // Nothing hangs over the edge of a phone.
    const over = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    expect([path, width, over <= 0]).toEqual([path, width, true]);
  };

  test('the portal lists the dataset, in two languages', async () => {
    await page.goto(`${origin}/`);
    await page.getByRole('heading', { name: 'Conjuntos de dados' }).waitFor();
    await page.getByRole('link', { name: 'Chamados da Central 1746' }).waitFor();
    expect(await broken()).toEqual([]);
    await picture('portal-home');
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Datasets' }).waitFor();
    await page.getByRole('link', { name: 'Chamados da Central 1746' }).click();
    await page.getByRole('link', { name: 'chamados_por_bairro', exact: true }).waitFor();
    expect(await broken()).toEqual([]);
    await picture('portal-dataset');
  }, 60_000);

  test('the portal is searched by keyboard alone, without accents, and narrowed by facets', async () => {
    await page.goto(`${origin}/`);
    const box = page.getByRole('searchbox');
    await tabTo(page, box);
    await page.keyboard.type('SERVICOS alagamento');
    await page.keyboard.press('Enter');
    await page.getByText('1 resultado', { exact: true }).waitFor();
    const facet = page.getByRole('link', { name: /Escritório de Dados/ });
    await tabTo(page, facet);
    await page.keyboard.press('Enter');
    await page.waitForURL(/owner=/);
    await page.getByText('1 resultado', { exact: true }).waitFor();
    expect(await broken()).toEqual([]);
    await page.goto(`${origin}/?q=nadadisso`);
    await page.getByText('Nada encontrado').waitFor();
    expect(await broken()).toEqual([]);
  }, 60_000);

  test.each([
    ['/?lang=pt', 'Dados abertos'],
    ['/?lang=en', 'Open data'],
    ['/dados/datario/indicadores?lang=pt', 'Chamados da Central 1746'],
    ['/dados/datario/indicadores?lang=en', 'Chamados da Central 1746'],
    [`${TABLE}?lang=pt`, 'chamados_por_bairro'],
    [`${TABLE}?lang=en`, 'chamados_por_bairro'],
    ['/pedidos/dados?lang=pt', 'Pedir dados'],
    ['/pedidos/erro?lang=en', 'Report an error'],
  ])(
    '%s is whole on a phone too',
    async (path, heading) => {
      for (const width of [390, 1280]) await look(path, 'pt', heading, width);
    },
    60_000,
  );

  test('a table has a map that is coloured by its numbers, a preview and downloads', async () => {
    await page.goto(`${origin}${TABLE}`);
    await page.locator('#map[data-ready=true]').waitFor({ timeout: 30_000 });
    expect(await page.locator('#map-legend span').count()).toBeGreaterThan(3);
    const first = await page.locator('#map canvas').screenshot();
    await picture('portal');
    await page.getByLabel('Cor por').selectOption('alagamentos');
    await until(
      'the colours to change',
      async () => !(await page.locator('#map canvas').screenshot()).equals(first),
      10,
    );
    const box = await page.locator('#map canvas').boundingBox();
    expect(box).not.toBeNull();
    if (box !== null) {
      for (let step = 0; step < 40 && (await page.locator('#map-value').textContent()) === ''; step++) {
        await page.mouse.move(box.x + box.width * (0.3 + step / 100), box.y + box.height * 0.5);
      }
    }
    expect(await page.locator('#map-value').textContent()).toMatch(/.+: [\d.]+/);
    expect(await page.locator('.preview tbody tr').count()).toBe(20);
    expect(await broken()).toEqual([]);
    const sample = await page.locator('.snippet pre').first().textContent();
    const [, url = ''] = /'(http.*)'/.exec(sample ?? '') ?? [];
    expect((await (await fetch(url)).json()) as unknown).toMatchObject({ rows: expect.any(Array) });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('chamados_por_bairro.csv');
  }, 90_000);

  test('the console shows the run: its states, tasks, log and the table it made', async () => {
    await page.goto(`${origin}/console/`);
    await page.getByText('Tudo em ordem').waitFor();
    expect(await broken()).toEqual([]);
    await picture('console-home');
    await page.getByRole('link', { name: 'Execuções' }).click();
    await page.getByRole('heading', { name: 'Execuções', level: 1 }).waitFor();
    await page.locator('tbody th a').first().click();
    await page.getByRole('heading', { level: 1 }).getByText('Concluída').waitFor();
    expect(await page.locator('.gantt rect').count()).toBeGreaterThan(8);
    await page.getByText('conferir', { exact: true }).first().waitFor();
    await page
      .getByRole('cell', { name: /Falha de propósito/ })
      .first()
      .waitFor();
    await until('log lines', async () => (await page.locator('.logs li').count()) > 10, 20);
    expect(await page.locator('.logs').textContent()).toContain('chamado');
    await picture('console');
    expect(await broken()).toEqual([]);
    await page.getByRole('link', { name: 'Tabela de chamados' }).click();
    await page.getByRole('heading', { name: 'chamado', exact: true }).waitFor();
    await page.getByText('data_particao (MONTH)').waitFor();
    await until('the preview', async () => (await page.locator('table').last().locator('tbody tr').count()) === 20, 20);
    await picture('console-table');
    expect(await broken()).toEqual([]);
  }, 90_000);

  test.each(CONSOLE_PAGES)(
    '%s stands in both languages, on a phone too',
    async (path, portuguese, english) => {
      await look(path, 'en', english, 390);
      await look(path, 'en', english);
      await look(path, 'pt', portuguese, 390);
      await look(path, 'pt', portuguese);
    },
    90_000,
  );

  test('the models are a graph, with the columns of the one that is chosen', async () => {
    await page.goto(`${origin}/console/models`);
    await page.locator('.graph').getByRole('button', { name: 'chamado', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Linhagem das colunas: chamado' }).waitFor();
    await picture('console-models');
    expect(await broken()).toEqual([]);
    await page.goto(`${origin}/console/govern/people`);
    await page.getByRole('rowheader', { name: 'administrador' }).waitFor();
    await picture('console-govern');
  }, 60_000);

  test('tables are found from anywhere, by keyboard alone', async () => {
    await page.goto(`${origin}/console/agents`);
    await page.getByRole('cell', { name: 'rj-escritorio' }).first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Buscar tabelas' }).waitFor();
    await page.keyboard.type('PRECIPITACAO');
    await page
      .getByRole('option', { name: 'precipitacao_diaria rj-escritorio · clima_pluviometro', exact: true })
      .waitFor();
    expect(await broken()).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'precipitacao_diaria', level: 1 }).waitFor();
    await tabTo(page, page.getByRole('link', { name: 'Consultar em SQL' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'SQL', level: 1 }).waitFor();
    await page.locator('.cm-content').getByText('precipitacao_diaria').waitFor();
  }, 60_000);

  test('a query is checked as it is written, run by keyboard, shown by pages and exported', async () => {
    await page.goto(`${origin}/console/sql?project=rj-escritorio`);
    await page.locator('.cm-content').click();
    const write = async (text: string) => {
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(text);
    };
    await write('SELECT bairo FROM (SELECT 1 AS bairro)');
    await page.locator('.cm-lintRange-error', { hasText: 'bairo' }).waitFor();
    await page.getByRole('status').getByText('Did you mean bairro').waitFor();
    expect(await broken()).toEqual([]);
    await write('SELECT id_chamado, tipo, data_inicio\nFROM adm_central_atendimento_1746.chamado\nORDER BY id_chamado');
    await page
      .getByRole('status')
      .getByText(/^Vai ler .*iB$/)
      .waitFor();
    expect(await page.locator('.cm-lintRange-error').count()).toBe(0);
    await page.keyboard.press('Control+Enter');
    await page.getByText('50.000 × 3').waitFor();
    const grid = page.getByRole('region', { name: 'Resultado: Linhas' });
    await grid.getByRole('cell', { name: '1', exact: true }).first().waitFor();
    expect(await grid.locator('tbody tr').count()).toBeLessThan(100);
    await picture('console-sql');
    expect(await broken()).toEqual([]);
    // Out of the editor and to the rows, which the keys scroll.
    await page.keyboard.press('Escape');
    await tabTo(page, grid);
    await page.keyboard.press('End');
    await grid.getByRole('cell', { name: '50.000', exact: true }).waitFor();
    await until('the last page', async () => !(await grid.locator('tbody').textContent())?.includes('…'), 20);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV', exact: true }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split(/\r?\n/);
    expect([lines[0], lines.length]).toEqual(['id_chamado,tipo,data_inicio', 50_001]);
    await page.getByRole('button', { name: /SELECT id_chamado, tipo/ }).waitFor();
  }, 90_000);

  test('a query that takes long is stopped', async () => {
    const huge =
      'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE a * b = 7';
    await page.goto(`${origin}/console/sql?${new URLSearchParams({ project: 'rj-escritorio', query: huge })}`);
    await page.getByRole('button', { name: 'Executar', exact: true }).click();
    await page.getByRole('button', { name: 'Parar' }).waitFor();
    await until(
      'it to be stopped',
      async () => {
        const stop = page.getByRole('button', { name: 'Parar' });
        if (await stop.isVisible()) await stop.click({ timeout: 1000 }).catch(() => undefined);
        return page.getByRole('alert').isVisible();
      },
      20,
    );
    expect(await page.getByRole('alert').textContent()).toMatch(/cancel/i);
  }, 60_000);

  test('a run is started from the form of its parameters, by keyboard alone', async () => {
    await page.goto(`${origin}/console/flows`);
    await tabTo(page, page.getByRole('link', { name: 'chamados', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Executar com parâmetros' }).waitFor();
    expect(await page.locator('.firings li').count()).toBeGreaterThan(2);
    expect(await broken()).toEqual([]);
    await picture('console-flow');
    await tabTo(page, page.getByLabel('chamados (opcional)'));
    await page.keyboard.press('Control+a');
    await page.keyboard.type('2000');
    await tabTo(page, page.getByRole('button', { name: 'Executar agora' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Parâmetros', exact: true }).waitFor();
    await page.locator('pre', { hasText: '"chamados": 2000' }).waitFor();
    await page.getByRole('heading', { level: 1 }).getByText('Concluída').waitFor({ timeout: 60_000 });
    expect(await broken()).toEqual([]);
  }, 120_000);

  test('a file is looked at, corrected and loaded, and its rows are drawn', async () => {
    await page.goto(`${origin}/console/upload`);
    const text = 'Código;Bairro;Desde\n1;Centro;2024-01-31\n2;Lapa;2024-02-29\n';
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'Escolas.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.getByLabel('Tipo desde').selectOption('STRING');
    await page.getByLabel('Conjunto').fill('clima_pluviometro');
    await page.getByLabel('Projeto').selectOption('rj-escritorio');
    expect(await broken()).toEqual([]);
    await page.getByRole('button', { name: 'Carregar' }).click();
    await page.getByText('2 linhas carregadas').waitFor();
    await page.goto(
      `${origin}/console/sql?${new URLSearchParams({ project: 'rj-escritorio', query: 'SELECT bairro, codigo, desde FROM clima_pluviometro.escolas ORDER BY codigo' })}`,
    );
    await page.getByRole('button', { name: 'Executar', exact: true }).click();
    await page.getByText('2 × 3').waitFor();
    await page.getByRole('button', { name: 'Gráfico' }).click();
    await page.getByRole('img', { name: 'codigo por bairro' }).waitFor();
    expect(await broken()).toEqual([]);
  }, 60_000);

  test('a dataset is published by keyboard alone, and withdrawn', async () => {
    await page.goto(`${origin}/console/publish?project=rj-escritorio&dataset=dados_mestres`);
    await page.getByRole('heading', { name: 'Publicar', level: 1 }).waitFor();
    const fill = async (label: string, text: string) => {
      await tabTo(page, page.getByLabel(label, { exact: true }));
      await page.keyboard.press('Control+a');
      await page.keyboard.type(text);
    };
    await fill('Título', 'Bairros');
    await fill('Descrição', 'Os bairros da cidade');
    await fill('Responsável', 'Escritório de Dados');
    await fill('Tema', 'Território');
    await tabTo(page, page.getByLabel('Tabelas', { exact: true }));
    await page.keyboard.press('Control+a');
    await page.keyboard.type('bairro');
    await tabTo(page, page.getByRole('button', { name: 'Publicar' }));
    await page.keyboard.press('Enter');
    const link = page.getByRole('link', { name: 'Ver no portal' });
    await link.waitFor();
    expect(await broken()).toEqual([]);
    await tabTo(page, link);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Bairros', level: 1 }).waitFor();
    const gone = await page.request.delete(`${origin}/api/publications/rj-escritorio/dados_mestres`);
    expect(gone.status()).toBe(204);
  }, 60_000);

  test('no page asked another host for anything or complained', () => {
    expect(strange).toEqual([]);
  });
});

const MOST_TABS = 80;

/** Presses Tab until the element has the focus, as someone without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < MOST_TABS; presses++) {
    if (await target.evaluate((element) => element.matches(':focus'))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The focus does not come to ${String(target)}`);
}
