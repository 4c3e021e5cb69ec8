/** A program that uses the product's HTTP interface, with an approver's key of its own. */
import { z } from "zod";
import {
  approvalBytes,
  base64url,
  KEY_ALGORITHM,
  SIGNATURE,
  thumbprint,
} from "@/db-service/contract/digest.ts";
import { inviteProof } from "@/db-service/contract/invite.ts";
import {
  type Approval,
  type Decision,
  type Invite,
  Problem,
  PublicKey,
} from "@/db-service/contract/schemas.ts";
import type { Action, LiveFrame } from "@/agent/types.ts";

/** A JSON answer with its status; a problem is checked against the contract. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export class Client {
  constructor(readonly url: string, readonly ws = "main") {}

  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: HeadersInit = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const json = text && JSON.parse(text);
    if (response.status >= 400) Problem.parse(json);
    return { status: response.status, headers: response.headers, body: json };
  }

  in<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: HeadersInit = {},
  ): Promise<Answer<T>> {
    return this.call<T>(method, `/workspaces/${this.ws}${path}`, body, headers);
  }

  async propose(sql: string, args?: unknown[]): Promise<Action> {
    const { status, body } = await this.in<Action>("POST", "/actions", {
      title: "A change",
      description: "",
      statements: [{ sql, args }],
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body;
  }

  async action(id: number): Promise<Action> {
    return (await this.in<Action>("GET", `/actions/${id}`)).body;
  }

  approve(action: Action, approval: Approval): Promise<Answer<Action>> {
    return this.in<Action>("POST", `/actions/${action.id}/approve`, { digest: action.digest, approval });
  }

  /** Rows of a table as objects, by its columns. */
  async rows(table: string): Promise<Record<string, unknown>[]> {
    const { body } = await this.in<{ columns: { name: string }[]; rows: unknown[][] }>(
      "GET",
      `/tables/${table}/rows?limit=500`,
    );
    return body.rows.map((row) => Object.fromEntries(body.columns.map(({ name }, i) => [name, row[i]])));
  }

  /** The live feed; frames are kept in order. */
  live(cursor = ""): Promise<Feed> {
    const address = `${this.url.replace("http", "ws")}/api/workspaces/${this.ws}/live?cursor=${
      encodeURIComponent(cursor)
    }`;
    const socket = new WebSocket(address);
    const frames: LiveFrame[] = [];
    const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
    return new Promise((resolve, reject) => {
      socket.onerror = () => reject(new Error("The live feed did not open."));
      socket.onmessage = ({ data }) => {
        frames.push(JSON.parse(data));
        if (frames.length === 1) {
          resolve({
            frames,
            async close() {
              socket.close();
              await closed;
            },
          });
        }
      };
    });
  }
}

export interface Feed {
  frames: LiveFrame[];
  close(): Promise<void>;
}

/** A person's key, as a browser holds it. */
export class Approver {
  private constructor(readonly keys: CryptoKeyPair, readonly publicKey: PublicKey, readonly key: string) {}

  static async make(): Promise<Approver> {
    const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
    const publicKey = z.object(PublicKey.shape).parse(await crypto.subtle.exportKey("jwk", keys.publicKey));
    return new Approver(keys, publicKey, await thumbprint(publicKey));
  }

  /** Makes a key and enrols it, as a browser does: where the db-service is in production mode, with an invite. */
  static async enrolled(
    client: Client,
    name = "Ana",
    invite?: Pick<Invite, "codeId" | "code">,
  ): Promise<Approver> {
    const approver = await Approver.make();
    const { publicKey, key } = approver;
    const proven = invite && { codeId: invite.codeId, proof: await inviteProof(invite.code, key) };
    const { status } = await client.in("POST", "/approvers", { publicKey, name, ...proven });
    if (status !== 201) throw new Error(`enrolment answered ${status}`);
    return approver;
  }

  /** Signs a decision on an action; `altered` replaces parts of what is signed, as an attacker would. */
  async sign(
    action: Action,
    decision: Decision,
    altered: Partial<Record<string, string>> = {},
  ): Promise<Approval> {
    const subject = {
      database: action.database,
      actionUid: action.uid,
      decision,
      statementsSha256: action.preview?.statementsSha256 ?? "",
      digest: action.digest ?? "",
      expiresAt: new Date(Date.now() + 4 * 60_000).toISOString(),
      ...altered,
    };
    const signature = await crypto.subtle.sign(SIGNATURE, this.keys.privateKey, approvalBytes(subject));
    return { key: this.key, expiresAt: subject.expiresAt, signature: base64url(new Uint8Array(signature)) };
  }
}
