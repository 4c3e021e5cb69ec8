/** The sample that a database of our own making begins with. */
import type { Tx } from "../engine/types.ts";

/** Creates the sample table and its eight rows. */
export async function createSample(tx: Tx): Promise<void> {
  await tx.script([TABLE]);
  for (const [name, email, tier, region] of CUSTOMERS) {
    await tx.run(
      "INSERT INTO customers(name, email, tier, region) VALUES(?, ?, ?, ?)",
      [name, email, tier, region],
    );
  }
}

const TABLE = `CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  tier TEXT NOT NULL DEFAULT 'Bronze',
  region TEXT NOT NULL DEFAULT 'Unknown'
)`;

const CUSTOMERS = [
  ["Alice Chen", "alice@example.com", "Gold", "West"],
  ["Bob Martinez", "bob@example.com", "Silver", "East"],
  ["Carol Johnson", "carol@example.com", "Bronze", "West"],
  ["Dave Kim", "dave@example.com", "Gold", "Central"],
  ["Eve Williams", "eve@example.com", "Silver", "East"],
  ["Frank Brown", "frank@example.com", "Bronze", "West"],
  ["Grace Lee", "grace@example.com", "Gold", "Central"],
  ["Hank Davis", "hank@example.com", "Silver", "East"],
] as const;
