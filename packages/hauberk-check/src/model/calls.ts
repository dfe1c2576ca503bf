import { isFunction, type FunctionNode, type t } from "../parse/ast.ts";
import { byMode, join } from "./alternatives.ts";
import { callBuiltin } from "./builtins.ts";
import { callExpress } from "./express-calls.ts";
import { compiledSpread } from "./literals.ts";
import type { Machine } from "./machine.ts";
import { text } from "./operators.ts";
import { registerRoutes } from "./tsoa.ts";
import { ROOT } from "./root.ts";
import { Scope } from "./scope.ts";
import {
  array,
  object,
  rootPackage,
  UNDEFINED,
  unknown,
  type Call,
  type Fn,
  type Site,
  type Value,
} from "./values.ts";

const MAX_DEPTH = 40;
const MAX_RECURSION = 2;
/**
 * For all calls of a function that change no app. Settings that are read by a function, which reads them by another one for each name, take
 * all the steps there are when everything asks for them, and what is set up afterwards is not seen.
 */
const MAX_IDLE_STEPS = 20_000;
/** Folders within folders, each read by the same function. */
const MAX_FOLDERS = 6;

/** Runs a function of the project with these arguments. */
export function callFunction(machine: Machine, fn: Fn, args: readonly Value[], self?: Value): Value {
  const recursion = machine.calling.filter((one) => one === fn.node).length;
  const most = args.some(isPlace) ? MAX_FOLDERS : MAX_RECURSION;
  if (machine.calling.length >= MAX_DEPTH || recursion >= most || !machine.spend()) {
    return unknown("a call too deep to follow");
  }
  const idle = machine.idleSteps.get(fn.node) ?? 0;
  if (idle >= MAX_IDLE_STEPS) return unknown("a call of a function that was read often enough");
  machine.executed.add(fn.node);
  machine.calling.push(fn.node);
  const { steps, changes } = machine;
  try {
    return runBody(machine, fn, args, self);
  } finally {
    machine.calling.pop();
    if (machine.changes === changes) machine.idleSteps.set(fn.node, idle + machine.steps - steps);
  }
}

/** `walk(path.join(folder, name))`. */
const isPlace = (value: Value): boolean => text(value)?.startsWith(`${ROOT}/`) === true;

function runBody(machine: Machine, fn: Fn, args: readonly Value[], self: Value | undefined): Value {
  const scope = new Scope(
    fn.module,
    fn.scope,
    machine.conditions.length,
    isArrow(fn.node) ? fn.scope.self : (self ?? fn.self),
  );
  const { params } = fn.node;
  for (const [i, param] of params.entries()) {
    const rest = param.type === "RestElement";
    machine.bind(param, rest ? array(args.slice(i), false) : (args[i] ?? UNDEFINED), scope);
  }
  if (fn.node.body.type !== "BlockStatement") return machine.evaluate(fn.node.body, scope);
  const done = machine.run(fn.node.body.body, scope);
  if (done.type === "return") return done.value;
  // What always throws, as far as is known, was called with something that is not known.
  return done.type === "stop" ? unknown("a function that throws") : UNDEFINED;
}

const isArrow = (node: FunctionNode): boolean => node.type === "ArrowFunctionExpression";

/** Calls anything: a function of the project, Express, a known built-in, or code whose inside is not ours to read. */
export function invoke(
  machine: Machine,
  callee: Value,
  args: readonly Value[],
  site: Site,
  isNew: boolean,
): Value {
  switch (callee.k) {
    case "fn":
      if (isNew) return constructFunction(machine, callee, args, site);
      return (
        compiledSpread(callee, args, site) ??
        changed(machine, registerRoutes(machine, callee, args, site)) ??
        machine.call(callee, args, callee.self)
      );
    case "class":
      return isNew ? machine.construct(callee, args, site) : unknown("a class called as a function", site);
    case "mode":
      return byMode(
        invoke(machine, callee.prod, args, site, isNew),
        invoke(machine, callee.dev, args, site, isNew),
      );
    case "either":
      return callee.values.map((one) => invoke(machine, one, args, site, isNew)).reduce(join);
    default:
      return (
        changed(machine, callExpress(machine, callee, args, site)) ??
        callBuiltin(machine, callee, args, site) ??
        opaque(machine, callee, args, site, isNew)
      );
  }
}

function changed(machine: Machine, value: Value | undefined): Value | undefined {
  if (value !== undefined) machine.changes += 1;
  return value;
}

