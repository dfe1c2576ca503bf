import { workerData } from "node:worker_threads";
import type { ReaderData } from "./read-ahead.ts";
import { readAll } from "./reader.ts";
import { SharedTexts } from "./shared-texts.ts";

/** The thread that reads ahead. */
const { root, paths, memory, maxFileBytes } = workerData as ReaderData;
readAll(root, paths, new SharedTexts(memory), maxFileBytes);
