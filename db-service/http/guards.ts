/** Who may speak to this service at all: checked before anything else about a request. */
import { ServiceError } from "../engine/types.ts";

/**
 * Local mode: whoever uses this machine, and no web page on it. A page of another site reaches loopback through the
 * browser, so a foreign Origin or a cross-site fetch is refused, and so is any Host but a loopback name: after DNS
 * rebinding the browser thinks it talks to `evil.example`. A proxy header means that someone put this on a network.
 */
export function requireLocal(request: Request): void {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (!isLoopback(`http://${host}`)) {
    throw new ServiceError("forbidden", "In local mode only this machine's own address is answered.");
  }
  for (const [name] of request.headers) {
    if (name === "forwarded" || name.startsWith("x-forwarded-")) {
      throw new ServiceError("forbidden", "In local mode requests through a proxy are refused.");
    }
  }
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  // Another port of this machine is another site too: no page but our own has business here.
  if (
    (origin !== null && origin !== `http://${host}`) ||
    (site !== null && site !== "same-origin" && site !== "none")
  ) {
    throw new ServiceError("csrf", "Requests from other sites are refused.");
  }
}

/**
 * Makes the check of a bearer token; without one nobody passes. Both sides are hashed first, so that the time tells
 * nothing about either.
 */
export async function tokenCheck(token: string | null): Promise<(request: Request) => Promise<void>> {
  const expected = token === null ? null : await sha256(token);
  return async (request) => {
    if (expected === null) throw unauthorized();
    const [, given = ""] = /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    const actual = await sha256(given);
    let difference = 0;
    for (let i = 0; i < expected.length; i++) difference |= (expected[i] ?? 0) ^ (actual[i] ?? 0);
    if (difference !== 0) throw unauthorized();
  };
}

function unauthorized(): ServiceError {
  return new ServiceError("unauthorized", "The bearer token is missing or wrong.");
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function isLoopback(url: string): boolean {
  try {
    return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
  } catch {
    return false;
  }
}
