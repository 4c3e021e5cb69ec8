/** What islands and pages share: `fresh/runtime`. Everything here runs on the server and in the browser. */
export { HttpError } from "./src/error.ts";
export { asset, assetSrcSet } from "./src/asset.ts";
export { Head, type HeadProps } from "./src/head.ts";
export { IS_BROWSER } from "./src/is_browser.ts";
export { Partial, type PartialProps } from "./src/partial.ts";
