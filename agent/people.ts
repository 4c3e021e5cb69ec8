/** Who is asking, and what they may do. In local mode whoever uses this machine is the owner. */
import type { Actor, Me, Role, WorkspaceInfo } from "./types.ts";
import { Refusal } from "./errors.ts";
import { settings } from "./settings.ts";
import { findWorkspace, listWorkspaces, type Workspace } from "./workspaces.ts";

export interface Person {
  id: string;
  name: string;
}

const OWNER: Person = { id: "owner", name: "Owner" };
const RANK: Record<Role, number> = { viewer: 0, member: 1, approver: 2, owner: 3 };

/** The person behind a request; null when nobody is signed in. */
export function personOf(_request: Request): Person | null {
  // In production nobody exists until sign-in does: closed, not open.
  return settings().mode === "local" ? OWNER : null;
}

/** A workspace that a person may enter, with their role. Throws `not_found` alike for what isn't there and what isn't theirs. */
export async function enter(
  person: Person,
  id: string,
  least: Role,
): Promise<{ workspace: Workspace; info: WorkspaceInfo }> {
  const role = roleOf(person, id);
  const workspace = role && await findWorkspace(id);
  if (!role || !workspace) throw new Refusal("not_found", `There is no workspace "${id}".`);
  if (RANK[role] < RANK[least]) throw new Refusal("forbidden", `Only a ${least} may do that here.`);
  return { workspace, info: infoOf(workspace, role) };
}

/** What a person sees of themselves. */
export async function meOf(person: Person): Promise<Me> {
  const workspaces: WorkspaceInfo[] = [];
  for (const workspace of await listWorkspaces()) {
    const role = roleOf(person, workspace.id);
    if (role) workspaces.push(infoOf(workspace, role));
  }
  return { person, mode: settings().mode, workspaces };
}

/** What is switched on in a workspace. */
export function features(): WorkspaceInfo["features"] {
  return { chat: settings().mode === "local" };
}

/** A person as the actor of what they do. */
export function actorOf(person: Person): Actor {
  return { ...person, via: "person" };
}

function roleOf(person: Person, _workspace: string): Role | null {
  return person.id === OWNER.id && settings().mode === "local" ? "owner" : null;
}

function infoOf({ id, name }: Workspace, role: Role): WorkspaceInfo {
  return { id, name, role, features: features() };
}
