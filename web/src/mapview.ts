import {
  type ExpressionSpecification,
  type FilterSpecification,
  LngLatBounds,
  Map as MapView,
  NavigationControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';

/**
 * A map: areas, lines and points coloured by a column, at one time or over all. Everything it shows is in the table's own GeoJSON; there
 * is no tile, glyph or style server.
 */
setWorkerUrl(workerUrl);

/** From little to much (a sequential scheme that colour-blind people can read). */
const COLOURS = ['#f7fbff', '#d2e3f3', '#9ac8e1', '#529dcc', '#1c6cb1', '#08306b'];

interface Feature {
  readonly geometry: { readonly coordinates: unknown } | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a map shows. */
export interface MapOptions {
  /** Address of the GeoJSON. */
  readonly source: string;
  /** The property that names a shape. */
  readonly title: string;
  /** The property that says when; with it the slider of the page is made to work. */
  readonly time?: string;
  /** What the slider says where it shows every time. */
  readonly all?: string;
}

/** Draws the map, coloured by the column that is chosen. Gives what removes it. */
export async function showMap(
  container: HTMLElement,
  choice: HTMLSelectElement,
  { source, title, time, all = '' }: MapOptions,
): Promise<() => void> {
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(((await answer.json()) as { error?: { message?: string } }).error?.message);
  const collection = (await answer.json()) as { readonly features: readonly Feature[] };
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
  const colour = () => colours(features, choice.value);
  map.addLayer({
    id: 'areas',
    type: 'fill',
    source: 'areas',
    filter: shapes('Polygon'),
    paint: { 'fill-opacity': 0.9 },
  });
  map.addLayer({
    id: 'borders',
    type: 'line',
    source: 'areas',
    filter: shapes('Polygon'),
    paint: { 'line-color': '#33475b', 'line-width': 0.6 },
  });
  map.addLayer({
    id: 'lines',
    type: 'line',
    source: 'areas',
    filter: shapes('LineString'),
    paint: { 'line-width': 2.5 },
  });
  map.addLayer({
    id: 'points',
    type: 'circle',
    source: 'areas',
    filter: shapes('Point'),
    paint: { 'circle-radius': 5, 'circle-stroke-color': '#33475b', 'circle-stroke-width': 0.8 },
  });
  const paint = () => {
    map.setPaintProperty('areas', 'fill-color', colour());
    map.setPaintProperty('lines', 'line-color', colour());
    map.setPaintProperty('points', 'circle-color', colour());
  };
  paint();
  legend(features, choice.value);

  choice.addEventListener('change', () => {
    paint();
    legend(features, choice.value);
  });
  if (time !== undefined) slide(map, features, time, all);
  const value = document.getElementById('map-value');
  map.on('mousemove', ['areas', 'lines', 'points'], ({ features: under }) => {
    const properties = under?.[0]?.properties;
    if (value !== null && properties !== undefined)
      value.textContent = `${properties[title] ?? ''}: ${format(Number(properties[choice.value]))}`;
  });
  map.once('idle', () => {
    container.dataset['ready'] = 'true';
  });
  return () => map.remove();
}

/** Of one kind, or several of that kind together. */
function shapes(kind: string): FilterSpecification {
  return ['match', ['geometry-type'], [kind, `Multi${kind}`], true, false] as unknown as FilterSpecification;
}

/** What a moment is called: the month of a date, or the year. */
const momentOf = (value: unknown): string => String(value ?? '').slice(0, 7);

/** The slider goes through the months of the data; its first place shows all of them. */
function slide(map: MapView, features: readonly Feature[], time: string, all: string): void {
  const slider = document.getElementById('map-time');
  const shown = document.getElementById('map-moment');
  const play = document.getElementById('map-play');
  if (!(slider instanceof HTMLInputElement) || shown === null) return;
  const moments = [...new Set(features.map(({ properties }) => momentOf(properties[time])))].filter(Boolean).sort();
  slider.max = String(moments.length);
  const show = () => {
    const moment = moments[Number(slider.value) - 1];
    shown.textContent = moment ?? all;
    slider.setAttribute('aria-valuetext', moment ?? all);
    const at = ['==', ['slice', ['to-string', ['get', time]], 0, 7], moment ?? ''];
    for (const [layer, kind] of LAYERS) {
      const own = shapes(kind);
      map.setFilter(layer, (moment === undefined ? own : ['all', own, at]) as FilterSpecification);
    }
  };
  slider.addEventListener('input', show);
  let timer: ReturnType<typeof setInterval> | undefined;
  play?.addEventListener('click', () => {
    if (timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    timer = setInterval(() => {
      slider.value = String((Number(slider.value) % moments.length) + 1);
      show();
    }, 900);
  });
  show();
}

const LAYERS = [
  ['areas', 'Polygon'],
  ['borders', 'Polygon'],
  ['lines', 'LineString'],
  ['points', 'Point'],
] as const;

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
