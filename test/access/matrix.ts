/** Who calls, in the order of the columns. The last three had an administrator's key. */
export const CALLERS = [
  'nobody',
  'agent of another agency',
  'reader',
  'editor',
  'administrator',
  'revoked key',
  'expired key',
  'disabled user',
] as const;

/**
 * Every route with the answer to each caller who asks for a thing of the agency `escritorio`: `in` is let through the
 * door, whatever then comes of the request; a number is the HTTP status of the refusal. A route that is not here fails
 * the test. Where a bucket is concerned, a stranger is told that there is none. The token endpoint says everything with
 * 400 (RFC 6749 section 5.2).
 */
const TABLE = `
GET    /api/health                                in  in  in  in  in  401 401 401
GET    /health                                    in  in  in  in  in  401 401 401
GET    /ready                                     in  in  in  in  in  401 401 401
GET    /api/openapi.json                          in  in  in  in  in  401 401 401
GET    /api/openapi/lake.json                     in  in  in  in  in  401 401 401
GET    /api/openapi/warehouse.json                in  in  in  in  in  401 401 401
GET    /api/session                               in  in  in  in  in  401 401 401
POST   /api/session                               in  in  in  in  in  401 401 401
DELETE /api/session                               in  in  in  in  in  401 401 401
POST   /api/password                              in  in  in  in  in  401 401 401
POST   /api/keys                                  in  in  in  in  in  401 401 401
POST   /api/device                                in  in  in  in  in  401 401 401
POST   /api/device/token                          in  in  in  in  in  401 401 401
GET    /login/device                              in  in  in  in  in  401 401 401
POST   /login/device                              in  in  in  in  in  401 401 401
GET    /login                                     in  in  in  in  in  401 401 401
POST   /login                                     in  in  in  in  in  401 401 401
GET    /login/oidc                                in  in  in  in  in  401 401 401
GET    /login/oidc/callback                       in  in  in  in  in  401 401 401
GET    /console                                   in  in  in  in  in  401 401 401
GET    /console/*                                 in  in  in  in  in  401 401 401
GET    /web/*                                     in  in  in  in  in  401 401 401
POST   /api/agents/enrol                          in  in  in  in  in  401 401 401
POST   /oauth2/token                              in  in  in  in  in  in  in  in
POST   /batch/storage/v1                          in  in  in  in  in  401 401 401
GET    /bigquery/v2/projects                      in  in  in  in  in  401 401 401
GET    /                                          in  in  in  in  in  401 401 401
GET    /dados/:project/:dataset                   in  in  in  in  in  401 401 401
GET    /dados/:project/:dataset/:table            in  in  in  in  in  401 401 401
GET    /dados/:project/:dataset/:table/versoes/:file in in in  in  in  401 401 401
GET    /api/publications                          in  in  in  in  in  401 401 401
GET    /pedidos/dados                             in  in  in  in  in  401 401 401
POST   /pedidos/dados                             in  in  in  in  in  401 401 401
GET    /pedidos/erro                              in  in  in  in  in  401 401 401
POST   /pedidos/erro                              in  in  in  in  in  401 401 401
GET    /api/portal/:project/:dataset/:table/rows  in  in  in  in  in  401 401 401
GET    /api/portal/:project/sql                   in  in  in  in  in  401 401 401
GET    /api/portal/openapi.json                   in  in  in  in  in  401 401 401
GET    /catalog.jsonld                            in  in  in  in  in  401 401 401
GET    /data.json                                 in  in  in  in  in  401 401 401
GET    /feed.xml                                  in  in  in  in  in  401 401 401
GET    /sitemap.xml                               in  in  in  in  in  401 401 401
GET    /robots.txt                                in  in  in  in  in  401 401 401

GET    /api/flows                                 401 403 in  in  in  401 401 401
GET    /api/deployments                           401 403 in  in  in  401 401 401
POST   /api/deployments                           401 403 403 in  in  401 401 401
GET    /api/deployments/:id                       401 403 in  in  in  401 401 401
POST   /api/deployments/:id/runs                  401 403 403 in  in  401 401 401
GET    /api/runs                                  401 403 in  in  in  401 401 401
GET    /api/runs/counts                           401 403 in  in  in  401 401 401
GET    /api/logs                                  401 403 in  in  in  401 401 401
GET    /api/notifications                         401 403 in  in  in  401 401 401
GET    /api/notifications/deliveries              401 403 in  in  in  401 401 401
PUT    /api/namespaces/:namespace/notifications/:name 401 403 403 in  in  401 401 401
DELETE /api/namespaces/:namespace/notifications/:name 401 403 403 in  in  401 401 401
POST   /api/namespaces/:namespace/notifications/:name/test 401 403 403 in  in  401 401 401
GET    /api/runs/:id                              401 403 in  in  in  401 401 401
GET    /api/runs/:id/logs                         401 403 in  in  in  401 401 401
GET    /api/runs/:id/events                       401 403 in  in  in  401 401 401
POST   /api/runs/bulk                             401 403 403 in  in  401 401 401
POST   /api/runs/:id/retry                        401 403 403 in  in  401 401 401
POST   /api/runs/:id/cancel                       401 403 403 in  in  401 401 401
GET    /api/agents                                401 403 in  in  in  401 401 401
POST   /api/agents/claim                          401 403 403 403 in  401 401 401
POST   /api/agents/heartbeat                      401 403 403 403 in  401 401 401
POST   /api/runs/:id/report                       401 403 403 403 in  401 401 401
GET    /api/runs/:id/resume                       401 403 403 403 403 401 401 401
POST   /api/schedules/:id                         401 403 403 in  in  401 401 401
POST   /api/deployments/:id/backfills             401 403 403 in  in  401 401 401
GET    /api/backfills/:id                         401 403 in  in  in  401 401 401
POST   /api/backfills/:id/cancel                  401 403 403 in  in  401 401 401
GET    /api/runs/:id/why                          401 403 in  in  in  401 401 401
POST   /api/runs/:id/children                     401 403 403 403 403 401 401 401
GET    /api/runs/:id/children/:child              401 403 403 403 403 401 401 401
POST   /api/runs/:id/children/:child/cancel       401 403 403 403 403 401 401 401
GET    /api/runs/:id/values/:key                  401 403 403 403 403 401 401 401
PUT    /api/runs/:id/values/:key                  401 403 403 403 403 401 401 401
GET    /api/limits                                401 403 403 403 403 401 401 401
PUT    /api/limits/:scope/:name                   401 403 403 403 403 401 401 401
DELETE /api/limits/:scope/:name                   401 403 403 403 403 401 401 401
GET    /metrics                                   401 403 403 403 403 401 401 401
POST   /namespaces/:namespace/jsonrpc             401 403 403 in  in  401 401 401
POST   /namespaces/:namespace/models              401 403 403 in  in  401 401 401
GET    /namespaces/:namespace/lineage             401 403 in  in  in  401 401 401

GET    /api/agencies                              401 403 403 403 in  401 401 401
PUT    /api/agencies/:id                          401 403 403 403 403 401 401 401
GET    /api/namespaces                            401 403 403 403 in  401 401 401
PUT    /api/namespaces/:id                        401 403 403 403 in  401 401 401
POST   /api/namespaces/:namespace/agents          401 403 403 403 in  401 401 401
GET    /api/principals                            401 403 403 403 in  401 401 401
GET    /api/principals/:name                      401 403 403 403 in  401 401 401
PATCH  /api/principals/:name                      401 403 403 403 in  401 401 401
DELETE /api/principals/:name                      401 403 403 403 in  401 401 401
GET    /api/principals/:name/keys                 401 403 403 403 in  401 401 401
POST   /api/principals/:name/keys                 401 403 403 403 in  401 401 401
DELETE /api/principals/:name/keys/:key            401 403 403 403 in  401 401 401
PUT    /api/users/:name                           401 403 403 403 in  401 401 401
POST   /api/users/:name/invitation                401 403 403 403 in  401 401 401
PUT    /api/groups/:name                          401 403 403 403 in  401 401 401
GET    /api/groups/:name/members                  401 403 403 403 in  401 401 401
PUT    /api/groups/:name/members/:member          401 403 403 403 in  401 401 401
DELETE /api/groups/:name/members/:member          401 403 403 403 in  401 401 401
POST   /api/bindings                              401 403 403 403 in  401 401 401
DELETE /api/bindings                              401 403 403 403 in  401 401 401
GET    /api/access/explain                        401 403 403 403 in  401 401 401
GET    /api/access/who                            401 403 403 403 in  401 401 401
GET    /api/access/reach                          401 403 403 403 in  401 401 401
GET    /api/access/policy                         401 403 403 403 in  401 401 401
PUT    /api/service-accounts/:name                401 403 403 403 in  401 401 401
GET    /api/service-accounts/:name/keys           401 403 403 403 in  401 401 401
POST   /api/service-accounts/:name/keys           401 403 403 403 in  401 401 401
DELETE /api/service-accounts/:name/keys/:key      401 403 403 403 in  401 401 401
GET    /api/namespaces/:namespace/secrets              401 403 403 in  in  401 401 401
PUT    /api/namespaces/:namespace/secrets/:name        401 403 403 in  in  401 401 401
DELETE /api/namespaces/:namespace/secrets/:name        401 403 403 in  in  401 401 401
GET    /api/namespaces/:namespace/secrets/:name/value  401 403 403 403 403 401 401 401
POST   /api/secrets/rotate                             401 403 403 403 403 401 401 401
POST   /api/retention                                  401 403 403 403 403 401 401 401
POST   /api/warehouse/maintenance                      401 403 403 403 403 401 401 401
GET    /api/audit                                 401 403 403 403 in  401 401 401
PUT    /api/publications/:project/:dataset        401 403 403 403 in  401 401 401
DELETE /api/publications/:project/:dataset        401 403 403 403 in  401 401 401
GET    /api/portal/requests                       401 403 403 403 in  401 401 401
PATCH  /api/portal/requests/:id                   401 403 403 403 in  401 401 401
GET    /api/projects/:project/queries/:job/file   401 403 in  in  in  401 401 401
GET    /api/projects/:project/saved-queries       401 403 in  in  in  401 401 401
PUT    /api/projects/:project/saved-queries/:name 401 403 in  in  in  401 401 401
DELETE /api/projects/:project/saved-queries/:name 401 403 in  in  in  401 401 401

GET    /storage/v1/b                              401 403 in  in  in  401 401 401
POST   /storage/v1/b                              401 403 403 in  in  401 401 401
GET    /storage/v1/b/:bucket                      401 404 in  in  in  401 401 401
PATCH  /storage/v1/b/:bucket                      401 404 403 in  in  401 401 401
PUT    /storage/v1/b/:bucket                      401 404 403 in  in  401 401 401
DELETE /storage/v1/b/:bucket                      401 404 403 in  in  401 401 401
GET    /storage/v1/b/:bucket/iam                  401 404 403 403 in  401 401 401
PUT    /storage/v1/b/:bucket/iam                  401 404 403 403 in  401 401 401
GET    /storage/v1/b/:bucket/iam/testPermissions  401 404 in  in  in  401 401 401
GET    /storage/v1/b/:bucket/acl                  401 404 403 403 in  401 401 401
POST   /storage/v1/b/:bucket/acl                  401 404 403 403 in  401 401 401
GET    /storage/v1/b/:bucket/defaultObjectAcl     401 404 403 403 in  401 401 401
POST   /storage/v1/b/:bucket/defaultObjectAcl     401 404 403 403 in  401 401 401
GET    /storage/v1/b/:bucket/o/:object/acl        401 404 403 403 in  401 401 401
POST   /storage/v1/b/:bucket/o/:object/acl        401 404 403 403 in  401 401 401
GET    /storage/v1/b/:bucket/notificationConfigs  401 404 in  in  in  401 401 401
POST   /storage/v1/b/:bucket/notificationConfigs  401 404 403 in  in  401 401 401
GET    /storage/v1/b/:bucket/o                    401 404 in  in  in  401 401 401
GET    /storage/v1/b/:bucket/o/:object            401 404 in  in  in  401 401 401
GET    /download/storage/v1/b/:bucket/o/:object   401 404 in  in  in  401 401 401
PATCH  /storage/v1/b/:bucket/o/:object            401 404 403 in  in  401 401 401
PUT    /storage/v1/b/:bucket/o/:object            401 404 403 in  in  401 401 401
DELETE /storage/v1/b/:bucket/o/:object            401 404 403 in  in  401 401 401
POST   /storage/v1/b/:bucket/o/:object/compose    401 404 403 in  in  401 401 401
POST   /storage/v1/b/:bucket/o/:object/copyTo/b/:destinationBucket/o/:destinationObject    401 404 403 in  in  401 401 401
POST   /storage/v1/b/:bucket/o/:object/rewriteTo/b/:destinationBucket/o/:destinationObject 401 404 403 in  in  401 401 401
POST   /storage/v1/b/:bucket/o/:object/moveTo/o/:destinationObject                         401 404 403 in  in  401 401 401
POST   /upload/storage/v1/b/:bucket/o             401 404 403 in  in  401 401 401
PUT    /upload/storage/v1/b/:bucket/o             401 404 403 in  in  401 401 401
DELETE /upload/storage/v1/b/:bucket/o             401 404 403 in  in  401 401 401
POST   /api/lake/:bucket/commit                   401 404 403 in  in  401 401 401
GET    /:bucket/*                                 404 404 in  in  in  401 401 401
POST   /:bucket/*                                 404 404 403 in  in  401 401 401
PUT    /:bucket/*                                 404 404 403 in  in  401 401 401
DELETE /:bucket/*                                 404 404 403 in  in  401 401 401

GET    /bigquery/v2/projects/:project/datasets                                           401 403 in  in  in  401 401 401
POST   /bigquery/v2/projects/:project/datasets                                           401 403 403 in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset                                  401 403 in  in  in  401 401 401
PATCH  /bigquery/v2/projects/:project/datasets/:dataset                                  401 403 403 in  in  401 401 401
PUT    /bigquery/v2/projects/:project/datasets/:dataset                                  401 403 403 in  in  401 401 401
DELETE /bigquery/v2/projects/:project/datasets/:dataset                                  401 403 403 in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/tables                           401 403 in  in  in  401 401 401
POST   /bigquery/v2/projects/:project/datasets/:dataset/tables                           401 403 403 in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/tables/:table                    401 403 in  in  in  401 401 401
PATCH  /bigquery/v2/projects/:project/datasets/:dataset/tables/:table                    401 403 403 in  in  401 401 401
PUT    /bigquery/v2/projects/:project/datasets/:dataset/tables/:table                    401 403 403 in  in  401 401 401
DELETE /bigquery/v2/projects/:project/datasets/:dataset/tables/:table                    401 403 403 in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/tables/:table/data               401 403 in  in  in  401 401 401
POST   /bigquery/v2/projects/:project/datasets/:dataset/tables/:table:getIamPolicy       401 403 403 403 in  401 401 401
POST   /bigquery/v2/projects/:project/datasets/:dataset/tables/:table:setIamPolicy       401 403 403 403 in  401 401 401
POST   /bigquery/v2/projects/:project/datasets/:dataset/tables/:table:testIamPermissions 401 403 in  in  in  401 401 401
POST   /bigquery/v2/projects/:project/datasets/:dataset/tables/:table/insertAll          401 403 403 in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/tables/:table/rowAccessPolicies  401 403 403 403 in  401 401 401
POST   /bigquery/v2/projects/:project/datasets/:dataset/tables/:table/rowAccessPolicies  401 403 403 403 in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/tables/:table/rowAccessPolicies/:policy    401 403 403 403 in  401 401 401
PUT    /bigquery/v2/projects/:project/datasets/:dataset/tables/:table/rowAccessPolicies/:policy    401 403 403 403 in  401 401 401
DELETE /bigquery/v2/projects/:project/datasets/:dataset/tables/:table/rowAccessPolicies/:policy    401 403 403 403 in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/routines                         401 403 in  in  in  401 401 401
POST   /bigquery/v2/projects/:project/datasets/:dataset/routines                         401 403 403 in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/routines/:routine                401 403 in  in  in  401 401 401
PUT    /bigquery/v2/projects/:project/datasets/:dataset/routines/:routine                401 403 403 in  in  401 401 401
DELETE /bigquery/v2/projects/:project/datasets/:dataset/routines/:routine                401 403 403 in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/models                           401 403 in  in  in  401 401 401
GET    /bigquery/v2/projects/:project/datasets/:dataset/models/:model                    401 403 in  in  in  401 401 401
PATCH  /bigquery/v2/projects/:project/datasets/:dataset/models/:model                    401 403 403 in  in  401 401 401
DELETE /bigquery/v2/projects/:project/datasets/:dataset/models/:model                    401 403 403 in  in  401 401 401
POST   /bigquery/v2/projects/:project/queries                                            401 403 in  in  in  401 401 401
GET    /bigquery/v2/projects/:project/queries/:job                                       401 403 in  in  in  401 401 401
POST   /bigquery/v2/projects/:project/jobs                                               401 403 in  in  in  401 401 401
GET    /bigquery/v2/projects/:project/jobs                                               401 403 in  in  in  401 401 401
GET    /bigquery/v2/projects/:project/jobs/:job                                          401 403 in  in  in  401 401 401
POST   /bigquery/v2/projects/:project/jobs/:job/cancel                                   401 403 in  in  in  401 401 401
POST   /upload/bigquery/v2/projects/:project/jobs                                        401 403 in  in  in  401 401 401
PUT    /upload/bigquery/v2/projects/:project/jobs                                        401 403 in  in  in  401 401 401
`;

/** Rows by method and path. */
export const MATRIX: ReadonlyMap<string, readonly string[]> = new Map(
  TABLE.split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [method, path, ...answers] = line.split(/\s+/);
      return [`${method} ${path}`, answers] as const;
    }),
);
