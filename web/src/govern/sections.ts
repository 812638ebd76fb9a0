/** Parts of the governance page, each with an address of its own. */
export const SECTIONS = [
  'people',
  'groups',
  'roles',
  'who',
  'agencies',
  'namespaces',
  'secrets',
  'limits',
  'notifications',
  'audit',
  'cost',
] as const;
