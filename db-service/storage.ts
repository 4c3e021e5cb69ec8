/** Where the databases are: DATA_DIR or LIBSQL_DATABASES. */
import { z } from "zod";
import { DatabaseId } from "./contract/schemas.ts";

/** Where the databases are: files in a folder, or libSQL servers by the name of each database. */
export type Storage =
  | { kind: "local"; dataDir: string }
  | { kind: "remote"; databases: ReadonlyMap<string, RemoteDatabase> };

/** One entry of LIBSQL_DATABASES. */
export type RemoteDatabase = z.infer<typeof RemoteDatabase>;

/** Reads DATA_DIR and LIBSQL_DATABASES; adds a sentence to `problems` for each fault, and is null if there is one. */
export function readStorage(dataDir: string, remote: string, problems: string[]): Storage | null {
  if (remote === "") {
    if (dataDir !== "") return { kind: "local", dataDir };
    problems.push(
      "DATA_DIR is missing: set it to the folder of the database files, or LIBSQL_DATABASES for remote ones.",
    );
    return null;
  }
  if (dataDir !== "") {
    problems.push(
      "DATA_DIR and LIBSQL_DATABASES can't both be set: the databases are either files or remote.",
    );
    return null;
  }
  const list = RemoteDatabases.safeParse(parseJson(remote));
  if (!list.success || Object.keys(list.data).length === 0) {
    problems.push('LIBSQL_DATABASES must be JSON like {"main":{"url":"…","token":"…","readToken":"…"}}.');
    return null;
  }
  const databases = new Map<string, RemoteDatabase>();
  for (const [name, value] of Object.entries(list.data)) {
    const wrong = (what: string) => problems.push(`LIBSQL_DATABASES: "${name.slice(0, 63)}" ${what}.`);
    if (!DatabaseId.safeParse(name).success) {
      wrong("is no name: use 1 to 63 lower-case letters, digits and hyphens");
      continue;
    }
    const database = RemoteDatabase.safeParse(value);
    if (!database.success) {
      for (const { path, message } of database.error.issues) wrong([...path.map(String), message].join(" "));
    } else if (database.data.readToken === database.data.token) {
      wrong(`readToken is the token that writes. ${NO_READ_TOKEN_WHY}`);
    } else databases.set(name, database.data);
  }
  return problems.length > 0 ? null : { kind: "remote", databases };
}

const NO_READ_TOKEN_WHY = "Reads need a token of their own that can't write";
const NO_READ_TOKEN = `is missing. ${NO_READ_TOKEN_WHY}`;

/** Sentences name the database and the field, never what is in it: a token must not end in a log. */
const RemoteDatabase = z.strictObject({
  url: z.string("is missing").refine(
    (url) => /^(https?|libsql):\/\/[^\s?#@]+$/.test(url) && URL.canParse(url),
    "must be an address like libsql://name.example, https:// or http://, without a token in it",
  ),
  token: z.string("is missing").min(1, "is missing"),
  readToken: z.string(NO_READ_TOKEN).min(1, NO_READ_TOKEN),
}, "must have url, token and readToken, and nothing else");

const RemoteDatabases = z.record(z.string(), z.unknown());

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
