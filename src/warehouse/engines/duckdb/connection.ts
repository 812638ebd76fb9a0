/**
 * A PostgreSQL URI as the keyword string that DuckLake hands to libpq: a URI's query parameters do not
 * survive there. The connections go by `name`, so that they can be told from others'.
 */
export function catalogConnection(uri: string, name: string): string {
  const url = new URL(uri);
  const parameters: Record<string, string> = {
    host: url.searchParams.get('host') ?? url.hostname,
    port: url.port,
    dbname: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    application_name: name,
  };
  return Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}='${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}
