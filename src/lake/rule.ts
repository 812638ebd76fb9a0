/** A lifecycle rule of a bucket (Cloud Storage, Object Lifecycle Management), in the words of the JSON API. */
export interface LifecycleRule {
  readonly action: { readonly type: 'Delete' };
  readonly condition: LifecycleCondition;
}

/** All that are set must hold. */
export interface LifecycleCondition {
  /** Days since the object was made. */
  readonly age?: number | undefined;
  /** A date; its midnight UTC. */
  readonly createdBefore?: string | undefined;
  readonly customTimeBefore?: string | undefined;
  readonly daysSinceCustomTime?: number | undefined;
  /** Days since the version was replaced or removed. */
  readonly daysSinceNoncurrentTime?: number | undefined;
  readonly noncurrentTimeBefore?: string | undefined;
  readonly isLive?: boolean | undefined;
  readonly matchesPrefix?: readonly string[] | undefined;
  readonly matchesSuffix?: readonly string[] | undefined;
  /** Versions that are newer than it, the current one included. */
  readonly numNewerVersions?: number | undefined;
}
