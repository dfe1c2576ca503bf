import { ConfigError } from "../errors/config-error.ts";

export function kept(reason: string, cause?: unknown): ConfigError {
  return new ConfigError(
    "PRIVILEGES_KEPT",
    {
      what: `listen(): root was not given up: ${reason}.`,
      why: "whoever takes over this process would then own the machine.",
      fix: "start as the user itself and let systemd or a proxy own the port; docs/guide/privileges.md shows both.",
    },
    { cause },
  );
}

export function servingAsRoot(): ConfigError {
  return new ConfigError("RUNNING_AS_ROOT", {
    what: 'listen(): this process is root and option "user" is not given.',
    why: "one hole in any package would be a hole in the whole machine.",
    fix: 'listen({ ..., user: "www-data" }) binds the port first and is that user afterwards; or start it as another user.',
  });
}

export function notRoot(uid: number): ConfigError {
  return new ConfigError("PRIVILEGES_UNAVAILABLE", {
    what: `listen(): option "user" or "group" is given, but this process is uid ${uid}, not root.`,
    why: "only root can become somebody else; you would run as another user than you think.",
    fix: 'leave "user" and "group" out: this process is not root, so there is nothing to drop.',
  });
}

export function noUsersHere(): ConfigError {
  return new ConfigError("PRIVILEGES_UNAVAILABLE", {
    what: `listen(): option "user" or "group" is given, but processes cannot change their user on ${process.platform}.`,
    why: "the process would go on with the rights it was started with.",
    fix: 'leave "user" and "group" out and start the process under a service account.',
  });
}

export function unknownUser(reason: string): ConfigError {
  return new ConfigError("USER_UNKNOWN", {
    what: `listen(): ${reason}.`,
    why: "there is nobody to drop to, so the process would stay root.",
    fix: "create one: useradd --system --no-create-home --shell /usr/sbin/nologin myapp",
  });
}

/** Allowing what it takes would undo the limits: `/proc/self/task/<id>/root` is the whole file system. */
export function confined(): ConfigError {
  return new ConfigError("PRIVILEGES_UNAVAILABLE", {
    what: 'listen(): "user" is given, but Node runs with --permission.',
    why: "giving root up needs the system's word for the user and the kernel's for the proof, and may ask neither.",
    fix: "let systemd (DynamicUser=, a .socket unit) or the container choose the user, or start without --permission.",
  });
}
