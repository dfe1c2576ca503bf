import { reportStoreConformance } from "./conformance.ts";
import { memoryReportStore } from "./memory.ts";

reportStoreConformance("memory", { open: memoryReportStore });
