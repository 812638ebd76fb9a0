import { createRootRoute, createRoute, createRouter, Link, Outlet } from '@tanstack/react-router';
import { useVoice } from './language.tsx';
import { AgentsPage } from './pages/AgentsPage.tsx';
import { DataPage } from './pages/DataPage.tsx';
import { FlowsPage } from './pages/FlowsPage.tsx';
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
          <strong>Arcos</strong> <span>Console</span>
        </Link>
        <nav>
          <Link to="/">{words.runs}</Link>
          <Link to="/flows">{words.flows}</Link>
          <Link to="/data">{words.data}</Link>
          <Link to="/agents">{words.agents}</Link>
          <a href="/">{words.portal}</a>
          <button type="button" className="plain" onClick={toggle}>
            {words.other}
          </button>
        </nav>
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

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export const runsRoute = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: RunsPage,
  validateSearch(search: Record<string, unknown>): RunFilters {
    const [state, before] = [text(search['state']), text(search['before'])];
    return { ...(state === undefined ? {} : { state }), ...(before === undefined ? {} : { before }) };
  },
});
export const runRoute = createRoute({ getParentRoute: () => root, path: '/runs/$run', component: RunPage });
const flowsRoute = createRoute({ getParentRoute: () => root, path: '/flows', component: FlowsPage });
const agentsRoute = createRoute({ getParentRoute: () => root, path: '/agents', component: AgentsPage });
const dataRoute = createRoute({ getParentRoute: () => root, path: '/data', component: DataPage });
export const tableRoute = createRoute({
  getParentRoute: () => root,
  path: '/data/$project/$dataset/$table',
  component: TablePage,
});

export const router = createRouter({
  routeTree: root.addChildren([runsRoute, runRoute, flowsRoute, agentsRoute, dataRoute, tableRoute]),
  basepath: '/console',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
