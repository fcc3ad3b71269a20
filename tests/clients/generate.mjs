// Both TypeScript clients of one document, in one process: node generate.mjs <openapi.json> <folder>
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import openapiTS, { astToString } from "openapi-typescript";

const [document, folder] = process.argv.slice(2);
const parsed = JSON.parse(await readFile(document, "utf8"));
await writeFile(join(folder, "shop.ts"), astToString(await openapiTS(parsed)));
await createClient({
  input: document,
  output: { path: join(folder, "shop-client"), module: { extension: ".js" } },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
  logs: { level: "warn", file: false },
});
