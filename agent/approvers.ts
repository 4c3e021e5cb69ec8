/**
 * The keys that may approve, and whose they are. The db-service knows keys, the app knows people: so it is noted here
 * who enrolled which key, and a person decides with keys of their own alone. Nothing here lets a key in; that is for the
 * db-service to say, and the one-time code of an invite never comes this way.
 */
import { thumbprint } from "@/db-service/contract/digest.ts";
import { Approval, type Approver, type EnrolRequest } from "@/db-service/contract/schemas.ts";
import type { Actor, ApproverKey, Role } from "./types.ts";
import { database } from "./database.ts";
import { Refusal } from "./errors.ts";
import type { Person } from "./people.ts";
import { settings } from "./settings.ts";
import { keys } from "./store/keys.ts";
import { openStore } from "./store/kv.ts";
import type { Workspace } from "./workspaces.ts";

/** Who asks, and as what. */
export interface Asking {
  workspace: Workspace;
  person: Person;
  role: Role;
}

/** All keys for an owner, for anyone else their own, in the order in which they were enrolled. */
export async function listKeys({ workspace, person, role }: Asking): Promise<ApproverKey[]> {
  const { approvers } = await database(workspace.database).approvers();
  const all = await Promise.all(approvers.map(async (approver) => ({
    ...approver,
    person: await personOf(workspace.id, approver.key, person),
  })));
  return role === "owner" ? all : all.filter((key) => key.person?.id === person.id);
}

/**
 * Enrols a key and notes whose it is. Throws `forbidden` for another person's, and what the db-service refuses. A crash
 * in between leaves a key that its browser enrols once more: the db-service takes a known one again.
 */
export async function enrolKey({ workspace, person }: Asking, request: EnrolRequest): Promise<Approver> {
  const key = await thumbprint(request.publicKey);
  const before = await personOf(workspace.id, key, person);
  if (before !== null && before.id !== person.id) throw anothers();
  const approver = await database(workspace.database).enrol(request);
  const kv = await openStore();
  const at = keys.approver(workspace.id, key);
  const { ok } = await kv.atomic()
    .check({ key: at, versionstamp: null })
    .set(at, { id: person.id, name: person.name } satisfies Person)
    .commit();
  const owner = ok ? person : (await kv.get<Person>(at)).value;
  if (owner?.id !== person.id) throw anothers();
  return approver;
}

/** Throws `forbidden` or `not_found` where a key can't be changed by who asks: for what is said before a body is read. */
export async function requireKey(asking: Asking, key: string): Promise<void> {
  await requireMayChange(asking, key);
  const { approvers } = await database(asking.workspace.database).approvers();
  if (!approvers.some((approver) => approver.key === key)) throw unknownKey();
}

/** Gives a key another name. Only an owner may do that to a key of somebody else. */
export async function renameKey(asking: Asking, key: string, name: string): Promise<ApproverKey> {
  await requireMayChange(asking, key);
  const approver = await database(asking.workspace.database).rename(key, name);
  return { ...approver, person: await personOf(asking.workspace.id, key, asking.person) };
}

/** Takes a key out of use for good. Only an owner may do that to a key of somebody else. */
export async function revokeKey(asking: Asking, key: string): Promise<void> {
  await requireMayChange(asking, key);
  // Whose it was stays noted: a revoked key never comes back as somebody else's.
  await database(asking.workspace.database).revoke(key);
}

/**
 * Why the key that signed a decision is not the deciding person's, or null: `forbidden` for another's, `not_approver`
 * for one that nobody enrolled here. To be thrown after what is wrong with the action, and before anything is claimed.
 */
export async function notOwnKey(
  ws: string,
  by: Pick<Actor, "id" | "name">,
  key: string,
): Promise<Refusal | null> {
  const person = await personOf(ws, key, by);
  if (person === null) return new Refusal("not_approver", "This key is not enrolled here by you.");
  return person.id === by.id ? null : anothers();
}

/** Whose key it is, or null. On a single person's machine a key that nobody is noted for is that person's. */
async function personOf(ws: string, key: string, asking: Person): Promise<Person | null> {
  const { value } = await (await openStore()).get<Person>(keys.approver(ws, key));
  if (value !== null) return value;
  return settings().mode === "local" ? { id: asking.id, name: asking.name } : null;
}

async function requireMayChange({ workspace, person, role }: Asking, key: string): Promise<void> {
  if (!Approval.shape.key.safeParse(key).success) throw unknownKey();
  if (role === "owner") return;
  // The same for a key that isn't there: who may not see it learns nothing about it.
  if ((await personOf(workspace.id, key, person))?.id !== person.id) {
    throw new Refusal("forbidden", "Only an owner may change a key that isn't yours.");
  }
}

function unknownKey(): Refusal {
  return new Refusal("not_found", "There is no approver with this key.");
}

/** `publicKey` tells the page that it takes another key. */
function anothers(): Refusal {
  const message = "This browser's key belongs to another person. Make a new one to approve as yourself.";
  return new Refusal("forbidden", message, { errors: [{ path: "publicKey", message }] });
}
