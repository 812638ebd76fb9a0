import { path } from '../api.ts';
import type { Field } from '../bigquery.ts';
import { useVoice } from '../language.tsx';
import { Manage } from '../manage/Manage.tsx';
import type { TablePlace } from './sql.ts';

interface Policy {
  readonly rowAccessPolicyReference: { readonly policyId: string };
  readonly filterPredicate: string;
  readonly grantees?: readonly string[];
}

/** Which rows who sees. */
export function RowPolicies({
  place: { project, dataset, table },
  fields,
}: {
  place: TablePlace;
  fields: readonly Field[];
}) {
  const { words } = useVoice();
  const base = path`/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${table}/rowAccessPolicies`;
  return (
    <Manage<Policy>
      title={words.rowPolicies}
      list={base}
      rowsOf={({ rowAccessPolicies = [] }: { rowAccessPolicies?: readonly Policy[] }) => rowAccessPolicies}
      keyOf={({ rowAccessPolicyReference: { policyId } }) => policyId}
      columns={[
        [words.name, ({ rowAccessPolicyReference: { policyId } }) => policyId],
        [words.rows, ({ filterPredicate }) => <code>{filterPredicate}</code>],
        [words.principal, ({ grantees = [] }) => grantees.join(', ')],
      ]}
      fields={[
        { name: 'name', label: words.name },
        { name: 'filter', label: words.rows, initial: `${fields[0]?.name ?? 'column'} = ''` },
        { name: 'grantees', label: words.principal, initial: 'user:' },
      ]}
      create={({ name = '', filter = '', grantees = '' }) => ({
        cli: `arcos query --project ${project} "CREATE ROW ACCESS POLICY ${name} ON ${dataset}.${table} GRANT TO ('${grantees}') FILTER USING (${filter})"`,
        method: 'POST',
        path: base,
        json: {
          rowAccessPolicyReference: { policyId: name },
          filterPredicate: filter,
          grantees: grantees.split(/[\s,]+/).filter((each) => each !== ''),
        },
      })}
      actions={[
        {
          label: words.remove,
          final: true,
          command: ({ rowAccessPolicyReference: { policyId } }) => ({
            method: 'DELETE',
            path: `${base}/${encodeURIComponent(policyId)}`,
          }),
        },
      ]}
    />
  );
}
