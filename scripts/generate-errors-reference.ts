import { mkdirSync, writeFileSync } from "node:fs";
import { CONFIG_ERROR_CODES, HTTP_ERROR_CODES } from "../packages/hauberk/src/internal/error-codes.ts";
import { errorsReference } from "./lib/errors-reference.ts";

const page = new URL("../docs/reference/errors.md", import.meta.url);
mkdirSync(new URL(".", page), { recursive: true });
writeFileSync(page, errorsReference(CONFIG_ERROR_CODES, HTTP_ERROR_CODES));
