/** Workspaces: one team, one conversation, one queue, one database each. */
import { z } from "zod";
import { DatabaseId } from "@/db-service/contract/schemas.ts";
import { database } from "./database.ts";
import { Refusal } from "./errors.ts";
import { keys } from "./store/keys.ts";
import { openStore } from "./store/kv.ts";

export interface Workspace {
  id: string;
  name: string;
  /** Its database at the db-service. */
  database: string;
  createdAt: string;
}

/** The workspace that a local installation starts with. */
export const MAIN = "main";

export const NewWorkspace = z.strictObject({ id: DatabaseId, name: z.string().trim().min(1).max(80) });

/** A workspace by its id; null when there is none. */
export async function findWorkspace(id: string): Promise<Workspace | null> {
  const kv = await openStore();
  return (await kv.get<Workspace>(keys.workspace(id))).value;
}

/** All workspaces, by id. */
export async function listWorkspaces(): Promise<Workspace[]> {
  const kv = await openStore();
  const all: Workspace[] = [];
  for await (const { value } of kv.list<Workspace>({ prefix: keys.workspaces() })) all.push(value);
  return all;
}

/** Creates a workspace and its database. Throws `conflict` when the id is taken. */
export async function createWorkspace({ id, name }: z.infer<typeof NewWorkspace>): Promise<Workspace> {
  if (await findWorkspace(id)) throw new Refusal("conflict", `There is a workspace "${id}" already.`);
  await database(id).create(false);
  return await putWorkspace({ id, name });
}

/** Makes sure that the first workspace of a local installation exists; its database is the db-service's own first one. */
export async function ensureMain(): Promise<void> {
  if (!await findWorkspace(MAIN)) await putWorkspace({ id: MAIN, name: "Main" });
}

async function putWorkspace({ id, name }: { id: string; name: string }): Promise<Workspace> {
  const kv = await openStore();
  const workspace = { id, name, database: id, createdAt: new Date().toISOString() };
  const { ok } = await kv.atomic()
    .check({ key: keys.workspace(id), versionstamp: null })
    .set(keys.workspace(id), workspace)
    .commit();
  if (!ok) throw new Refusal("conflict", `There is a workspace "${id}" already.`);
  return workspace;
}
