/** The tables that the db-service keeps beside the data: what was changed by whose approval, and who may approve. */
import type { Tx } from "../engine/types.ts";

/** Whether the database holds nothing at all, not even our own tables. */
export async function isEmpty(tx: Tx): Promise<boolean> {
  return (await tx.query("SELECT 1 FROM sqlite_schema LIMIT 1")).length === 0;
}

/** Creates our tables where they are missing. Returns whether any was. */
export async function createTables(tx: Tx): Promise<boolean> {
  const names = await tx.query(
    `SELECT name FROM sqlite_schema WHERE type = 'table'
     AND name IN ('_gk_change', '_gk_approver', '_gk_invite', '_gk_spent')`,
  );
  if (names.length === 4) return false;
  await tx.script([CHANGE, APPROVER, INVITE, SPENT]);
  return true;
}

/**
 * One row a decision that took effect. `logs` names the tables that it changed and where their captured rows are;
 * `hash` covers the entry of the chain (contract `ChainEntry`) and with `prev` all entries before.
 */
const CHANGE = `CREATE TABLE IF NOT EXISTS _gk_change(
  seq INTEGER PRIMARY KEY,
  uid TEXT NOT NULL,
  decision TEXT NOT NULL,
  statements TEXT NOT NULL,
  statements_sha256 TEXT NOT NULL,
  digest TEXT NOT NULL,
  affected TEXT NOT NULL,
  approval TEXT NOT NULL,
  approver TEXT NOT NULL,
  at TEXT NOT NULL,
  logs TEXT NOT NULL,
  revert_sql TEXT NOT NULL,
  purged INTEGER NOT NULL DEFAULT 0,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (uid, decision)
)`;

const APPROVER = `CREATE TABLE IF NOT EXISTS _gk_approver(
  key TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  jwk TEXT NOT NULL,
  created_at TEXT NOT NULL,
  revoked_at TEXT
) WITHOUT ROWID`;

/** `secret` is the SHA-256 of the code, `wrong` how often somebody tried another one. */
const INVITE = `CREATE TABLE IF NOT EXISTS _gk_invite(
  id TEXT PRIMARY KEY NOT NULL,
  secret TEXT NOT NULL,
  name TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  wrong INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID`;

/** `expires_at` in milliseconds since 1970; see `spent.ts`. */
const SPENT = `CREATE TABLE IF NOT EXISTS _gk_spent(
  uid TEXT NOT NULL,
  decision TEXT NOT NULL,
  key TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (uid, decision, key, expires_at)
) WITHOUT ROWID`;