function constructFunction(machine: Machine, fn: Fn, args: readonly Value[], site: Site): Value {
  const made = object(true, site);
  const prototype = fn.props.get("prototype");
  if (prototype?.k === "obj") for (const [name, value] of prototype.props) made.props.set(name, value);
  const returned = machine.call(fn, args, made);
  return returned.k === "prim" ? made : returned;
}

function opaque(machine: Machine, callee: Value, args: readonly Value[], site: Site, isNew: boolean): Value {
  runCallbacks(machine, callee, args, site);
  const call: Call = { k: "call", callee, args, isNew, site };
  noteEscapes(call);
  if (rootPackage(callee) !== undefined) machine.calls.push({ call, conditions: [...machine.conditions] });
  return call;
}

const HANDLER_PARAMETER = /^_?(?:req|request|ctx|context|res|response)$/;

/** Callbacks given to code we cannot read run once: that is where `connect(() => app.listen())` puts the set-up. */
function runCallbacks(machine: Machine, callee: Value, args: readonly Value[], site: Site): void {
  for (const arg of args) {
    if (arg.k !== "fn" || machine.executed.has(arg.node)) continue;
    if (arg.node.params.some((param) => param.type === "Identifier" && HANDLER_PARAMETER.test(param.name)))
      continue;
    const given = callee.k === "member" && callee.name === "then" ? settled(callee.of) : undefined;
    const run = (): void => {
      machine.call(
        arg,
        isFunction(arg.node)
          ? arg.node.params.map((_, i) =>
              i === 0 && given ? given : unknown("an argument given by other code"),
            )
          : [],
      );
    };
    if (machine.calling.length === machine.readFrom && isAfterPromise(site.node))
      machine.later.push(withConditions(machine, run));
    else run();
  }
}

/** What a promise is for here is what it will give: `import("./routes.js").then(({ default: routes }) => app.use(routes))`. */
const settled = (promise: Value): Value | undefined =>
  ["call", "obj", "arr", "fn", "app"].includes(promise.k) ? promise : undefined;

const isAfterPromise = (node: t.Node): boolean =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  node.callee.property.type === "Identifier" &&
  /^(?:then|catch|finally)$/.test(node.callee.property.name);

/** The function under the conditions that hold now. */
function withConditions(machine: Machine, run: () => void): () => void {
  const conditions = [...machine.conditions];
  return () => {
    const before = machine.conditions.splice(0, machine.conditions.length, ...conditions);
    run();
    machine.conditions.splice(0, machine.conditions.length, ...before);
  };
}

/** Packages that take an app and leave its middleware alone. */
const HARMLESS =
  /^(?:node:)?(?:https?|http2|spdy|net|supertest|socket\.io|ws|console|express-ws|http-terminator|http-shutdown|stoppable|serverless-http|@vendia\/serverless-express|aws-serverless-express|vhost|util|assert|WeakMap|WeakSet|WeakRef|Map|Set|Object|Reflect|debug|morgan|terminus|@godaddy\/terminus|chai|express-list-endpoints|config|process|greenlock-express|livereload|portfinder|nunjucks|express-nunjucks|nunjucks-express|express-hbs|express-react-views|express-ejs-extend|mustache-express|ejs-mate|consolidate|hbs|express-handlebars|swig|ejs|express-ejs-layouts|express-layouts|apollo-server-express|express-jsdoc-swagger|swagger-stats|express-oas-generator|express-status-monitor|@sentry\/node|cluster|pm2|localtunnel|ngrok|express-print-routes|express-routes-catalogue|finale-rest|epilogue|@nestjs\/.*|class-validator|bluebird|q)$/;

function noteEscapes(call: Call): void {
  const { callee, args, site } = call;
  const from = rootPackage(callee);
  if (from !== undefined && HARMLESS.test(from.name)) return;
  for (const arg of args) {
    const inner = arg.k === "obj" ? arg.props.get("app") : arg;
    if (inner?.k !== "app") continue;
    if (from?.name === "hauberk") {
      // One call that mounts the whole pipeline.
      inner.app.layers.push({
        kind: "use",
        method: "",
        path: undefined,
        handlers: [call],
        site,
        conditions: [],
      });
      continue;
    }
    const who = from === undefined ? "code that could not be found" : `\`${from.name}\``;
    inner.app.holes.push({ why: `the app is handed to ${who}, which may add middleware`, site });
  }
}
