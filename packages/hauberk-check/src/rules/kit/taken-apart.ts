/** What stands in the braces of `const { email, otp } = req.body`, for each of them. */
export const takenFromBody = (text: string): readonly string[] =>
  text
    .split(/\.body\b/)
    .slice(0, -1)
    .filter((before) => /\} ?= ?\w+$/.test(before.slice(-40)))
    .map((before) => before.slice(before.lastIndexOf("{")));

/** Whether a handler is given a code, a token or a password: whoever asks has shown something. */
export const takesProof = (text: string): boolean =>
  /\b(?:params|query|body)\??\.(?:otp|code|token|resetToken|\w{0,20}password)\b/i.test(text) ||
  takenFromBody(text).some((one) => /(?:otp|code|token|password)\b/i.test(one));
