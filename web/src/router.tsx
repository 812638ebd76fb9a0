import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Palette } from './find/Palette.tsx';
import { useVoice } from './language.tsx';
import { HomePage } from './pages/HomePage.tsx';
import { RunsPage } from './pages/RunsPage.tsx';

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
          <Link to="/models">{words.models}</Link>
          <Link to="/sql">{words.sql}</Link>
          <Link to="/agents">{words.agents}</Link>
          <Link to="/requests">{words.requestsShort}</Link>
          <Link to="/govern/$section" params={{ section: 'people' }}>
            {words.govern}
          </Link>
          <Link to="/connect">{words.connect}</Link>
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
  readonly flow?: string;
  readonly namespace?: string;
  readonly before?: string;
}

/** A query that the SQL page opens with. */
export interface SqlDraft {
  readonly project?: string;
  readonly query?: string;
}

/** Those of the members that are texts and not empty. */
function texts<Name extends string>(search: Record<string, unknown>, ...names: Name[]): { [Each in Name]?: string } {
  const found = names.flatMap((name) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found) as { [Each in Name]?: string };
}

const homeRoute = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });
export const runsRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  component: RunsPage,
  validateSearch(search: Record<string, unknown>): RunFilters {
    return texts(search, 'state', 'flow', 'namespace', 'before');
  },
});
export const runRoute = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  component: lazyRouteComponent(() => import('./pages/RunPage.tsx'), 'RunPage'),
});
const flowsRoute = createRoute({
  getParentRoute: () => root,
  path: '/flows',
  component: lazyRouteComponent(() => import('./pages/FlowsPage.tsx'), 'FlowsPage'),
});
export const flowRoute = createRoute({
  getParentRoute: () => root,
  path: '/flows/$deployment',
  component: lazyRouteComponent(() => import('./pages/FlowPage.tsx'), 'FlowPage'),
});
const agentsRoute = createRoute({
  getParentRoute: () => root,
  path: '/agents',
  component: lazyRouteComponent(() => import('./pages/AgentsPage.tsx'), 'AgentsPage'),
});
const dataRoute = createRoute({
  getParentRoute: () => root,
  path: '/data',
  component: lazyRouteComponent(() => import('./pages/DataPage.tsx'), 'DataPage'),
});
export const tableRoute = createRoute({
  getParentRoute: () => root,
  path: '/data/$project/$dataset/$table',
  component: lazyRouteComponent(() => import('./pages/TablePage.tsx'), 'TablePage'),
});
export const sqlRoute = createRoute({
  getParentRoute: () => root,
  path: '/sql',
  // The editor is the largest part of the console; other pages do without it.
  component: lazyRouteComponent(() => import('./pages/SqlPage.tsx'), 'SqlPage'),
  validateSearch(search: Record<string, unknown>): SqlDraft {
    return texts(search, 'project', 'query');
  },
});

export const governRoute = createRoute({
  getParentRoute: () => root,
  path: '/govern/$section',
  component: lazyRouteComponent(() => import('./pages/GovernPage.tsx'), 'GovernPage'),
});
const requestsRoute = createRoute({
  getParentRoute: () => root,
  path: '/requests',
  component: lazyRouteComponent(() => import('./pages/RequestsPage.tsx'), 'RequestsPage'),
});
const connectRoute = createRoute({
  getParentRoute: () => root,
  path: '/connect',
  component: lazyRouteComponent(() => import('./pages/ConnectPage.tsx'), 'ConnectPage'),
});

const modelsRoute = createRoute({
  getParentRoute: () => root,
  path: '/models',
  component: lazyRouteComponent(() => import('./pages/ModelsPage.tsx'), 'ModelsPage'),
});

const uploadRoute = createRoute({
  getParentRoute: () => root,
  path: '/upload',
  component: lazyRouteComponent(() => import('./pages/UploadPage.tsx'), 'UploadPage'),
});

export const publishRoute = createRoute({
  getParentRoute: () => root,
  path: '/publish',
  component: lazyRouteComponent(() => import('./pages/PublishPage.tsx'), 'PublishPage'),
  validateSearch: (search: Record<string, unknown>): { project?: string; dataset?: string } =>
    texts(search, 'project', 'dataset'),
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
    governRoute,
    requestsRoute,
    connectRoute,
    modelsRoute,
    uploadRoute,
    publishRoute,
  ]),
  basepath: '/console',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
