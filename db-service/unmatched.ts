/** A typo in READ_DENY, as the log tells it. */

/** What the log says of names in READ_DENY that stand for nothing. */
export function unmatchedEntry(database: string, names: string[]): Record<string, unknown> {
  return {
    event: "read_deny_unmatched",
    database,
    names,
    detail: "READ_DENY names what this database does not have. A typo protects nothing.",
  };
}
