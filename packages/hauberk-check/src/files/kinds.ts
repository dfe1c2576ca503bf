import { basename } from "./paths.ts";

/** `bin/www` is where Express's own generator puts the start; it has no extension. */
const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$|(?:^|\/)bin\/www$/;
const DECLARATION = /\.d\.[cm]?ts$/;
const TEMPLATE = /\.(?:pug|jade|ejs|hbs|handlebars|mustache|njk|nunjucks|html\.twig)$/;
/** Plain HTML in a folder of views may be a template as well: nunjucks, swig and others take it. */
const OF_VIEWS = /(?:^|\/)(?:views?|templates?)\//;
const OF_BROWSERS = /(?:^|\/)(?:public|static|assets|client|frontend|www|web)\//;
const MANIFEST =
  /(?:^|\/)(?:package(?:-lock)?\.json|tsconfig[^/]*\.json|jsconfig\.json|\.gitignore|\.dockerignore)$/;
const KEY = /\.(?:pem|key)$/;

export const isSource = (path: string): boolean => SOURCE.test(path) && !DECLARATION.test(path);
export const isTemplate = (path: string): boolean => TEMPLATE.test(path);
export const isPage = (path: string): boolean =>
  path.endsWith(".html") && OF_VIEWS.test(path) && !OF_BROWSERS.test(path);
export const isDeployment = (path: string): boolean =>
  isContainer(path) || isPlatformFile(path) || DEPLOYED.test(path);

const DEPLOYED = /[^/]\.service$|(?:^|\/)\.env(?:[._-][\w.-]{0,60})?~?$|[^/]\.env$/i;

/** What describes to a platform how the app runs there: Kubernetes, App Engine, Lambda, Swarm and their like. */
export const isPlatformFile = (path: string): boolean =>
  /\.ya?ml$/.test(path) && PLATFORM.test(path) && !/(?:^|\/)templates\//.test(path);

const PLATFORM =
  /(?:^|\/)(?:k8s|kube|kubernetes|manifests|helm|charts|deploy|deployments?)\/|(?:^|\/)(?:app|serverless|template|render|values|[\w-]*(?:deployment|secrets?|config-?map|statefulset|k8s|stack))\.ya?ml$/;
export const isKey = (path: string): boolean => KEY.test(path);

/** What a database is begun with: `init.sql`, `db/seed.sql`; what changes one later has numbers for a name. */
export const isDatabaseFile = (path: string): boolean =>
  path.endsWith(".sql") && DATABASE.test(basename(path));

const DATABASE = /init|seed|set-?up|schema|dump|data|db|install|user|account|create|populate|import/i;

/** The settings of the database that sequelize-cli writes, one group for each environment. */
export const isDatabaseSettings = (path: string): boolean => /(?:^|\/)config\/config\.json$/.test(path);

/** What describes a container or the processes in one. */
export function isContainer(path: string): boolean {
  const name = basename(path).toLowerCase();
  return (
    name.includes("dockerfile") || (name.includes("compose") && /\.ya?ml$/.test(name)) || name === "procfile"
  );
}

/** Whether the checker has any use for the file at all. */
export function isOfInterest(path: string): boolean {
  if (DECLARATION.test(path)) return false;
  return (
    SOURCE.test(path) ||
    TEMPLATE.test(path) ||
    isPage(path) ||
    isDeployment(path) ||
    MANIFEST.test(path) ||
    KEY.test(path) ||
    isDatabaseFile(path) ||
    path.endsWith(".json")
  );
}

const TESTS =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|__fixtures__|fixtures|e2e|cypress|playwright|mocks?)\/|[._-](?:test|tests|spec|e2e-spec|cy)\.[cm]?[jt]sx?$|(?:^|\/)(?:jest|vitest|karma|cypress|playwright|webpack|rollup|vite|babel|eslint|gulpfile|Gruntfile|gatsby-\w+|next|nuxt|postcss|tailwind)(?:\.[\w-]+)*\.(?:config\.)?[cm]?[jt]s$/;

/** `driver/test.js`, beside what it tests. */
const TEST = /(?:^|\/)tests?\.[cm]?[jt]sx?$/;

/** Tests and build configuration serve nobody, so what they do is not a finding. */
export const isTestOrBuild = (path: string): boolean => TESTS.test(path) || TEST.test(path);

const AUXILIARY =
  /(?:^|\/)(?:examples?|demos?|samples?|bench(?:mark)?s?|perf(?:ormance)?|load-?tests?|playgrounds?|docs?|website|\.storybook|storybook|\.devcontainer|sandbox)\/|(?:^|\/)(?:examples?|demo|[\w.-]*(?:dev-?server|mock-?server|devServer|mockServer|server[-.]dev))\.[cm]?[jt]s$/;

/** Code that shows or measures the project rather than being it; looked at only when there is no app elsewhere. */
export const isAuxiliary = (path: string): boolean => AUXILIARY.test(path);

/** Folders that hold what a build wrote; of a published package they may be all there is. */
export const BUILT_FOLDERS: readonly string[] = ["dist", "build", "out"];

/** Folders that hold other people's code, or what a build wrote. */
export const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  "node_modules",
  "bower_components",
  "jspm_packages",
  "vendor",
  "vendors",
  ...BUILT_FOLDERS,
  "coverage",
  ".git",
  ".hg",
  ".svn",
  ".next",
  ".nuxt",
  ".cache",
  ".yarn",
  ".turbo",
  ".vercel",
  ".nyc_output",
  "__snapshots__",
]);
