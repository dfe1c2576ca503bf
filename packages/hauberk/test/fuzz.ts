// The long run of src/fuzz.test.ts: 100,000 generated requests, the same ones for the same HAUBERK_FUZZ_SEED.
process.env["HAUBERK_FUZZ_REQUESTS"] ??= "100000";
await import("../src/fuzz.test.ts");
