/**
 * `deno task invite DATABASE NAME`: asks a running db-service for the one-time code by which a person's key becomes an
 * approver's. For the owner at a terminal: the app never has the token that this takes, and never sees the code.
 */
import { inviteText } from "./contract/invite.ts";
import { DatabaseId, Invite, InviteRequest, Problem } from "./contract/schemas.ts";

/** What ended it, as exit codes: 1, the service said no or can't be reached; 2, it was not asked properly. */
class Failure extends Error {
  constructor(readonly exitCode: 1 | 2, message: string) {
    super(message);
  }
}

const USAGE = `Use: deno task invite DATABASE NAME
For example: deno task invite main "Ana Silva"`;
const TIMEOUT_MS = 15_000;

async function run(args: string[]): Promise<void> {
  const [database, name] = args;
  if (args.length !== 2) throw new Failure(2, USAGE);
  if (!DatabaseId.safeParse(database).success) {
    throw new Failure(2, `"${database}" is no name of a database.\n${USAGE}`);
  }
  const request = InviteRequest.safeParse({ name });
  if (!request.success) throw new Failure(2, `NAME must have 1 to 80 characters.\n${USAGE}`);
  const url = setting("DB_SERVICE_URL", "the address of the database service, like https://db.example.com");
  const token = setting("DB_ADMIN_TOKEN", "the admin token that the database service was started with");
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new Failure(2, "DB_SERVICE_URL must be an address that starts with http:// or https://.");
  }
  const { protocol, hostname } = new URL(url);
  if (protocol === "http:" && !/^(localhost|127\.|\[::1\])/.test(hostname)) {
    console.error(`Warning: ${url} is not encrypted: whoever is on the way can read the token and the code.`);
  }
  const invite = await ask(
    `${url.replace(/\/+$/, "")}/v1/databases/${database}/invites`,
    token,
    request.data,
  );
  console.log(`An invite for ${request.data.name} to approve changes of the database ${database}:

  ${inviteText(invite)}

It works once, until ${
    clockTime(invite.expiresAt)
  }. Give it to ${request.data.name} alone, and not through Gatekeeper's
chat. In Gatekeeper it is asked for at the first approval, or under "Your keys" with "Enrol this browser".`);
}

async function ask(url: string, token: string, body: InviteRequest): Promise<Invite> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // The token is for this service and for nowhere it might send us.
      redirect: "error",
    });
    text = await answer.text();
  } catch {
    throw new Failure(1, `The database service at ${new URL(url).origin} does not answer.`);
  }
  const json = parse(text);
  if (answer.status === 401) {
    throw new Failure(1, "The database service does not take this DB_ADMIN_TOKEN.");
  }
  if (!answer.ok) {
    const problem = Problem.safeParse(json);
    throw new Failure(
      1,
      problem.success ? problem.data.detail : `The database service answered HTTP ${answer.status}.`,
    );
  }
  const invite = Invite.safeParse(json);
  if (!invite.success) throw new Failure(1, "What answers at DB_SERVICE_URL is no database service of ours.");
  return invite.data;
}

function setting(name: string, what: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Failure(2, `${name} is not set: it is ${what}.`);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The owner's own clock, with its zone. */
function clockTime(iso: string): string {
  return new Intl.DateTimeFormat("en", { timeStyle: "long", dateStyle: "medium" }).format(new Date(iso));
}

// At the end, for the constants above must exist by now.
if (import.meta.main) {
  try {
    await run(Deno.args);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    Deno.exit(error.exitCode);
  }
}
