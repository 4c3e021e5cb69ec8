/**
 * Names one build of the client's files. In the browser it is read from the address of this very module, so that the
 * bundle need not contain a hash of itself; on the server the snapshot sets it.
 */
let buildId = /\/_fresh\/js\/([0-9a-f]{40})\//.exec(import.meta.url)?.[1] ?? "";

/** The current build's id, 40 hexadecimal digits, or "" before there is a build. */
export function getBuildId(): string {
  return buildId;
}

export function setBuildId(id: string): void {
  buildId = id;
}

/** Where a build's client files live. */
export function assetPrefix(id: string): string {
  return `/_fresh/js/${id}/`;
}
