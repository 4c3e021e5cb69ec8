import { type Method, METHODS } from "./types.ts";

export interface RouteMatch<T> {
  /** The pattern of the route whose address matches, or null. */
  pattern: string | null;
  /** What was registered for the method, or null: then `pattern` tells 404 from 405. */
  item: T | null;
  params: Record<string, string>;
}

interface Entry<T> {
  pattern: string;
  matcher: URLPattern | null;
  /** Its parts, where each is a fixed text or one parameter: most addresses are told apart without the matcher. */
  parts: string[] | null;
  byMethod: Map<Method, T>;
}

/** Finds the route of a request: exact addresses first, then patterns in the order of their registration. */
export class Router<T> {
  #exact = new Map<string, Entry<T>>();
  #patterns = new Map<string, Entry<T>>();

  /** The first registration of a method on a pattern wins. */
  add(method: Method, pattern: string, item: T): void {
    const dynamic = /[*:{}+?()]/.test(pattern);
    const entries = dynamic ? this.#patterns : this.#exact;
    let entry = entries.get(pattern);
    if (entry === undefined) {
      entry = {
        pattern,
        matcher: dynamic ? new URLPattern({ pathname: pattern }) : null,
        parts: /[*{}+?()]/.test(pattern) ? null : pattern.split("/"),
        byMethod: new Map(),
      };
      entries.set(pattern, entry);
    }
    if (!entry.byMethod.has(method)) entry.byMethod.set(method, item);
  }

  match(method: string, url: URL): RouteMatch<T> {
    const exact = this.#exact.get(url.pathname) ??
      this.#exact.get(otherSlashForm(url.pathname));
    if (exact !== undefined) {
      return {
        pattern: exact.pattern,
        item: pick(exact, method),
        params: noParams(),
      };
    }
    const parts = url.pathname.split("/");
    for (const entry of this.#patterns.values()) {
      if (entry.parts !== null && !mayMatch(entry.parts, parts)) continue;
      const found = entry.matcher?.exec(url);
      if (!found) continue;
      const params = noParams();
      for (const [name, value] of Object.entries(found.pathname.groups)) {
        params[name] = decode(value ?? "");
      }
      return { pattern: entry.pattern, item: pick(entry, method), params };
    }
    return { pattern: null, item: null, params: noParams() };
  }

  /** The methods registered for a pattern, for the `Allow` header. */
  methodsOf(pattern: string): Method[] {
    const entry = this.#exact.get(pattern) ?? this.#patterns.get(pattern);
    return entry === undefined ? [] : [...entry.byMethod.keys()];
  }
}

/** The parts of a pattern that name folders; middleware, layouts and error pages are inherited along them. */
export function patternFolders(
  pattern: string,
  includeLast: boolean,
): string[] {
  if (pattern === "/" || pattern === "*" || pattern === "/*") return [];
  const [, ...parts] = pattern.replace(/\{[^}]*\}\??/g, "").split("/");
  const last = parts.pop();
  if (includeLast && last) parts.push(last);
  return parts;
}

function pick<T>(entry: Entry<T>, method: string): T | null {
  const known = METHODS.find((candidate) => candidate === method);
  if (known === undefined) return null;
  const item = entry.byMethod.get(known);
  if (item !== undefined) return item;
  return known === "HEAD" ? entry.byMethod.get("GET") ?? null : null;
}

/** False where the matcher would say no for certain. */
function mayMatch(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length &&
    pattern.every((part, i) => part.includes(":") || part === parts[i] || /[^\w.-]/.test(part));
}

function otherSlashForm(pathname: string): string {
  return pathname.endsWith("/") ? pathname.slice(0, -1) : `${pathname}/`;
}

/** Parameters come from outside: an object without a prototype has no surprising keys. */
function noParams(): Record<string, string> {
  return Object.create(null);
}

function decode(value: string): string {
  try {
    return decodeURI(value);
  } catch {
    return value;
  }
}
