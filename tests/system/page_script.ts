/** What a page makes a browser load before anything is done with it. */
import { gzipSync } from "node:zlib";

/** Bytes of all scripts that the main page loads, as a server that compresses well (gzip -9) would send them. */
export async function pageScript(url: string): Promise<number> {
  const page = await fetch(`${url}/w/main`);
  const html = await page.text();
  const waiting = [...(page.headers.get("link") ?? "").matchAll(/<([^>]+\.js)>/g)].map(([, path]) => path);
  for (const [, path] of html.matchAll(/(?:src|from)="?\s*"?([^"\s>]+\.js[^"\s>]*)"/g)) waiting.push(path);
  const seen = new Set<string>();
  let bytes = 0;
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    const address = new URL(path, url);
    if (seen.has(address.pathname)) continue;
    seen.add(address.pathname);
    const source = await (await fetch(address)).text();
    bytes += gzipSync(source, { level: 9 }).byteLength;
    // What is imported on first use is not part of the page.
    for (const [, next] of source.matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"/g)) {
      waiting.push(new URL(next, address).pathname);
    }
  }
  return bytes;
}
