/** Headers on every answer: nothing is sniffed, framed, leaked to other sites, or read by them. */
export const SECURITY_HEADERS: Record<string, string> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** For pages without islands, which run no script of their own. */
export const PLAIN_CSP = "default-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
