import { setTimeout as sleep } from "node:timers/promises";
import { ORIGIN } from "../../../packages/hauberk/test/gate.ts";
import type { Fleet, Reply } from "./fleet.ts";

export interface State {
  readonly user: string | null;
  readonly n?: number;
  readonly cart?: unknown;
}

const TRIES = 200;

/**
 * One user's browser, which asks another process each time and remembers what was answered as saved. Every second one sends
 * no `Origin`, as browsers of before 2020 do: its form is all it has to show.
 */
export class RotatingBrowser {
  readonly #fleet: Fleet;
  readonly #user: string;
  readonly #isOld: boolean;
  #cookie = "";
  #turn: number;
  /** The token of the form that is open. */
  form = "";
  requests = 0;
  saves = 0;
  lastSaved = 0;
  loggedOut = 0;
  refusedForms = 0;

  constructor(fleet: Fleet, user: string, at: number) {
    this.#fleet = fleet;
    this.#user = user;
    this.#isOld = at % 2 === 1;
    this.#turn = at;
  }

  async logIn(): Promise<void> {
    const { status, sid } = await this.#insist("POST", `/login/${this.#user}`, { Origin: ORIGIN });
    if (status !== 200 || sid === undefined)
      throw new Error(`the login of ${this.#user} was answered ${status}`);
    this.#cookie = sid;
    await this.openForm();
  }

  async openForm(): Promise<void> {
    const { body } = await this.#insist("GET", "/state", {});
    this.form = (JSON.parse(body) as { readonly token: string }).token;
  }

  async look(): Promise<State> {
    const { status, body } = await this.#insist("GET", "/state", {});
    if (status !== 200) throw new Error(`a look of ${this.#user} was answered ${status}`);
    return JSON.parse(body) as State;
  }

  async post(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
    return (await this.#insist("POST", path, headers)).status;
  }

  /** What one process says to a form, once it answers at all. */
  async submitAt(turn: number, form: string): Promise<number> {
    const path = `/save/${this.lastSaved}`;
    const headers = { Cookie: this.#cookie, "X-CSRF-Token": form };
    return (await untilAnswered(path, async () => this.#fleet.ask(turn, "POST", path, headers))).status;
  }

  /** Saves one number after the other, and looks now and then. */
  async run(until: () => boolean): Promise<void> {
    for (let n = 1; !until(); n++) {
      const isLook = n % 4 === 0;
      const proof = this.#isOld ? { "X-CSRF-Token": this.form } : { Origin: ORIGIN };
      const reply = isLook
        ? await this.#ask("GET", "/state", {})
        : await this.#ask("POST", `/save/${n}`, proof);
      if (reply?.status === 200) this.#check(reply, isLook ? undefined : n);
      else if (reply?.status === 403) this.refusedForms++;
      else await sleep(20);
    }
  }

  #check({ body }: Reply, saved: number | undefined): void {
    const { user, n } = JSON.parse(body) as State;
    if (user !== this.#user && user !== null) throw new Error(`${this.#user} was served as ${user}`);
    if (user === null) this.loggedOut++;
    else if (saved !== undefined) {
      this.saves++;
      this.lastSaved = saved;
    } else if (!(n === undefined ? this.lastSaved === 0 : n >= this.lastSaved))
      throw new Error(`${this.#user} reads ${n} after ${this.lastSaved} was answered as saved`);
  }

  async #ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply | undefined> {
    this.requests++;
    this.#turn++;
    const cookie: Readonly<Record<string, string>> = this.#cookie === "" ? {} : { Cookie: this.#cookie };
    return this.#fleet.ask(this.#turn, method, path, { ...cookie, ...headers });
  }

  /** Again while a process or the store is away. */
  async #insist(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<Reply> {
    return untilAnswered(path, async () => this.#ask(method, path, headers));
  }
}

async function untilAnswered(path: string, ask: () => Promise<Reply | undefined>): Promise<Reply> {
  for (let tried = 0; tried < TRIES; tried++) {
    const reply = await ask();
    if (reply !== undefined && reply.status < 500) return reply;
    await sleep(50);
  }
  throw new Error(`${path} found nobody who answers`);
}
