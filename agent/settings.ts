/** The app's settings, read from the environment once and checked: a bad one stops the start with one sentence each. */
import { z } from "zod";
import type { Mode } from "./types.ts";

export interface Settings {
  mode: Mode;
  dbServiceUrl: string;
  dbServiceToken: string;
  /** Path of the local KV file; undefined on Deploy, where the platform has its own. */
  kvPath: string | undefined;
  model: { apiKey: string; baseUrl: string | null; name: string } | null;
  /** Messages that one person may send a minute; a workspace may send three times as many. */
  rateLimit: number;
  /** Names the build that is served, so that an open tab can tell when it is out of date. */
  build: string;
}

/** Messages a minute where nothing else is set (SPEC C7). */
const RATE_LIMIT = 20;

const url = (protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be an address that starts with ${protocols.map((p) => p + "//").join(" or ")}`,
  });

const Environment = z.object({
  GATEKEEPER_MODE: z.enum(["local", "production"]).default("production"),
  DB_SERVICE_URL: url(["http:", "https:"]),
  DB_SERVICE_TOKEN: z.string().min(16, "must have at least 16 characters"),
  KV_PATH: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.union([z.literal(""), url(["http:", "https:"])]).optional(),
  MODEL: z.string().max(200).optional(),
  RATE_LIMIT: z.string().regex(/^([1-9]\d{0,4})?$/, "must be a whole number from 1 to 99999").optional(),
  BUILD_ID: z.string().optional(),
  DENO_DEPLOYMENT_ID: z.string().optional(),
});

/** What only production needs: without any one of them it refuses to start. */
const Secrets = z.object({
  SESSION_SECRET: z.string().min(32, "must have at least 32 characters"),
  KEY_ENCRYPTION_KEY: z.string().min(32, "must have at least 32 characters"),
  SETUP_TOKEN: z.string().min(16, "must have at least 16 characters"),
});

/** Reads settings from `env`; the answer is the settings or every sentence that says what is wrong. */
export function readSettings(
  env: Record<string, string | undefined>,
): { ok: true; settings: Settings } | { ok: false; problems: string[] } {
  const parsed = Environment.safeParse(env);
  const production = env.GATEKEEPER_MODE !== "local";
  const secrets = production ? Secrets.safeParse(env) : null;
  const issues = [...(parsed.error?.issues ?? []), ...(secrets?.error?.issues ?? [])];
  if (!parsed.success || issues.length) {
    return {
      ok: false,
      problems: issues.map(({ path, message, code }) => sentence(String(path[0]), env, message, code)),
    };
  }
  const e = parsed.data;
  const baseUrl = e.OPENAI_BASE_URL || null;
  return {
    ok: true,
    settings: {
      mode: e.GATEKEEPER_MODE,
      dbServiceUrl: e.DB_SERVICE_URL.replace(/\/+$/, ""),
      dbServiceToken: e.DB_SERVICE_TOKEN,
      kvPath: e.KV_PATH,
      // A local endpoint (Ollama and its like) needs no key; the SDK wants one that is not empty.
      model: e.OPENAI_API_KEY || baseUrl
        ? { apiKey: e.OPENAI_API_KEY || "none", baseUrl, name: e.MODEL || "gpt-4o-mini" }
        : null,
      rateLimit: Number(e.RATE_LIMIT || RATE_LIMIT),
      build: e.BUILD_ID ?? e.DENO_DEPLOYMENT_ID ?? "unnamed",
    },
  };
}

function sentence(
  name: string,
  env: Record<string, string | undefined>,
  message: string,
  code: string,
): string {
  if (env[name] === undefined) return `${name} is not set.`;
  return code === "invalid_value" ? `${name} must be "local" or "production".` : `${name} ${message}.`;
}

let current: Settings | undefined;

/** The settings of this process. Reads the environment on first use; a bad one ends the process, saying why. */
export function settings(): Settings {
  if (current) return current;
  const env: Record<string, string | undefined> = {};
  for (const name of [...Object.keys(Environment.shape), ...Object.keys(Secrets.shape)]) {
    env[name] = Deno.env.get(name);
  }
  const result = readSettings(env);
  if (!result.ok) {
    console.error(`Gatekeeper cannot start. ${result.problems.join(" ")}`);
    Deno.exit(1);
  }
  return current = result.settings;
}

/** Sets the settings of this process, for tests that build the app in their own process. */
export function useSettings(settings: Settings): void {
  current = settings;
}
