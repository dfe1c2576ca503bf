import assert from "node:assert/strict";
import { test } from "node:test";
import { QueueFullError, createBoundedQueue } from "./bounded.ts";

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

function throwing(): Promise<never> {
  throw new Error("at once");
}

test("runs no more tasks at once than allowed, in the order they came", async () => {
  const queue = createBoundedQueue({ concurrency: 2, maxWaiting: 10 });
  const order: number[] = [];
  let peak = 0;
  await Promise.all(
    [0, 1, 2, 3, 4, 5].map((n) =>
      queue.run(async () => {
        order.push(n);
        peak = Math.max(peak, queue.running());
        await new Promise((resolve) => setTimeout(resolve, 2));
      }),
    ),
  );
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
  assert.equal(peak, 2);
  assert.equal(queue.running(), 0);
});

test("refuses the task that would make too many wait, and recovers", async () => {
  const queue = createBoundedQueue({ concurrency: 1, maxWaiting: 1 });
  const { opened, open } = gate();
  const first = queue.run(() => opened);
  const second = queue.run(() => opened);
  await assert.rejects(
    queue.run(() => opened),
    QueueFullError,
  );
  open();
  await Promise.all([first, second]);
  assert.equal(await queue.run(() => Promise.resolve(7)), 7);
});

test("a task that fails gives its place back, also when it throws at once", async () => {
  const queue = createBoundedQueue({ concurrency: 1, maxWaiting: 0 });
  await assert.rejects(
    queue.run(() => Promise.reject(new Error("later"))),
    /later/,
  );
  await assert.rejects(queue.run(throwing), /at once/);
  assert.equal(queue.running(), 0);
});

test("a newcomer does not overtake the one who waits, nor make one too many run", async () => {
  const queue = createBoundedQueue({ concurrency: 1, maxWaiting: 5 });
  const { opened, open } = gate();
  const order: string[] = [];
  const first = queue.run(() => opened);
  const waiting = queue.run(() => Promise.resolve(order.push("waiting")));
  const newcomer = first.then(() => queue.run(() => Promise.resolve(order.push("newcomer"))));
  open();
  await Promise.all([first, waiting, newcomer]);
  assert.deepEqual(order, ["waiting", "newcomer"]);
});

for (const concurrency of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`refuses a concurrency of ${concurrency}`, () => {
    assert.throws(() => createBoundedQueue({ concurrency, maxWaiting: 1 }), RangeError);
  });
}

for (const maxWaiting of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`refuses a waiting room of ${maxWaiting}`, () => {
    assert.throws(() => createBoundedQueue({ concurrency: 1, maxWaiting }), RangeError);
  });
}
