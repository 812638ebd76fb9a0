export interface Connection {
  readonly name: string;
  /** What to do, in order. `{origin}` stands for this server's address. */
  readonly steps: Readonly<Record<'pt' | 'en', readonly string[]>>;
  readonly code?: string;
}

const NO_ADDRESS = {
  pt: 'O conector de BigQuery desta ferramenta não deixa escolher o endereço do servidor. Use os arquivos do portal ou a API de linhas em CSV, que a ferramenta lê por um endereço:',
  en: 'The BigQuery connector of this tool does not let one choose the server’s address. Use the portal’s files or the API of rows as CSV, which the tool reads from an address:',
};
const ROWS =
  '{origin}/dados/PROJETO/CONJUNTO/TABELA.csv\n{origin}/api/portal/PROJETO/CONJUNTO/TABELA/rows?format=csv&limit=1000';

/** Tools that people use, and how each gets to the data. */
export const CONNECTIONS: readonly Connection[] = [
  {
    name: 'Superset',
    steps: {
      pt: [
        'No servidor do Superset: pip install sqlalchemy-bigquery',
        'Em Settings › Database Connections › + Database, escolha Other e use o endereço SQLAlchemy abaixo.',
        'Em Advanced › Other, passe os engine_params com o endereço deste servidor e o arquivo da chave.',
      ],
      en: [
        'On Superset’s server: pip install sqlalchemy-bigquery',
        'In Settings › Database Connections › + Database, choose Other and use the SQLAlchemy address below.',
        'In Advanced › Other, pass the engine_params with this server’s address and the key’s file.',
      ],
    },
    code: 'bigquery://PROJETO\n\n# superset_config.py\nfrom google.cloud import bigquery\nfrom google.oauth2 import service_account\nclient = bigquery.Client(project="PROJETO",\n    credentials=service_account.Credentials.from_service_account_file("chave.json"),\n    client_options={"api_endpoint": "{origin}"})\n# create_engine("bigquery://PROJETO?user_supplied_client=true", connect_args={"client": client})',
  },
  {
    name: 'Evidence',
    steps: {
      pt: ['Em cada página, leia os arquivos do portal com o conector de CSV ou de DuckDB (read_parquet).'],
      en: ['In each page, read the portal’s files with the CSV connector, or with DuckDB’s (read_parquet).'],
    },
    code: "select * from read_parquet('{origin}/dados/PROJETO/CONJUNTO/TABELA.parquet')",
  },
  {
    name: 'Metabase',
    steps: {
      pt: [NO_ADDRESS.pt, 'Ou carregue o CSV em Add › Upload data.'],
      en: [NO_ADDRESS.en, 'Or upload the CSV in Add › Upload data.'],
    },
    code: ROWS,
  },
  {
    name: 'Looker Studio',
    steps: {
      pt: [NO_ADDRESS.pt, 'Use o conector de Planilhas Google com =IMPORTDATA("endereço"), ou Upload de arquivo.'],
      en: [NO_ADDRESS.en, 'Use the Google Sheets connector with =IMPORTDATA("address"), or File upload.'],
    },
    code: ROWS,
  },
  {
    name: 'Power BI',
    steps: {
      pt: [
        'Obter dados › Web, com o endereço do CSV; ou Obter dados › Parquet com o do arquivo Parquet.',
        'Agende a atualização no serviço.',
      ],
      en: [
        'Get data › Web, with the CSV’s address; or Get data › Parquet with that of the Parquet file.',
        'Schedule the refresh in the service.',
      ],
    },
    code: ROWS,
  },
  {
    name: 'Grafana',
    steps: {
      pt: [
        'Instale o plugin Infinity.',
        'Crie uma fonte com o endereço deste servidor e consulte a API de linhas, formato JSON, seletor rows.',
      ],
      en: [
        'Install the Infinity plugin.',
        'Make a data source with this server’s address and query the API of rows, format JSON, selector rows.',
      ],
    },
    code: '{origin}/api/portal/PROJETO/CONJUNTO/TABELA/rows?limit=1000',
  },
  {
    name: 'Python, pandas',
    steps: {
      pt: ['Baixe a chave de uma conta de serviço e use a biblioteca google-cloud-bigquery.'],
      en: ['Download the key of a service account and use the library google-cloud-bigquery.'],
    },
    code: 'from google.cloud import bigquery\nfrom google.oauth2 import service_account\nclient = bigquery.Client(project="PROJETO",\n    credentials=service_account.Credentials.from_service_account_file("chave.json"),\n    client_options={"api_endpoint": "{origin}"})\nframe = client.query("SELECT * FROM CONJUNTO.TABELA LIMIT 10").to_dataframe(create_bqstorage_client=False)',
  },
];
