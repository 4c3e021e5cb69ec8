/**
 * Who may talk to a local installation: this machine's own browser and tools, and nobody through them. Any web page can
 * make a browser send requests to loopback, and a name under its control can point there (DNS rebinding), so the Host,
 * the Origin and the browser's own word on where a request comes from are all checked (SPEC A1). Pure.
 */
import { Refusal } from "./errors.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Why a request may not enter a local installation; null when it may. */
export function strangerInLocalMode(headers: Headers): Refusal | null {
  const host = headers.get("host") ?? "";
  if (!LOOPBACK.has(hostname(host))) {
    return new Refusal("forbidden", "This installation answers on this machine's own address only.");
  }
  for (const name of headers.keys()) {
    if (name === "forwarded" || name.startsWith("x-forwarded-")) {
      return new Refusal("forbidden", "This installation is local. It can't be reached through a proxy.");
    }
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) {
    return new Refusal("csrf", "This request comes from another site.");
  }
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    return new Refusal("csrf", "This request comes from another site.");
  }
  return null;
}

function hostname(host: string): string {
  return host.replace(/:\d{1,5}$/, "").toLowerCase();
}
