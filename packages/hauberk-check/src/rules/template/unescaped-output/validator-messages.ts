import type { Program } from "../../../model/program.ts";
import { sourceText } from "../../kit/nodes.ts";
import { importsAny } from "../../kit/mentions.ts";
import { openlyGiven } from "../../kit/renders.ts";

/**
 * Whether `error.msg` is what express-validator says of a field: texts of the application itself, unless a function or a value put into
 * the text makes them.
 */
export const isValidatorMessage = (
  path: string,
  root: string,
  { program, path: template }: { readonly program: Program; readonly path: string },
): boolean =>
  path.endsWith(".msg") &&
  importsAny(program, /^express-validator(?:\/check)?$/) &&
  openlyGiven(program, template, root).every(({ value, module }) => RESULT.test(sourceText(module, value))) &&
  program.mention(MADE) === undefined;

const RESULT = /\.(?:array|mapped)\(/;
/** `.custom()` throws what it likes. */
const MADE = /\.custom\(|withMessage\(\s?(?:\(|\w{1,20} ?=>|async|function|`)/;
