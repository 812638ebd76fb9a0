import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, openBrowser } from '../support/browser.ts';
import { until } from '../support/platform.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** `ARCOS_SCREENSHOTS=1 npx vitest run test/e2e/browser.test.ts` takes the pictures of docs/ anew. */
const PICTURES = process.env['ARCOS_SCREENSHOTS'] === '1' ? join(ROOT, 'docs', 'images') : undefined;
const TABLE = '/dados/datario/indicadores/chamados_por_bairro';

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
      if (['error', 'warning'].includes(message.type()) && !/GPU stall|WebGL/.test(message.text()))
        strange.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => strange.push(`error: ${error.message}`));
  }, 180_000);

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

  test('the portal lists the dataset, in two languages', async () => {
    await page.goto(`${origin}/`);
    await page.getByRole('heading', { name: 'Conjuntos de dados' }).waitFor();
    await page.getByRole('link', { name: 'Chamados da Central 1746' }).waitFor();
    expect(await broken()).toEqual([]);
    await picture('portal-home');
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Datasets' }).waitFor();
    await page.getByRole('link', { name: 'Chamados da Central 1746' }).click();
    await page.getByRole('link', { name: 'chamados_por_bairro' }).waitFor();
    expect(await broken()).toEqual([]);
  }, 60_000);

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
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(20);
    expect(await broken()).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('chamados_por_bairro.csv');
  }, 90_000);

  test('the console shows the run: its states, tasks, log and the table it made', async () => {
    await page.goto(`${origin}/console/`);
    await page.getByRole('heading', { name: 'Execuções' }).waitFor();
    expect(await broken()).toEqual([]);
    await page.locator('tbody th a').first().click();
    await page.getByRole('heading', { level: 1 }).getByText('Completed').waitFor();
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

  test.each([
    ['/console/flows', 'Flows', 'chamados'],
    ['/console/agents', 'Agentes', 'rj-escritorio'],
    ['/console/data', 'Dados', 'chamados_por_bairro'],
  ])(
    '%s shows what there is',
    async (path, heading, content) => {
      await page.goto(`${origin}${path}`);
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await page.getByText(content, { exact: true }).first().waitFor();
      expect(await broken()).toEqual([]);
    },
    30_000,
  );

  test('no page asked another host for anything or complained', () => {
    expect(strange).toEqual([]);
  });
});
