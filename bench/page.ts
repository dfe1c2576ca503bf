/** What a page needs to be drawn: the two things that differ from user to user. */
interface PageFacts {
  readonly userName: string;
  readonly csrfToken: string;
}

/** The name in every session of the run; a page without it was not drawn from the session. */
export const USER_NAME = "Ada Lovelace";

/** What the bare variant, which has no tokens, prints in the form: as long as a masked token. */
export const CONSTANT_TOKEN = "constant-".repeat(9);

/**
 * Draws the page every variant serves, about 1.2 kB.
 * A template literal, so that the time of a template engine does not hide the differences.
 */
export function renderPage({ userName, csrfToken }: PageFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Notes of ${userName}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>
<nav aria-label="Main"><a href="/">Home</a> <a href="/notes">Notes</a> <a href="/account">Account</a></nav>
<p>Signed in as <strong>${userName}</strong></p>
</header>
<main>
<h1>Notes</h1>
<ul>
<li><a href="/notes/1">The engine weaves algebraic patterns</a></li>
<li><a href="/notes/2">Just as the loom weaves flowers and leaves</a></li>
<li><a href="/notes/3">A table of Bernoulli numbers, with the diagram of its computation</a></li>
<li><a href="/notes/4">On what the engine can originate, and what it cannot</a></li>
</ul>
<form method="post" action="/">
<input type="hidden" name="_csrf" value="${csrfToken}">
<label for="title">Title</label>
<input id="title" name="title" maxlength="200" required>
<label for="text">Text</label>
<textarea id="text" name="text" rows="4"></textarea>
<button>Save</button>
</form>
</main>
<footer><p><a href="/about">About this page</a></p></footer>
</body>
</html>
`;
}
