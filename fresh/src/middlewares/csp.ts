import { nonceOf } from "../server/nonce.ts";
import type { Middleware } from "../types.ts";

export interface CSPOptions {
  /** Report violations without blocking anything. */
  reportOnly?: boolean;
  /** Where violations are reported. */
  reportTo?: string;
  /** Directives that replace the default of the same name or are added. */
  csp?: string[];
  /** Allow the page's own inline scripts and styles by a nonce instead of `'unsafe-inline'`. */
  useNonce?: boolean;
}

const DEFAULTS = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "upgrade-insecure-requests",
];

const WITH_NONCE = /^(default|script|style)-src(-elem|-attr)? /;

/** Sets the Content-Security-Policy header. */
export function csp<State>(options: CSPOptions = {}): Middleware<State> {
  const own = options.csp ?? [];
  const names = new Set(own.map(directiveName));
  const directives = [
    ...DEFAULTS.filter((directive) => !names.has(directiveName(directive))),
    ...own,
  ];
  if (options.reportTo) {
    directives.push("report-to csp-endpoint", `report-uri ${options.reportTo}`);
  }
  const header = `Content-Security-Policy${options.reportOnly ? "-Report-Only" : ""}`;

  return async (ctx) => {
    const response = await ctx.next();
    const nonce = options.useNonce ? nonceOf(response) : undefined;
    const policy = nonce === undefined
      ? directives
      : directives.map((directive) => withNonce(directive, nonce));
    response.headers.set(header, policy.join("; "));
    if (options.reportTo) {
      response.headers.set(
        "Reporting-Endpoints",
        `csp-endpoint="${options.reportTo}"`,
      );
    }
    return response;
  };
}

function directiveName(directive: string): string {
  return directive.split(" ", 1)[0];
}

function withNonce(directive: string, nonce: string): string {
  return WITH_NONCE.test(directive) ? directive.replaceAll("'unsafe-inline'", `'nonce-${nonce}'`) : directive;
}
