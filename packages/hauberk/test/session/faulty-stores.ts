import { sessionStoreConformance } from "../../src/session/conformance.ts";
import { memoryStore } from "../../src/session/memory.ts";
import type { SessionStore } from "../../src/session/store.ts";

type Fault = (good: SessionStore) => Partial<SessionStore>;

/** Stores as others might write them, each with one fault; the last one has none. Run by conformance.test.ts. */
const FAULTS: Readonly<Record<string, Fault>> = {
  "an update brings an ended session back": (good) => ({
    update: async (key, record, version) => {
      const outcome = await good.update(key, record, version);
      if (outcome === "gone") await good.insert(key, record);
      return outcome === "gone" ? "saved" : outcome;
    },
  }),
  "an update does not compare": (good) => ({
    update: async (key, record) => good.update(key, record, (await good.get(key))?.version ?? 0),
  }),
  "a touch does nothing": () => ({ touch: () => undefined }),
  "a move leaves no mark": (good) => ({
    replace: async (oldKey, ...rest) => {
      const outcome = await good.replace(oldKey, ...rest);
      if (outcome === "saved") await good.destroy(oldKey);
      return outcome;
    },
  }),
  "a move that failed leaves the new session": (good) => ({
    replace: async (oldKey, newKey, record, version, mark) => {
      const outcome = await good.replace(oldKey, newKey, record, version, mark);
      if (outcome !== "saved") await good.insert(newKey, record);
      return outcome;
    },
  }),
  "a logout says nothing of what it ended": (good) => ({
    destroy: async (key) => {
      await good.destroy(key);
      return undefined;
    },
  }),
  "a new epoch ends nothing": () => ({ endEpoch: () => undefined }),
  "users whose names differ in case are one": (good) => ({
    insert: (key, record) => good.insert(key, { ...record, userId: record.userId?.toLowerCase() }),
    listByUser: (userId) => good.listByUser(userId.toLowerCase()),
  }),
  "ending the others ends one's own": (good) => ({
    destroyByUser: (userId) => good.destroyByUser(userId, undefined),
  }),
  "data is cut": (good) => ({
    insert: (key, record) => good.insert(key, { ...record, data: record.data.slice(0, 4096) }),
  }),
  "a sweep has no limit": (good) => ({ sweep: (nowMs) => good.sweep(nowMs, 1000) }),
  none: () => ({}),
};

for (const [name, fault] of Object.entries(FAULTS)) {
  sessionStoreConformance(name, {
    open: () => {
      const good = memoryStore();
      const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(good) as object);
      const bound = methods.map((method) => {
        const value: unknown = Reflect.get(good, method);
        return [method, typeof value === "function" ? (value.bind(good) as unknown) : value];
      });
      return { ...(Object.fromEntries(bound) as SessionStore), ...fault(good) };
    },
  });
}
