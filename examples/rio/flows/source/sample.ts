import { geometryOf, makeCity, type Neighbourhood, placeIn } from './city.ts';
import { Random } from './random.ts';
import type { Row, Source } from './source.ts';

export interface SampleOptions {
  readonly seed: number;
  readonly calls: number;
}

const KINDS = [
  'Estacionamento irregular',
  'Iluminação Pública',
  'Remoção Gratuita',
  'Limpeza de logradouros',
  'Perturbação do sossego',
  'Pavimentação',
  'Manejo Arbóreo',
  'Ônibus',
  'Drenagem e Saneamento',
  'Semáforo',
  'Fiscalização de obras',
  'Ocupação de área pública',
];

const STATIONS = ['Vidigal', 'Urca', 'Rocinha', 'Tijuca', 'Santa Teresa', 'Copacabana', 'Grajaú', 'Madureira'];

const MONTHS = 24;
const START = Date.UTC(2024, 0, 1);
const RAIN_DAYS = 90;
const MINUTE = 60_000;
const QUARTER_HOUR = 15 * MINUTE;
const DAY = 24 * 60 * MINUTE;

/** Synthetic rows, labelled so, the same for the same seed: nobody called, and it did not rain. */
export function sampleSource({ seed, calls }: SampleOptions): Source {
  const city = makeCity(seed);
  // Some neighbourhoods call more than others, and not by their place on the map.
  const busy = shuffled(city, new Random(seed + 1));
  return {
    name: `amostra sintética (semente ${seed})`,
    chamados: () => makeCalls(busy, seed + 2, calls),
    bairros: () =>
      city.map((neighbourhood) => ({
        id_bairro: neighbourhood.id,
        nome: neighbourhood.name,
        subprefeitura: neighbourhood.district,
        geometria: geometryOf(neighbourhood),
      })),
    chuva: () => makeRain(seed + 3),
    ocorrencias: () => makeFloods(busy, seed + 4),
    paradas: () => makeStops(city, seed + 5),
  };
}

function* makeCalls(busy: readonly Neighbourhood[], seed: number, count: number): Generator<Row> {
  const random = new Random(seed);
  const end = Date.UTC(2024, MONTHS, 1);
  for (let index = 0; index < count; index++) {
    const neighbourhood = random.pick(busy, 12);
    const time = START + Math.floor(((end - START) * index) / count) + Math.floor(random.next() * 10 * MINUTE);
    yield {
      id_chamado: 18_000_000 + index,
      data_inicio: local(Math.min(time, end - 1)),
      // Callers often do not know; the point then tells.
      id_bairro: random.chance(0.15) ? null : neighbourhood.id,
      tipo: random.pick(KINDS, 20),
      ...placeIn(neighbourhood, random),
    };
  }
}

function* makeRain(seed: number): Generator<Row> {
  const random = new Random(seed);
  for (const station of STATIONS) {
    let storm = 0;
    for (let at = 0; at < RAIN_DAYS * DAY; at += QUARTER_HOUR) {
      storm = random.chance(0.004) ? random.between(2, 14) : storm * 0.8;
      yield {
        estacao: station,
        data_medicao: local(START + at),
        chuva_15min: Number((storm < 0.2 ? 0 : storm).toFixed(1)),
      };
    }
  }
}

function* makeFloods(busy: readonly Neighbourhood[], seed: number): Generator<Row> {
  const random = new Random(seed);
  for (let index = 0; index < 600; index++) {
    const start = START + Math.floor(random.next() * RAIN_DAYS * DAY);
    yield {
      id_evento: 70_000 + index,
      data_inicio: `${local(start)}.000000 UTC`,
      data_fim: `${local(start + Math.floor(random.between(20, 300)) * MINUTE)}.000000 UTC`,
      gravidade: random.pick(['Baixo', 'Médio', 'Alto'], 6),
      tipo_ocorrencia: random.pick(["Bolsão d'água em via", 'Alagamento', "Lâmina d'água"], 4),
      ...placeIn(random.pick(busy, 8), random),
    };
  }
}

function* makeStops(city: readonly Neighbourhood[], seed: number): Generator<Row> {
  const random = new Random(seed);
  for (const neighbourhood of city) {
    const { latitude, longitude } = placeIn(neighbourhood, random);
    yield {
      stop_id: `P${neighbourhood.id}`,
      stop_name: `Parada ${neighbourhood.name}`,
      stop_lat: latitude,
      stop_lon: longitude,
    };
  }
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** `2024-01-31 23:59:59` */
function local(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
