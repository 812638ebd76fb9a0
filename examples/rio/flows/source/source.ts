/** A value as a file has it: staging keeps everything as text. */
export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** Where the flow's rows come from, table by table. The rows of a table all have the same columns. */
export interface Source {
  /** Says whose data it is, for the run's log. */
  readonly name: string;
  /** id_chamado, data_inicio, id_bairro, tipo, latitude, longitude */
  chamados(): Iterable<Row> | AsyncIterable<Row>;
  /** id_bairro, nome, subprefeitura, geometria (GeoJSON) */
  bairros(): Iterable<Row> | AsyncIterable<Row>;
  /** estacao, data_medicao, chuva_15min (mm) */
  chuva(): Iterable<Row> | AsyncIterable<Row>;
  /** id_evento, data_inicio, data_fim, gravidade, tipo_ocorrencia, latitude, longitude */
  ocorrencias(): Iterable<Row> | AsyncIterable<Row>;
  /** stop_id, stop_name, stop_lat, stop_lon */
  paradas(): Iterable<Row> | AsyncIterable<Row>;
}

export const COLUMNS = {
  chamados: ['id_chamado', 'data_inicio', 'id_bairro', 'tipo', 'latitude', 'longitude'],
  bairros: ['id_bairro', 'nome', 'subprefeitura', 'geometria'],
  chuva: ['estacao', 'data_medicao', 'chuva_15min'],
  ocorrencias: ['id_evento', 'data_inicio', 'data_fim', 'gravidade', 'tipo_ocorrencia', 'latitude', 'longitude'],
  paradas: ['stop_id', 'stop_name', 'stop_lat', 'stop_lon'],
} as const satisfies Record<Exclude<keyof Source, 'name'>, readonly string[]>;
