import {
  type ExpressionSpecification,
  LngLatBounds,
  Map as MapView,
  NavigationControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';

/**
 * The portal's map: areas coloured by a column. Everything it shows is in the table's own GeoJSON; there
 * is no tile, glyph or style server.
 */
setWorkerUrl(workerUrl);

/** From little to much (a sequential scheme that colour-blind people can read). */
const COLOURS = ['#f7fbff', '#d2e3f3', '#9ac8e1', '#529dcc', '#1c6cb1', '#08306b'];

interface Feature {
  readonly geometry: { readonly coordinates: unknown } | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

const element = document.getElementById('map');
const select = document.getElementById('map-column');
if (element !== null && select instanceof HTMLSelectElement) void show(element, select);

async function show(container: HTMLElement, choice: HTMLSelectElement): Promise<void> {
  const { source = '', title = '' } = container.dataset;
  const collection = (await (await fetch(source)).json()) as { readonly features: readonly Feature[] };
  const features = collection.features.filter(({ geometry }) => geometry !== null);
  const map = new MapView({
    container,
    style: {
      version: 8,
      sources: {},
      layers: [{ id: 'ground', type: 'background', paint: { 'background-color': '#e8eef2' } }],
    },
    bounds: boundsOf(features),
    fitBoundsOptions: { padding: 20 },
    attributionControl: false,
  });
  map.addControl(new NavigationControl({ showCompass: false }));
  await new Promise<void>((ready) => map.once('load', () => ready()));
  map.addSource('areas', { type: 'geojson', data: { type: 'FeatureCollection', features } as never });
  map.addLayer({
    id: 'areas',
    type: 'fill',
    source: 'areas',
    paint: { 'fill-color': colours(features, choice.value), 'fill-opacity': 0.9 },
  });
  map.addLayer({ id: 'borders', type: 'line', source: 'areas', paint: { 'line-color': '#33475b', 'line-width': 0.6 } });
  legend(features, choice.value);

  choice.addEventListener('change', () => {
    map.setPaintProperty('areas', 'fill-color', colours(features, choice.value));
    legend(features, choice.value);
  });
  const value = document.getElementById('map-value');
  map.on('mousemove', 'areas', ({ features: under }) => {
    const properties = under?.[0]?.properties;
    if (value !== null && properties !== undefined)
      value.textContent = `${properties[title] ?? ''}: ${format(Number(properties[choice.value]))}`;
  });
  map.once('idle', () => {
    container.dataset['ready'] = 'true';
  });
}

function format(number: number): string {
  return Number.isFinite(number) ? number.toLocaleString(document.documentElement.lang) : '–';
}

/** Bounds between the classes: about as many areas in each. */
function breaks(features: readonly Feature[], column: string): number[] {
  const values = features
    .map(({ properties }) => Number(properties[column]))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const bounds = COLOURS.slice(1).map(
    (_, index) => values[Math.floor(((index + 1) * values.length) / COLOURS.length)] ?? 0,
  );
  return [...new Set(bounds)];
}

function colours(features: readonly Feature[], column: string): ExpressionSpecification {
  const steps = breaks(features, column).flatMap((bound, index) => [bound, COLOURS[index + 1] ?? '']);
  return [
    'case',
    ['==', ['typeof', ['get', column]], 'number'],
    ['step', ['get', column], COLOURS[0] ?? '', ...steps],
    '#cccccc',
  ] as unknown as ExpressionSpecification;
}

function legend(features: readonly Feature[], column: string): void {
  const bounds = breaks(features, column);
  const labels = [`< ${format(bounds[0] ?? 0)}`, ...bounds.map((bound) => `≥ ${format(bound)}`)];
  const entries = labels.map((label, index) => {
    const entry = document.createElement('span');
    entry.style.setProperty('--swatch', COLOURS[index] ?? '');
    entry.textContent = label;
    return entry;
  });
  document.getElementById('map-legend')?.replaceChildren(...entries);
}

function boundsOf(features: readonly Feature[]): LngLatBounds {
  const bounds = new LngLatBounds();
  const visit = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    const [x, y] = coordinates as unknown[];
    if (typeof x === 'number' && typeof y === 'number') bounds.extend([x, y]);
    else for (const part of coordinates) visit(part);
  };
  for (const { geometry } of features) visit(geometry?.coordinates);
  return bounds;
}
