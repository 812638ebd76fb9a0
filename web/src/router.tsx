import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Palette } from './find/Palette.tsx';
import { useVoice } from './language.tsx';
import { AgentsPage } from './pages/AgentsPage.tsx';
import { DataPage } from './pages/DataPage.tsx';
import { FlowPage } from './pages/FlowPage.tsx';
import { FlowsPage } from './pages/FlowsPage.tsx';
import { HomePage } from './pages/HomePage.tsx';
import { RunPage } from './pages/RunPage.tsx';
import { RunsPage } from './pages/RunsPage.tsx';
import { TablePage } from './pages/TablePage.tsx';

function Frame() {
  const { words, toggle } = useVoice();
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <img src="/web/icon.svg" alt="" width="28" height="28" />
          <strong>Arcos</strong>
        </Link>
        <nav aria-label={words.menu} className="main-nav">
          <Link to="/" activeOptions={{ exact: true }}>
            {words.home}
          </Link>
          <Link to="/runs">{words.runs}</Link>
          <Link to="/flows">{words.flows}</Link>
          <Link to="/data">{words.data}</Link>
          <Link to="/sql">{words.sql}</Link>
          <Link to="/agents">{words.agents}</Link>
        </nav>
        <div className="tools">
          <Palette />
          <a href="/">{words.portal}</a>
          <button type="button" className="plain" onClick={toggle}>
            {words.other}
          </button>
        </div>
      </header>
      <main id="content">
        <Outlet />
      </main>
    </>
  );
}

const root = createRootRoute({ component: Frame });

/** What the list of runs is narrowed to: it is in the address, so that a view can be sent to someone. */
export interface RunFilters {
  readonly state?: string;
  readonly before?: string;
}

/** A query that the SQL page opens with. */
export interface SqlDraft {
  readonly project?: string;
  readonly query?: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const homeRoute = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });
export const runsRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  component: RunsPage,
  validateSearch(search: Record<string, unknown>): RunFilters {
    const [state, before] = [text(search['state']), text(search['before'])];
    return { ...(state === undefined ? {} : { state }), ...(before === undefined ? {} : { before }) };
  },
});
export const runRoute = createRoute({ getParentRoute: () => root, path: '/runs/$run', component: RunPage });
const flowsRoute = createRoute({ getParentRoute: () => root, path: '/flows', component: FlowsPage });
export const flowRoute = createRoute({ getParentRoute: () => root, path: '/flows/$deployment', component: FlowPage });
const agentsRoute = createRoute({ getParentRoute: () => root, path: '/agents', component: AgentsPage });
const dataRoute = createRoute({ getParentRoute: () => root, path: '/data', component: DataPage });
export const tableRoute = createRoute({
  getParentRoute: () => root,
  path: '/data/$project/$dataset/$table',
  component: TablePage,
});
export const sqlRoute = createRoute({
  getParentRoute: () => root,
  path: '/sql',
  // The editor is the largest part of the console; other pages do without it.
  component: lazyRouteComponent(() => import('./pages/SqlPage.tsx'), 'SqlPage'),
  validateSearch(search: Record<string, unknown>): SqlDraft {
    const [project, query] = [text(search['project']), text(search['query'])];
    return { ...(project === undefined ? {} : { project }), ...(query === undefined ? {} : { query }) };
  },
});

export const router = createRouter({
  routeTree: root.addChildren([
    homeRoute,
    runsRoute,
    runRoute,
    flowsRoute,
    flowRoute,
    agentsRoute,
    dataRoute,
    tableRoute,
    sqlRoute,
  ]),
  basepath: '/console',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
