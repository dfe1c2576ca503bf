import assert from "node:assert/strict";
import test from "node:test";
import { scriptAddresses } from "./script-addresses.ts";

const HOST = "localhost:3000";

const ROWS: readonly [
  name: string,
  script: string,
  requests: readonly string[],
  sockets: readonly string[],
][] = [
  ["nothing", "", [], []],
  ["fetch", 'fetch("/api/me")', ["/api/me"], []],
  ["fetch with a query and a template", "fetch(`/api/items?page=${n}`)", ["/api/items"], []],
  ["a path put together is not guessed", "fetch(`/api/${id}`)", [], []],
  ["axios and jQuery", "axios.get('/a'); $.getJSON('/b'); $.ajax({ url: '/c' })", ["/a", "/b", "/c"], []],
  ["another host", 'fetch("https://api.example/me"); fetch("//cdn.example/x")', [], []],
  ["one path twice", 'fetch("/a"); fetch("/a")', ["/a"], []],
  ["a socket at the root", 'new WebSocket("ws://" + location.host)', [], ["/"]],
  ["a socket with a path", 'new WebSocket("wss://" + location.host + "/feed")', [], ["/feed"]],
  ["a socket in a template", "new WebSocket(`ws://${location.host}/feed?x=1`)", [], ["/feed"]],
  ["a relative socket", 'new WebSocket("/live")', [], ["/live"]],
  ["a socket of this host by name", 'new WebSocket("ws://localhost:3000/x")', [], ["/x"]],
  ["a socket of another port", 'new WebSocket("ws://localhost:4000/x")', [], []],
  ["a socket of another host", 'new WebSocket("wss://feed.example/x")', [], []],
  ["a socket whose address is a name", "new WebSocket(address)", [], ["/"]],
  ["a name that ends in fetch", 'prefetch("/x")', [], []],
];

for (const [name, script, requests, sockets] of ROWS)
  test(`addresses in a script: ${name}`, () => {
    assert.deepEqual(scriptAddresses(script, HOST), { requests, sockets });
  });

test("a script made to be slow is read in no time", () => {
  const started = process.cpuUsage();
  scriptAddresses(`${"WebSocket(".repeat(20_000)}${"fetch(    ".repeat(20_000)}${'"'.repeat(50_000)}`, HOST);
  assert.ok(process.cpuUsage(started).user < 1_000_000);
});
