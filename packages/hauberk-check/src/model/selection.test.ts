import assert from "node:assert/strict";
import { test } from "node:test";
import { glanceAt } from "./selection.ts";

const WORTH_READING: readonly string[] = [
  `const session = require("express-session");`,
  `import limit from 'express-rate-limit';`,
  `module.exports = (app, express) => app.serve(express.static("public"));`,
  `const { express } = require("./packages"); const app = express();`,
  `let app: express.Application;`,
  `import { json } from "express/lib/middleware";`,
  `const db = knex({ client: "pg" });`,
  `import knex, { type Knex } from "knex";`,
  `const source = new DataSource({ type: "postgres" });`,
  `export const AppDataSource = new DataSource ({ type: "mysql" });`,
  `const db = new Sequelize("app", "app", "word");`,
  `const db = new Sequelize<Models>(url);`,
  `MongoClient.connect("mongodb://db/app");`,
  `const client = new MongoClient(url);`,
  `class Store { source = new DataSource(options); }`,
  `const apiKey = "gr33nhouse-4711";`,
  `const masterKey = "quiethedgehog";`,
  `encryption_key: "quiethedgehog",`,
  `const MASTER_KEY = "quiethedgehog";`,
  `const API_KEY = process.env.API_KEY || "heron4711";`,
  `const accessToken: string = "heron4711";`,
  `{ adminToken: 'gr33nhouse' }`,
  `config["token"] = "gr33nhouse"`,
  `const ADMIN_PASSWORD = "sunflower";`,
  `const jwtSecret = "sunflower";`,
];

const NOT_WORTH_READING: readonly string[] = [
  `/* WITHOUT WARRANTIES OF ANY KIND, either express or implied. */`,
  `// what tables express, and what (they) express.`,
  `const parseKey = "declaration";`,
  `{ "extraKey": "extraValues" }`,
  `token = 'lastWeek';`,
  `const TYPE_KEY = "@@loader/registration";`,
  `export class Repository { constructor(private readonly dataSource: DataSource) {} }`,
  `// models of Sequelize, see there; a MongoClient is made elsewhere, and knex, too`,
  `const keyFromToken = 'none';`,
];

test("what may set up an app, open a database or name a secret is worth parsing", () => {
  for (const text of WORTH_READING) assert.equal(glanceAt(text).isWorthReading, true, text);
});

test("words of prose, types and names that look like settings are not", () => {
  for (const text of NOT_WORTH_READING) assert.equal(glanceAt(text).isWorthReading, false, text);
});
