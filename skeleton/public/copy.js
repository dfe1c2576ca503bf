// Puts a button beside every command that copies it. Without scripts, or where the browser has no clipboard, there is none.
if (navigator.clipboard) {
  for (const command of document.querySelectorAll(".command"))
    command.append(copyButton(command.textContent));
}

/** @param {string} text */
function copyButton(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  // Read out when it changes.
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => void copy(text, button));
  return button;
}

/**
 * @param {string} text
 * @param {HTMLButtonElement} button
 */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
}
