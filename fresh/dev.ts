/** Building and developing: `fresh/dev`. Never imported by a running production server. */
export { Builder, type BuildOptions, type ResolvedBuildConfig } from "./src/dev/builder.ts";
