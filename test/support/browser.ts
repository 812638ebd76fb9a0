import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is on this machine: the variable CHROMIUM, or where distributions put it; undefined without one. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM'];
  return named !== undefined && named !== '' ? named : PLACES.find((path) => existsSync(path));
}

export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--use-gl=angle', '--use-angle=swiftshader'],
  });
}
