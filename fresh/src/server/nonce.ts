const nonces = new WeakMap<Response, string>();

/** Notes the nonce of a page's inline scripts for the `csp` middleware, without putting it into a header. */
export function rememberNonce(response: Response, nonce: string): void {
  nonces.set(response, nonce);
}

export function nonceOf(response: Response): string | undefined {
  return nonces.get(response);
}
