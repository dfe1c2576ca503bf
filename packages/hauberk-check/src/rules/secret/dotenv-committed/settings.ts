import { credentialVariable, isAnnounced } from "../../kit/credential-words.ts";
import { hostWithPassword, isStoreAddress, OF_IMAGES } from "../hardcoded/addresses.ts";

export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly start: number;
}

const SETTING = /^[ \t]*(?:export[ \t]+)?([A-Z0-9_]+)[ \t]*=[ \t]*(["']?)([^\s"'#]+)\2/gm;
const SECRET = /(?:SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_?KEY|DATABASE_URL)$/;
const EMPTY =
  /^(?:<.*>|x{3,}|\.{3}|change_?me|your[_-].*|todo|null|undefined|\$\{.*|example.*|placeholder.*|test|dev)$/i;

/** What a bundler writes into the page: a secret that is none, wherever it lies. */
const PUBLISHED = /^(?:REACT_APP|VITE|NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP)_/;

/** The settings of a file of variables that are secrets with a value of their own. */
export const secretSettings = (text: string): readonly Setting[] =>
  [...text.matchAll(SETTING)]
    .map((match) => ({ name: match[1] ?? "", value: match[3] ?? "", start: match.index }))
    .filter(({ name, value }) => isSecret(name, value));

function isSecret(name: string, value: string): boolean {
  if (PUBLISHED.test(name)) return false;
  // "Your session secret": the first word is all that the expression above takes.
  if (EMPTY.test(value) || /^your$/i.test(value)) return false;
  const isHere = /localhost|127\.0\.0\.1/.test(value);
  if (SECRET.test(name) || (name.includes("MONGO") && /UR[IL]$/.test(name))) return !isHere;
  if (isStoreAddress(value)) return hostWithPassword(value) !== undefined;
  return (
    credentialVariable(name) !== undefined &&
    value.length >= 4 &&
    !OF_IMAGES.test(value) &&
    !isAnnounced(value) &&
    !/^(?:true|false)$|:\/\/|\.(?:pem|key|json|txt|crt)$|^[./~]/i.test(value)
  );
}
