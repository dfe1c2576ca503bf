import type { Example } from "./rule.ts";

/** Written by packages/hauberk-check/scripts/generate.ts from the fixtures of the rules. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "auth/administration-open": {
    faulty:
      'const express = require("express");\nconst fs = require("fs");\nconst app = express();\napp.get("/goods", (req, res) => res.send(fs.readFileSync("goods.json", "utf8")));\napp.delete("/admin/goods", (req, res) => { // <- here\n  fs.writeFileSync("goods.json", "[]");\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst { db } = require("./data");\nconst app = express();\napp.get("/admin/orders", async (req, res) => res.json(await db.query("SELECT * FROM orders")));\napp.listen(3000, "127.0.0.1");',
  },
  "auth/case-sensitive-guard": {
    faulty:
      'const app = require("express")();\napp.use(/^\\/admin/, function (req, res, next) { // <- here\n  if (!req.user) return res.sendStatus(403);\n  next();\n});\napp.get("/admin/users", (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use("/admin", (req, res, next) => {\n  if (!req.user) return res.sendStatus(403);\n  next();\n});\napp.get("/admin/users", (req, res) => res.end());\napp.listen(3000);',
  },
  "auth/client-controlled": {
    faulty:
      'const app = require("express")();\n\napp.use("/admin", (req, res, next) => {\n  if (req.headers["x-user"] === "admin") next(); // <- here\n  else res.sendStatus(403);\n});\napp.get("/admin", (req, res) => res.send("hello"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\n\napp.get("/users", (req, res) => {\n  if (req.query.user === "admin") return res.status(404).send("nobody of that name");\n  res.send("somebody");\n});\napp.use((req, res, next) => {\n  if (req.headers["x-user"] === "guest") next();\n  else res.sendStatus(403);\n});\napp.listen(3000);',
  },
  "auth/guard-after-route": {
    faulty:
      'const express = require("express");\nconst app = express();\nconst signedIn = (req, res, next) => (req.session.user ? next() : res.redirect("/login"));\nconst router = express.Router();\nrouter.get("/", (req, res) => res.render("list"));\nrouter.delete("/:id", (req, res) => res.end());\nrouter.use(signedIn); // <- here\nrouter.post("/", (req, res) => res.end());\napp.use("/books", router);\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\nconst signedIn = (req, res, next) => (req.session.user ? next() : res.redirect("/login"));\nconst router = express.Router();\nrouter.get("/", (req, res) => res.render("list"));\nrouter.get("/:id", (req, res) => res.render("book"));\nrouter.use(signedIn);\nrouter.post("/", (req, res) => res.end());\nrouter.delete("/:id", (req, res) => res.end());\napp.use("/books", router);\napp.listen(3000);',
  },
  "auth/guard-falls-through": {
    faulty:
      'const app = require("express")();\napp.use("/admin", (req, res, next) => {\n  if (!req.user) {\n    res.status(401).send("no"); // <- here\n  }\n  next();\n});\napp.listen(3000);',
    fixed:
      'import express from "express";\nconst app = express();\napp.use((req, res, next) => {\n  if (req.headers.authorization) {\n    next();\n  } else {\n    res.status(401).send("no token");\n  }\n});\napp.listen(3000);',
  },
  "auth/lasting-reset": {
    faulty:
      'const express = require("express");\nconst { db, hash } = require("./data");\nconst app = express();\napp.use(express.json());\napp.post("/reset/:token", (req, res) => {\n  db.query("SELECT id FROM users WHERE reset_token = ?", [req.params.token], async (error, rows) => { // <- here\n    if (error || rows.length === 0) return res.sendStatus(400);\n    db.query("UPDATE users SET password = ?, reset_token = NULL WHERE id = ?", [await hash(req.body.password), rows[0].id]);\n    res.end();\n  });\n});\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst jwt = require("jsonwebtoken");\nconst { User, Wifi, db, hash } = require("./data");\nconst app = express();\napp.use(express.json());\napp.post("/a", async (req, res) => {\n  const user = await User.findOne({ resetToken: String(req.body.token), resetExpires: { $gt: Date.now() } });\n  if (!user) return res.sendStatus(400);\n  user.password = await hash(req.body.password);\n  await user.save();\n  res.end();\n});\napp.listen(3000);',
  },
  "auth/oauth-grant": {
    faulty:
      'const express = require("express");\nconst oauth2orize = require("oauth2orize");\nconst crypto = require("node:crypto");\nconst { Client, Code, AccessToken } = require("./models");\nconst app = express();\nconst server = oauth2orize.createServer();\n\nserver.exchange(oauth2orize.exchange.code(exchange));\n\nfunction exchange(\n  client, // <- here\n  code,\n  redirectURI,\n  done,\n) {\n  Code.findOne({ code: code }, (error, kept) => { // <- here\n    if (error || kept === null) return done(error, false);\n    const token = crypto.randomBytes(32).toString("hex");\n    new AccessToken({ token, user: kept.user }).save((failed) => done(failed, token, null));\n  });\n}\n\nfunction known(clientID, redirectURI, done) {\n  console.log("asked by " + clientID + " for " + redirectURI);\n  Client.findOne({ clientID }, (error, client) => {\n    if (error) return done(error);\n    if (client === null) return done(null, false);\n    return done(null, client, redirectURI); // <- here\n  });\n}\napp.get("/authorize", signedIn, server.authorization(known), (req, res) => res.render("ask"));\napp.post("/token", server.token(), server.errorHandler());\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst oauth2orize = require("oauth2orize");\nconst crypto = require("node:crypto");\nconst { Client, Code, AccessToken } = require("./models");\nconst app = express();\nconst server = oauth2orize.createServer();\n\nserver.exchange(\n  oauth2orize.exchange.code((client, code, redirectURI, done) => {\n    Code.findOneAndDelete({ code, client: client.id, redirectURI }, (error, kept) => {\n      if (error || kept === null) return done(error, false);\n      const token = crypto.randomBytes(32).toString("hex");\n      new AccessToken({ token, user: kept.user }).save((failed) => done(failed, token, null));\n    });\n  }),\n);\nserver.exchange(\n  oauth2orize.exchange.authorizationCode((client, code, redirectURI, done) => {\n    Code.findOne({ code }, (error, kept) => {\n      if (error || kept === null || kept.client !== client.id) return done(error, false);\n      kept.used = true;\n      kept.save(() => giveToken(kept, done));\n    });\n  }),\n);\nserver.exchange(\n  oauth2orize.exchange.code((client, code, redirectURI, done) => {\n    Code.findOne({ code }, (error, kept) => trade(kept, client, redirectURI, done));\n  }),\n);\nconst known = (clientID, redirectURI, done) => {\n  Client.findOne({ clientID }, (error, client) => {\n    if (error) return done(error);\n    if (client === null || !client.redirectURIs.includes(redirectURI)) return done(null, false);\n    return done(null, client, redirectURI);\n  });\n};\napp.get("/authorize", signedIn, server.authorization(known), (req, res) => res.render("ask"));\napp.get(\n  "/other",\n  signedIn,\n  server.authorization((clientID, redirectURI, done) => {\n    Client.findOne({ clientID }, (error, client) => done(error, client, client.redirectURI));\n  }),\n);\napp.get(\n  "/more",\n  signedIn,\n  server.authorization((clientID, redirectURI, done) => {\n    Client.findOne({ clientID, redirectURI }, (error, client) => done(error, client, redirectURI));\n  }),\n);\napp.listen(3000);',
  },
  "auth/oauth-state": {
    faulty:
      'const express = require("express");\nconst passport = require("passport");\nconst { Strategy: GoogleStrategy } = require("passport-google-oauth20");\nconst GitHubStrategy = require("passport-github2").Strategy;\nconst OAuth2Strategy = require("passport-oauth2");\nconst app = express();\nconst found = (access, refresh, profile, done) => done(null, profile);\npassport.use(\n  new GoogleStrategy({ clientID: process.env.ID, clientSecret: process.env.G, callbackURL: "/in" }, found), // <- here\n);\npassport.use(\n  new GitHubStrategy({ clientID: process.env.ID, clientSecret: process.env.H, callbackURL: "/in" }, found), // <- here\n);\npassport.use(\n  new OAuth2Strategy({ authorizationURL: "/a", tokenURL: "/t", clientID: "shop", state: false }, found),\n);\napp.get("/google", passport.authenticate("google", { scope: ["profile"] }));\napp.get("/in", passport.authenticate("google", { failureRedirect: "/" }), (req, res) => res.redirect("/"));\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst passport = require("passport");\nconst { Strategy: GoogleStrategy } = require("passport-google-oauth20");\nconst app = express();\nconst found = (access, refresh, profile, done) => done(null, profile);\npassport.use(new GoogleStrategy({ clientID: "shop", callbackURL: "/in" }, found));\napp.get("/google", (req, res, next) => {\n  passport.authenticate("google", { scope: ["profile"], state: req.session.mark })(req, res, next);\n});\napp.listen(3000);',
  },
  "auth/plain-password": {
    faulty:
      'const express = require("express");\nconst { people } = require("./data");\nconst app = express();\napp.post("/login", async (req, res) => {\n  const given = req.body;\n  if (!(await people.check(req.body.name, req.body.password))) return res.sendStatus(401);\n  req.session.user = given; // <- here\n  res.end();\n});\napp.post("/step", async (req, res) => {\n  const { name, password } = req.body;\n  req.session.password = password; // <- here\n  req.session.step = { name, password }; // <- here\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst { people } = require("./data");\nconst app = express();\napp.post("/login", async (req, res) => {\n  const user = await people.check(req.body.name, req.body.password);\n  req.session.user = user;\n  req.session.name = req.body.name;\n  req.session.hasPassword = Boolean(req.body.password);\n  req.session.password = null;\n  res.end();\n});\napp.post("/form", (req, res) => {\n  req.session.form = req.body;\n  res.end();\n});\napp.listen(3000);',
  },
  "auth/route-unguarded": {
    faulty:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\nconst guard = (req, res, next) => (req.user ? next() : res.sendStatus(401));\n// What signs for somebody who is there, beside a guard of the others, has lost it.\napp.post("/pages/one", guard, (req, res) => res.end());\napp.post("/pages/two", guard, (req, res) => res.end());\napp.post("/pages/three", guard, (req, res) => res.end());\napp.post("/invoices", (req, res) => res.json(jwt.sign(req.body, process.env.KEY, { expiresIn: "1h" }))); // <- here\napp.listen(3000);',
    fixed:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\nconst KEY = process.env.KEY;\napp.post("/lessons/one", (req, res) => {\n  if (!req.headers.authorization) return res.status(401).end();\n  jwt.verify(req.headers.authorization, KEY, { algorithms: ["HS256"] }, (error) => (error ? res.sendStatus(401) : res.end()));\n});\napp.post("/lessons/two", (req, res) => {\n  if (!req.headers.authorization) return res.status(401).end();\n  jwt.verify(req.headers.authorization, KEY, { algorithms: ["HS256"] }, (error) => (error ? res.sendStatus(401) : res.end()));\n});\napp.post("/lessons/three", (req, res) => {\n  if (!req.headers.authorization) return res.status(401).end();\n  jwt.verify(req.headers.authorization, KEY, { algorithms: ["HS256"] }, (error) => (error ? res.sendStatus(401) : res.end()));\n});\napp.post("/tickets", (req, res) => {\n  const lesson = String(req.body.lesson);\n  res.json({ ticket: jwt.sign({ lesson }, KEY, { algorithm: "HS256", expiresIn: "1h" }) });\n});\napp.listen(3000);',
  },
  "auth/shared-sign-in": {
    faulty:
      'const express = require("express");\nconst sessions = require("express-session");\nconst app = express();\napp.use(sessions({ secret: process.env.SECRET, resave: false, saveUninitialized: false }));\n\nlet session;\n\napp.post("/enter", async (req, res) => {\n  const member = await find(req.body.name, req.body.word);\n  if (!member) return res.redirect("/");\n  session = req.session; // <- here\n  session.member = member.id;\n  res.redirect("/notes");\n});\n\napp.get("/notes", (req, res) => {\n  if (!session.member) return res.redirect("/");\n  res.json(listOf(session.member));\n});\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst sessions = require("express-session");\nconst app = express();\napp.use(sessions({ secret: process.env.SECRET, resave: false, saveUninitialized: false }));\n\nlet last;\nlet session;\n\napp.post("/enter", async (req, res) => {\n  let session;\n  session = req.session;\n  last = req.session;\n  session.member = (await find(req.body.name, req.body.word)).id;\n  res.redirect("/notes");\n});\n\napp.post("/again", (req, res) => {\n  session = req.session;\n  res.redirect("/");\n});\n\napp.get("/notes", (req, res) => {\n  const session = req.session;\n  if (!session.member || !req.session.last) return res.redirect("/");\n  res.json(listOf(session.member));\n});\napp.listen(3000);',
  },
  "auth/timing-compare": {
    faulty:
      'const app = require("express")();\napp.use((req, res, next) => {\n  if (req.headers["x-api-key"] !== process.env.API_KEY) return res.sendStatus(401); // <- here\n  next();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use((req, res, next) => {\n  if (!timingSafeEqual(hash(req.get("x-api-key")), hash(process.env.API_KEY))) return res.sendStatus(401);\n  next();\n});\napp.listen(3000);',
  },
  "auth/unset-secret": {
    faulty:
      'import { CanActivate, ExecutionContext, Injectable } from "@nestjs/common";\nimport { Request } from "express";\n@Injectable()\nexport class KeyGuard implements CanActivate {\n  canActivate(context: ExecutionContext): boolean {\n    const request = context.switchToHttp().getRequest<Request>();\n    return request.headers["x-api-key"] === process.env.API_KEY; // <- here\n  }\n}',
    fixed:
      '// docker-compose.yml\nservices:\n  web:\n    environment:\n      - JOB_KEY=${JOB_KEY:?}\n// env.js\nconst { z } = require("zod");\nmodule.exports = z.object({ SYNC_KEY: z.string().min(20), port: z.string() }).parse(process.env);\n// app.js\nconst express = require("express");\nrequire("./env");\nconst app = express();\napp.use("/jobs", (req, res, next) => {\n  if (req.headers["x-job-key"] !== process.env.JOB_KEY) return res.sendStatus(401);\n  next();\n});\napp.use("/sync", (req, res, next) => {\n  if (req.headers["x-sync-key"] !== process.env.SYNC_KEY) return res.sendStatus(401);\n  next();\n});\napp.listen(3000);',
  },
  "auth/user-enumeration": {
    faulty:
      'const express = require("express");\nconst passport = require("passport");\nconst { Strategy: LocalStrategy } = require("passport-local");\nconst users = require("./users");\nconst app = express();\napp.use(express.urlencoded({ extended: false }));\npassport.use(\n  new LocalStrategy((username, password, done) => {\n    users.byName(username, (error, user) => {\n      if (error) return done(error);\n      if (!user) return done(null, false, { message: "Incorrect username." }); // <- here\n      if (!user.verifyPassword(password)) return done(null, false, { message: "Incorrect password." });\n      return done(null, user);\n    });\n  }),\n);\napp.post("/login", passport.authenticate("local", { failureMessage: true }), (req, res) => res.redirect("/"));\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst passport = require("passport");\nconst { Strategy: LocalStrategy } = require("passport-local");\nconst users = require("./users");\nconst app = express();\napp.use(express.urlencoded({ extended: false }));\npassport.use(\n  "staff",\n  new LocalStrategy(async (username, password, done) => {\n    const user = await users.byName(username);\n    if (!user) return done(null, false, { message: "Unknown user" });\n    if (!user.verifyPassword(password)) return done(null, false, { message: "Wrong password" });\n    return done(null, user);\n  }),\n);\napp.post("/login", passport.authenticate("staff", { successRedirect: "/", failureRedirect: "/login" }));\napp.post("/api/login", passport.authenticate("staff"), (req, res) => res.json({ id: req.user.id }));\napp.get("/me", passport.authenticate("token", { session: false }), (req, res) => res.json({ id: req.user.id }));\napp.listen(3000);',
  },
  "auth/weak-password-hash": {
    faulty:
      'const bcrypt = require("bcrypt");\nconst crypto = require("crypto");\nconst app = require("express")();\nfunction hashPassword(text) {\n  return crypto.createHash("md5").update(text).digest("hex"); // <- here\n}\napp.post("/accounts", (req, res) => res.json({ key: hashPassword(req.body.text) }));\napp.listen(3000);',
    fixed:
      'const bcrypt = require("bcrypt");\nconst { createHash } = require("crypto");\nconst app = require("express")();\napp.post("/accounts", async (req, res) => {\n  const short = createHash("sha256").update(req.body.password).digest("base64");\n  await save(req.body.name, await bcrypt.hash(short, 12));\n  res.end();\n});\napp.listen(3000);',
  },
  "auth/webhook-unsigned": {
    faulty:
      'const express = require("express");\nconst { Order, db } = require("./data");\nconst { markPaid } = require("./orders");\nconst app = express();\napp.use(express.json());\napp.post("/webhooks/stripe", async (req, res) => { // <- here\n  const event = req.body;\n  if (event.type === "checkout.session.completed")\n    await Order.updateOne({ _id: event.data.object.client_reference_id }, { paid: true });\n  res.json({ received: true });\n});\napp.post("/webhook", (req, res) => { // <- here\n  const { type, data } = req.body;\n  if (type === "payment.succeeded") db.query("UPDATE orders SET paid = 1 WHERE id = ?", [data.order]);\n  res.sendStatus(200);\n});\napp.post("/hooks/github", (req, res) => { // <- here\n  if (req.headers["x-github-event"] === "push") db.query("INSERT INTO builds (ref) VALUES (?)", [req.body.ref]);\n  res.end();\n});\napp.post("/webhook/github", (req, res) => { // <- here\n  if (req.body.action === "push") execSync("git pull && npm ci");\n  res.sendStatus(200);\n});\napp.post("/api/payment/callback", async (req, res) => { // <- here\n  await Order.updateOne({ _id: req.body.order }, { paid: true });\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst crypto = require("node:crypto");\nconst stripe = require("stripe")(process.env.STRIPE_KEY);\nconst { Order, Hook, db } = require("./data");\nconst app = express();\nconst isFromGithub = (req, res, next) => {\n  const mac = crypto.createHmac("sha256", process.env.GITHUB).update(req.rawBody).digest("hex");\n  if (req.get("x-hub-signature-256") !== `sha256=${mac}`) return res.sendStatus(401);\n  next();\n};\napp.post("/webhooks/stripe", express.raw({ type: "application/json" }), async (req, res) => {\n  const event = stripe.webhooks.constructEvent(req.body, req.headers["stripe-signature"], process.env.STRIPE_HOOK);\n  await Order.updateOne({ _id: event.data.object.client_reference_id }, { paid: true });\n  res.json({ received: true });\n});\napp.use(express.json({ verify: (req, res, raw) => (req.rawBody = raw) }));\napp.post("/hooks/github", isFromGithub, (req, res) => {\n  db.query("INSERT INTO builds (ref) VALUES (?)", [req.body.ref]);\n  res.end();\n});\napp.listen(3000);\n\nconst other = express();\nother.use(express.json());\n// The sender is asked, the path is the secret, the header is one; and nothing is done.\nother.post("/webhooks/paypal", async (req, res) => {\n  const order = await paypal.orders.retrieve(req.body.resource.id);\n  await Order.updateOne({ _id: order.reference }, { paid: true });\n  res.end();\n});\nother.post("/webhook/:key", async (req, res) => {\n  await Order.updateOne({ _id: req.body.event.id }, { paid: true });\n  res.end();\n});\nother.post("/webhook/billing", async (req, res) => {\n  if (req.headers["x-hook"] !== process.env.HOOK) return res.sendStatus(404);\n  await Order.updateOne({ _id: req.body.id }, { paid: true });\n  res.end();\n});\nother.post("/webhooks/stripe", (req, res) => {\n  console.log(req.body.type);\n  res.end();\n});\n// Who wants to be told of events.\nother.post("/webhooks", async (req, res) => {\n  const { event, url } = req.body;\n  res.json(await Hook.create({ event, url }));\n});\nother.post("/webhooks/slack", async (req, res) => {\n  if (!isFromSlack(req)) return res.sendStatus(400);\n  await Order.updateOne({ _id: req.body.id }, { seen: true });\n  res.end();\n});\nother.post("/payments", async (req, res) => {\n  await Order.updateOne({ _id: req.body.event.id }, { paid: true });\n  res.end();\n});\nother.listen(3001);',
  },
  "body/deprecated-parser": {
    faulty:
      'const bodyParser = require("body-parser");\nconst app = require("express")();\napp.use(bodyParser()); // <- here\napp.listen(3000);',
    fixed:
      'const bodyParser = require("body-parser");\nconst app = require("express")();\napp.use(bodyParser.json());\napp.use(bodyParser.urlencoded({ extended: false }));\napp.listen(3000);',
  },
  "body/extended-qs": {
    faulty:
      'const express = require("express");\nconst app = express();\napp.use(express.urlencoded()); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.use(express.urlencoded());\napp.listen(3000);',
  },
  "body/limit": {
    faulty:
      'const express = require("express");\nconst app = express();\napp.use(express.json({ limit: "50mb" })); // <- here\napp.use(express.urlencoded({ limit: Infinity })); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.use(express.json({ limit: "200kb" }));\napp.use(express.urlencoded());\napp.listen(3000);',
  },
  "body/multipart-v3": {
    faulty:
      'var express = require("express");\nvar app = express();\napp.use(express.json());\napp.use(express.multipart()); // <- here\napp.listen(3000);',
    fixed:
      'var express = require("express");\nvar app = express();\napp.use(express.json());\napp.use(express.urlencoded());\napp.listen(3000);',
  },
  "body/parse-before-gate": {
    faulty:
      'const express = require("express");\nconst { rateLimit } = require("express-rate-limit");\nconst app = express();\napp.use(express.json({ limit: "5mb" })); // <- here\napp.use(rateLimit({ windowMs: 60000, limit: 100 }));\napp.post("/", (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst { rateLimit } = require("express-rate-limit");\nconst app = express();\napp.use(rateLimit({ windowMs: 60000, limit: 100 }));\napp.use(express.json({ limit: "5mb" }));\napp.post("/", (req, res) => res.end());\napp.listen(3000);',
  },
  "cookie/from-request": {
    faulty:
      'const app = require("express")();\napp.get("/any", (req, res) => {\n  res.cookie(req.query.name, "1"); // <- here\n  res.end();\n});\napp.get("/pref", (req, res) => {\n  const { theme } = req.query;\n  if (theme) res.cookie("theme", theme); // <- here\n  res.cookie("lang", req.query.lang, { httpOnly: true }); // <- here\n  res.end();\n});\napp.get("/ref/:code", (req, res) => {\n  res.cookie("ref", req.params.code).redirect("/"); // <- here\n});\napp.post("/header", (req, res) => {\n  res.setHeader("Set-Cookie", "lang=" + req.body.lang + "; Path=/"); // <- here\n  res.append("Set-Cookie", [`a=${req.query.a}`, "b=1"]); // <- here\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst LANGUAGES = ["en", "fr"];\napp.get("/pref", (req, res) => {\n  if (!LANGUAGES.includes(req.query.lang)) return res.sendStatus(400);\n  res.cookie("lang", req.query.lang);\n  res.cookie("theme", req.query.theme === "dark" ? "dark" : "light");\n  res.cookie("seen", "1");\n  res.cookie("trace", req.headers["x-trace"]);\n  res.cookie("kept", req.cookies.kept);\n  res.set("Set-Cookie", "a=" + encodeURIComponent(req.query.a));\n  res.set("X-Lang", req.query.lang);\n  res.end();\n});\napp.post("/form", (req, res) => {\n  res.cookie("theme", req.body.theme);\n  jar.cookie(req.body.name, "1");\n  res.end();\n});\napp.listen(3000);',
  },
  "cookie/response-flags": {
    faulty:
      'const app = require("express")();\napp.post("/login", (req, res) => {\n  const token = issue(req.body);\n  res.cookie("shop", token, { sameSite: "lax" }); // <- here\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/login", (req, res) => {\n  const token = issue(req.body);\n  res.cookie("shop", token, { httpOnly: true, secure: true });\n  res.cookie("xsrf-token", csrfToken, { secure: true });\n  res.cookie("csrf", token, { secure: true });\n  res.cookie("theme", theme);\n  res.end();\n});\napp.listen(3000);',
  },
  "cors/any-origin": {
    faulty:
      'const express = require("express");\nconst cors = require("cors");\nconst jwt = require("jsonwebtoken");\nconst app = express();\napp.use(cors()); // <- here\napp.post("/login", (req, res) => res.json({ token: jwt.sign({}, process.env.KEY) }));\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst cors = require("cors");\nconst app = express();\napp.use(cors());\napp.get("/stations", (req, res) => res.json([]));\napp.listen(3000);',
  },
  "cors/null-origin": {
    faulty:
      'const cors = require("cors");\nconst app = require("express")();\napp.use(cors({ origin: ["https://app.example", "null"] })); // <- here\napp.listen(3000);',
    fixed:
      'const cors = require("cors");\nconst app = require("express")();\napp.use(cors({ origin: ["https://app.example"] }));\napp.listen(3000);',
  },
  "cors/reflect-origin": {
    faulty:
      'const app = require("express")();\napp.use((req, res, next) => { // <- here\n  res.setHeader("Access-Control-Allow-Origin", req.get("origin"));\n  next();\n});\napp.listen(3000);',
    fixed:
      'const cors = require("cors");\nconst app = require("express")();\napp.use(cors());\napp.use(cors({ origin: (origin, callback) => (allowed.has(origin) ? callback(null, true) : callback(new Error("no"))) }));\napp.listen(3000);',
  },
  "cors/unanchored-regex": {
    faulty:
      'const cors = require("cors");\nconst app = require("express")();\nconst allowed = /bank\\.test/; // <- here\napp.use(\n  cors({\n    origin(origin, callback) {\n      if (allowed.test(origin)) callback(null, true);\n      else callback(new Error("not allowed"));\n    },\n  }),\n);\napp.listen(3000);',
    fixed:
      'const cors = require("cors");\nconst app = require("express")();\nconst allowed = /^https:\\/\\/(?:[\\w-]+\\.)?bank\\.test$/;\napp.use(\n  cors({\n    origin(origin, callback) {\n      callback(null, allowed.test(origin) && !/insecure/.test(process.title));\n    },\n  }),\n);\napp.listen(3000);',
  },
  "cors/wildcard-credentials": {
    faulty:
      'const cors = require("cors");\nconst app = require("express")();\napp.use(cors({ origin: true, credentials: true })); // <- here\napp.listen(3000);',
    fixed:
      'const cors = require("cors");\nconst app = require("express")();\napp.use(cors({ origin: ["https://app.example"], credentials: true }));\napp.listen(3000);',
  },
  "csrf/after-routes": {
    faulty:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.S }));\napp.post("/transfer", (req, res) => res.end());\napp.use(require("csurf")()); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.S }));\napp.use(require("csurf")());\napp.post("/transfer", (req, res) => res.end());\napp.listen(3000);',
  },
  "csrf/before-method-override": {
    faulty:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.S }));\napp.use(require("csurf")());\napp.use(require("method-override")("_method", { methods: ["GET", "POST"] })); // <- here\napp.delete("/", (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("method-override")("_method"));\napp.use(require("express-session")({ secret: process.env.S }));\napp.use(require("csurf")());\napp.delete("/", (req, res) => res.end());\napp.listen(3000);',
  },
  "csrf/before-session": {
    faulty:
      'const app = require("express")();\nconst csurf = require("csurf");\nconst session = require("express-session");\napp.use(csurf()); // <- here\napp.use(session({ secret: process.env.S }));\napp.post("/", (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.S }));\napp.use(require("csurf")());\napp.post("/", (req, res) => res.end());\napp.listen(3000);',
  },
  "csrf/exempt-path": {
    faulty:
      'const app = require("express")();\nconst csrf = require("csurf")();\napp.use((req, res, next) => {\n  if (req.path.startsWith("/api")) return next();\n  csrf(req, res, next); // <- here\n});\napp.post("/", (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("csurf")());\napp.post("/", (req, res) => res.end());\napp.listen(3000);',
  },
  "csrf/ignore-unsafe-method": {
    faulty:
      'const app = require("express")();\napp.use(require("csurf")({ ignoreMethods: ["GET", "POST"] })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("csurf")({ ignoreMethods: ["GET", "HEAD", "OPTIONS"] }));\napp.listen(3000);',
  },
  "csrf/missing": {
    faulty:
      'const express = require("express");\nconst session = require("express-session");\nconst lusca = require("lusca");\n\nconst app = express();\napp.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: false }));\napp.use(lusca({ csrf: false, xframe: "DENY" }));\napp.post("/transfer", (req, res) => res.send("done")); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst session = require("express-session");\nconst lusca = require("lusca");\n\nconst app = express();\napp.use(session({ secret: process.env.SECRET, resave: false, saveUninitialized: false }));\napp.use(lusca({ csrf: { angular: true }, xframe: "DENY" }));\napp.post("/transfer", (req, res) => res.send("done"));\napp.listen(3000);',
  },
  "csrf/multipart-order": {
    faulty:
      'const app = require("express")();\nconst upload = require("multer")({ limits: { fileSize: 1e6 } });\napp.use(require("express-session")({ secret: process.env.S }));\napp.use(require("csurf")());\napp.post("/photo", upload.single("photo"), (req, res) => res.end()); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst upload = require("multer")({ limits: { fileSize: 1e6 } });\nconst csrf = require("csurf")();\napp.use(require("express-session")({ secret: process.env.S }));\napp.post("/photo", upload.single("photo"), csrf, (req, res) => res.end());\napp.listen(3000);',
  },
  "csrf/simple-content-type": {
    faulty:
      'const express = require("express");\nconst app = express();\napp.use(require("cookie-parser")(process.env.COOKIE_SECRET));\napp.use(express.json({ type: "*/*" })); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.use(express.json({ type: "*/*" }));\napp.post("/render", (req, res) => res.json(req.body));\napp.listen(3000);',
  },
  "csrf/state-change-on-get": {
    faulty:
      'const app = require("express")();\napp.use(require("cookie-parser")());\nconst sessions = {};\nconst openSessions = new Map();\napp.get("/logout", (req, res) => { // <- here\n  delete sessions[req.cookies.sid];\n  res.redirect("/");\n});\napp.get("/sign-out", (req, res) => { // <- here\n  openSessions.delete(req.cookies.sid);\n  res.redirect("/");\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("cookie-parser")());\nconst sessions = {};\napp.post("/logout", (req, res) => {\n  delete sessions[req.cookies.sid];\n  res.redirect("/");\n});\napp.get("/logout", (req, res) => {\n  res.render("logout", { name: sessions[req.cookies.sid] });\n});\napp.get("/sign-out", (req, res) => {\n  delete sessions[req.get("x-session")];\n  res.sendStatus(204);\n});\napp.listen(3000);',
  },
  "csrf/token-not-exposed": {
    faulty:
      'const app = require("express")();\napp.set("view engine", "pug");\napp.use(require("express-session")({ secret: process.env.S }));\napp.use(require("csurf")()); // <- here\napp.get("/", (req, res) => res.render("form"));\napp.post("/", (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.set("view engine", "pug");\napp.use(require("express-session")({ secret: process.env.S }));\napp.get("/", (req, res) => res.render("form"));\napp.post("/", (req, res) => res.end());\napp.use(require("csurf")());\napp.listen(3000);',
  },
  "debug/endpoint": {
    faulty:
      'const app = require("express")();\nconst ui = require("swagger-ui-express");\napp.use("/docs", ui.serve, ui.setup(openapi)); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.get("/info", (req, res) => res.send(JSON.stringify({ env: process.env.NODE_ENV, up: true })));\napp.listen(3000);',
  },
  "deps/abandoned-security-middleware": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// package.json\n{ "dependencies": { "express": "5.3.0", "csurf": "^1.11.0" } }',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// package.json\n{ "dependencies": { "express": "5.3.0", "csrf-sync": "^4.0.0" } }',
  },
  "deps/development-in-image": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm install --no-audit && npm run build\nUSER node\nCMD ["node", "app.js"]',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:24\nRUN npm install\nCMD ["node", "app.js"]',
  },
  "deps/express-eol": {
    faulty:
      '==> app.js\nvar express = require("express");\nvar app = express();\napp.listen(3000);\n==> package.json\n{ "dependencies": { "express": "~3.4.8" } }',
    fixed:
      '==> app.js\nvar express = require("express");\nvar app = express();\napp.listen(3000);\n==> package.json\n{ "dependencies": { "express": "^5.3.0" } }',
  },
  "deps/known-vulnerable": {
    faulty:
      '// package.json\n{ "name": "fixture", "dependencies": { "express": "5.3.0", "jsonwebtoken": "^8.5.1" } }\n// app.js\nrequire("express")().listen(3000);',
    fixed:
      '==> app.js\nrequire("express")().listen(3000);\n==> package.json\n{ "dependencies": { "express": "5.3.0", "jsonwebtoken": "9.0.2" } }',
  },
  "deps/runtime-eol": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM alpine:3.8\nRUN apk add nodejs\nCMD ["node", "app.js"]\n// api/Dockerfile\nFROM ubuntu:24.04\nRUN curl -fsSL https://deb.nodesource.com/setup_16.x | bash - && apt-get install -y nodejs\nCMD ["node", "app.js"]\n// web/Dockerfile\nFROM node:lts-stretch\nCMD ["node", "app.js"]',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:16 AS build\nRUN npm ci\nFROM node:24-alpine3.22\nCOPY --from=build /app /app\nUSER node\nCMD ["node", "app.js"]\n// api/Dockerfile\nARG NODE\nFROM node:${NODE}-slim\n// web/Dockerfile\nFROM gcr.io/distroless/nodejs24-debian12\n// shop/Dockerfile\nFROM node:lts\n// old/Dockerfile.dev\nFROM node:8\n// staged/Dockerfile\nFROM node:24 AS base\nFROM base AS production\nFROM node:18 AS dev\nCMD ["npm", "run", "dev"]\n// other/Dockerfile\nFROM registry.example/team/node:16\n// cache/Dockerfile\nFROM alpine:3.22\nRUN apk add nodejs',
  },
  "deps/sanitizer-dead-on-v5": {
    faulty:
      'const app = require("express")();\napp.use((req, res, next) => {\n  req.query = clean(req.query); // <- here\n  next();\n});\napp.listen(3000);',
    fixed:
      "// index.js\nmodule.exports = (req, res, next) => {\n  req.query = parse(req.url);\n  next();\n};",
  },
  "deps/unpinned-image": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:alpine\nUSER node\nCMD ["node", "app.js"]\n// api/Dockerfile\nFROM node\nUSER node\nCMD ["node", "app.js"]\n// web/Dockerfile\nFROM node:lts-alpine AS base\nFROM base\nUSER node\nCMD ["node", "app.js"]',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:24-alpine\nRUN curl -fsSLO https://get.example/tool.tgz && echo "0123  tool.tgz" | sha256sum -c - && sh ./install.sh\nRUN curl -fsSL https://get.example/keys.gpg | gpg --import; ls | sh ./list.sh\nUSER node\nCMD ["node", "app.js"]\n// api/Dockerfile\nFROM node@sha256:7e43a2d633d91e8655a6c0f45d2ed987aa4930f0792f6d9dd3bffc7496e44882\n// web/Dockerfile\nFROM node:jod-alpine\n// given/Dockerfile\nARG IMAGE\nFROM ${IMAGE}\n// team/Dockerfile\nFROM registry.example/team/base\n// tools/Dockerfile.dev\nFROM node\nRUN curl https://get.example/install.sh | sh',
  },
  "dos/input-redos": {
    faulty:
      '// app.js\nconst app = require("express")();\nconst { isName } = require("./names");\napp.get("/names", (req, res) => res.json({ isRight: isName(req.query.name) }));\napp.listen(3000);\n// names.js\nconst FORM = /^(?:[a-z]+[ -]?)+$/;\nexports.isName = (name) => FORM.test(name);',
    fixed:
      'const app = require("express")();\nconst { escapeRegExp } = require("lodash");\nconst names = ["one", "two"];\nconst escaped = (text) => text.replace(/[.*+?^${}()|[\\]\\\\]/g, String.raw`\\$&`);\nconst WORDS = { one: "o.e", two: "t.o" };\napp.get("/search", (req, res) => {\n  const { q } = req.query;\n  const patterns = [\n    new RegExp(escapeRegExp(q)),\n    new RegExp(escaped(String(q)), "i"),\n    new RegExp("^" + q.replace(/\\W/g, "")),\n    new RegExp(WORDS[q]),\n    new RegExp("one|two"),\n    new RegExp(names.join("|")),\n  ];\n  if (!/^\\w+$/.test(req.query.name)) return res.sendStatus(400);\n  patterns.push(new RegExp(req.query.name));\n  res.json(names.filter((name) => patterns.some((one) => one.test(name))));\n});\napp.listen(3000);',
  },
  "dos/insecure-http-parser": {
    faulty:
      'const http = require("http");\nconst app = require("express")();\nhttp.createServer({ insecureHTTPParser: true }, app).listen(3000); // <- here',
    fixed:
      'const http = require("http");\nconst app = require("express")();\nhttp.createServer({}, app).listen(3000);',
  },
  "dos/route-redos": {
    faulty:
      'const app = require("express")();\napp.get(/^\\/((\\w+)+)\\/end$/, (req, res) => res.end()); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.get(/^\\/(\\w+)\\/end$/, (req, res) => res.end());\napp.listen(3000);',
  },
  "dos/timeouts-off": {
    faulty:
      'const app = require("express")();\nconst server = app.listen(3000);\nserver.requestTimeout = 0; // <- here',
    fixed:
      'const app = require("express")();\nconst server = app.listen(3000);\nserver.requestTimeout = 30_000;',
  },
  "dos/uncaught": {
    faulty:
      'const fs = require("fs");\nconst path = require("path");\nconst app = require("express")();\napp.get("/films/:name", (req, res) => {\n  const file = path.join("films", path.basename(req.params.name));\n  res.type("video/mp4");\n  fs.createReadStream(file).pipe(res); // <- here\n});\napp.get("/songs", (req, res) => {\n  const song = fs.createReadStream(`songs/${req.query.name}`);\n  song.pipe(res); // <- here\n});\napp.listen(3000);',
    fixed:
      'const fs = require("fs");\nconst path = require("path");\nconst { pipeline } = require("stream");\nconst app = require("express")();\napp.get("/films/:name", (req, res, next) => {\n  const film = fs.createReadStream(path.join("films", path.basename(req.params.name)));\n  film.on("error", next);\n  film.pipe(res);\n});\napp.get("/songs/:name", (req, res) => {\n  const file = path.join("songs", path.basename(req.params.name));\n  if (!fs.existsSync(file)) return res.sendStatus(404);\n  fs.createReadStream(file).pipe(res);\n});\napp.get("/pages/:name", (req, res, next) => {\n  pipeline(fs.createReadStream(path.join("pages", path.basename(req.params.name))), res, next);\n});\napp.get("/logo", (req, res) => {\n  fs.createReadStream("logo.png").pipe(res);\n});\napp.post("/upload", (req, res) => {\n  req.pipe(fs.createWriteStream("upload.bin"));\n  res.end();\n});\napp.listen(3000);',
  },
  "dos/unhandled-async": {
    faulty:
      'const app = require("express")();\napp.get("/", async (req, res) => { // <- here\n  res.json(await load());\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst wrap = (fn) => (req, res, next) => fn(req, res, next).catch(next);\napp.get("/", wrap(async (req, res) => res.json(await load())));\napp.get("/two", async (req, res, next) => {\n  try {\n    res.json(await load());\n  } catch (error) {\n    next(error);\n  }\n});\napp.listen(3000);',
  },
  "error/debug-handler": {
    faulty:
      'const app = require("express")();\napp.use(require("errorhandler")()); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nif (process.env.NODE_ENV === "development") {\n  app.use(require("errorhandler")());\n}\napp.listen(3000);',
  },
  "error/handler-arity": {
    faulty:
      'const express = require("express");\nconst app = express();\napp.get("/", (req, res) => res.send("hi"));\n// eslint-disable-next-line no-unused-vars\napp.use((err, req, res) => { // <- here\n  console.error(err);\n  res.status(500).send("Something went wrong");\n});\nconst api = express.Router();\napi.post("/things", (req, res) => res.end());\napi.use(failed); // <- here\nfunction failed(error, request, response) {\n  response.status(500).json({ failed: true });\n}\napp.use("/api", api);\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.param("id", (req, res, next, id) => (id ? next() : next("route")));\napp.use((req, res, next) => next());\napp.get("/", (req, res) => {\n  load((err, request, response) => (err ? res.sendStatus(502) : res.send(response.body)));\n});\napp.get("/:id", wrapped((error, req, res) => res.end()));\nfunction wrapped(handler) {\n  return (req, res) => handler(undefined, req, res);\n}\napp.use((err, req, res, next) => {\n  if (res.headersSent) return next(err);\n  res.status(500).send("Something went wrong");\n});\napp.listen(3000);',
  },
  "error/stack-exposed": {
    faulty:
      'const app = require("express")();\napp.use((err, req, res, next) => {\n  res.status(500).send(err.stack); // <- here\n});\napp.listen(3000);',
    fixed:
      '// app.js\nconst app = require("express")();\napp.use((err, req, res, next) => {\n  res.status(500);\n  res.render("error", { error: err });\n});\napp.listen(3000);\n// views/error.ejs\n<h1>Sorry</h1>\n<p>This went wrong, with the number <%= error.status %>.</p>',
  },
  "fingerprint/server-headers": {
    faulty:
      'const app = require("express")();\napp.use((req, res, next) => {\n  res.setHeader("Server", "ShopServer/2.4.1"); // <- here\n  res.set("X-Powered-By", "Orders 3.1"); // <- here\n  next();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use((req, res, next) => {\n  res.setHeader("Server", "shop");\n  res.set("X-Powered-By", "coffee");\n  res.set("X-API-Version", "v2.1");\n  settings.set("server", "nginx/1.18.0".length);\n  next();\n});\napp.listen(3000);',
  },
  "fingerprint/x-powered-by": {
    faulty:
      'const express = require("express");\nconst app = express(); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.disable("x-powered-by");\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "graphql/introspection": {
    faulty:
      'const app = require("express")();\nconst { createHandler } = require("graphql-http/lib/use/express");\napp.use("/graphql", createHandler({ schema })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst { createHandler } = require("graphql-http/lib/use/express");\nconst { NoSchemaIntrospectionCustomRule } = require("graphql");\napp.use("/graphql", createHandler({ schema, validationRules: [NoSchemaIntrospectionCustomRule] }));\napp.listen(3000);',
  },
  "headers/cache-control": {
    faulty:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.S })); // <- here\napp.get("/account", (req, res) => res.render("account"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.S }));\napp.use((req, res, next) => {\n  res.set("Cache-Control", "no-store");\n  next();\n});\napp.get("/account", (req, res) => res.render("account"));\napp.listen(3000);',
  },
  "headers/conflict": {
    faulty:
      'const app = require("express")();\napp.use((req, res, next) => {\n  res.setHeader("X-Frame-Options", "DENY");\n  next();\n});\napp.use((req, res, next) => { // <- here\n  res.setHeader("X-Frame-Options", "SAMEORIGIN");\n  next();\n});\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use((req, res, next) => {\n  res.setHeader("X-Frame-Options", "DENY");\n  next();\n});\napp.use("/embed", (req, res, next) => {\n  res.setHeader("X-Frame-Options", "SAMEORIGIN");\n  next();\n});\napp.use((req, res, next) => {\n  if (req.path.startsWith("/widget")) res.setHeader("X-Frame-Options", "ALLOWALL");\n  res.set("X-Content-Type-Options", "nosniff");\n  next();\n});\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/coop-corp-coep": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet({ crossOriginOpenerPolicy: false })); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/csp-disabled": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet({ contentSecurityPolicy: false })); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet({ contentSecurityPolicy: false }));\napp.use(helmet.contentSecurityPolicy({ directives: { defaultSrc: ["\'self\'"] } }));\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/csp-missing": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet.frameguard()); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/csp-report-only": {
    faulty:
      'const app = require("express")();\napp.use(function policy(req, res, next) { // <- here\n  res.set("Content-Security-Policy-Report-Only", "default-src \'self\'");\n  next();\n});\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/csp-weak": {
    faulty:
      'const app = require("express")();\napp.use(function (req, res, next) {\n  res.setHeader("Content-Security-Policy", "default-src *"); // <- here\n  next();\n});\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["\'self\'", (req, res) => `\'nonce-${res.locals.nonce}\'`] } } }));\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/deprecated": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet.expectCt({ maxAge: 3600 })); // <- here\napp.listen(3000);',
    fixed: 'const app = require("express")();\napp.use(require("helmet")());\napp.listen(3000);',
  },
  "headers/frame-options": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet.noSniff()); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/hsts": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet.frameguard()); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/legacy-helmet-api": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet.csp({ defaultSrc: ["\'self\'"] })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet());\napp.use(helmet.frameguard());\napp.listen(3000);',
  },
  "headers/none": {
    faulty:
      'const app = require("express")();\napp.use((req, res) => res.json({ at: req.path }));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst { handler } = require("./built/server");\napp.use((req, res, next) => handler(req, res, next));\napp.listen(3000);',
  },
  "headers/nosniff": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet({ noSniff: false })); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/not-sent": {
    faulty:
      'const express = require("express");\nconst helmet = require("helmet");\nconst app = express();\napp.use((req, res, next) => {\n  res.setHeader("X-Frame-Option", "DENY"); // <- here\n  res.set({\n    "Referer-Policy": "no-referrer", // <- here\n    "X-Content-Type-Options": "nosniff",\n  });\n  res.header("Content_Security_Policy", "default-src \'self\'"); // <- here\n  next();\n});\napp.get("/strict", (req, res) => {\n  res.setHeader(\n    "Content-Security-Policy",\n    "default-src \'self\'",\n    "script-src \'self\'", // <- here\n  );\n  res.render("strict");\n});\napp.post("/token", giveToken, helmet.noCache()); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst helmet = require("helmet");\nconst app = express();\napp.use((req, res, next) => {\n  res.setHeader("X-Frame-Options", "DENY");\n  res.set({ "Referrer-Policy": "no-referrer", "x-content-type-options": "nosniff", "X-Content-Security-Policy": "a" });\n  res.set("X-Content-Length", "3");\n  res.header("X-Request-Options", "none");\n  res.set("X-Shop", "one", "two");\n  cache.set("Content-Security-Policie", "default-src \'self\'", 3);\n  res.setHeader("Content-Security-Policy", "default-src \'self\'; script-src \'self\'");\n  next();\n});\napp.post("/token", helmet.noCache(), giveToken);\napp.get("/page", (req, res, next) => next(), helmet.noCache());\napp.get("/later", look, helmet.noCache());\napp.get("/later", (req, res) => res.send("x"));\napp.listen(3000);',
  },
  "headers/partial-coverage": {
    faulty:
      'const express = require("express");\nconst helmet = require("helmet");\nconst app = express();\napp.get("/early", (req, res) => res.send("bare"));\napp.use(helmet()); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.use(require("helmet")());\napp.use(express.static("public"));\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/referrer-policy": {
    faulty:
      'const app = require("express")();\nconst helmet = require("helmet");\napp.use(helmet.frameguard()); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
  },
  "headers/xss-filter": {
    faulty:
      '// app.js\nconst app = require("express")();\napp.use(require("helmet")());\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed: 'const app = require("express")();\napp.use(require("helmet")());\napp.listen(3000);',
  },
  "host/header-trust": {
    faulty:
      'const app = require("express")();\napp.post("/forgot", (req, res) => {\n  const link = `https://${req.headers.host}/reset/${token}`; // <- here\n  const other = "http://" + req.get("host") + "/reset"; // <- here\n  mail(link, other);\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/forgot", (req, res) => {\n  mail(`${process.env.ORIGIN}/reset/${token}`);\n  res.end();\n});\napp.listen(3000);',
  },
  "inject/command": {
    faulty:
      'const { exec } = require("child_process");\nconst app = require("express")();\napp.get("/ping", (req, res) => {\n  exec(`ping -c 1 ${req.query.host}`, (error, out) => res.send(out)); // <- here\n});\napp.listen(3000);',
    fixed:
      'const { execFile } = require("child_process");\nconst app = require("express")();\napp.get("/ping", (req, res) => {\n  execFile("ping", ["-c", "1", "--", String(req.query.host)], (error, out) => res.type("text").send(out));\n});\napp.listen(3000);',
  },
  "inject/deserialize": {
    faulty:
      '// app.js\nconst yaml = require("js-yaml");\nconst app = require("express")();\napp.post("/import", (req, res) => res.json(yaml.load(req.body.yaml)));\napp.listen(3000);',
    fixed:
      '// app.js\nconst yaml = require("js-yaml");\nconst app = require("express")();\napp.post("/import", (req, res) => res.json(yaml.load(req.body.yaml)));\napp.listen(3000);',
  },
  "inject/eval": {
    faulty:
      'const app = require("express")();\napp.post("/sum", (req, res) => {\n  const total = eval(req.body.formula); // <- here\n  res.json({ total });\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/sum", (req, res) => {\n  res.json({ total: Number(req.body.a) + Number(req.body.b) });\n});\napp.listen(3000);',
  },
  "inject/many-statements": {
    faulty:
      'const mysql = require("mysql2");\nconst express = require("express");\nconst pool = mysql.createPool({\n  host: process.env.DB_HOST,\n  multipleStatements: true, // <- here\n});\nconst other = mysql.createConnection("mysql://db/app?multipleStatements=true"); // <- here\nconst app = express();\napp.get("/", (req, res) => pool.query("SELECT 1", () => other.query("SELECT 1", () => res.end())));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst parser = require("./parser");\napp.get("/", (req, res) => res.json(parser.parse(req.query.text, { multipleStatements: true })));\napp.listen(3000);',
  },
  "inject/path": {
    faulty:
      'const app = require("express")();\napp.get("/avatar", (req, res) => {\n  require("fs").createReadStream("avatars/" + req.query.name).pipe(res); // <- here\n});\napp.listen(3000);',
    fixed:
      'const path = require("path");\nconst app = require("express")();\napp.get("/file", (req, res) => {\n  res.sendFile(req.query.name, { root: path.join(__dirname, "files") });\n});\napp.listen(3000);',
  },
  "inject/sql": {
    faulty:
      'const app = require("express")();\napp.post("/login", async (req, res) => {\n  const { email } = req.body;\n  res.json(await db("users").whereRaw(`email = \'${email}\'`).first()); // <- here\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/login", async (req, res) => {\n  const { email } = req.body;\n  res.json(await db("users").whereRaw("email = ?", [email]).first());\n});\napp.listen(3000);',
  },
  "inject/ssrf": {
    faulty:
      'const request = require("request");\nconst app = require("express")();\napp.get("/proxy", (req, res) => {\n  request({ url: req.query.url, timeout: 1000 }, (error, answer, body) => res.json(body)); // <- here\n});\napp.listen(3000);',
    fixed:
      'const request = require("request");\nconst app = require("express")();\napp.get("/proxy", (req, res) => {\n  request({ url: "https://api.example/items", qs: { id: req.query.id } }, (error, answer, body) => res.json(body));\n});\napp.listen(3000);',
  },
  "inject/xss-send": {
    faulty:
      'const app = require("express")();\napp.get("/", (req, res) => {\n  res.send(`<h1>Hello ${req.query.name}</h1>`); // <- here\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use((req, res) => {\n  res.statusCode = 404;\n  res.end(`Cannot ${req.method} ${req.url}`);\n});\napp.listen(3000);',
  },
  "inject/xxe": {
    faulty:
      'const libxmljs = require("libxmljs");\nconst app = require("express")();\napp.post("/import", (req, res) => {\n  const document = libxmljs.parseXml(req.body, { noent: true }); // <- here\n  res.json(document.root().name());\n});\napp.listen(3000);',
    fixed:
      'const libxmljs = require("libxmljs");\nconst app = require("express")();\napp.post("/import", (req, res) => res.json(libxmljs.parseXml(req.body).root().name()));\napp.listen(3000);',
  },
  "input/hpp": {
    faulty:
      'const app = require("express")();\napp.get("/search", (req, res) => {\n  if (req.query.q.length > 100) return res.sendStatus(400); // <- here\n  res.send("found nothing");\n});\napp.get("/file", (req, res) => {\n  if (req.query.path.indexOf("..") !== -1) return res.sendStatus(400); // <- here\n  res.send("read");\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use((req, res, next) => {\n  if (req.query.lang && req.query.lang.includes("-")) {\n    const [lang, region] = req.query.lang.split("-");\n    req.lang = lang;\n    req.region = region;\n  }\n  next();\n});\napp.get("/compiled", (req, res) => {\n  var _a;\n  const wanted = typeof ((_a = req.query) === null || _a === void 0 ? void 0 : _a.path) === "string" && req.query.path.length > 0 ? req.query.path : "all";\n  res.json({ found: wanted === "all" });\n});\napp.listen(3000);',
  },
  "input/mass-assignment": {
    faulty:
      'const app = require("express")();\napp.post("/users", (req, res) => {\n  pool.query("INSERT INTO users SET ?", [req.body], () => res.end()); // <- here\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/log", (req, res) => {\n  const copy = Object.assign({}, req.body);\n  res.json({ fields: Object.keys(copy).length });\n});\napp.listen(3000);',
  },
  "input/nosql-operator": {
    faulty:
      '// app.js\nconst express = require("express");\nconst jobs = require("./jobs");\nconst app = express();\napp.use(express.json());\napp.post("/find", (req, res) => {\n  jobs.find(req.body.filter);\n  res.end();\n});\napp.listen(3000);\n// jobs.js\nconst Datastore = require("nedb");\nconst db = new Datastore({ filename: "jobs.db" });\nexports.find = (filter) => db.find(filter);',
    fixed:
      '// app.js\nconst express = require("express");\nconst jobs = require("./jobs");\nconst app = express();\napp.use(express.json());\napp.post("/remove", (req, res) => {\n  jobs.remove(req.body.id);\n  res.end();\n});\napp.listen(3000);\n// jobs.js\nconst Datastore = require("nedb");\nconst db = new Datastore({ filename: "jobs.db" });\nexports.remove = function (id) {\n  db.remove({ _id: String(id) }, {});\n};',
  },
  "input/prototype-pollution": {
    faulty:
      'const app = require("express")();\nconst settings = { page: {} };\napp.post("/one", (req, res) => {\n  settings[req.body.group][req.body.name] = req.body.value; // <- here\n  res.end();\n});\napp.post("/two/:group", (req, res) => {\n  const { name, value } = req.body;\n  settings[req.params.group][name] = value; // <- here\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst scores = Object.create(null);\nconst board = { list: [] };\nconst GROUPS = ["page", "post"];\napp.post("/a", (req, res) => {\n  const { group, name } = req.body;\n  scores[group][name] = 1;\n  board[group].name = 2;\n  board[group]["name"] = 3;\n  board.list[req.body.at] = 4;\n  board[req.user.id][req.body.name] = 5;\n  res.end();\n});\napp.post("/b", (req, res) => {\n  const { group, name } = req.body;\n  if (!GROUPS.includes(group)) return res.sendStatus(400);\n  board[group][name] = 1;\n  res.end();\n});\napp.post("/c", (req, res) => {\n  const { group, name } = req.body;\n  if (["__proto__", "constructor"].includes(group)) return res.sendStatus(400);\n  board[group][name] = 1;\n  res.end();\n});\napp.listen(3000);',
  },
  "input/sensitive-get": {
    faulty:
      'const app = require("express")();\napp.get("/change", ({ query }, res) => {\n  const newPassword = query.new; // <- here\n  res.json(change(newPassword));\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/login", (req, res) => {\n  const { name, password } = req.body;\n  res.end();\n});\napp.listen(3000);',
  },
  "input/type-confusion": {
    faulty:
      'const app = require("express")();\napp.get("/", (req, res) => {\n  const tags = req.query.tags.split(","); // <- here\n  res.json(tags);\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.get("/", (req, res) => {\n  if (typeof req.query.tags !== "string") return res.sendStatus(400);\n  res.json(req.query.tags.split(","));\n});\napp.listen(3000);',
  },
  "jsonp/enabled": {
    faulty:
      'const app = require("express")();\napp.get("/data", (req, res) => res.jsonp({ secret: 1 })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.get("/data", (req, res) => res.json({ secret: 1 }));\napp.listen(3000);',
  },
  "jwt/decode-not-verify": {
    faulty:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\napp.use((req, res, next) => {\n  req.user = jwt.decode(req.get("authorization")); // <- here\n  next();\n});\napp.listen(3000);',
    fixed:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\napp.use((req, res, next) => {\n  const { header } = jwt.decode(req.get("authorization"), { complete: true });\n  req.user = jwt.verify(req.get("authorization"), keyFor(header.kid), { algorithms: ["RS256"] });\n  next();\n});\napp.listen(3000);',
  },
  "jwt/ignore-expiration": {
    faulty:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\napp.use((req, res, next) => {\n  req.user = jwt.verify(req.get("authorization"), process.env.JWT, { algorithms: ["HS256"], ignoreExpiration: true }); // <- here\n  next();\n});\napp.listen(3000);',
    fixed:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\napp.use((req, res, next) => {\n  req.user = jwt.verify(req.get("authorization"), process.env.JWT, { algorithms: ["HS256"] });\n  next();\n});\napp.listen(3000);',
  },
  "jwt/no-expiry": {
    faulty:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\napp.post("/login", (req, res) => {\n  res.json({ token: jwt.sign({ sub: "1" }, process.env.KEY) }); // <- here\n});\napp.post("/link", (req, res) => {\n  jwt.sign({ sub: "1" }, process.env.KEY, (error, token) => res.json({ error, token })); // <- here\n});\napp.listen(3000);',
    fixed:
      'const jwt = require("jsonwebtoken");\nconst app = require("express")();\nconst options = require("./options");\nconst DAY = 86400;\napp.post("/login", (req, res) => {\n  res.json([\n    jwt.sign({ sub: "1" }, process.env.KEY, { expiresIn: "15m" }),\n    jwt.sign({ sub: "1", exp: Math.floor(Date.now() / 1000) + DAY }, process.env.KEY),\n    jwt.sign({ sub: "1" }, process.env.KEY, options.short),\n    jwt.sign({ sub: "1" }, process.env.KEY, { ...options.long, algorithm: "HS256" }),\n    jwt.sign({ sub: "1", ...req.lifetime }, process.env.KEY),\n    jwt.sign("a text", process.env.KEY),\n  ]);\n});\nconst issue = (claims) => jwt.sign(claims, process.env.KEY);\napp.post("/other", (req, res) => res.json(issue({ sub: "1", exp: 4 })));\napp.listen(3000);',
  },
  "jwt/none-or-any-alg": {
    faulty:
      '// app.js\n"use strict";\nfunction _extends() {\n  return Object.assign.apply(Object, arguments);\n}\nvar jwt = require("express-jwt");\nvar app = require("express")();\napp.use(jwt(_extends({}, { secret: process.env.SECRET }, { credentialsRequired: true })));\napp.listen(3000);',
    fixed:
      '// settings.js\n"use strict";\nfunction _objectSpread(target) {\n  for (var i = 1; i < arguments.length; i++) {\n    var source = arguments[i] != null ? arguments[i] : {};\n    Object.keys(source).forEach(function (key) {\n      target[key] = source[key];\n    });\n  }\n  return target;\n}\nvar DEFAULTS = { algorithms: ["HS256"], credentialsRequired: true };\nexports.settings = function settings(own) {\n  return _objectSpread(_objectSpread({}, DEFAULTS), own);\n};\n// app.js\n"use strict";\nvar jwt = require("express-jwt");\nvar settings = require("./settings").settings;\nvar app = require("express")();\napp.use(jwt(settings({ secret: process.env.SECRET })));\napp.listen(3000);',
  },
  "meta/suppression-without-reason": {
    faulty: 'const app = require("express")();\n// hauberk-check-ignore process/run-as-root\napp.listen(80);',
    fixed:
      'const app = require("express")();\n// hauberk-check-ignore process/run-as-root -- inside a jail without privileges\napp.listen(80);',
  },
  "meta/unused-suppression": {
    faulty:
      'const app = require("express")();\n// hauberk-check-ignore session/cookie-secure -- behind a proxy that adds it\napp.listen(3000);',
    fixed:
      'const app = require("express")();\n// hauberk-check-ignore process/run-as-root -- inside a jail without privileges (expires 2999-01-31)\napp.listen(80);',
  },
  "order/cookie-parser": {
    faulty:
      'const app = require("express")();\napp.use((req, res, next) => {\n  if (!req.cookies.token) return res.sendStatus(401);\n  next();\n});\napp.use(require("cookie-parser")()); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("cookie-parser")());\napp.use((req, res, next) => (req.cookies.token ? next() : res.sendStatus(401)));\napp.listen(3000);',
  },
  "order/error-handler": {
    faulty:
      'const app = require("express")();\napp.use((err, req, res, next) => { // <- here\n  res.status(500).send("sorry");\n});\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\napp.use((err, req, res, next) => {\n  res.status(500).send("sorry");\n});\napp.listen(3000);',
  },
  "order/static-after-session": {
    faulty:
      'const express = require("express");\nconst app = express();\napp.use(require("express-session")({ secret: process.env.S }));\napp.use(express.static("public")); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.use(express.static("public"));\napp.use(require("express-session")({ secret: process.env.S }));\napp.listen(3000);',
  },
  "process/bind-all": {
    faulty:
      'const app = require("express")();\napp.set("trust proxy", ["127.0.0.1", "10.0.0.4"]);\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000, "0.0.0.0"); // <- here',
    fixed:
      'const app = require("express")();\napp.set("trust proxy", 1);\napp.get("/", (req, res) => res.send("hi"));\napp.listen(process.env.PORT || 3000);',
  },
  "process/container-rights": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// docker-compose.yml\nservices:\n  app:\n    build: .\n    env_file: .env\n    privileged: true\n    network_mode: "host"\n    user: root\n    pid: host\n    cap_add:\n      - SYS_ADMIN\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// docker-compose.yml\nservices:\n  app:\n    build: .\n    privileged: false\n    network_mode: bridge\n    user: "1000:1000"\n    # user: root\n    cap_drop:\n      - ALL\n    cap_add:\n      - NET_BIND_SERVICE\n    volumes:\n      - uploads:/app/uploads\n  proxy:\n    image: traefik:3\n    network_mode: host\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n// docker-compose.dev.yml\nservices:\n  app:\n    build: .\n    privileged: true\n// k8s/agent.yaml\nkind: DaemonSet\nspec:\n  template:\n    spec:\n      hostNetwork: true\n// k8s/app.yaml\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          securityContext:\n            privileged: false',
  },
  "process/drop-before-bind": {
    faulty:
      'const app = require("express")();\napp.listen(80);\nprocess.setgid("nobody");\nprocess.setuid("nobody"); // <- here',
    fixed:
      'const app = require("express")();\napp.listen(80, () => {\n  process.setgid("nobody");\n  process.setuid("nobody");\n});',
  },
  "process/drop-order": {
    faulty:
      'import express from "express";\nconst app = express();\napp.listen(443, () => {\n  if (process.setuid) process.setuid(1000); // <- here\n});',
    fixed:
      'const app = require("express")();\napp.listen(80, function () {\n  process.setgid("www-data");\n  process.setuid("www-data");\n});',
  },
  "process/drop-unguarded-windows": {
    faulty:
      'const app = require("express")();\napp.listen(80, () => {\n  process.setgid(1000);\n  process.setuid(1000); // <- here\n});',
    fixed:
      'import express from "express";\nconst app = express();\napp.listen(80, () => {\n  if (process.setgid && process.setuid) {\n    process.setgid(1000);\n    process.setuid(1000);\n  }\n});',
  },
  "process/drop-unverified": {
    faulty:
      'const app = require("express")();\napp.listen(80, () => {\n  process.setgid(1000);\n  process.setuid(1000); // <- here\n});',
    fixed:
      'const app = require("express")();\napp.listen(80, () => {\n  process.setgid(1000);\n  process.setuid(1000);\n  if (process.getuid() === 0) process.exit(1);\n});',
  },
  "process/inspector-open": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:24\nCOPY . .\nEXPOSE 3000 9229\nUSER node\nCMD ["node", "app.js"]',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:24 AS debug\nEXPOSE 9229\nFROM node:24\nCOPY . .\nEXPOSE 3000 # and not 9229\nEXPOSE 19229\nCMD ["node", "app.js"]\n// Dockerfile.dev\nFROM node:24\nEXPOSE 9229\nCMD ["node", "app.js"]',
  },
  "process/node-env": {
    faulty:
      'const app = require("express")();\napp.set("env", "development"); // <- here\napp.get("/", (req, res) => res.send("hello"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\n// Only where the developer asks for it, and a name of its own.\nif (process.argv.includes("--dev")) app.set("env", "development");\nconst other = require("express")();\nother.set("env", "staging");\napp.get("/", (req, res) => res.send("hello"));\napp.listen(3000);\nother.listen(3001);',
  },
  "process/open-store": {
    faulty:
      "// app.js\nrequire(\"express\")().listen(3000);\n// compose.yaml\nservices:\n  cache:\n    image: redis\n    ports: ['6379:6379']\n  app:\n    build: .",
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// docker-compose.yml\nservices:\n  app:\n    build: .\n  cache:\n    image: redis:8-alpine\n    ports:\n      - target: 6379\n        published: 6379\n        host_ip: 127.0.0.1',
  },
  "process/run-as-root": {
    faulty: '// app.js\nconst app = require("express")();\napp.listen(process.env.PORT);',
    fixed:
      'const app = require("express")();\napp.listen(80, () => {\n  process.setgid("node");\n  process.setuid("node");\n});',
  },
  "process/supplementary-groups-kept": {
    faulty:
      'const app = require("express")();\napp.listen(80, () => {\n  process.setgid("nobody");\n  process.setuid("nobody"); // <- here\n});',
    fixed:
      'const app = require("express")();\napp.listen(80, () => {\n  process.initgroups("nobody", "nogroup");\n  process.setgid("nogroup");\n  process.setuid("nobody");\n});',
  },
  "proxy/trust-all": {
    faulty:
      'const app = require("express")();\napp.set("trust proxy", () => true); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.set("trust proxy", (address) => address === "10.0.0.1");\napp.listen(3000);',
  },
  "proxy/trust-missing": {
    faulty:
      'const app = require("express")();\napp.get("/", (req, res) => {\n  const ip = req.headers["x-forwarded-for"] || req.socket.remoteAddress; // <- here\n  res.send(ip);\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.set("trust proxy", 1);\napp.get("/", (req, res) => res.send(req.ip));\napp.listen(3000);',
  },
  "ratelimit/after-routes": {
    faulty:
      'const { rateLimit } = require("express-rate-limit");\nconst app = require("express")();\napp.get("/", (req, res) => res.send("hi"));\napp.post("/login", (req, res) => check(req, res));\napp.use(rateLimit({ limit: 100 })); // <- here\napp.listen(3000);',
    fixed:
      'const { rateLimit } = require("express-rate-limit");\nconst app = require("express")();\napp.use(rateLimit({ limit: 100 }));\napp.get("/", (req, res) => res.send("hi"));\napp.post("/login", (req, res) => check(req, res));\napp.listen(3000);',
  },
  "ratelimit/auth-missing": {
    faulty:
      'const app = require("express")();\napp.post("/login", (req, res) => check(req, res)); // <- here\napp.listen(3000);',
    fixed:
      'const { rateLimit } = require("express-rate-limit");\nconst app = require("express")();\napp.post("/login", rateLimit({ limit: 5 }), (req, res) => check(req, res));\napp.listen(3000);',
  },
  "ratelimit/local-store": {
    faulty:
      'const cluster = require("cluster");\nconst rateLimit = require("express-rate-limit");\nif (cluster.isPrimary) cluster.fork();\nconst app = require("express")();\napp.use(rateLimit({ limit: 10 })); // <- here\napp.listen(3000);',
    fixed:
      'const cluster = require("cluster");\nconst rateLimit = require("express-rate-limit");\nconst { RedisStore } = require("rate-limit-redis");\nif (cluster.isPrimary) cluster.fork();\nconst app = require("express")();\napp.use(rateLimit({ limit: 10, store: new RedisStore({ sendCommand }) }));\napp.listen(3000);',
  },
  "ratelimit/spoofable-key": {
    faulty:
      'const rateLimit = require("express-rate-limit");\nconst app = require("express")();\napp.set("trust proxy", true); // <- here\napp.use(rateLimit({ limit: 10 }));\napp.listen(3000);',
    fixed:
      'const rateLimit = require("express-rate-limit");\nconst app = require("express")();\napp.set("trust proxy", 1);\napp.use(rateLimit({ keyGenerator: (req) => req.ip }));\napp.listen(3000);',
  },
  "redirect/back": {
    faulty:
      'const app = require("express")();\napp.post("/vote", (req, res) => {\n  res.redirect("back"); // <- here\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/vote", (req, res) => res.redirect("/posts"));\napp.listen(3000);',
  },
  "redirect/open": {
    faulty:
      'const app = require("express")();\napp.get("/go", (req, res) => res.redirect(req.param("next") || "/")); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.get("/logout", (req, res) => {\n  const wanted = req.query.redirect;\n  const target = isSafeRelativeUrl(wanted) ? wanted : "/";\n  res.redirect(target);\n});\napp.listen(3000);',
  },
  "secret/answered": {
    faulty:
      'const app = require("express")();\nconst JWT_SECRET = "brindled-heron-4";\napp.get("/stats", (req, res) => {\n  const stats = { visits: count(), key: JWT_SECRET };\n  res.json({ stats }); // <- here\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst JWT_SECRET = "brindled-heron-4";\napp.get("/stats", (req, res) => {\n  const signed = { visits: count(), proof: sign(JWT_SECRET) };\n  const stats = { visits: count(), hasKey: JWT_SECRET !== undefined };\n  res.json({ stats, signed });\n});\napp.listen(3000);',
  },
  "secret/broken-cipher": {
    faulty:
      'const crypto = require("crypto");\nconst { createCipher } = crypto;\nconst app = require("express")();\napp.get("/seal", (req, res) => {\n  const a = crypto.createCipheriv("des-ede3-cbc", key, iv); // <- here\n  const b = crypto.createCipheriv("aes-128-ecb", key, null); // <- here\n  const c = createCipher("aes-256-cbc", process.env.KEY); // <- here\n  const d = crypto.createDecipheriv("rc4", key, ""); // <- here\n  const e = crypto.createHash("md5").update(req.query.order + process.env.SECRET).digest("hex"); // <- here\n  res.json([a, b, c, d, e].length);\n});\napp.listen(3000);',
    fixed:
      'const crypto = require("crypto");\nconst app = require("express")();\napp.get("/seal", (req, res) => {\n  const a = crypto.createCipheriv("aes-256-gcm", key, iv);\n  const b = crypto.createCipheriv("aes-256-cbc", key, iv);\n  const c = crypto.createHash("md5").update(req.query.text).digest("hex");\n  const d = crypto.createHash("sha256").update("x" + secret).digest("hex");\n  const e = crypto.createCipheriv(algorithm, key, iv);\n  const f = crypto.createHmac("md5", process.env.KEY).update("x").digest("hex");\n  res.json([a, b, c, d, e, f].length);\n});\napp.listen(3000);',
  },
  "secret/dotenv-committed": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// .env.backup\nSESSION_SECRET=h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k\n// ../.gitignore\nnode_modules\n// ../.git\ngitdir: /elsewhere/worktrees/app',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// .env\nSESSION_SECRET=h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k\n// secrets/.env\nSESSION_SECRET=h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k\n// api/.env.old\nSESSION_SECRET=h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k\n// api/.gitignore\n/.env*\n// .gitignore\nsecrets/\n// ../.gitignore\n.env\n// ../.git\ngitdir: /elsewhere/worktrees/app',
  },
  "secret/hardcoded": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// Dockerfile\nFROM node:24\nUSER node\nARG NPM_TOKEN=walnut99\nCMD ["node", "app.js"]',
    fixed:
      'const { createHmac } = require("crypto");\nconst app = require("express")();\nconst SALT = process.env.CACHE_SALT || "thumbnails";\napp.get("/thumb/:name", (req, res) => {\n  res.redirect(`/t/${createHmac("sha256", SALT).update(req.params.name).digest("hex")}`);\n});\napp.listen(3000);',
  },
  "secret/logged": {
    faulty:
      'const express = require("express");\nconst mongoose = require("mongoose");\nconst MONGO_URI = process.env.MONGO_URI || "mongodb://store/stable";\nconsole.log(`Connecting to ${MONGO_URI}`); // <- here\nmongoose.connect(MONGO_URI);\nexpress().listen(3000);',
    fixed:
      'const express = require("express");\nconst mongoose = require("mongoose");\nconst MONGO_URI = "mongodb://127.0.0.1:27017/stable";\nconst BASE_URL = process.env.BASE_URL || "http://127.0.0.1:3000";\nconst { DB_HOST, DB_NAME } = process.env;\nconsole.log(`Connecting to ${MONGO_URI}, ${DB_HOST}, ${DB_NAME}, for ${BASE_URL}`);\nmongoose.connect(MONGO_URI);\nexpress().listen(3000);',
  },
  "secret/predictable": {
    faulty:
      'const app = require("express")();\napp.post("/sessions", (req, res) => {\n  const sessionId = Date.now().toString(); // <- here\n  res.cookie("sessionId", sessionId, { httpOnly: true, secure: true });\n  res.sendStatus(201);\n});\napp.post("/visits", (req, res) => {\n  res.cookie("sid", Date.now(), { httpOnly: true, secure: true }); // <- here\n  res.sendStatus(201);\n});\napp.listen(3000);',
    fixed:
      'const { randomUUID } = require("node:crypto");\nconst app = require("express")();\napp.post("/sessions", (req, res) => {\n  const sessionId = Date.now().toString();\n  console.log("run", sessionId);\n  res.cookie("sessionId", randomUUID(), { httpOnly: true, secure: true });\n  res.sendStatus(201);\n});\napp.post("/visits", (req, res) => {\n  res.cookie("lastVisit", Date.now().toString(), { httpOnly: true, secure: true });\n  res.cookie("session_started", Date.now(), { httpOnly: true, secure: true });\n  res.sendStatus(201);\n});\napp.listen(3000);',
  },
  "secret/private-key-in-repo": {
    faulty:
      '// app.js\nrequire("express")().listen(3000);\n// certs/server.key\n-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n-----END PRIVATE KEY-----',
    fixed:
      '// app.js\nrequire("express")().listen(3000);\n// .gitignore\ncerts/\n*.key\n// certs/server.key\n-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n-----END PRIVATE KEY-----',
  },
  "session/cookie-domain-wide": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true, domain: ".example.com" } })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true } }));\napp.listen(3000);',
  },
  "session/cookie-httponly": {
    faulty:
      'const app = require("express")();\nconst cookieSession = require("cookie-session");\napp.use(cookieSession({ keys: [process.env.S], httpOnly: false })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true } }));\napp.listen(3000);',
  },
  "session/cookie-samesite": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true } })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true, sameSite: "lax" } }));\napp.listen(3000);',
  },
  "session/cookie-secret-mismatch": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\nconst cookieParser = require("cookie-parser");\napp.use(cookieParser(process.env.COOKIE_SECRET)); // <- here\napp.use(session({ secret: process.env.SESSION_SECRET }));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\nconst cookieParser = require("cookie-parser");\napp.use(cookieParser(process.env.SECRET));\napp.use(session({ secret: process.env.SECRET }));\napp.listen(3000);',
  },
  "session/cookie-secure": {
    faulty:
      'const express = require("express");\nconst session = require("express-session");\nconst app = express();\napp.use(session({ secret: process.env.SECRET, cookie: { httpOnly: true } })); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst session = require("express-session");\nconst app = express();\napp.use(session({ secret: process.env.SECRET, cookie: { secure: process.env.SECURE === "true" } }));\napp.listen(3000);',
  },
  "session/cookie-session-sensitive": {
    faulty:
      'const app = require("express")();\napp.use(require("cookie-session")({ keys: [process.env.KEY] }));\napp.post("/login", (req, res) => {\n  req.session = { user: req.body.name, password: req.body.password }; // <- here\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.S }));\napp.get("/callback", async (req, res) => {\n  req.session.accessToken = await exchange(req.query.code);\n  res.redirect("/");\n});\napp.listen(3000);',
  },
  "session/default-name": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ name: "sid", secret: process.env.S }));\napp.listen(3000);',
  },
  "session/fixation": {
    faulty:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.SECRET, resave: false, saveUninitialized: false }));\napp.get("/callback", async (req, res) => {\n  const { code } = req.query;\n  const tokens = await provider.getToken(code);\n  const person = await people.of(tokens);\n  req.session.userId = person.id; // <- here\n  res.redirect("/");\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.use(require("express-session")({ secret: process.env.SECRET, resave: false, saveUninitialized: false }));\napp.get("/callback", async (req, res, next) => {\n  const { code } = req.query;\n  const person = await people.of(await provider.getToken(code));\n  req.session.regenerate((error) => {\n    if (error) return next(error);\n    req.session.userId = person.id;\n    res.redirect("/");\n  });\n});\napp.get("/coupon", async (req, res) => {\n  const { code } = req.query;\n  req.session.user = await people.named(req.session.name);\n  res.json({ rebate: await rebates.of(code) });\n});\napp.listen(3000);',
  },
  "session/hardcoded-secret": {
    faulty:
      'const app = require("express")();\nconst cookieSession = require("cookie-session");\napp.use(cookieSession({ keys: ["b7c1f0c5a1e24f0d9d1e3f5a7b9c0d2e"] })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.SESSION_SECRET }));\napp.listen(3000);',
  },
  "session/host-prefix": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ name: "__Host-sid", secret: process.env.S, cookie: { secure: true, domain: "example.com" } })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ name: "__Host-sid", secret: process.env.S, cookie: { secure: true } }));\napp.listen(3000);',
  },
  "session/known-secret": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: "keyboard cat", cookie: { secure: true } })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: "h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k", cookie: { secure: true } }));\napp.listen(3000);',
  },
  "session/lifetime": {
    faulty:
      'const app = require("express")();\napp.use(require("cookie-session")({ name: "s", keys: [process.env.KEY], secure: true })); // <- here\napp.get("/", (req, res) => res.send("hi"));\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { maxAge: 24 * 60 * 60 * 1000 } }));\napp.listen(3000);',
  },
  "session/logout-not-destroyed": {
    faulty:
      'const app = require("express")();\napp.delete("/session", (req, res) => { // <- here\n  delete req.session.user;\n  res.end();\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.get("/logout", (req, res) => {\n  req.session.destroy(() => res.redirect("/"));\n});\napp.listen(3000);',
  },
  "session/memory-store": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\nconst { RedisStore } = require("connect-redis");\napp.use(session({ secret: process.env.S, store: new RedisStore({ client }) }));\napp.listen(3000);',
  },
  "session/option-wrong-level": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(\n  session({\n    secret: process.env.S,\n    secure: true, // <- here\n    cookie: { sameSite: "lax" },\n  }),\n);\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true } }));\napp.listen(3000);',
  },
  "session/resave": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, saveUninitialized: false, resave: true })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, resave: false, saveUninitialized: false }));\napp.use("/old", session({ secret: process.env.S, resave: process.env.RESAVE === "yes" }));\napp.listen(3000);',
  },
  "session/samesite-none": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true, sameSite: "none" } })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true, sameSite: "strict" } }));\napp.listen(3000);',
  },
  "session/save-uninitialized": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, saveUninitialized: true })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, saveUninitialized: false }));\napp.listen(3000);',
  },
  "session/secret-fallback": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.SECRET | "h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k" })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\nconst { SECRET } = process.env;\nif (!SECRET) throw new Error("SECRET is not set");\napp.use(session({ secret: SECRET }));\napp.listen(3000);',
  },
  "session/secure-proxy-mismatch": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, cookie: { secure: true } })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.set("trust proxy", 1);\napp.use(session({ secret: process.env.S, cookie: { secure: true } }));\napp.listen(3000);',
  },
  "session/weak-genid": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: process.env.S, genid: () => `${Date.now()}${Math.random()}` })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\nconst { randomUUID } = require("node:crypto");\napp.use(session({ secret: process.env.S, genid: () => randomUUID() }));\napp.listen(3000);',
  },
  "session/weak-secret": {
    faulty:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: "acme-shop" })); // <- here\napp.listen(3000);',
    fixed:
      'const app = require("express")();\nconst session = require("express-session");\napp.use(session({ secret: "h0Yt4tOqgFq7yqVdS3M2u2m8iYhQ0v8k" }));\napp.listen(3000);',
  },
  "static/directory-listing": {
    faulty:
      'const app = require("express")();\napp.use("/files", require("serve-index")("files")); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.use(express.static("public"));\napp.listen(3000);',
  },
  "static/dotfiles": {
    faulty:
      'const express = require("express");\nconst app = express();\napp.use(express.static("public", { dotfiles: "allow" })); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst app = express();\napp.use(express.static("public", { dotfiles: "deny" }));\napp.listen(3000);',
  },
  "static/project-root": {
    faulty:
      'const express = require("express");\nconst app = express();\napp.use(express.static(__dirname)); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst path = require("path");\nconst app = express();\napp.use(express.static(path.join(__dirname, "public")));\napp.listen(3000);',
  },
  "static/sensitive-file": {
    faulty:
      "// app.js\nconst express = require(\"express\");\nconst app = express();\napp.use(express.static(__dirname + \"/public\"));\napp.listen(3000);\n// public/old/dump.sql\nINSERT INTO members (name, word) VALUES ('ann', 'fir');",
    fixed:
      'const express = require("express");\nconst path = require("node:path");\nconst app = express();\napp.use((req, res, next) => {\n  if (req.get("authorization") !== process.env.KEY) return res.sendStatus(401);\n  next();\n});\napp.use("/logs", express.static(path.join(__dirname, "logs")));\napp.listen(3000);',
  },
  "template/autoescape-off": {
    faulty:
      'const express = require("express");\nconst { engine } = require("express-handlebars");\nconst app = express();\napp.engine("hbs", engine({ extname: ".hbs", compilerOptions: { noEscape: true } })); // <- here\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst exphbs = require("express-handlebars");\nconst app = express();\n// express-handlebars hands on what stands in compilerOptions; at the top noEscape does nothing.\napp.engine("hbs", exphbs.engine({ extname: ".hbs", noEscape: true, compilerOptions: { strict: true } }));\napp.listen(3000);',
  },
  "template/script-value": {
    faulty:
      '// app.js\nconst app = require("express")();\napp.get("/", (req, res) => res.render("index", { place: req.query.place, next: req.query.next }));\napp.listen(3000);\n// views/index.pug\ndoctype html\nhtml\n  body\n    script #{place}\n    script.\n      start(#{place});\n    a(href=next) Back\n    button(onclick="go(\'" + place + "\')") Go',
    fixed:
      '// app.js\nconst app = require("express")();\napp.get("/", (req, res) => res.render("index", { place: req.query.place, page: Number(req.query.page) }));\napp.get("/other", (req, res) => res.render("other", { next: req.query.next }));\napp.listen(3000);\n// views/index.pug\ndoctype html\nhtml\n  body\n    script(src="/app.js")\n    script.\n      start("#{place}", #{page});\n    p #{place}\n    a(href="/places/" + place) Place\n    a(href=next) Back\n    a(title=place, data-on=place) Place\n    script(type="application/json") #{place}\n// views/other.pug\np= next',
  },
  "template/unescaped-output": {
    faulty:
      '// app.js\nconst app = require("express")();\napp.get("/pages", (req, res) => res.render("pages", { q: req.query.q }));\napp.listen(3000);\n// views/pages.pug\np!= \'Results for \' + q',
    fixed:
      '// app.js\nconst app = require("express")();\napp.get("/pages", (req, res) => res.render("pages", { title: "Pages" }));\napp.listen(3000);\n// views/pages.pug\np!= \'The \' + title + \' of this wiki\'',
  },
  "template/user-locals": {
    faulty:
      'const app = require("express")();\napp.post("/profile", (req, res) => {\n  const profile = req.body;\n  res.render("profile", profile); // <- here\n});\napp.listen(3000);',
    fixed:
      'const app = require("express")();\napp.post("/preview", (req, res) => res.render("preview", { name: req.body.name, form: req.body }));\napp.listen(3000);',
  },
  "tls/no-redirect": {
    faulty:
      'const https = require("https");\nconst app = require("express")();\napp.get("/", (req, res) => res.send("hello"));\nconst server = https.createServer({ key: process.env.KEY }, app);\nserver.listen(443);\napp.listen(80); // <- here',
    fixed:
      'const express = require("express");\nconst fs = require("fs");\nconst http = require("http");\nconst https = require("https");\nconst app = express();\napp.get("/", (req, res) => res.send("hi"));\nconst server = process.env.CERT\n  ? https.createServer({ key: fs.readFileSync("k"), cert: fs.readFileSync(process.env.CERT) }, app)\n  : http.createServer(app);\nserver.listen(3000);',
  },
  "tls/weak-options": {
    faulty:
      'const app = require("express")();\nconst options = {\n  key: process.env.KEY,\n  ciphers: "ALL", // <- here\n};\nrequire("https").createServer(options, app).listen(443);',
    fixed:
      'const app = require("express")();\nconst options = { key: process.env.KEY, ciphers: "ECDHE-RSA-AES128-GCM-SHA256:!aNULL:!MD5:!RC4" };\nrequire("https").createServer(options, app).listen(443);',
  },
  "upload/client-name": {
    faulty:
      'const express = require("express");\nconst multer = require("multer");\nconst path = require("path");\nconst app = express();\nconst upload = multer({\n  storage: multer.diskStorage({\n    destination: "uploads",\n    filename: (req, file, cb) => cb(null, file.originalname), // <- here\n  }),\n});\nconst photos = multer.diskStorage({\n  destination(req, file, done) {\n    done(null, path.join(__dirname, "photos"));\n  },\n  filename(req, file, done) {\n    const name = file.originalname.replace(/ /g, "-").toLowerCase();\n    done(null, `${file.fieldname}-${name}`); // <- here\n  },\n});\napp.post("/file", upload.single("file"), (req, res) => res.end());\napp.post("/photo", multer({ storage: photos }).single("photo"), (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst fileUpload = require("express-fileupload");\nconst multer = require("multer");\nconst crypto = require("crypto");\nconst fs = require("fs");\nconst path = require("path");\nconst app = express();\napp.use(fileUpload({ limits: { fileSize: 1_000_000 }, abortOnLimit: true }));\nconst dated = multer.diskStorage({\n  destination: "uploads",\n  filename: (req, file, cb) => cb(null, `${Date.now()}-${file.originalname}`),\n});\nconst random = multer.diskStorage({\n  filename(req, file, cb) {\n    const ending = path.extname(file.originalname);\n    cb(null, crypto.randomUUID() + ending);\n  },\n});\nconst ofTheUser = multer.diskStorage({\n  destination: (req, file, cb) => cb(null, `uploads/${req.user.id}`),\n  filename: (req, file, cb) => cb(null, file.originalname),\n});\nconst sorted = multer.diskStorage({\n  destination: "uploads",\n  filename(req, file, cb) {\n    if (known.has(file.originalname)) return cb(null, file.originalname);\n    cb(null, crypto.randomUUID());\n  },\n});\napp.post("/one", multer({ storage: dated }).single("a"), (req, res) => res.end());\napp.post("/two", multer({ storage: random }).single("a"), (req, res) => res.end());\napp.post("/three", multer({ storage: ofTheUser }).single("a"), (req, res) => res.end());\napp.post("/four", multer({ storage: sorted }).single("a"), (req, res) => res.end());\napp.post("/five", async (req, res) => {\n  const { photo } = req.files;\n  const name = crypto.randomUUID() + path.extname(photo.name);\n  await photo.mv(path.join(__dirname, "uploads", name));\n  await photo.mv(`uploads/${req.user.id}/${photo.name}`);\n  await photo.mv(`uploads/${name}-${photo.name}`);\n  await photo.mv(`uploads/${photo.name}.bin`);\n  fs.writeFileSync("uploads/list.txt", photo.name);\n  res.json({ name: photo.name });\n});\napp.post("/six", (req, res) => {\n  const picture = req.files.picture;\n  picture.name = `picture_${req.params.id}${path.parse(picture.name).ext}`;\n  picture.mv(`${process.env.UPLOADS}/${picture.name}`, () => res.json({ name: picture.name }));\n});\napp.listen(3000);',
  },
  "upload/in-webroot": {
    faulty:
      'const express = require("express");\nconst multer = require("multer");\nconst path = require("path");\nconst app = express();\napp.use(express.static(path.join(__dirname, "public")));\nconst upload = multer({ dest: "public/uploads", limits: { fileSize: 1e6 } }); // <- here\napp.post("/", upload.single("file"), (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const express = require("express");\nconst multer = require("multer");\nconst app = express();\napp.use(express.static("public"));\nconst upload = multer({ dest: "uploads", limits: { fileSize: 1e6 } });\napp.post("/", upload.single("file"), (req, res) => res.end());\napp.listen(3000);',
  },
  "upload/no-limits": {
    faulty:
      'const multer = require("multer");\nconst app = require("express")();\nconst upload = multer({ dest: "/var/uploads" }); // <- here\napp.post("/", upload.single("file"), (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const { formidable } = require("formidable");\nconst app = require("express")();\napp.post("/files", (req, res) => {\n  formidable({ uploadDir: "/var/scans" }).parse(req, () => res.end());\n});\napp.listen(3000);',
  },
  "upload/no-type-check": {
    faulty:
      'const multer = require("multer");\nconst app = require("express")();\nconst upload = multer({ dest: "/var/uploads", limits: { fileSize: 1e6 } }); // <- here\napp.post("/", upload.single("file"), (req, res) => res.end());\napp.listen(3000);',
    fixed:
      'const multer = require("multer");\nconst app = require("express")();\nconst upload = multer({ dest: "/var/uploads", fileFilter: (req, file, done) => done(null, file.mimetype === "image/png") });\napp.post("/", upload.single("file"), (req, res) => res.end());\napp.listen(3000);',
  },
  "ws/origin-unchecked": {
    faulty:
      'const app = require("express")();\nconst server = require("http").createServer(app);\nconst { Server } = require("socket.io");\nconst io = new Server(server, { cors: { origin: "*" } }); // <- here\nserver.listen(3000);',
    fixed:
      'const app = require("express")();\nconst server = require("http").createServer(app);\nconst { Server } = require("socket.io");\nconst io = new Server(server, { cors: { origin: "https://app.example" } });\nserver.listen(3000);',
  },
};
